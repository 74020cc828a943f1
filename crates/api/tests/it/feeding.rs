//! PIXm, ITI-104: the identity feed, stored before it is answered and replayed like any message.

use model::LocalIdentity;
use serde_json::{Value, json};

use crate::world::*;

fn mohr(value: &str, given: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": RD3, "value": value}],
        "active": true,
        "name": [{"family": "MOHR", "given": [given]}],
        "gender": "female",
        "birthDate": "1958-01-30",
    })
}

/// `SYSTEM|VALUE` in an address.
fn address(value: &str) -> String {
    format!("/fhir/Patient?identifier={RD3}|{value}")
}

async fn put(server: &Server, value: &str, patient: &Value) -> Answer {
    let headers = [("content-type", "application/fhir+json")];
    server.send(POOLE, reqwest::Method::PUT, &address(value), &headers, patient.to_string()).await
}

async fn search(server: &Server, query: &str) -> Vec<Value> {
    server.get(POOLE, &format!("/fhir/Patient?{query}")).await.patients()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_is_added_and_revised_whole() {
    for server in servers().await {
        let mut first = mohr("994", "ALISSA");
        first["telecom"] = json!([{"system": "phone", "value": "01202 960001"}]);
        let answer = put(&server, "994", &first).await;
        assert_eq!((answer.status, answer.issue().1), (201, "informational"));
        assert!(answer.issue().2.starts_with("stored as message 1;"), "{}", answer.body);
        // Not before it is processed, and then by its own address.
        let location = answer.location.unwrap();
        assert_eq!(server.get(POOLE, &location).await.status, 404);
        server.process();
        let record = server.get(POOLE, &location).await.body;
        assert_eq!(record["name"][0]["given"], json!(["ALISSA"]));
        assert_eq!(record["telecom"][0]["value"], "01202 960001");

        server.clock.advance(jiff::SignedDuration::from_secs(1));
        let answer = put(&server, "994", &mohr("994", "ALICE")).await;
        assert_eq!((answer.status, answer.location), (200, Some(location.clone())));
        server.process();
        let record = server.get(POOLE, &location).await.body;
        assert_eq!(record["name"][0]["given"], json!(["ALICE"]));
        // A conditional update is the whole Patient: what it no longer says is gone.
        assert_eq!(record.get("telecom"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_may_be_said_again() {
    for server in servers().await {
        for given in ["ALISSA", "ALICE", "ALISSA"] {
            assert!(put(&server, "994", &mohr("994", given)).await.status < 300);
            server.clock.advance(jiff::SignedDuration::from_secs(1));
            server.process();
        }
        let found = search(&server, &format!("identifier={RD3}|994")).await;
        assert_eq!(found[0]["name"][0]["given"], json!(["ALISSA"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_resolved_and_its_number_ends() {
    for server in servers().await {
        put(&server, "994", &mohr("994", "ALICE")).await;
        let mut subsumed = mohr("m94", "MAIDEN");
        put(&server, "m94", &subsumed).await;
        server.process();
        let by = |value: &str| format!("identifier={RD3}|{value}");
        assert_ne!(
            search(&server, &by("994")).await[0]["id"],
            search(&server, &by("m94")).await[0]["id"]
        );

        // As little as the profile asks for: what was known of the ended number stays known.
        let number = subsumed["identifier"].take();
        let other = json!({"identifier": {"system": RD3, "value": "994"}});
        let link = json!([{"other": other, "type": "replaced-by"}]);
        subsumed =
            json!({"resourceType": "Patient", "identifier": number, "active": false, "link": link});
        server.clock.advance(jiff::SignedDuration::from_secs(1));
        assert_eq!(put(&server, "m94", &subsumed).await.status, 200);
        server.process();
        // Whoever still has the ended number finds the patient who goes on, and no longer the number.
        let found = search(&server, &by("m94")).await;
        assert_eq!(found[0]["id"], search(&server, &by("994")).await[0]["id"]);
        assert_eq!(identifiers(&found[0]), [format!("{RD3}|994")]);
        let ended = LocalIdentity::new("RD3", "m94").local_patient();
        let ended = server.write(move |tx| empi::local_patient(tx, ended)).unwrap();
        assert_eq!(ended.demographics.names[0].given, ["MAIDEN"]);
        assert!(ended.demographics.birth_date.is_some() && ended.merged_into.is_some());
        let pix = format!("/fhir/Patient/$ihe-pix?sourceIdentifier={RD3}|m94");
        let answer = server.get(POOLE, &pix).await;
        assert_eq!(answer.body["parameter"][0]["valueIdentifier"]["value"], "994");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_patient_is_no_longer_cross_referenced() {
    for server in servers().await {
        server.feed("RBD/B1", &thomasina());
        let mut hardy = mohr("R1", "Thomasina");
        hardy["identifier"] = json!([
            {"system": RD3, "value": "R1"},
            {"system": NHS, "value": number(1).to_string(), "extension": [{
                "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": {"coding": [{"code": "01"}]}}]},
        ]);
        hardy["name"] = json!([{"family": "Hardy", "given": ["Thomasina"]}]);
        hardy["birthDate"] = json!("1947-02-21");
        put(&server, "R1", &hardy).await;
        server.process();
        let pix = async |source: String| {
            server.get(POOLE, &format!("/fhir/Patient/$ihe-pix?sourceIdentifier={source}")).await
        };
        assert!(pix(format!("{RD3}|R1")).await.body.to_string().contains("B1"));
        server.clock.advance(jiff::SignedDuration::from_secs(1));
        let delete = reqwest::Method::DELETE;
        let unknown = address("R11");
        let answer = server.send(POOLE, delete.clone(), &unknown, &[], String::new()).await;
        assert_eq!(answer.issue().0, 404, "a slip of the pen makes nobody");
        let answer = server.send(POOLE, delete, &address("R1"), &[], String::new()).await;
        assert_eq!(answer.status, 200);
        server.process();
        assert_eq!(pix(format!("{RD3}|R1")).await.issue().0, 404);
        // Poole uses no record of hers any more, so it no longer learns who else does.
        let answer = pix(format!("{NHS}|{}", number(1))).await;
        assert_eq!((answer.status, answer.body.get("parameter").is_some()), (200, true));
        assert!(!answer.body.to_string().contains("targetIdentifier"), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_not_its_own_or_not_whole_is_refused_and_nothing_is_stored() {
    for server in servers().await {
        let fed = async |token: &str, path: &str, patient: Value| {
            let headers = [("content-type", "application/fhir+json")];
            let put = reqwest::Method::PUT;
            let answer = server.send(token, put, path, &headers, patient.to_string()).await;
            let (status, code, _) = answer.issue();
            (status, code.to_owned())
        };
        let fine = mohr("1", "A");
        let of_others = format!("/fhir/Patient?identifier={RBD}|1");
        let mut two = fine.clone();
        two["identifier"] = json!([{"system": RD3, "value": "1"}, {"system": "RD3", "value": "2"}]);
        let mut itself = fine.clone();
        let other = json!({"identifier": {"system": RD3, "value": "1"}});
        itself["link"] = json!([{"other": other, "type": "replaced-by"}]);
        for (token, path, patient, expected) in [
            ("wrong", address("1"), fine.clone(), (401, "login")),
            (AMBULANCE, address("1"), fine.clone(), (403, "forbidden")),
            (POOLE, of_others, fine.clone(), (403, "forbidden")),
            (POOLE, "/fhir/Patient".to_owned(), fine.clone(), (400, "required")),
            (POOLE, format!("{}&name=x", address("1")), fine.clone(), (400, "required")),
            (POOLE, "/fhir/Patient?identifier=1".to_owned(), fine.clone(), (400, "required")),
            (POOLE, address("2"), fine.clone(), (400, "invariant")),
            (POOLE, address("1"), two, (400, "invariant")),
            (POOLE, address("1"), itself, (400, "invariant")),
            (POOLE, address("1"), json!({"resourceType": "Person"}), (400, "invalid")),
        ] {
            let answer = fed(token, &path, patient).await;
            assert_eq!(answer, (expected.0, expected.1.to_owned()), "{path}");
        }
        assert_eq!(server.inbox.waiting(), 0);
        assert_eq!(server.trail(), ["ambulance refused FeedPeople: feed (ITI-104)"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_wipes_nothing_out() {
    for server in servers().await {
        put(&server, "994", &mohr("994", "ALICE")).await;
        server.process();
        let with = |name: &str, value: Value| {
            let mut patient = mohr("994", "ALICE");
            patient[name] = value;
            patient
        };
        let own = json!({"system": RD3, "value": "994"});
        let long = "A".repeat(201);
        for (patient, place) in [
            (with("birthDate", json!("31/12/1950")), "Patient.birthDate"),
            (with("gender", json!("banana")), "Patient.gender"),
            (with("deceasedDateTime", json!("last week")), "Patient.deceased"),
            (
                with("identifier", json!([own, {"system": NHS, "value": "9996119549"}])),
                "Patient.identifier",
            ),
            (with("name", json!([{"family": long}])), "Patient.name"),
            (with("name", json!([{"family": "MO\u{0}HR"}])), "Patient.name"),
        ] {
            let answer = put(&server, "994", &patient).await;
            assert_eq!(answer.issue().0, 400, "{place}");
            assert_eq!(answer.body["issue"][0]["expression"], json!([place]));
        }
        assert_eq!(put(&server, "99%004", &mohr("99\u{0}4", "ALICE")).await.status, 400);
        server.process();
        let found = search(&server, &format!("identifier={RD3}|994")).await;
        assert_eq!(found[0]["birthDate"], "1958-01-30");
    }
}
