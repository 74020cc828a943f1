//! `GET /fhir/Patient/{id}`: golden records, local records, and ids that were merged away.

use model::{Demographics, LocalIdentity, NhsNumberStatus};
use serde_json::json;

use crate::world::*;

fn local(authority: &str, value: &str) -> String {
    LocalIdentity::new(authority, value).local_patient().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_golden_record_and_its_local_records_name_each_other() {
    for server in servers().await {
        let person = known_to_three(&server);
        let golden = server.get(POOLE, &format!("/fhir/Patient/{person}")).await;
        assert_eq!((golden.status, golden.content_location), (200, None));
        let link = |id: String, kind: &str| json!({"other": {"reference": format!("Patient/{id}")}, "type": kind});
        let links =
            json!([link(local("RD3", "R1"), "seealso"), link(local("RBD", "B1"), "seealso")]);
        assert_eq!(golden.body["link"], links);
        let record = server.get(POOLE, &format!("/fhir/Patient/{}", local("RBD", "B1"))).await;
        assert_eq!(record.body["link"], json!([link(person.to_string(), "refer")]));
        assert_eq!(record.body["managingOrganization"]["identifier"]["value"], "RBD");
        assert_eq!(identifiers(&record.body).last().unwrap(), &format!("{RBD}|B1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_merged_away_answers_with_the_survivor() {
    for server in servers().await {
        let survivor = server.feed("RD3/R1", &thomasina());
        let without = Demographics {
            nhs_number: None,
            nhs_number_status: NhsNumberStatus::NotStated,
            ..other(9, "Unknown", "Female", "1950-01-01")
        };
        let gone = server.feed("RD3/R2", &without);
        assert_ne!(survivor, gone);
        assert_eq!(server.feed("RD3/R2", &thomasina()), survivor);
        let answer = server.get(POOLE, &format!("/fhir/Patient/{gone}")).await;
        assert_eq!((answer.status, &answer.body["id"]), (200, &json!(survivor.to_string())));
        let own = format!("{}/fhir/Patient/{survivor}", server.address);
        assert_eq!(answer.content_location, Some(own));
        let replaced =
            json!({"other": {"reference": format!("Patient/{gone}")}, "type": "replaces"});
        assert!(answer.body["link"].as_array().unwrap().contains(&replaced));
        let by_id = server.get(POOLE, &format!("/fhir/Patient?_id={gone}")).await;
        assert_eq!(by_id.families(), ["Hardy"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_and_what_may_not_be_seen_are_one_answer() {
    for server in servers().await {
        known_to_three(&server);
        let nowhere = "6f0d3b8e-52c7-4c0b-9a57-3d2b6b1f0c11";
        for id in [nowhere, "1", "metadata", &local("RDY", "M1")] {
            let answer = server.get(POOLE, &format!("/fhir/Patient/{id}")).await;
            assert_eq!(answer.issue(), (404, "not-found", "there is no such Patient"), "{id}");
        }
    }
}
