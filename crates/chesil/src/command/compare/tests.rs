//! Facts that agree however they are arranged.

use serde_json::json;

use super::*;

fn said(resource: Value) -> Vec<String> {
    let facts = facts(&resources_of(&resource));
    facts.iter().map(|one| format!("{} {} {}", one.element, one.kind.word(), one.value)).collect()
}

#[test]
fn a_bundle_says_names_dates_identifiers_codes_values_units_and_counts() {
    let bundle = json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "MessageHeader", "source": {"name": "PAS"}}},
        {"resource": {"resourceType": "Patient", "id": "1",
            "identifier": [{"value": "R1"}], "name": [{"family": "Hardy", "given": ["Ann"]}],
            "birthDate": "1976-01-21", "gender": "female"}},
        {"resource": {"resourceType": "Observation", "status": "final",
            "code": {"coding": [{"code": "K"}]}, "effectiveDateTime": "2026-01-05T11:00:00Z",
            "valueQuantity": {"value": 6.90, "unit": "mmol/L"}}},
    ]});
    assert_eq!(
        said(bundle),
        [
            "Observation count 1",
            "Observation.code code k",
            "Observation.effectiveDateTime date 2026-01-05",
            "Observation.status code final",
            "Observation.valueQuantity.unit unit mmol/l",
            "Observation.valueQuantity.value value 6.9",
            "Patient count 1",
            "Patient.birthDate date 1976-01-21",
            "Patient.gender code female",
            "Patient.identifier identifier r1",
            "Patient.name name ann",
            "Patient.name name hardy",
        ]
    );
}

#[test]
fn what_is_said_in_another_element_is_found_there() {
    let ours =
        [json!({"resourceType": "Encounter", "participant": [{"display": "Dr Gabriel Oak"}]})];
    let fact = |value: &str| Fact {
        element: "Practitioner.name".into(),
        kind: Kind::Name,
        value: value.into(),
    };
    assert!(fact("oak").is_within(&words(&ours)) && !fact("oa").is_within(&words(&ours)));
}

#[test]
fn a_folder_of_pairs_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let message = "MSH|^~\\&|PAS|RD3|||20260105101500||ADT^A31|1|P|2.4\r\
                   PID|1||R1^^^RD3^MR||Hardy^Ann||19760121|F\r";
    std::fs::write(folder.path().join("a.hl7"), message).unwrap();
    let bundle = json!({"entry": [{"resource": {"resourceType": "Patient",
        "name": [{"family": "HARDY"}], "birthDate": "1976-01-22"}}]});
    std::fs::write(folder.path().join("a.json"), bundle.to_string()).unwrap();
    let pairs = pairs(folder.path()).unwrap();
    let mut tally = Tally::default();
    tally.add(&pairs[0], &compared(&pairs[0]).unwrap(), None);
    let of = |element: &str, kind| {
        let one = &tally.elements[&(element.to_owned(), kind)];
        (one.agree, one.lacking, one.ours_alone)
    };
    assert_eq!(of("Patient.name", Kind::Name), (1, 0, 1));
    assert_eq!(of("Patient.birthDate", Kind::Date), (0, 1, 1));
}
