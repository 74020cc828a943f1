//! The promises of the repository, on every engine there is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use db::scratch::{Scratch, databases};
use fhir::Resource;
use jiff::Timestamp;
use model::{LocalIdentity, LocalPatientId, OdsCode, Section};
use repository::{MIGRATIONS, Page, Provenance, Written, current_stays, merge_patient, put, rows};
use serde_json::{Value, json};
use uuid::Uuid;

const FIRST: Page = Page { offset: 0, limit: 50 };

fn ready() -> Vec<Scratch> {
    let databases = databases();
    for db in &databases {
        db.migrate(&[MIGRATIONS]).unwrap();
    }
    databases
}

fn patient() -> LocalPatientId {
    LocalIdentity::new("RD3", "R1").local_patient()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + hour * 3600).unwrap()
}

fn provenance() -> Provenance {
    Provenance { message: 7, organisation: OdsCode::parse("RD3").unwrap(), recorded_at: at(100) }
}

fn keep(db: &Scratch, resource: Value, hour: i64) -> Written {
    let resource = Resource::from_value(resource).unwrap();
    db.write(move |tx| put(tx, patient(), &resource, at(hour), &provenance())).unwrap()
}

fn section(db: &Scratch, section: Section) -> Vec<String> {
    let rows = db.read(|tx| rows(tx, &[patient()], section, FIRST)).unwrap();
    let line = |row: repository::Row| {
        [Some(row.text), row.value, row.unit, row.reference_range, row.flag, row.status, row.detail]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" | ")
    };
    rows.into_iter().map(line).collect()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn potassium(value: &str, status: &str) -> Value {
    let number: Value = serde_json::from_str(value).unwrap();
    json!({"resourceType": "Observation", "id": id(1), "status": status,
        "code": {"text": "Potassium", "coding": [{"system": "urn:local", "code": "K"}]},
        "effectiveDateTime": "2026-09-21T10:00:00+01:00",
        "valueQuantity": {"value": number, "unit": "mmol/L"},
        "referenceRange": [{"text": "3.5-5.3"}],
        "interpretation": [{"coding": [{"code": "H"}]}]})
}

#[test]
fn a_correction_supersedes_and_older_news_does_not() {
    for db in ready() {
        assert_eq!(keep(&db, potassium("5.10", "preliminary"), 1), Written::Created);
        assert_eq!(keep(&db, potassium("5.10", "preliminary"), 1), Written::Unchanged);
        assert_eq!(keep(&db, potassium("6.10", "corrected"), 3), Written::Updated);
        assert_eq!(keep(&db, potassium("5.90", "final"), 2), Written::Older);
        assert_eq!(keep(&db, potassium("6.20", "corrected"), 4), Written::Updated);
        assert_eq!(
            section(&db, Section::Results),
            ["Potassium | 6.20 | mmol/L | 3.5-5.3 | H | corrected"]
        );
        let history = db.read(|tx| repository::history(tx, "Observation", id(1))).unwrap();
        let versions: Vec<_> =
            history.iter().map(|version| (version.version, version.was_current)).collect();
        assert_eq!(versions, [(4, true), (3, false), (2, true), (1, true)], "{db:?}");
    }
}

#[test]
fn what_was_entered_in_error_leaves_the_page_and_stays_in_the_history() {
    for db in ready() {
        keep(&db, potassium("5.1", "final"), 1);
        keep(&db, potassium("5.1", "entered-in-error"), 2);
        assert!(section(&db, Section::Results).is_empty());
        let history = db.read(|tx| repository::history(tx, "Observation", id(1))).unwrap();
        assert_eq!(history.len(), 2);
    }
}

#[test]
fn every_kind_of_resource_has_its_line() {
    let lines = [
        (
            Section::Problems,
            json!({"resourceType": "Condition", "id": id(2), "code": {"text": "Asthma"},
            "clinicalStatus": {"coding": [{"code": "active"}]}, "onsetDateTime": "1976"}),
            "Asthma | active",
        ),
        (
            Section::Allergies,
            json!({"resourceType": "AllergyIntolerance", "id": id(3), "code": {"coding": [{"display": "Penicillin"}]},
            "reaction": [{"manifestation": [{"text": "Rash"}], "severity": "severe"}]}),
            "Penicillin | Rash; severity severe",
        ),
        (
            Section::Medicines,
            json!({"resourceType": "MedicationStatement", "id": id(4), "status": "active",
            "medicationCodeableConcept": {"text": "Metformin 500 mg tablets"}, "dosage": [{"text": "One twice a day"}]}),
            "Metformin 500 mg tablets | One twice a day | active",
        ),
        (
            Section::Encounters,
            json!({"resourceType": "Encounter", "id": id(5), "status": "finished", "class": {"code": "EMER"},
            "reasonCode": [{"text": "Chest pain"}]}),
            "Emergency attendance | finished | Chest pain",
        ),
        (
            Section::Appointments,
            json!({"resourceType": "Appointment", "id": id(6), "status": "booked", "serviceType": [{"text": "Cardiology"}],
            "start": "2026-12-01T09:00:00Z"}),
            "Cardiology | booked",
        ),
        (
            Section::Documents,
            json!({"resourceType": "DocumentReference", "id": id(7), "status": "current", "type": {"text": "Discharge summary"},
            "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}}]}),
            "Discharge summary | application/pdf | current",
        ),
        (
            Section::SocialCare,
            json!({"resourceType": "CarePlan", "id": id(8), "status": "active", "title": "Home care", "description": "10 hours a week"}),
            "Home care | active | 10 hours a week",
        ),
        (
            Section::Immunisations,
            json!({"resourceType": "Immunization", "id": id(9), "status": "completed", "vaccineCode": {"text": "Influenza"},
            "occurrenceDateTime": "2026-10-01"}),
            "Influenza | completed",
        ),
    ];
    for db in ready() {
        for (name, resource, expected) in &lines {
            keep(&db, resource.clone(), 1);
            assert_eq!(section(&db, *name), [*expected], "{db:?}");
        }
    }
}

#[test]
fn a_stay_that_goes_on_answers_in_hospital_now_until_it_ends() {
    let stay = |status: &str| {
        json!({"resourceType": "Encounter", "id": id(5), "status": status, "class": {"code": "IMP"},
            "period": {"start": "2026-09-20T10:00:00+01:00"},
            "location": [
                {"location": {"display": "Ward 1"}, "period": {"end": "2026-09-21T10:00:00+01:00"}},
                {"location": {"display": "Ward 5, bed 3", "identifier": {"value": "WARD5//BED3"}}}]})
    };
    for db in ready() {
        keep(&db, stay("in-progress"), 1);
        let stays = db.read(|tx| current_stays(tx, &[patient()])).unwrap();
        assert_eq!(stays.len(), 1);
        assert_eq!(
            (stays[0].place.as_deref(), stays[0].ward.as_deref()),
            (Some("Ward 5, bed 3"), Some("WARD5"))
        );
        keep(&db, stay("finished"), 2);
        assert!(db.read(|tx| current_stays(tx, &[patient()])).unwrap().is_empty());
    }
}

#[test]
fn who_has_arrived_in_the_emergency_department_is_there_now() {
    let attendance = |class: &str, status: &str| {
        json!({"resourceType": "Encounter", "id": id(6), "status": status, "class": {"code": class},
            "period": {"start": "2026-09-20T10:00:00+01:00"}})
    };
    for db in ready() {
        let classes = |db: &Scratch| -> Vec<String> {
            let stays = db.read(|tx| current_stays(tx, &[patient()])).unwrap();
            stays.into_iter().map(|stay| stay.class).collect()
        };
        keep(&db, attendance("EMER", "arrived"), 1);
        assert_eq!(classes(&db), ["EMER"]);
        keep(&db, attendance("IMP", "arrived"), 2);
        assert!(classes(&db).is_empty(), "arrived for a planned stay is not admitted yet");
        keep(&db, attendance("EMER", "finished"), 3);
        assert!(classes(&db).is_empty());
    }
}

#[test]
fn what_has_no_date_stands_last_and_is_not_the_first_page() {
    let allergy = |number: u128, text: &str, at: Option<&str>| {
        json!({"resourceType": "AllergyIntolerance", "id": id(number), "code": {"text": text},
            "recordedDate": at})
    };
    for db in ready() {
        keep(&db, allergy(1, "Undated", None), 1);
        keep(&db, allergy(2, "Old", Some("1990-01-01")), 1);
        keep(&db, allergy(3, "New", Some("2020-01-01")), 1);
        let page = |offset| Page { offset, limit: 1 };
        let text = |offset| -> String {
            let rows = db.read(|tx| rows(tx, &[patient()], Section::Allergies, page(offset)));
            rows.unwrap().remove(0).text
        };
        assert_eq!([text(0), text(1), text(2)], ["New", "Old", "Undated"], "{db:?}");
    }
}

#[test]
fn a_refuted_allergy_says_so_whatever_its_clinical_status() {
    for db in ready() {
        keep(
            &db,
            json!({"resourceType": "AllergyIntolerance", "id": id(8), "code": {"text": "Latex"},
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "verificationStatus": {"coding": [{"code": "refuted"}]}}),
            1,
        );
        assert_eq!(section(&db, Section::Allergies), ["Latex | refuted"]);
    }
}

#[test]
fn a_patient_said_in_pieces_is_kept_whole() {
    let say = |db: &Scratch, hour: i64, said: Value, cleared: &[&str]| {
        let said = Resource::from_value(said).unwrap();
        let cleared: Vec<String> = cleared.iter().map(|name| (*name).to_owned()).collect();
        db.write(move |tx| merge_patient(tx, patient(), &said, &cleared, at(hour), &provenance()))
            .unwrap()
    };
    for db in ready() {
        say(
            &db,
            1,
            json!({"resourceType": "Patient", "gender": "female", "telecom": [{"value": "01202"}]}),
            &[],
        );
        say(
            &db,
            3,
            json!({"resourceType": "Patient", "name": [{"family": "Hardy"}]}),
            &["telecom"],
        );
        let late = say(
            &db,
            2,
            json!({"resourceType": "Patient", "gender": "male", "telecom": [{"value": "07700"}]}),
            &[],
        );
        assert_eq!(
            (late.now.text("gender"), late.now.text("name.family"), late.now.get("telecom")),
            (Some("male"), Some("Hardy"), None)
        );
        say(&db, 3, json!({"resourceType": "Patient", "name": [{"family": "Hardy"}]}), &[]);
        let history = db.read(|tx| repository::history(tx, "Patient", patient().uuid())).unwrap();
        assert_eq!(history.len(), 3, "saying the same again makes no version");
    }
}

#[test]
fn a_document_opens_for_its_own_patient_only() {
    let letter = json!({"resourceType": "DocumentReference", "id": id(7), "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "data": "SGVsbG8=", "title": "Letter"}}]});
    for db in ready() {
        keep(&db, letter.clone(), 1);
        let other = LocalIdentity::new("RD3", "R2").local_patient();
        let open = |patients: Vec<LocalPatientId>| {
            db.read(|tx| repository::document(tx, &patients, id(7))).unwrap()
        };
        assert_eq!(
            open(vec![patient()]).map(|document| document.data),
            Some("SGVsbG8=".to_owned())
        );
        assert_eq!(open(vec![other]), None);
    }
}

#[test]
fn a_resource_never_changes_hands() {
    let letter = |words: &str| {
        json!({"resourceType": "DocumentReference", "id": id(7), "status": "current",
            "content": [{"attachment": {"contentType": "text/plain", "data": words}}]})
    };
    let other = LocalIdentity::new("RD3", "R2").local_patient();
    for db in ready() {
        keep(&db, letter("SGVsbG8="), 1);
        for words in ["SGVsbG8=", "T3RoZXI="] {
            let theirs = Resource::from_value(letter(words)).unwrap();
            let refused = db
                .write(move |tx| put(tx, other, &theirs, at(2), &provenance()).map(|_| ()))
                .unwrap_err();
            assert_eq!(refused.category(), model::Category::Conflict);
            assert!(refused.to_string().starts_with("this number already belongs to another"));
        }
        let open = db.read(|tx| repository::document(tx, &[patient()], id(7))).unwrap();
        assert_eq!(open.map(|document| document.data), Some("SGVsbG8=".to_owned()));
        assert_eq!(section(&db, Section::Documents).len(), 1);
    }
}

#[test]
fn a_panel_is_read_under_its_name_in_the_laboratorys_order() {
    let result = |number: u128, name: &str, position: i64| {
        json!({"resourceType": "Observation", "id": id(number), "status": "final", "code": {"text": name},
            "basedOn": [{"display": "Full blood count"}], "effectiveDateTime": "2026-09-21T10:00:00+01:00",
            "extension": [{"url": fhir::system::POSITION, "valueInteger": position}], "valueString": "1"})
    };
    let report = json!({"resourceType": "DiagnosticReport", "id": id(9), "status": "final",
        "code": {"text": "Full blood count"}, "effectiveDateTime": "2026-09-21T10:00:00+01:00"});
    for db in ready() {
        keep(&db, result(1, "White cells", 2), 1);
        keep(&db, result(2, "Haemoglobin", 1), 1);
        keep(&db, report.clone(), 1);
        let names: Vec<String> = section(&db, Section::Results)
            .into_iter()
            .map(|line| line.split(" | ").next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(names, ["Full blood count", "Haemoglobin", "White cells"], "{db:?}");
    }
}

#[test]
fn what_was_said_again_stands_against_older_news_that_comes_late() {
    let say = |db: &Scratch, hour: i64, gender: &str| {
        let said = json!({"resourceType": "Patient", "gender": gender});
        let said = Resource::from_value(said).unwrap();
        let merge = move |tx: &mut db::Tx| {
            merge_patient(tx, patient(), &said, &[], at(hour), &provenance())
        };
        db.write(merge).unwrap().now.text("gender").map(str::to_owned)
    };
    for db in ready() {
        say(&db, 1, "female");
        say(&db, 3, "female");
        assert_eq!(say(&db, 2, "male").as_deref(), Some("female"), "{db:?}");
    }
}
