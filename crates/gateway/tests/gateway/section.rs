//! The state and the lines of each section.

use gateway::{AllergyState, GpItem, GpRecord};
use model::Section;
use serde_json::{Value, json};

use crate::provider::{
    ALLERGIES, CONSULTATIONS, ENDED_ALLERGIES, IMMUNISATIONS, INVESTIGATIONS, MEDICINES, PROBLEMS,
    UNCATEGORISED, ask_with, list,
};

fn snomed(code: &str, display: &str) -> Value {
    json!({"coding": [{"system": "http://snomed.info/sct", "code": code, "display": display}]})
}

fn allergy(id: &str, code: Value) -> Value {
    json!({"resourceType": "AllergyIntolerance", "id": id, "clinicalStatus": "active", "code": code,
        "patient": {"reference": "Patient/p1"}, "assertedDate": "2012-05-07"})
}

fn state(record: &GpRecord, section: Section) -> &'static str {
    record.sections[&section].code()
}

/// What a line says, as text.
fn told(item: &GpItem) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".into());
    format!(
        "{} | {} {} | {} | {}",
        item.text,
        part(&item.value),
        part(&item.unit),
        part(&item.status),
        part(&item.detail)
    )
}

fn lines(record: &GpRecord, section: Section) -> Vec<String> {
    record.items_of(section).map(told).collect()
}

#[tokio::test]
async fn the_banner_knows_four_kinds_of_allergy_news() {
    let penicillin = allergy("a1", snomed("91936005", "Allergy to penicillin"));
    let none_known = allergy("a2", snomed("716186003", "No known allergy"));
    let nil_known = json!({"resourceType": "List", "code": snomed(ALLERGIES, ""), "emptyReason": {"coding": [{"code": "nilknown"}]}});
    let withheld = json!({"resourceType": "List", "code": snomed(ALLERGIES, ""), "emptyReason": {"coding": [{"code": "withheld"}]}});
    for (resources, news, section) in [
        (
            vec![list(ALLERGIES, &["AllergyIntolerance/a1"]), penicillin.clone()],
            AllergyState::Known,
            "items",
        ),
        (
            vec![list(ALLERGIES, &["AllergyIntolerance/a2"]), none_known.clone()],
            AllergyState::NoneKnown,
            "items",
        ),
        (
            vec![
                none_known,
                list(ALLERGIES, &["AllergyIntolerance/a1", "AllergyIntolerance/a2"]),
                penicillin,
            ],
            AllergyState::Known,
            "items",
        ),
        (vec![list(ALLERGIES, &[])], AllergyState::NotRecorded, "nothing_recorded"),
        (vec![nil_known], AllergyState::NoneKnown, "nothing_recorded"),
        (vec![withheld], AllergyState::Unavailable, "not_retrievable"),
        (vec![], AllergyState::Unavailable, "not_retrievable"),
    ] {
        let record = ask_with(&resources).await;
        assert_eq!((record.allergies, state(&record, Section::Allergies)), (news, section));
    }
}

#[tokio::test]
async fn an_ended_allergy_is_never_an_active_one() {
    let mut ended = allergy("r1", snomed("319773006", "Aspirin"));
    ended["clinicalStatus"] = json!("resolved");
    ended["extension"] = json!([{
        "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-AllergyIntoleranceEnd-1",
        "extension": [{"url": "endDate", "valueDateTime": "2018-03-01"}, {"url": "reasonEnded", "valueString": "Tolerated since"}]}]);
    ended["reaction"] =
        json!([{"manifestation": [snomed("422400008", "Vomiting")], "severity": "severe"}]);
    let mut list_of_ended = list(ENDED_ALLERGIES, &["#r1"]);
    list_of_ended["contained"] = json!([ended]);
    let record = ask_with(&[list_of_ended, list(ALLERGIES, &[])]).await;
    assert_eq!(record.allergies, AllergyState::NotRecorded);
    assert_eq!(
        lines(&record, Section::Allergies),
        ["Aspirin | - - | ended | Reaction: Vomiting (severe) · Ended: Tolerated since"]
    );
    assert_eq!(record.items[0].end.unwrap().to_string(), "2018-03-01T00:00:00Z");
}

#[tokio::test]
async fn a_confidential_list_is_partly_withheld_in_the_practices_own_words() {
    let words = "Items excluded due to confidentiality and/or patient preferences.";
    for note in [json!([{"text": words}]), json!([])] {
        let mut confidential = list(ALLERGIES, &[]);
        confidential["extension"] = json!([{"valueCode": "confidential-items",
            "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ListWarningCode-1"}]);
        confidential["note"] = note;
        let record = ask_with(&[confidential]).await;
        assert_eq!(state(&record, Section::Allergies), "partly_withheld");
        assert_eq!(record.sections[&Section::Allergies].sentence(), words);
        assert_eq!(record.warnings, [words]);
        assert_eq!(record.allergies, AllergyState::Unavailable);
    }
}

#[tokio::test]
async fn an_area_that_is_switched_off_is_not_supported() {
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-supported",
        "details": {"text": "includeProblems has been disabled"}, "diagnostics": "includeProblems"}]});
    let record = ask_with(&[outcome]).await;
    assert_eq!(state(&record, Section::Problems), "not_supported");
    assert_eq!(state(&record, Section::Medicines), "not_retrievable");
    assert_eq!(record.warnings, ["includeProblems has been disabled"]);
}

#[tokio::test]
async fn entries_that_were_listed_and_not_sent_are_a_gap() {
    let record = ask_with(&[list(PROBLEMS, &["Condition/gone"])]).await;
    assert_eq!(state(&record, Section::Problems), "partly_withheld");
}

#[tokio::test]
async fn problems_carry_their_significance_and_local_codes() {
    let condition = |id: &str, significance: &str, code: Value, onset: &str| {
        json!({
        "resourceType": "Condition", "id": id, "clinicalStatus": "active", "code": code, "onsetDateTime": onset,
        "extension": [{"url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1", "valueCode": significance}],
        "note": [{"text": "Stable"}]})
    };
    let read = json!({"coding": [{"system": "http://read.info/readv2", "code": "H33..", "display": "Asthma"}]});
    let record = ask_with(&[
        condition("c1", "minor", read, "1999"),
        condition("c2", "major", snomed("73211009", "Diabetes mellitus"), "2011-04-02"),
        list(PROBLEMS, &["Condition/c1", "Condition/c2"]),
    ])
    .await;
    assert_eq!(
        lines(&record, Section::Problems),
        [
            "Diabetes mellitus | - - | active | Major · Stable",
            "Asthma | - - | active | Minor · Stable"
        ],
        "newest first"
    );
    let asthma = record.items_of(Section::Problems).nth(1).unwrap();
    assert_eq!(
        (asthma.code.as_deref(), asthma.code_system.as_deref()),
        (Some("H33.."), Some("http://read.info/readv2"))
    );
    assert_eq!(asthma.at_precision, gateway::Precision::Year);
    assert_eq!(asthma.resource_id, "c1");
}

#[tokio::test]
async fn a_medicine_shows_its_dosage_and_its_last_issue() {
    let statement = |id: &str, plan: &str, extension: Value| {
        json!({
        "resourceType": "MedicationStatement", "id": id, "status": "active", "extension": extension,
        "basedOn": [{"reference": format!("MedicationRequest/{plan}")}], "effectivePeriod": {"start": "2016-08-11"},
        "medicationReference": {"reference": "Medication/m1"}, "dosage": [{"text": "One daily", "patientInstruction": "With food"}]})
    };
    let last = json!([{"url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-MedicationStatementLastIssueDate-1", "valueDateTime": "2016-09-11"}]);
    let issue = |id: &str, on: &str| {
        json!({"resourceType": "MedicationRequest", "id": id, "intent": "order",
        "basedOn": [{"reference": "MedicationRequest/p2"}], "authoredOn": on})
    };
    let record = ask_with(&[
        json!({"resourceType": "Medication", "id": "m1", "code": snomed("319773006", "Aspirin 75mg tablets")}),
        json!({"resourceType": "MedicationRequest", "id": "p1", "intent": "plan",
            "recorder": {"reference": "PractitionerRole/r1"},
            "dispenseRequest": {"quantity": {"value": "28", "unit": "tablet"}},
            "extension": [{"url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1",
                "valueCodeableConcept": {"coding": [{"code": "repeat", "display": "Repeat"}]}}]}),
        json!({"resourceType": "PractitionerRole", "id": "r1", "practitioner": {"reference": "Practitioner/g1"},
            "code": [{"coding": [{"display": "General Medical Practitioner"}]}]}),
        json!({"resourceType": "Practitioner", "id": "g1", "name": [{"family": "Gilbert", "given": ["Nichole"], "prefix": ["Dr"]}]}),
        statement("s1", "p1", last),
        statement("s2", "p2", json!([])),
        statement("s3", "p3", json!([])),
        issue("o1", "2020-01-05"),
        issue("o2", "2021-02-06T10:00:00+00:00"),
        json!({"resourceType": "MedicationRequest", "id": "p2", "intent": "plan"}),
        list(MEDICINES, &["MedicationStatement/s1", "MedicationStatement/s2", "MedicationStatement/s3"]),
    ])
    .await;
    assert_eq!(
        lines(&record, Section::Medicines),
        [
            "Aspirin 75mg tablets | One daily - | active | Repeat · Last issued 11-Sep-2016 · 28 tablet · With food",
            "Aspirin 75mg tablets | One daily - | active | Last issued 06-Feb-2021 · With food",
            "Aspirin 75mg tablets | One daily - | active | Last issue not stated · With food",
        ]
    );
    assert_eq!(
        record.items[0].author.as_deref(),
        Some("Dr Nichole Gilbert, General Medical Practitioner")
    );
}

#[tokio::test]
async fn results_keep_their_group_and_order() {
    let result = |id: &str, name: &str, value: &str| {
        json!({"resourceType": "Observation", "id": id, "status": "final",
        "code": {"text": name}, "valueQuantity": {"value": value, "unit": "g/L"}, "effectiveDateTime": "2026-01-02",
        "referenceRange": [{"low": {"value": 115}, "high": {"value": 165.0}}], "interpretation": {"text": "High"}})
    };
    let group = json!({"resourceType": "Observation", "id": "g", "code": {"text": "Differential"}, "status": "final",
        "related": [{"type": "has-member", "target": {"reference": "Observation/o2"}}, {"type": "has-member", "target": {"reference": "Observation/g"}}]});
    let pressure = json!({"resourceType": "Observation", "id": "bp", "status": "final", "code": {"text": "Blood pressure"},
        "effectiveDateTime": "2026-03-01T09:00:00+00:00", "component": [
            {"code": snomed("271650006", "Diastolic"), "valueQuantity": {"value": 76, "unit": "mmHg"}},
            {"code": snomed("271649006", "Systolic"), "valueQuantity": {"value": 128, "unit": "mmHg"}}]});
    let record = ask_with(&[
        result("o2", "Neutrophils", "4.10"),
        list(INVESTIGATIONS, &["DiagnosticReport/d1"]),
        list(UNCATEGORISED, &["Observation/bp"]),
        group,
        pressure,
        result("o1", "Haemoglobin", "171"),
        json!({"resourceType": "DiagnosticReport", "id": "d1", "status": "final", "issued": "2026-01-02T10:00:00+00:00",
            "code": {"text": "Full blood count"}, "conclusion": "Please repeat",
            "result": [{"reference": "Observation/o1"}, {"reference": "Observation/g"}]}),
    ])
    .await;
    assert_eq!(
        lines(&record, Section::Results),
        [
            "Blood pressure | 128/76 mmHg | final | -",
            "Full blood count | - - | final | Please repeat",
            "Haemoglobin | 171 g/L | final | -",
            "Differential | - - | final | -",
            "Neutrophils | 4.10 g/L | final | -",
        ]
    );
    let haemoglobin = record.items_of(Section::Results).nth(2).unwrap();
    assert_eq!(haemoglobin.heading.as_deref(), Some("Full blood count"));
    assert_eq!(
        (haemoglobin.range.as_deref(), haemoglobin.flag.as_deref()),
        (Some("115 to 165.0"), Some("High"))
    );
    assert_eq!(record.sections[&Section::Results], gateway::SectionState::Items(5));
}

#[tokio::test]
async fn results_are_complete_only_if_both_of_their_areas_are() {
    let record = ask_with(&[list(INVESTIGATIONS, &[])]).await;
    assert_eq!(state(&record, Section::Results), "partly_withheld");
    let record = ask_with(&[list(INVESTIGATIONS, &[]), list(UNCATEGORISED, &[])]).await;
    assert_eq!(state(&record, Section::Results), "nothing_recorded");
}

#[tokio::test]
async fn an_immunisation_is_named_by_its_procedure() {
    let given = json!({"resourceType": "Immunization", "id": "i1", "status": "completed", "notGiven": false, "date": "2021-02-03",
        "extension": [{"url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1",
            "valueCodeableConcept": snomed("170378007", "First hepatitis A vaccination")}],
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK"}]},
        "lotNumber": "AB12", "vaccinationProtocol": [{"doseSequence": 1}]});
    let not_given = json!({"resourceType": "Immunization", "id": "i2", "notGiven": true, "date": "2020-01-01",
        "vaccineCode": {"text": "Influenza"}, "explanation": {"reasonNotGiven": [{"text": "Declined"}]}});
    let record =
        ask_with(&[list(IMMUNISATIONS, &["Immunization/i1", "Immunization/i2"]), given, not_given])
            .await;
    assert_eq!(
        lines(&record, Section::Immunisations),
        [
            "First hepatitis A vaccination | Dose 1 - | completed | Batch AB12",
            "Influenza | - - | not given | Declined",
        ]
    );
}

#[tokio::test]
async fn a_consultation_keeps_its_headings_and_says_what_is_missing() {
    let structure = |id: &str, code: &str, title: &str, entries: Value| {
        json!({"resourceType": "List", "id": id, "title": title,
        "code": snomed(code, ""), "encounter": {"reference": "Encounter/e1"}, "entry": entries})
    };
    let record = ask_with(&[
        structure("h1", "24781000000107", "History", json!([{"item": {"reference": "Observation/n1"}}, {"item": {"reference": "List/t1"}}])),
        structure("t1", "25851000000105", "", json!([{"item": {"reference": "List/h1"}}, {"item": {"display": "Referral items are not supported by the provider system."}}])),
        structure("s1", "325851000000107", "GP Surgery", json!([{"item": {"reference": "List/t1"}}])),
        json!({"resourceType": "Observation", "id": "n1", "code": snomed("37331000000100", "Comment note"), "comment": "Three days of cough"}),
        json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "type": [{"text": "GP Surgery"}], "period": {"start": "2026-05-04T09:10:00+01:00"}}),
        list(CONSULTATIONS, &["Encounter/e1"]),
    ])
    .await;
    assert_eq!(
        lines(&record, Section::Consultations),
        [
            "GP Surgery | - - | finished | -",
            "Comment note | - - | - | Three days of cough",
            "Referral items are not supported by the provider system. | - - | - | -",
        ]
    );
    let note = &record.items[1];
    assert_eq!(note.heading.as_deref(), Some("History"));
    assert_eq!(note.at, record.items[0].at, "dated by its consultation");
}
