//! Bundles and health over real HTTP.

#![expect(clippy::unwrap_used, reason = "a failing test should say so by failing")]

use std::sync::Arc;

use api::{ApiState, BundleChannel, People};
use db::scratch::Scratch;
use engine::{Channel, ChannelKind, Filter, Inbox, Limits, Page};
use model::{FixedClock, OdsCode};
use serde_json::{Value, json};

const TOKEN: &str = "the-token-of-dorset-healthcare";

/// A server on a free port over one database.
struct Server {
    address: String,
    inbox: Inbox,
    _scratch: Scratch,
}

fn inboxes() -> Vec<(Scratch, Inbox)> {
    let inbox = |scratch: Scratch| {
        scratch.migrate(&[engine::MIGRATIONS, empi::MIGRATIONS]).unwrap();
        let clock = FixedClock::at("2026-11-22T12:00:00Z".parse().unwrap());
        let inbox =
            Inbox::open(scratch.clone(), Arc::new(clock), Limits { high_water: 3 }).unwrap();
        (scratch, inbox)
    };
    db::scratch::databases().into_iter().map(inbox).collect()
}

/// No system may ask about people here.
fn nobody() -> People {
    let policies = Arc::new(access::Policies::standard().unwrap());
    let model = Arc::new(matching::Model::standard().clone());
    People::new(policies, model, vec![], vec![], false, || [0; 32])
}

async fn servers() -> Vec<Server> {
    let mut servers = Vec::new();
    // The keepers are synchronous: they wait where waiting is allowed.
    for (scratch, inbox) in tokio::task::block_in_place(inboxes) {
        let channels = ["mental-health", "community"].map(|name| BundleChannel {
            channel: Channel {
                name: name.into(),
                organisation: OdsCode::parse("RDY").unwrap(),
                authority: "RDY".into(),
                aliases: vec![],
                kind: ChannelKind::Http { path: format!("/fhir/{name}") },
            },
            token: if name == "mental-health" {
                TOKEN.into()
            } else {
                "another-token-altogether".into()
            },
        });
        let state = ApiState::new(inbox.clone(), channels.into(), nobody()).with_body_limit(10_000);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, api::router(state)).await });
        servers.push(Server { address, inbox, _scratch: scratch });
    }
    servers
}

impl Server {
    async fn post(&self, path: &str, authorization: &str, body: String) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address));
        let answer =
            request.header("authorization", authorization).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The state of every message in the log, oldest first.
    fn log(&self) -> Vec<String> {
        let page = Page { before: None, size: 50 };
        let db = self.inbox.db();
        let read = || db.read(|tx| engine::list(tx, &Filter::default(), page));
        let mut rows = tokio::task::block_in_place(read).unwrap();
        rows.sort_by_key(|row| row.seq);
        rows.into_iter().map(|row| row.state.code().to_owned()).collect()
    }
}

fn bundle(id: &str) -> String {
    json!({"resourceType": "Bundle", "id": id, "type": "transaction", "entry": [{
        "resource": {"resourceType": "Patient", "identifier": [{"system": "RDY", "value": "M1"}]},
        "request": {"method": "PUT", "url": "Patient/p1"}}]})
    .to_string()
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_stored_once_before_it_is_answered() {
    for server in servers().await {
        let (status, outcome) = server.post("/fhir", &bearer(TOKEN), bundle("b1")).await;
        assert_eq!((status, &outcome["resourceType"]), (200, &json!("OperationOutcome")));
        assert_eq!(outcome["issue"][0]["severity"], "information");
        assert_eq!(server.log(), ["waiting"]);
        let (status, outcome) =
            server.post("/fhir/mental-health", &bearer(TOKEN), bundle("b1")).await;
        assert_eq!(status, 200);
        assert!(outcome["issue"][0]["diagnostics"].as_str().unwrap().contains("stored before"));
        assert_eq!(server.log(), ["waiting"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_channels_own_token_nothing_is_stored() {
    for server in servers().await {
        for (path, authorization) in [
            ("/fhir", ""),
            ("/fhir", "Bearer wrong"),
            ("/fhir", TOKEN),
            ("/fhir/community", &bearer(TOKEN)),
            ("/fhir/nowhere", &bearer(TOKEN)),
        ] {
            let (status, outcome) = server.post(path, authorization, bundle("b1")).await;
            assert_eq!((status, &outcome["issue"][0]["code"]), (401, &json!("login")), "{path}");
        }
        assert!(server.log().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_fhir_is_kept_in_quarantine_and_the_sender_told_where() {
    for server in servers().await {
        for (body, said, place) in [
            ("{\"resource", "not JSON: line 1", Value::Null),
            ("{}", "resourceType is missing", Value::Null),
            ("{\"resourceType\":\"Patient\"}", "not a FHIR Bundle", Value::Null),
            (
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{}]}",
                "is missing",
                json!(["Bundle.entry[0].resource"]),
            ),
        ] {
            let (status, outcome) = server.post("/fhir", &bearer(TOKEN), body.into()).await;
            let issue = &outcome["issue"][0];
            assert_eq!((status, &issue["code"]), (400, &json!("invalid")), "{body}");
            let diagnostics = issue["diagnostics"].as_str().unwrap();
            assert!(
                diagnostics.contains(said) && diagnostics.contains("quarantine"),
                "{diagnostics}"
            );
            assert_eq!(issue["expression"], place);
        }
        assert_eq!(server.log(), ["quarantined"; 4]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_beyond_the_limit_is_refused() {
    for server in servers().await {
        let (status, outcome) = server.post("/fhir", &bearer(TOKEN), " ".repeat(20_000)).await;
        assert_eq!((status, &outcome["issue"][0]["code"]), (413, &json!("too-long")));
        assert!(server.log().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_log_says_come_back_later() {
    for server in servers().await {
        for id in ["b1", "b2", "b3"] {
            assert_eq!(server.post("/fhir", &bearer(TOKEN), bundle(id)).await.0, 200);
        }
        let (status, outcome) = server.post("/fhir", &bearer(TOKEN), bundle("b4")).await;
        assert_eq!((status, &outcome["issue"][0]["code"]), (503, &json!("transient")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_what_it_can_do_and_how_it_is() {
    for server in servers().await {
        let get = async |path: &str| -> Value {
            reqwest::get(format!("{}{path}", server.address)).await.unwrap().json().await.unwrap()
        };
        let statement = get("/fhir/metadata").await;
        assert_eq!(statement["resourceType"], "CapabilityStatement");
        assert_eq!(statement["rest"][0]["interaction"][0]["code"], "transaction");
        let health = get("/health").await;
        assert_eq!((&health["status"], &health["database"]), (&json!("up"), &json!("up")));
        assert_eq!(health["repair"]["sweep"], "never");
        assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    }
}
