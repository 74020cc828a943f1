//! PIXm, ITI-83: `$ihe-pix`, with the answers of §3.83.4.2.2.

use model::Demographics;
use serde_json::{Value, json};

use crate::world::*;

/// `SYSTEM|VALUE` of each target identifier, and how many Patients are named.
fn targets(answer: &Answer) -> (Vec<String>, usize) {
    let parameters = answer.body["parameter"].as_array().cloned().unwrap_or_default();
    let named = |name: &str| -> Vec<Value> {
        parameters.iter().filter(|one| one["name"] == name).cloned().collect()
    };
    let identifier = |one: &Value| {
        let text = |name: &str| one["valueIdentifier"][name].as_str().unwrap().to_owned();
        format!("{}|{}", text("system"), text("value"))
    };
    let ids = named("targetId");
    assert!(ids.iter().all(|one| one["valueReference"]["reference"].is_string()));
    (named("targetIdentifier").iter().map(identifier).collect(), ids.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_answered_with_the_others_that_may_be_seen() {
    for server in servers().await {
        known_to_three(&server);
        let nhs = format!("{NHS}|{}", number(1));
        let (r1, b1) = (format!("{RD3}|R1"), format!("{RBD}|B1"));
        let pix = async |query: String| {
            let answer = server.get(POOLE, &format!("/fhir/Patient/$ihe-pix?{query}")).await;
            assert_eq!(answer.status, 200, "{query}");
            assert_eq!(answer.body["resourceType"], "Parameters");
            targets(&answer)
        };
        let from = format!("sourceIdentifier={r1}");
        assert_eq!(pix(from.clone()).await, (vec![nhs.clone(), b1.clone()], 1));
        assert_eq!(pix(format!("{from}&targetSystem={RBD}")).await, (vec![b1.clone()], 1));
        assert_eq!(pix(format!("{from}&targetSystem={RBD}&targetSystem={NHS}")).await.0.len(), 2);
        assert_eq!(
            pix(format!("sourceIdentifier={b1}&targetSystem={RD3}")).await,
            (vec![r1.clone()], 1)
        );
        assert_eq!(pix(format!("sourceIdentifier={nhs}")).await, (vec![r1.clone(), b1.clone()], 1));
        // Nothing corresponds: an empty answer, and no error.
        server.feed("RD3/R2", &other(2, "Venn", "Diggory", "1919-06-30"));
        let none = pix(format!("sourceIdentifier={RD3}|R2&targetSystem={RBD}")).await;
        assert_eq!(none, (vec![], 0));
        for source in [
            json!({"name": "sourceIdentifier", "valueIdentifier": {"system": RD3, "value": "R1"}}),
            json!({"name": "sourceIdentifier", "valueString": r1}),
        ] {
            let target = json!({"name": "targetSystem", "valueUri": RBD});
            let sent = json!({"resourceType": "Parameters", "parameter": [source, target]});
            let answer = server.post(POOLE, "/fhir/Patient/$ihe-pix", sent).await;
            assert_eq!(targets(&answer), (vec![b1.clone()], 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_those_of_the_profile() {
    for server in servers().await {
        known_to_three(&server);
        for (query, expected) in [
            (
                "sourceIdentifier=urn:oid:9.9.9|R1".to_owned(),
                (400, "code-invalid", "sourceIdentifier Assigning Authority not found"),
            ),
            (
                format!("sourceIdentifier={RD3}|R9"),
                (404, "not-found", "sourceIdentifier Patient Identifier not found"),
            ),
            (
                format!("sourceIdentifier={RD3}|R1&targetSystem=urn:oid:9.9.9"),
                (403, "code-invalid", "targetSystem not found"),
            ),
            // A domain that is there and not open to the client does not exist for it.
            (
                format!("sourceIdentifier={RDY}|M1"),
                (400, "code-invalid", "sourceIdentifier Assigning Authority not found"),
            ),
            (
                format!("sourceIdentifier={RD3}|R1&targetSystem={RDY}"),
                (403, "code-invalid", "targetSystem not found"),
            ),
        ] {
            let answer = server.get(POOLE, &format!("/fhir/Patient/$ihe-pix?{query}")).await;
            assert_eq!(answer.issue(), expected, "{query}");
            assert_eq!(answer.body["issue"][0]["severity"], "error");
        }
        for (query, code) in [
            (String::new(), "required"),
            (format!("sourceIdentifier={RD3}|R1&sourceIdentifier={RD3}|R2"), "required"),
            ("sourceIdentifier=R1".to_owned(), "invalid"),
            (format!("sourceIdentifier={RD3}|"), "invalid"),
        ] {
            let answer = server.get(POOLE, &format!("/fhir/Patient/$ihe-pix?{query}")).await;
            assert_eq!((answer.issue().0, answer.issue().1), (400, code), "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_two_people_claim_is_not_said_to_be_nobodys() {
    for server in servers().await {
        server.feed("RD3/R1", &thomasina());
        let other = other(2, "Venn", "Diggory", "1919-06-30");
        server.feed("RD3/R2", &Demographics { nhs_number: Some(number(1)), ..other });
        let nhs = format!("{NHS}|{}", number(1));
        let path = format!("/fhir/Patient/$ihe-pix?sourceIdentifier={nhs}");
        let answer = server.get(POOLE, &path).await;
        assert_eq!((answer.issue().0, answer.issue().1), (409, "multiple-matches"));
    }
}
