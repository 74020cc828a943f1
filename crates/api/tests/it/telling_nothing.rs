//! Least privilege: who may ask, what each sees, what the trail says, and that nothing else tells.

use model::Demographics;
use serde_json::{Value, json};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_or_a_scope_nothing_is_shown_and_a_refusal_is_kept() {
    for server in servers().await {
        let person = known_to_three(&server);
        let read = format!("/fhir/Patient/{person}");
        for path in ["/fhir/Patient?family=hardy", &read, "/fhir/Patient/$ihe-pix"] {
            for token in ["", "wrong", "the-token-of-channel-poole-identities"] {
                assert_eq!(server.get(token, path).await.issue().1, "login", "{path}");
            }
        }
        assert!(server.trail().is_empty());
        assert_eq!(server.get(COUNTY, &read).await.issue().1, "forbidden");
        let pix = format!("/fhir/Patient/$ihe-pix?sourceIdentifier={RBD}|B1");
        assert_eq!(server.get(COUNTY, &pix).await.issue().1, "forbidden");
        let matched =
            json!({"resourceType": "Patient", "identifier": [{"system": RBD, "value": "B1"}]});
        assert_eq!(
            server.post(COUNTY, "/fhir/Patient/$match", matched).await.issue().1,
            "forbidden"
        );
        let refused = [
            "ReadPeople: a Patient by id",
            "CrossReference: cross-reference (ITI-83)",
            "MatchPeople: match (ITI-119)",
        ];
        assert_eq!(server.trail(), refused.map(|one| format!("county-search refused {one}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_person_shown_is_in_the_trail_and_no_value_is() {
    for server in servers().await {
        known_to_three(&server);
        assert_eq!(server.get(POOLE, "/fhir/Patient?family=hardy").await.families(), ["Hardy"]);
        assert_eq!(server.get(AMBULANCE, "/fhir/Patient?family=hardy").await.families(), ["Hardy"]);
        let about = "search by family (ITI-78)";
        assert_eq!(
            server.trail(),
            [
                format!("poole-pas allowed SearchPeople: {about}"),
                format!("poole-pas allowed ViewIdentity of somebody: {about}"),
                format!("ambulance allowed SearchPeople: {about}"),
                format!("ambulance allowed PersonShown of somebody: {about}"),
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_else_knows_a_person_is_seen_only_by_those_who_know_them_too() {
    for server in servers().await {
        let person = known_to_three(&server);
        let nhs = format!("{NHS}|{}", number(1));
        let golden = server.get(AMBULANCE, &format!("/fhir/Patient/{person}")).await.body;
        assert_eq!(identifiers(&golden), std::slice::from_ref(&nhs));
        assert!(golden.get("link").is_none());
        // The county's system knows her; only its own domain is open to it.
        let found = server.get(COUNTY, "/fhir/Patient?family=hardy").await.patients();
        assert_eq!(identifiers(&found[0]), [nhs, format!("{RBD}|B1")]);
        // Another organisation's number finds nobody for those who may not see it: as if it were not there.
        for (token, number) in
            [(AMBULANCE, "RD3|R1"), (AMBULANCE, "R1"), (COUNTY, "R1"), (COUNTY, "M1")]
        {
            let there = server.get(token, &format!("/fhir/Patient?identifier={number}")).await;
            let not_there = server.get(token, &format!("/fhir/Patient?identifier={number}9")).await;
            let shape =
                |answer: &Answer| (answer.status, answer.body["total"].clone(), answer.families());
            assert_eq!(shape(&there), shape(&not_there), "{number}");
            assert_eq!(there.body["total"], 0);
        }
        let pix = |value: &str| format!("/fhir/Patient/$ihe-pix?sourceIdentifier={RD3}|{value}");
        let (there, not_there) =
            (server.get(AMBULANCE, &pix("R1")).await, server.get(AMBULANCE, &pix("R9")).await);
        assert_eq!(there.issue(), not_there.issue());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_says_no_is_linked_for_nobody_but_their_own_record_stays() {
    for server in servers().await {
        let person = known_to_three(&server);
        let db = server.inbox.db().clone();
        let job = move |tx: &mut db::Tx| {
            let records: Vec<_> =
                empi::local_patients(tx, person).unwrap().iter().map(|one| one.id).collect();
            let at = "2026-11-02T00:00:00Z".parse().unwrap();
            accounts::set_dissent(tx, person, &records, accounts::Dissent::Expressed, at)
        };
        tokio::task::block_in_place(|| db.write(job)).unwrap();
        let golden = server.get(POOLE, &format!("/fhir/Patient/{person}")).await.body;
        assert_eq!(identifiers(&golden), [format!("{NHS}|{}", number(1)), format!("{RD3}|R1")]);
        let pix = format!("/fhir/Patient/$ihe-pix?sourceIdentifier={RD3}|R1&targetSystem={RBD}");
        let answer = server.get(POOLE, &pix).await;
        assert_eq!((answer.status, answer.body.get("parameter")), (200, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensitive_person_is_never_found_by_place_and_shows_none() {
    for server in servers().await {
        server.feed("RD3/R1", &thomasina());
        // Another organisation's record protects them everywhere.
        let person = server.feed("RBD/B1", &Demographics { sensitive: true, ..thomasina() });
        for query in [
            "address-postalcode=DT2%208QA",
            "telecom=01305496007",
            "family=hardy&address=7%20egdon",
            "family=hardy&address-postalcode=DT2",
            "family=hardy&telecom=01305496007",
        ] {
            let answer = server.get(POOLE, &format!("/fhir/Patient?{query}")).await;
            assert_eq!((answer.status, &answer.body["total"]), (200, &json!(0)), "{query}");
        }
        let found = server.get(POOLE, "/fhir/Patient?family=hardy&birthdate=1947-02-21").await;
        for patient in [
            found.patients()[0].clone(),
            server.get(POOLE, &format!("/fhir/Patient/{person}")).await.body,
            server
                .get(
                    POOLE,
                    &format!(
                        "/fhir/Patient/{}",
                        found.patients()[0]["link"][0]["other"]["reference"]
                            .as_str()
                            .unwrap()
                            .trim_start_matches("Patient/")
                    ),
                )
                .await
                .body,
        ] {
            assert_eq!(patient["meta"]["security"][0]["code"], "R");
            for element in ["address", "telecom", "generalPractitioner"] {
                assert_eq!(patient.get(element), None::<&Value>, "{element}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_offered_is_an_operation_outcome_and_the_statement_says_what_is() {
    for server in servers().await {
        let delete = reqwest::Method::DELETE;
        let path = "/fhir/Patient/6f0d3b8e-52c7-4c0b-9a57-3d2b6b1f0c11";
        for (method, path, status) in [
            (delete, path, 405),
            (reqwest::Method::GET, "/fhir/Observation", 404),
            (reqwest::Method::GET, "/fhir/Observation/1", 404),
            (reqwest::Method::GET, "/fhir/Patient/1/_history", 404),
        ] {
            let answer = server.send(POOLE, method, path, &[], String::new()).await;
            assert_eq!((answer.issue().0, answer.issue().1), (status, "not-supported"), "{path}");
        }
        let statement = server.get("", "/fhir/metadata").await.body;
        let patient = &statement["rest"][0]["resource"][0];
        let names = |list: &Value| -> Vec<String> {
            let each = list.as_array().unwrap().iter();
            each.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&patient["operation"]), ["match", "ihe-pix"]);
        // Every parameter that is named is respected.
        for name in names(&patient["searchParam"]) {
            let value = match name.as_str() {
                "active" => "true",
                "gender" => "female",
                "birthdate" => "1950-01-01",
                _ => "x",
            };
            let path = format!("/fhir/Patient?family=hardy&{name}={value}");
            assert!(server.get(POOLE, &path).await.link("self").unwrap().contains(&name), "{name}");
        }
        assert_eq!(patient["conditionalUpdate"], true);
        assert_eq!(patient["conditionalDelete"], "single");
    }
}
