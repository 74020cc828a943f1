//! Subscriptions to topics (Subscriptions R5 Backport for R4): who hears what of whose care, under which
//! number, and what a system is told again.

use access::Basis;
use jiff::SignedDuration;
use model::{LocalIdentity, PersonId};
use serde_json::{Value, json};

use crate::notifying::Hook;
use crate::world::*;

const GUIDE: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition";

fn wish(hook: &Hook, topic: &str, content: &str) -> Value {
    json!({
        "resourceType": "Subscription", "status": "requested", "reason": "to follow our patients",
        "criteria": format!("urn:chesil:topic:{topic}"),
        "channel": {"type": "rest-hook", "endpoint": hook.address, "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": format!("{GUIDE}/backport-payload-content"),
                "valueCode": content}]}},
    })
}

async fn subscribe(server: &Server, wished: Value) -> String {
    let answer = server.post(POOLE, "/fhir/Subscription", wished).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (201, &json!("requested")),
        "{}",
        answer.body
    );
    answer.location.unwrap()
}

async fn tell(server: &Server) -> usize {
    api::notify_once(&server.state).await.unwrap()
}

/// Dorset County says this about its patient B1, who is Thomasina.
async fn county_says(server: &Server, resources: &[Value]) {
    let patient = json!({"resourceType": "Patient", "birthDate": "1947-02-21",
        "identifier": [{"system": "RBD", "value": "B1"}, {"system": NHS, "value": number(1).to_string()}],
        "name": [{"family": "Hardy", "given": ["Thomasina"]}]});
    let mut entries = vec![json!({"fullUrl": "urn:uuid:p", "resource": patient})];
    for resource in resources {
        let mut resource = resource.clone();
        if resource["resourceType"] == "Patient" {
            let said = entries[0]["resource"].as_object_mut().unwrap();
            said.extend(resource.as_object().unwrap().clone());
            continue;
        }
        resource["subject"] = json!({"reference": "urn:uuid:p"});
        let url = format!(
            "{}/{}",
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap()
        );
        entries.push(json!({"resource": resource, "request": {"method": "PUT", "url": url}}));
    }
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = server.post("the-token-of-channel-dorchester", "/fhir/dorchester", bundle).await;
    assert!((200..300).contains(&answer.status), "{}", answer.body);
    server.process();
}

fn stay(status: &str) -> Value {
    json!({"resourceType": "Encounter", "id": "s1", "status": status, "class": {"code": "IMP"},
        "period": {"start": "2026-11-20T09:00:00Z"}})
}

/// Poole is caring for whoever has this number of Dorset County's, or not any more.
fn cares(server: &Server, is_caring: bool) {
    let patient = LocalIdentity::new("RBD", "B1").local_patient();
    let (poole, now) = (ods("RD3"), "2026-11-22T12:00:00Z".parse().unwrap());
    let job = move |tx: &mut db::Tx| -> Result<(), accounts::Error> {
        if is_caring {
            accounts::note_relationship(tx, &poole, patient, Basis::Caseload, "c", now, None)
        } else {
            accounts::end_relationship(tx, &poole, patient, Basis::Caseload, "c", now)
        }
    };
    tokio::task::block_in_place(|| server.inbox.db().write(job)).unwrap();
}

/// The parameters of a notification, by name.
fn parameter<'a>(bundle: &'a Value, name: &str) -> &'a Value {
    let status = &bundle["entry"][0]["resource"]["parameter"];
    let found = status.as_array().unwrap().iter().find(|one| one["name"] == name);
    found.unwrap_or(&Value::Null)
}

/// What a notification says: its type, the numbers of its events, what each names, and what it holds.
fn said(bundle: &Value) -> String {
    let status = bundle["entry"][0]["resource"]["parameter"].as_array().unwrap();
    let kind = |reference: &Value| {
        reference["valueReference"]["reference"]
            .as_str()
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned()
    };
    let event = |one: &Value| -> String {
        let parts = one["part"].as_array().unwrap();
        let of = |name: &str| parts.iter().find(|part| part["name"] == name);
        let number = of("event-number").unwrap()["valueString"].as_str().unwrap();
        let named: Vec<String> =
            ["focus", "additional-context"].iter().filter_map(|name| of(name).map(kind)).collect();
        format!(" #{number} {}", named.join("+"))
    };
    let events: String =
        status.iter().filter(|one| one["name"] == "notification-event").map(event).collect();
    let held = bundle["entry"].as_array().unwrap().iter().skip(1).map(|entry| {
        let name = entry["request"]["url"].as_str().unwrap().split('/').next().unwrap();
        if entry.get("resource").is_some() { format!("[{name}]") } else { format!("({name})") }
    });
    let held: Vec<String> = held.collect();
    format!(
        "{}{events} {}",
        parameter(bundle, "type")["valueCode"].as_str().unwrap(),
        held.join("")
    )
    .trim_end()
    .to_owned()
}

fn told(hook: &Hook) -> Vec<String> {
    hook.told.lock().unwrap().iter().map(|(bundle, _)| said(bundle)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_topic_is_told_once_to_those_who_are_caring_for_somebody() {
    let letter = json!({"resourceType": "DocumentReference", "id": "d1", "status": "current",
        "date": "2026-11-21T09:00:00Z", "type": {"text": "Discharge summary"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "SGVsbG8="}}]});
    let plan = |status: &str| {
        json!({"resourceType": "CarePlan", "id": "c1", "status": status,
        "intent": "plan", "title": "Support at home"})
    };
    let dead = json!({"resourceType": "Patient", "deceasedDateTime": "2026-11-22"});
    for (topic, before, after, expected) in [
        ("admitted", vec![], stay("in-progress"), "Encounter+Patient (Patient)(Encounter)"),
        (
            "discharged",
            vec![stay("in-progress")],
            stay("finished"),
            "Encounter+Patient (Patient)(Encounter)",
        ),
        ("died", vec![], dead, "Patient (Patient)"),
        ("new-document", vec![], letter, "DocumentReference+Patient (Patient)(DocumentReference)"),
        (
            "plan-changed",
            vec![plan("draft")],
            plan("active"),
            "CarePlan+Patient (Patient)(CarePlan)",
        ),
    ] {
        for server in servers().await {
            let hook = Hook::listen().await;
            let person = known_to_three(&server);
            cares(&server, true);
            subscribe(&server, wish(&hook, topic, "id-only")).await;
            assert_eq!(tell(&server).await, 0, "the handshake is no event");
            county_says(&server, &before).await;
            let first = tell(&server).await;
            assert_eq!(first, usize::from(topic == "plan-changed"), "{topic}");
            county_says(&server, std::slice::from_ref(&after)).await;
            county_says(&server, std::slice::from_ref(&after)).await;
            assert_eq!(tell(&server).await, 1, "{topic}");
            assert_eq!(tell(&server).await, 0, "{topic}");
            let told = told(&hook);
            assert_eq!(told[0], "handshake");
            let number = told.len() - 1;
            let wanted = format!("event-notification #{number} {expected}");
            assert_eq!(told.last().unwrap(), &wanted, "{topic}");
            let (bundle, _) = hook.told.lock().unwrap().last().unwrap().clone();
            assert!(bundle.to_string().contains(&format!("Patient/{person}")));
            assert!(!bundle.to_string().contains("Hardy") && !bundle.to_string().contains("B1"));
            let trail = server.trail();
            let last =
                format!("poole-pas allowed HearOfEvents of somebody: notification of {topic}");
            assert!(trail.last().unwrap().starts_with(&last), "{trail:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_people_whom_they_are_not_caring_for_or_who_said_no() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let person = known_to_three(&server);
        subscribe(&server, wish(&hook, "admitted", "full-resource")).await;
        tell(&server).await;
        // Holding a record of her is not enough.
        county_says(&server, &[stay("in-progress")]).await;
        assert_eq!(tell(&server).await, 0);
        cares(&server, true);
        dissents(&server, person);
        county_says(&server, &[stay("planned")]).await;
        county_says(&server, &[stay("in-progress")]).await;
        assert_eq!(tell(&server).await, 0);
        assert_eq!(told(&hook), ["handshake"]);
        assert!(!server.trail().iter().any(|line| line.contains("allowed HearOfEvents")));
    }
}

fn dissents(server: &Server, person: PersonId) {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let job = move |tx: &mut db::Tx| {
        accounts::set_dissent(tx, person, &[], accounts::Dissent::Expressed, now)
    };
    tokio::task::block_in_place(|| server.inbox.db().write(job)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_is_as_full_as_was_wished() {
    for (content, expected) in [
        ("empty", "event-notification #1"),
        ("id-only", "event-notification #1 Encounter+Patient (Patient)(Encounter)"),
        ("full-resource", "event-notification #1 Encounter+Patient [Patient][Encounter]"),
    ] {
        for server in servers().await {
            let hook = Hook::listen().await;
            known_to_three(&server);
            cares(&server, true);
            subscribe(&server, wish(&hook, "admitted", content)).await;
            tell(&server).await;
            county_says(&server, &[stay("in-progress")]).await;
            assert_eq!(tell(&server).await, 1);
            assert_eq!(told(&hook)[1], expected);
            let (bundle, _) = hook.told.lock().unwrap().last().unwrap().clone();
            assert_eq!(bundle.to_string().contains("Hardy"), content == "full-resource");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_seen_and_the_same_event_comes_again_under_its_number() {
    for server in servers().await {
        let hook = Hook::listen().await;
        known_to_three(&server);
        cares(&server, true);
        hook.gives(503);
        let location = subscribe(&server, wish(&hook, "admitted", "id-only")).await;
        tell(&server).await;
        let known = server.get(POOLE, &location).await.body;
        assert_eq!(
            (&known["status"], &known["criteria"]),
            (&json!("error"), &json!("urn:chesil:topic:admitted"))
        );
        // What happens before the endpoint has answered is not lost.
        county_says(&server, &[stay("in-progress")]).await;
        hook.gives(200);
        server.clock.advance(SignedDuration::from_secs(6));
        tell(&server).await;
        assert_eq!(server.get(POOLE, &location).await.body["status"], "active");
        hook.gives(500);
        assert_eq!(tell(&server).await, 0);
        hook.gives(200);
        server.clock.advance(SignedDuration::from_secs(6));
        assert_eq!(tell(&server).await, 1);
        let expected = "event-notification #1 Encounter+Patient (Patient)(Encounter)";
        assert_eq!(told(&hook), ["handshake", expected]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hears_nothing_for_long_gets_a_sign_of_life() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let mut wished = wish(&hook, "died", "id-only");
        wished["channel"]["extension"] =
            json!([{"url": format!("{GUIDE}/backport-heartbeat-period"), "valueUnsignedInt": 60}]);
        subscribe(&server, wished).await;
        tell(&server).await;
        server.clock.advance(SignedDuration::from_secs(59));
        tell(&server).await;
        assert_eq!(told(&hook), ["handshake"]);
        server.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(tell(&server).await, 0);
        tell(&server).await;
        assert_eq!(told(&hook), ["handshake", "heartbeat"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_events_say_it_again_as_far_as_it_may_still_be_told() {
    for server in servers().await {
        let hook = Hook::listen().await;
        known_to_three(&server);
        cares(&server, true);
        let location = subscribe(&server, wish(&hook, "admitted", "id-only")).await;
        tell(&server).await;
        county_says(&server, &[stay("in-progress")]).await;
        tell(&server).await;
        let second = json!({"resourceType": "Encounter", "id": "s2", "status": "in-progress",
            "class": {"code": "IMP"}, "period": {"start": "2026-11-21T09:00:00Z"}});
        county_says(&server, &[second]).await;
        tell(&server).await;
        let status = server.get(POOLE, &format!("{location}/$status")).await.body;
        assert_eq!(
            (&status["type"], said(&status).as_str()),
            (&json!("searchset"), "query-status")
        );
        let count = parameter(&status, "events-since-subscription-start");
        assert_eq!(count["valueString"], "2");
        let events = async |query: &str| {
            said(&server.get(POOLE, &format!("{location}/$events{query}")).await.body)
        };
        let ids = "(Patient)(Encounter)";
        let both =
            format!("query-event #1 Encounter+Patient #2 Encounter+Patient {ids}(Encounter)");
        assert_eq!(events("").await, both);
        assert_eq!(events("?content=full-resource").await, both, "no more than was wished for");
        assert_eq!(
            events("?eventsSinceNumber=2").await,
            format!("query-event #2 Encounter+Patient {ids}")
        );
        assert_eq!(events("?eventsUntilNumber=1&content=empty").await, "query-event #1");
        let wrong = server.get(POOLE, &format!("{location}/$events?eventsSinceNumber=x")).await;
        assert_eq!(wrong.issue().0, 400);
        assert_eq!(server.get(AMBULANCE, &format!("{location}/$events")).await.issue().0, 404);
        cares(&server, false);
        assert_eq!(events("").await, "query-event");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_whose_events_are_told() {
    for server in servers().await {
        let person = known_to_three(&server);
        cares(&server, true);
        let mut hooks = Vec::new();
        for (filter, wanted) in [
            (format!("Encounter?patient=Patient/{person}"), 1),
            (format!("Encounter?patient.identifier={NHS}|{}", number(1)), 1),
            (format!("Encounter?patient.identifier={NHS}|{}", number(2)), 0),
            ("Encounter?organization=RBD".to_owned(), 1),
            ("Encounter?organization=RD3".to_owned(), 0),
        ] {
            let hook = Hook::listen().await;
            let mut wished = wish(&hook, "admitted", "id-only");
            wished["_criteria"] = json!({"extension": [
                {"url": format!("{GUIDE}/backport-filter-criteria"), "valueString": filter}]});
            subscribe(&server, wished).await;
            hooks.push((hook, wanted, filter));
        }
        tell(&server).await;
        county_says(&server, &[stay("in-progress")]).await;
        tell(&server).await;
        for (hook, wanted, filter) in hooks {
            assert_eq!(told(&hook).len(), 1 + wanted, "{filter}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_about_a_topic_that_cannot_be_kept_is_refused_with_its_place() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let extended = |name: &str, extension: Value| {
            let mut wished = wish(&hook, "admitted", "id-only");
            wished[name] = json!({"extension": [extension]});
            wished
        };
        let filter = |text: &str| {
            let url = format!("{GUIDE}/backport-filter-criteria");
            extended("_criteria", json!({"url": url, "valueString": text}))
        };
        let mut fast = wish(&hook, "admitted", "id-only");
        fast["channel"]["extension"] =
            json!([{"url": format!("{GUIDE}/backport-heartbeat-period"), "valueUnsignedInt": 1}]);
        for (wished, code) in [
            (wish(&hook, "born", "id-only"), "not-supported"),
            (wish(&hook, "admitted", "everything"), "value"),
            (filter("Encounter?status=finished"), "not-supported"),
            (filter("Patient?_id=1"), "not-supported"),
            (fast, "value"),
        ] {
            let answer = server.post(POOLE, "/fhir/Subscription", wished).await;
            assert_eq!((answer.issue().0, answer.issue().1), (400, code), "{}", answer.body);
        }
        // The ambulance service may hear of changes of identity, and of nothing else.
        let answer =
            server.post(AMBULANCE, "/fhir/Subscription", wish(&hook, "admitted", "empty")).await;
        assert_eq!(answer.issue().0, 403, "{}", answer.body);
        let metadata = server.get(POOLE, "/fhir/metadata").await.body.to_string();
        assert!(metadata.contains("urn:chesil:topic:plan-changed"));
    }
}
