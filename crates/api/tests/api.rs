//! Bundles and health over real HTTP.

#![expect(clippy::unwrap_used, reason = "a failing test should say so by failing")]

use std::sync::Arc;

use api::{ApiState, BundleChannel, People};
use db::scratch::Scratch;
use engine::{Channel, ChannelKind, Filter, Inbox, Limits, Page};
use model::{FixedClock, OdsCode};
use serde_json::{Value, json};

const TOKEN: &str = "the-token-of-dorset-healthcare";
const LABORATORY: &str = "the-token-of-the-laboratory";

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
        let fhir = |name: &str| ChannelKind::Http { path: format!("/fhir/{name}") };
        let hl7 = ChannelKind::Hl7Http { path: "/hl7/laboratory".into() };
        let channels = [
            ("mental-health", TOKEN, fhir("mental-health")),
            ("community", "another-token-altogether", fhir("community")),
            ("laboratory", LABORATORY, hl7),
        ];
        let channels = channels.map(|(name, token, kind)| BundleChannel {
            channel: Channel {
                name: name.into(),
                organisation: OdsCode::parse("RDY").unwrap(),
                authority: "RDY".into(),
                aliases: vec![],
                accepts: engine::Accepts::default(),
                kind,
            },
            token: token.into(),
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

    /// Sends HL7 v2: status, content type, and the answer's segments joined by `/`.
    async fn send(
        &self,
        path: &str,
        token: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> (u16, String, String) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address));
        let request =
            request.header("authorization", bearer(token)).header("content-type", content_type);
        let answer = request.body(body).send().await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let status = answer.status().as_u16();
        (status, content_type, answer.text().await.unwrap().trim_end().replace('\r', "/"))
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

const ER7: &str = "x-application/hl7-v2+er7";

fn result(control_id: &str) -> String {
    format!(
        "MSH|^~\\&|LAB|RDY|CHESIL|DCR|20261122||ORU^R01|{control_id}|P|2.4\rPID|1||M1^^^RDY^MR\r"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hl7_message_over_http_is_stored_once_before_it_is_acknowledged() {
    for server in servers().await {
        for content_type in [ER7, "application/hl7-v2; charset=utf-8", "text/plain"] {
            let (status, kind, answer) =
                server.send("/hl7/laboratory", LABORATORY, content_type, result("C1")).await;
            assert_eq!((status, kind.as_str()), (200, ER7));
            assert!(answer.starts_with("MSH|^~\\&|CHESIL|DCR|LAB|RDY|"), "{answer}");
            assert!(answer.ends_with("/MSA|AA|C1"), "{answer}");
        }
        assert_eq!(server.log(), ["waiting"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_hl7_is_rejected_in_the_answer_and_kept_in_quarantine() {
    for server in servers().await {
        let (status, kind, answer) =
            server.send("/hl7/laboratory", LABORATORY, ER7, "{\"resourceType\":\"Bundle\"}").await;
        assert_eq!((status, kind.as_str()), (400, ER7));
        assert!(answer.contains("/MSA|AR|"), "{answer}");
        assert_eq!(server.log(), ["quarantined"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hl7_sender_that_is_not_served_is_told_in_plain_words_and_nothing_is_stored() {
    for server in servers().await {
        for (path, token, kind, body, status, said) in [
            ("/hl7/laboratory", "wrong", ER7, result("C1"), 401, "show your channel's token"),
            ("/hl7/laboratory", TOKEN, ER7, result("C1"), 401, "show your channel's token"),
            ("/hl7/mental-health", TOKEN, ER7, result("C1"), 401, "show your channel's token"),
            ("/hl7/elsewhere", LABORATORY, ER7, result("C1"), 401, "show your channel's token"),
            (
                "/hl7/laboratory",
                LABORATORY,
                "application/hl7-v2+xml",
                result("C1"),
                415,
                "with bars",
            ),
            ("/hl7/laboratory", LABORATORY, ER7, "M".repeat(20_000), 413, "larger than 10000"),
        ] {
            let (code, content_type, answer) = server.send(path, token, kind, body).await;
            assert_eq!((code, content_type.as_str()), (status, "text/plain; charset=utf-8"));
            assert!(answer.contains(said), "{answer}");
        }
        // And a laboratory's token opens no FHIR address.
        let (status, _) = server.post("/fhir", &bearer(LABORATORY), bundle("b1")).await;
        assert_eq!(status, 401);
        assert!(server.log().is_empty());
        for id in ["C1", "C2", "C3"] {
            assert_eq!(server.send("/hl7/laboratory", LABORATORY, ER7, result(id)).await.0, 200);
        }
        let (status, _, said) = server.send("/hl7/laboratory", LABORATORY, ER7, result("C4")).await;
        assert_eq!(status, 503);
        assert!(said.contains("send again later"), "{said}");
    }
}

impl Server {
    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        let request = reqwest::Client::new().put(format!("{}{path}", self.address));
        let request = request.header("authorization", bearer(TOKEN)).body(body.to_string());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    fn body_of(&self, seq: i64) -> Value {
        let db = self.inbox.db();
        let read = || db.read(|tx| engine::received(tx, seq)).unwrap();
        serde_json::from_slice(&tokio::task::block_in_place(read).bytes).unwrap()
    }

    fn message_type(&self, seq: i64) -> String {
        let db = self.inbox.db();
        let read = || db.read(|tx| engine::message(tx, seq)).unwrap();
        tokio::task::block_in_place(read).message_type
    }
}

fn weight(kilograms: &str) -> Value {
    let number: Value = serde_json::from_str(kilograms).unwrap();
    json!({"resourceType": "Observation", "status": "final", "code": {"text": "Weight"},
        "subject": {"identifier": {"system": "RDY", "value": "M1"}},
        "valueQuantity": {"value": number, "unit": "kg"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_by_itself_is_stored_as_a_bundle_of_one() {
    for server in servers().await {
        let path = "/fhir/mental-health/Observation";
        let (status, outcome) =
            server.post(path, &bearer(TOKEN), weight("81.50").to_string()).await;
        assert_eq!((status, &outcome["issue"][0]["severity"]), (202, &json!("information")));
        let (status, _) = server.put(&format!("{path}/w7"), weight("80.9")).await;
        assert_eq!(status, 202);
        assert_eq!(server.log(), ["waiting"; 2]);
        let first = server.body_of(1);
        assert_eq!(first["entry"][0]["request"], json!({"method": "POST", "url": "Observation"}));
        // A decimal keeps its precision.
        assert_eq!(first["entry"][0]["resource"]["valueQuantity"]["value"].to_string(), "81.50");
        let second = server.body_of(2);
        assert_eq!(
            second["entry"][0]["request"],
            json!({"method": "PUT", "url": "Observation/w7"})
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_cannot_be_taken_is_told_where_and_kept_in_quarantine() {
    for server in servers().await {
        let without = |name: &str| {
            let mut weight = weight("81.5");
            weight.as_object_mut().unwrap().remove(name);
            weight
        };
        let mut elsewhere = weight("81.5");
        elsewhere["subject"] = json!({"reference": "Patient/7"});
        let mut other = weight("81.5");
        other["id"] = json!("w8");
        for (body, said, place) in [
            (without("subject"), "subject is missing", json!(["Observation.subject"])),
            (without("code"), "code is missing", json!(["Observation.code"])),
            (elsewhere, "needs the patient's identifier", json!(["Observation.subject"])),
            (other, "another one than the address", json!(["Observation.id"])),
            (json!({"resourceType": "Patient"}), "the body is a Patient", Value::Null),
            (json!([]), "resourceType is missing", Value::Null),
        ] {
            let (status, outcome) = server.put("/fhir/mental-health/Observation/w7", body).await;
            let issue = &outcome["issue"][0];
            assert_eq!((status, &issue["expression"]), (400, &place), "{said}");
            let told = issue["diagnostics"].as_str().unwrap();
            assert!(told.contains(said) && told.contains("quarantine as message"), "{told}");
        }
        assert_eq!(server.log(), ["quarantined"; 6]);
        for path in ["/fhir/community/Observation/w7", "/fhir/mental-health/Observation/w7/x"] {
            let (status, _) = server.put(path, weight("81.5")).await;
            assert!(matches!(status, 401 | 404), "{path}: {status}");
        }
        assert_eq!(server.log().len(), 6);
    }
}

fn message(id: &str, event: &str) -> Value {
    json!({"resourceType": "Bundle", "id": id, "type": "message", "entry": [
        {"fullUrl": "urn:uuid:7b6f4f9a-7a0e-4f0b-9d53-2a44a6f0a001", "resource": {
            "resourceType": "MessageHeader", "id": "7b6f4f9a-7a0e-4f0b-9d53-2a44a6f0a001",
            "eventCoding": {"system": "https://fhir.example/events", "code": event},
            "source": {"endpoint": "https://rdy.example/fhir"}}},
        {"resource": {"resourceType": "Patient", "identifier": [{"system": "RDY", "value": "M1"}]}}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_by_a_message_that_names_it() {
    for server in servers().await {
        for path in [
            "/fhir/mental-health/$process-message",
            "/fhir/$process-message",
            "/fhir/mental-health",
        ] {
            let sent = message("m1", "admit").to_string();
            let (status, answer) = server.post(path, &bearer(TOKEN), sent).await;
            assert_eq!((status, &answer["type"]), (200, &json!("message")), "{path}");
            let header = &answer["entry"][0]["resource"];
            assert_eq!(header["resourceType"], "MessageHeader");
            assert_eq!(header["eventCoding"]["code"], "admit");
            assert_eq!(header["destination"][0]["endpoint"], "https://rdy.example/fhir");
            assert_eq!(header["response"]["code"], "ok");
            assert_eq!(header["response"]["identifier"], "7b6f4f9a-7a0e-4f0b-9d53-2a44a6f0a001");
            let outcome = &answer["entry"][1];
            assert_eq!(header["response"]["details"]["reference"], outcome["fullUrl"]);
            assert_eq!(outcome["resource"]["resourceType"], "OperationOutcome");
        }
        assert_eq!(server.log(), ["waiting"], "the same message is stored once");
        assert_eq!(server.message_type(1), "message:admit");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_told_what_it_lacks() {
    for server in servers().await {
        let path = "/fhir/mental-health/$process-message";
        let mut headless = message("m1", "admit");
        headless["entry"].as_array_mut().unwrap().remove(0);
        let mut nameless = message("m2", "admit");
        nameless["entry"][0]["resource"].as_object_mut().unwrap().remove("id");
        let transaction = serde_json::from_str(&bundle("b1")).unwrap();
        for (body, said) in [
            (headless, "is not a MessageHeader"),
            (nameless, "resource.id: is missing"),
            (transaction, "type: is not message"),
        ] {
            let (status, outcome) = server.post(path, &bearer(TOKEN), body.to_string()).await;
            let told = outcome["issue"][0]["diagnostics"].as_str().unwrap();
            assert!(status == 400 && told.contains(said), "{status} {told}");
        }
        assert_eq!(server.log(), ["quarantined"; 3]);
    }
}
