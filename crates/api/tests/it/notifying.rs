//! PMIR, ITI-94: subscriptions to changes of identity, told in order until each has been told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::*;

/// A body, and the header that came with it.
pub(crate) type Told = (Value, Option<String>);

/// A system's own server: what it was told, and what it answers.
pub(crate) struct Hook {
    pub(crate) address: String,
    pub(crate) told: Arc<Mutex<Vec<Told>>>,
    answer: Arc<Mutex<StatusCode>>,
}

impl Hook {
    pub(crate) async fn listen() -> Self {
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let answer = Arc::new(Mutex::new(StatusCode::OK));
        let (into, gives) = (Arc::clone(&told), Arc::clone(&answer));
        let take = async move |headers: HeaderMap, body: String| {
            let gives = *gives.lock().unwrap();
            if gives.is_success() {
                let secret = headers.get("authorization");
                let secret = secret.map(|one| one.to_str().unwrap().to_owned());
                into.lock().unwrap().push((serde_json::from_str(&body).unwrap(), secret));
            }
            gives
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, told, answer }
    }

    pub(crate) fn gives(&self, status: u16) {
        *self.answer.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// The ids that each notification named.
    fn named(&self) -> Vec<Vec<String>> {
        let ids = |bundle: &Value| -> Vec<String> {
            let entries = bundle["entry"].as_array().unwrap().iter().skip(1);
            let url = |one: &Value| one["request"]["url"].as_str().unwrap().to_owned();
            entries.map(|one| url(one).replace("Patient/", "")).collect()
        };
        self.told.lock().unwrap().iter().map(|(bundle, _)| ids(bundle)).collect()
    }
}

fn wish(endpoint: &str, criteria: &str) -> Value {
    json!({
        "resourceType": "Subscription", "status": "requested", "reason": "to keep our index right",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": endpoint, "payload": "application/fhir+json",
            "header": ["Authorization: Bearer hook-secret"]},
    })
}

async fn subscribe(server: &Server, token: &str, hook: &Hook, criteria: &str) -> String {
    let answer = server.post(token, "/fhir/Subscription", wish(&hook.address, criteria)).await;
    assert_eq!((answer.status, &answer.body["status"]), (201, &json!("active")), "{}", answer.body);
    answer.location.unwrap()
}

async fn tell(server: &Server) -> usize {
    api::notify_once(&server.state).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_told_of_its_own_people_by_id_and_nothing_else() {
    for server in servers().await {
        let hook = Hook::listen().await;
        known_to_three(&server);
        subscribe(&server, POOLE, &hook, "Patient").await;
        // What happened before is not told.
        assert_eq!(tell(&server).await, 0);
        let venn = server.feed("RD3/R2", &other(2, "Venn", "Diggory", "1919-06-30"));
        // Poole does not know him.
        server.feed("RBD/B3", &other(3, "Vye", "Drew", "1890-06-30"));
        assert_eq!(tell(&server).await, 1);
        assert_eq!(tell(&server).await, 0);
        assert_eq!(hook.named(), [[venn.to_string()]]);
        let (bundle, secret) = hook.told.lock().unwrap()[0].clone();
        assert_eq!(secret.as_deref(), Some("Bearer hook-secret"));
        assert_eq!(
            (&bundle["type"], &bundle["entry"][0]["resource"]["resourceType"]),
            (&json!("history"), &json!("Parameters"))
        );
        let text = bundle.to_string();
        assert!(
            !text.contains("Venn")
                && !text.contains("R2")
                && !text.contains(&number(2).to_string())
        );
        let told = "poole-pas allowed ViewIdentity of somebody: notification (ITI-94)".to_owned();
        assert_eq!(server.trail().last(), Some(&told));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_names_both_ids_and_order_is_kept() {
    for server in servers().await {
        let hook = Hook::listen().await;
        subscribe(&server, POOLE, &hook, "Patient").await;
        let survivor = server.feed("RD3/R1", &thomasina());
        let gone = server.feed("RD3/R2", &other(9, "Unknown", "Female", "1950-01-01"));
        assert_eq!(tell(&server).await, 1);
        assert_eq!(hook.named(), [[survivor.to_string(), gone.to_string()]]);
        server.feed("RD3/R2", &model::Demographics { nhs_number: None, ..thomasina() });
        let again = server.feed("RD3/R2", &thomasina());
        assert_eq!(tell(&server).await, 1);
        let named = hook.named();
        assert!(named[1].contains(&again.to_string()), "{named:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_seen_and_tried_again_until_it_is_told() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let location = subscribe(&server, POOLE, &hook, "Patient").await;
        hook.gives(500);
        let first = server.feed("RD3/R1", &thomasina());
        assert_eq!(tell(&server).await, 0);
        let known = server.get(POOLE, &location).await.body;
        assert_eq!(known["status"], "error");
        assert!(
            known["error"].as_str().unwrap().starts_with("the endpoint answered 500"),
            "{known}"
        );
        hook.gives(200);
        // Not before the wait is over; what happens meanwhile comes after.
        assert_eq!(tell(&server).await, 0);
        let second = server.feed("RD3/R2", &other(2, "Venn", "Diggory", "1919-06-30"));
        server.clock.advance(SignedDuration::from_secs(6));
        assert_eq!(tell(&server).await, 1);
        assert_eq!(hook.named(), [[first.to_string(), second.to_string()]]);
        let known = server.get(POOLE, &location).await.body;
        assert_eq!((&known["status"], known.get("error")), (&json!("active"), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn criteria_choose_and_off_is_off() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let by_number =
            subscribe(&server, POOLE, &hook, &format!("Patient?identifier={RD3}|R2")).await;
        let of_county = Hook::listen().await;
        subscribe(&server, POOLE, &of_county, "Patient?organization=Organization/RBD").await;
        let thomasina_is = server.feed("RD3/R1", &thomasina());
        let venn = server.feed("RD3/R2", &other(2, "Venn", "Diggory", "1919-06-30"));
        server.feed("RBD/B1", &thomasina());
        tell(&server).await;
        assert_eq!(hook.named(), [[venn.to_string()]]);
        assert_eq!(of_county.named(), [[thomasina_is.to_string()]]);

        let off = reqwest::Method::PUT;
        let mut wished = wish(&hook.address, "Patient");
        wished["status"] = json!("off");
        let headers = [("content-type", "application/fhir+json")];
        let path = by_number.clone();
        let answer = server.send(POOLE, off, &path, &headers, wished.to_string()).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("off")));
        server.feed("RD3/R5", &other(5, "Oak", "Gabriel", "1870-06-30"));
        tell(&server).await;
        assert_eq!(hook.named().len(), 1);
        let delete = reqwest::Method::DELETE;
        assert_eq!(server.send(POOLE, delete, &path, &[], String::new()).await.status, 204);
        assert_eq!(server.get(POOLE, &path).await.issue().0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_cannot_be_kept_is_refused_and_anothers_is_not_there() {
    for server in servers().await {
        let hook = Hook::listen().await;
        let location = subscribe(&server, POOLE, &hook, "Patient").await;
        assert_eq!(server.get(AMBULANCE, &location).await.issue().0, 404);
        assert_eq!(server.get(COUNTY, &location).await.issue().0, 403);
        assert_eq!(server.get(AMBULANCE, "/fhir/Subscription").await.body["total"], 0);
        assert_eq!(server.get(POOLE, "/fhir/Subscription").await.body["total"], 1);
        let changed = |path: &str, to: Value| {
            let mut wished = wish(&hook.address, "Patient");
            *wished.pointer_mut(path).unwrap() = to;
            wished
        };
        let with = |name: &str, value: Value| {
            let mut wished = wish(&hook.address, "Patient");
            wished[name] = value;
            wished
        };
        let with_header = |header: &str| {
            let mut wished = wish(&hook.address, "Patient");
            wished["channel"]["header"] = json!([header]);
            wished
        };
        for (wished, code) in [
            (changed("/criteria", json!("Observation")), "not-supported"),
            (changed("/criteria", json!("Patient?family=Hardy")), "not-supported"),
            (changed("/channel/type", json!("email")), "not-supported"),
            (changed("/channel/payload", json!("application/fhir+xml")), "not-supported"),
            (changed("/channel/endpoint", json!("http://elsewhere.example/")), "forbidden"),
            (
                changed("/channel/endpoint", json!("http://127.0.0.1:80@elsewhere.example/")),
                "forbidden",
            ),
            (changed("/channel/endpoint", json!("https://127.0.0.1:1/")), "forbidden"),
            (changed("/status", json!("")), "required"),
            (with("end", json!("tomorrow")), "value"),
            (with("end", json!("1999-12-31T00:00:00Z")), "value"),
            (with_header("no colon here"), "value"),
            (with_header("Host: metadata.internal"), "value"),
            (with_header("content-length: 3"), "value"),
            (with_header("Transfer-Encoding: chunked"), "value"),
            (with_header("X-Forwarded-Host: elsewhere.example"), "value"),
        ] {
            let answer = server.post(POOLE, "/fhir/Subscription", wished).await;
            assert_eq!((answer.issue().0, answer.issue().1), (400, code), "{}", answer.body);
        }
    }
}
