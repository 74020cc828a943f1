//! PDQm, ITI-119: `$match`, by the cases of §3.119.4.1.3.

use model::{Demographics, NhsNumberStatus};
use serde_json::{Value, json};

use crate::world::*;

const PATH: &str = "/fhir/Patient/$match";

fn patient(with_number: bool) -> Value {
    let mut patient = json!({
        "resourceType": "Patient",
        "name": [{"family": "Hardy", "given": ["Thomasina"]}],
        "gender": "female",
        "birthDate": "1947-02-21",
        "address": [{"line": ["7 Egdon Way"], "postalCode": "DT2 8QA"}],
    });
    if with_number {
        patient["identifier"] = json!([{"system": NHS, "value": number(1).to_string()}]);
    }
    patient
}

fn parameters(patient: Value, more: &[Value]) -> Value {
    let resource = json!({"name": "resource", "resource": patient});
    let parameters: Vec<Value> = std::iter::once(resource).chain(more.iter().cloned()).collect();
    json!({"resourceType": "Parameters", "parameter": parameters})
}

fn only_certain() -> Value {
    json!({"name": "onlyCertainMatches", "valueBoolean": true})
}

/// The grade and score of each entry.
fn grades(answer: &Answer) -> Vec<(String, f64)> {
    let entries = answer.body["entry"].as_array().cloned().unwrap_or_default();
    let grade = |one: &Value| {
        let extension = &one["search"]["extension"][0];
        assert_eq!(extension["url"], "http://hl7.org/fhir/StructureDefinition/match-grade");
        let score = one["search"]["score"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score));
        (extension["valueCode"].as_str().unwrap().to_owned(), score)
    };
    entries.iter().map(grade).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_who_fits_is_certain() {
    for server in servers().await {
        let person = known_to_three(&server);
        for sent in [
            patient(true),
            patient(false),
            parameters(patient(true), &[]),
            parameters(patient(true), &[only_certain()]),
        ] {
            let answer = server.post(POOLE, PATH, sent.clone()).await;
            assert_eq!((answer.status, &answer.body["type"]), (200, &json!("searchset")));
            assert_eq!(answer.patients()[0]["id"], person.to_string(), "{sent}");
            let grades = grades(&answer);
            assert!(
                grades.len() == 1 && grades[0].0 == "certain" && grades[0].1 > 0.9,
                "{grades:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_fit_equally_are_no_certainty_and_count_limits_them() {
    for server in servers().await {
        // One description, two people with verified numbers of their own.
        for (place, stem) in [("RD3/R1", 1), ("RBD/B1", 2)] {
            let number = Some(number(stem));
            server.feed(place, &Demographics { nhs_number: number, ..thomasina() });
        }
        let answer = server.post(POOLE, PATH, parameters(patient(false), &[])).await;
        let found = grades(&answer);
        assert!(found.len() == 2 && found.iter().all(|one| one.0 == "probable"), "{found:?}");
        assert!(found[0].1 >= found[1].1);
        let certain = parameters(patient(false), &[only_certain()]);
        let answer = server.post(POOLE, PATH, certain).await;
        assert_eq!((answer.status, &answer.body["total"]), (200, &json!(0)));
        let one = parameters(patient(false), &[json!({"name": "count", "valueInteger": 1})]);
        assert_eq!(grades(&server.post(POOLE, PATH, one).await).len(), 1);
        // The number tells them apart.
        let certain = parameters(patient(true), &[only_certain()]);
        let answer = server.post(POOLE, PATH, certain).await;
        assert_eq!(grades(&answer).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_is_an_empty_bundle() {
    for server in servers().await {
        known_to_three(&server);
        let stranger = json!({"resourceType": "Patient", "birthDate": "2001-03-04",
            "name": [{"family": "Nobody", "given": ["At", "All"]}]});
        let answer = server.post(POOLE, PATH, stranger).await;
        assert_eq!((answer.status, &answer.body["total"]), (200, &json!(0)));
        assert!(answer.body.get("entry").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_alone_names_its_person_if_the_client_may_see_it() {
    for server in servers().await {
        known_to_three(&server);
        let by = |system: &str, value: &str| json!({"resourceType": "Patient", "identifier": [{"system": system, "value": value}]});
        for (system, value, expected) in [
            (NHS, number(1).to_string(), 1),
            (RD3, "R1".to_owned(), 1),
            (RBD, "B1".to_owned(), 1),
            // The mental-health provider's numbers are not open to Poole.
            (RDY, "M1".to_owned(), 0),
            (RD3, "R9".to_owned(), 0),
        ] {
            let answer = server.post(POOLE, PATH, by(system, &value)).await;
            assert_eq!(grades(&answer).len(), expected, "{system}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_matched_says_what_is_wanted() {
    for server in servers().await {
        for (sent, code, place) in [
            (json!({"resourceType": "Person"}), "invalid", "Parameters"),
            (
                json!({"resourceType": "Parameters"}),
                "required",
                "Parameters.parameter.where(name='resource')",
            ),
            (json!({"resourceType": "Patient", "gender": "female"}), "required", "Patient"),
            (
                parameters(patient(true), &[json!({"name": "count", "valueInteger": 0})]),
                "invalid",
                "Parameters.parameter.where(name='count')",
            ),
            (
                parameters(
                    patient(true),
                    &[json!({"name": "onlyCertainMatches", "valueString": "yes"})],
                ),
                "invalid",
                "Parameters.parameter.where(name='onlyCertainMatches')",
            ),
        ] {
            let answer = server.post(POOLE, PATH, sent).await;
            assert_eq!((answer.issue().0, answer.issue().1), (400, code), "{place}");
            assert_eq!(answer.body["issue"][0]["expression"], json!([place]));
        }
        // "Nobody" would be read as an answer about the person.
        let with = |name: &str, value: Value| {
            let mut sent = patient(false);
            sent[name] = value;
            sent
        };
        for (sent, place) in [
            (with("birthDate", json!("1958-13-45")), "Patient.birthDate"),
            (with("gender", json!("banana")), "Patient.gender"),
            (
                with("identifier", json!([{"system": NHS, "value": "9996119549"}])),
                "Patient.identifier",
            ),
        ] {
            let answer = server.post(POOLE, PATH, sent).await;
            assert_eq!(answer.issue().0, 400, "{place}");
            assert_eq!(answer.body["issue"][0]["expression"], json!([place]));
        }
        let xml = [("content-type", "application/fhir+xml")];
        let answer =
            server.send(POOLE, reqwest::Method::POST, PATH, &xml, "<Patient/>".into()).await;
        assert_eq!(answer.issue().0, 415);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensitive_person_is_matched_without_their_place() {
    for server in servers().await {
        server.feed("RD3/R1", &Demographics { sensitive: true, ..thomasina() });
        let answer = server.post(POOLE, PATH, patient(true)).await;
        let found = &answer.patients()[0];
        assert_eq!(found["meta"]["security"][0]["code"], "R");
        assert!(found.get("address").is_none() && found.get("telecom").is_none());
        let by_place = json!({"resourceType": "Patient", "name": [{"family": "Smith", "given": ["Thomasina"]}],
            "telecom": [{"system": "phone", "value": "01305 496007"}],
            "address": [{"line": ["7 Egdon Way"], "postalCode": "DT2 8QA"}]});
        assert_eq!(server.post(POOLE, PATH, by_place).await.body["total"], 0);
        assert_eq!(thomasina().nhs_number_status, NhsNumberStatus::Verified);
    }
}
