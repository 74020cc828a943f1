//! What this server can do, in FHIR's own form (FHIR R4 §2.22 `CapabilityStatement`): neither more nor
//! less than the routes.

use axum::http::StatusCode;
use axum::response::Response;
use fhir::Resource;
use serde_json::{Value, json};

use subscriptions::Topic;

use crate::{fhir_answer, topic};

/// `GET /fhir/metadata`, open to all: it says nothing about anybody.
pub(crate) async fn metadata() -> Response {
    let statement = Resource::new("CapabilityStatement")
        .with("status", "active")
        .with("date", "2026-11-22")
        .with("kind", "instance")
        .with("fhirVersion", "4.0.1")
        .with("format", json!(["json"]))
        .with("software", json!({"name": "Chesil", "version": env!("CARGO_PKG_VERSION")}))
        .with("implementation", json!({"description": "Chesil, an open shared care record"}))
        .with("rest", json!([rest()]));
    fhir_answer(StatusCode::OK, &statement)
}

fn rest() -> Value {
    json!({
        "mode": "server",
        "documentation": "Who people are, for systems that are configured; and transaction bundles, messages and single resources with a channel's bearer token. An answer to a bundle or a feed means: stored durably, to be processed in the order of each patient's messages.",
        "security": {"description": "A bearer token for each system and each sending channel"},
        "resource": [patient(), subscription()],
        "interaction": [{"code": "transaction"}],
        "operation": [
            {"name": "process-message", "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"},
        ],
    })
}

/// How a server for R4 lists its topics (Subscriptions R5 Backport 1.1.0).
const TOPIC: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical";

/// IHE PMIR, ITI-94, with `Patient` criteria, a REST hook and ids only; and topics.
fn subscription() -> Value {
    let interactions = ["create", "read", "update", "delete", "search-type"];
    json!({
        "type": "Subscription",
        "extension": Topic::ALL.map(|topic| json!({"url": TOPIC, "valueCanonical": topic::canonical(topic)})),
        "documentation": "criteria Patient, with _id, identifier or organization: changes of identity, ids only; or a topic (Subscriptions R5 Backport); channel rest-hook",
        "interaction": interactions.map(|code| json!({"code": code})),
        "versioning": "no-version",
        "operation": [
            {"name": "status", "definition": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status"},
            {"name": "events", "definition": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events"},
        ],
    })
}

fn patient() -> Value {
    let parameter = |(name, kind): (&str, &str)| json!({"name": name, "type": kind});
    let parameters = [
        ("_id", "token"),
        ("active", "token"),
        ("family", "string"),
        ("given", "string"),
        ("identifier", "token"),
        ("telecom", "token"),
        ("birthdate", "date"),
        ("address", "string"),
        ("address-city", "string"),
        ("address-postalcode", "string"),
        ("gender", "token"),
    ];
    json!({
        "type": "Patient",
        "profile": "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient",
        "supportedProfile": [
            "https://profiles.ihe.net/ITI/PDQm/StructureDefinition/IHE.PDQm.Patient",
            "https://profiles.ihe.net/ITI/PIXm/StructureDefinition/IHE.PIXm.Patient",
        ],
        "documentation": "PUT and DELETE by identifier only, as IHE PIXm ITI-104: stored, then processed in order",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "updateCreate": false,
        "conditionalUpdate": true,
        "conditionalDelete": "single",
        "searchParam": parameters.map(parameter),
        "operation": [
            {"name": "match", "definition": "https://profiles.ihe.net/ITI/PDQm/OperationDefinition/PDQmMatch"},
            {"name": "ihe-pix", "definition": "https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix"},
        ],
    })
}
