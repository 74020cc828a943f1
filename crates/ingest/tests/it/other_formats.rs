//! The council's rows, the provider's bundles, results and letters, and what cannot be read.

use model::{Category, LocalIdentity, Section};

use crate::county::{JANE, message, on_every_engine, poole};

const PACKAGES: &str = "nhs_number,person_id,family,given,birth_date,gender,postcode,package_id,service,provider,start_date,end_date,status,hours_per_week,updated_at";

#[test]
fn a_care_package_is_seen_beside_the_hospital() {
    on_every_engine(|county| {
        let row = "9990000018,C9,Hardy,Jane,1940-06-02,female,BH15 1AA,P1,Home care,Purbeck Care,2026-01-05,,active,10,2026-01-05T09:00:00";
        county.council("care_packages", &format!("{PACKAGES}\n{row}\n")).unwrap();
        let council = LocalIdentity::new("DORSET", "C9").local_patient();
        let lines = county.lines(council, Section::SocialCare);
        assert!(lines[0].contains("Home care"), "{lines:?}");
    });
}

#[test]
fn a_row_without_its_columns_says_which() {
    on_every_engine(|county| {
        let error =
            county.council("care_packages", "nhs_number,person_id\n9990000018,C9\n").unwrap_err();
        assert_eq!(error.category(), Category::Invalid);
        assert!(error.to_string().contains("package_id"), "{error}");
    });
}

#[test]
fn a_bundle_of_the_provider_becomes_lines() {
    on_every_engine(|county| {
        county
            .provider(
                r#"{"resourceType": "Bundle", "type": "transaction", "entry": [
                {"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": {"resourceType": "Patient",
                    "identifier": [{"system": "RDY", "value": "M5"}, {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
                    "name": [{"family": "Hardy", "given": ["Jane"]}], "birthDate": "1940-06-02"},
                    "request": {"method": "PUT", "url": "Patient"}},
                {"fullUrl": "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": {"resourceType": "Condition",
                    "identifier": [{"system": "urn:rdy:condition", "value": "1"}],
                    "subject": {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
                    "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": "Depressive disorder"}},
                    "request": {"method": "PUT", "url": "Condition"}}]}"#,
            )
            .unwrap();
        let provider = LocalIdentity::new("RDY", "M5").local_patient();
        assert_eq!(county.lines(provider, Section::Problems), ["Depressive disorder | active"]);
    });
}

#[test]
fn a_resource_sent_again_for_somebody_else_is_refused_and_stays_where_it_is() {
    let bundle = |number: &str, words: &str| {
        format!(
            r#"{{"resourceType": "Bundle", "type": "transaction", "entry": [
            {{"fullUrl": "urn:uuid:p", "resource": {{"resourceType": "Patient",
                "identifier": [{{"system": "RDY", "value": "{number}"}}]}}}},
            {{"resource": {{"resourceType": "Condition", "id": "7", "code": {{"text": "{words}"}},
                "subject": {{"reference": "urn:uuid:p"}}}},
                "request": {{"method": "PUT", "url": "Condition/7"}}}}]}}"#
        )
    };
    on_every_engine(|county| {
        county.provider(&bundle("M5", "Asthma")).unwrap();
        let error = county.provider(&bundle("M6", "Gout")).unwrap_err();
        assert_eq!(error.category(), Category::Conflict);
        let said = error.to_string();
        assert!(said.contains("already belongs to another patient's record"), "{said}");
        assert!(!said.contains("M6") && !said.contains("Gout"), "no value is repeated: {said}");
        let lines = |number| {
            let patient = LocalIdentity::new("RDY", number).local_patient();
            county.lines(patient, Section::Problems)
        };
        assert_eq!(lines("M5"), ["Asthma"]);
        assert!(lines("M6").is_empty());
    });
}

#[test]
fn json_that_is_not_a_bundle_is_refused_with_a_place() {
    on_every_engine(|county| {
        let error = county
            .provider(
                r#"{"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {}}]}"#,
            )
            .unwrap_err();
        assert!(error.to_string().contains("entry 1"), "{error}");
    });
}

#[test]
fn a_result_and_its_correction_are_one_line() {
    let result = |value: &str, status: &str, time: &str| {
        vec![
            format!("MSH|^~\\&|LAB|RD3|CHESIL|DCR|{time}||ORU^R01|L{time}|P|2.4"),
            format!("PID|1||{JANE}"),
            format!(
                "OBR|1|O1|F1|UE^Urea and electrolytes|||20260110080000|||||||||||||||{time}|||{status}"
            ),
            format!("OBX|1|NM|K^Potassium||{value}|mmol/L|3.5-5.3|H|||{status}|||20260110080000"),
        ]
    };
    on_every_engine(|county| {
        for (value, status, time) in [
            ("5.90", "F", "20260110090000"),
            ("6.10", "C", "20260110100000"),
            ("5.90", "F", "20260110090000"),
        ] {
            let lines = result(value, status, time);
            county.poole(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let lines = county.lines(poole("R1"), Section::Results);
        let potassium: Vec<_> = lines.iter().filter(|line| line.contains("Potassium")).collect();
        assert_eq!(potassium.len(), 1, "{lines:?}");
        assert!(potassium[0].contains("6.10"), "{lines:?}");
    });
}

#[test]
fn an_appointment_is_rescheduled_and_cancelled() {
    let booking = |event: &str, start: &str, time: &str| {
        vec![
            format!("MSH|^~\\&|PAS|RD3|CHESIL|DCR|{time}||SIU^{event}|S{event}|P|2.4"),
            format!("SCH|AP1|AP1||||||||30|min|^^30^{start}|||||||||||||Booked"),
            format!("PID|1||{JANE}"),
            "RGS|1".to_owned(),
            format!("AIS|1||CARD^Cardiology follow-up|{start}"),
        ]
    };
    on_every_engine(|county| {
        for (event, start, time) in [
            ("S12", "20260201090000", "20260110090000"),
            ("S13", "20260202090000", "20260111090000"),
            ("S15", "20260202090000", "20260112090000"),
        ] {
            let lines = booking(event, start, time);
            county.poole(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let lines = county.lines(poole("R1"), Section::Appointments);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("cancelled"), "{lines:?}");
    });
}

#[test]
fn a_letter_can_be_opened_by_its_own_patient_only() {
    on_every_engine(|county| {
        let [_, _, pid] = message("T02", "20260110090000", "1", JANE);
        county.poole(&[
            "MSH|^~\\&|DOCS|RD3|CHESIL|DCR|20260110090000||MDM^T02|D1|P|2.4",
            "EVN|T02|20260110090000",
            &pid,
            "PV1|1|I|WARD5",
            "TXA|1|DS^Discharge summary|AP|20260110090000||||||||DOC1|||||AU||AV",
            "OBX|1|ED|PDF||^application^pdf^Base64^JVBERi0xLjQ=||||||F",
        ]);
        let rows = county
            .db
            .read(|tx| {
                repository::rows(
                    tx,
                    &[poole("R1")],
                    Section::Documents,
                    repository::Page { offset: 0, limit: 5 },
                )
            })
            .unwrap();
        assert_eq!(rows.len(), 1);
        let open = |patient| {
            county.db.read(|tx| repository::document(tx, &[patient], rows[0].id)).unwrap()
        };
        assert_eq!(
            open(poole("R1")).map(|document| document.data).as_deref(),
            Some("JVBERi0xLjQ=")
        );
        assert!(open(poole("R2")).is_none());
    });
}
