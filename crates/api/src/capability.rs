//! What this server can do, in FHIR's own form (FHIR R4 §2.22 `CapabilityStatement`).

use axum::http::StatusCode;
use axum::response::Response;
use fhir::Resource;
use serde_json::json;

use crate::fhir_answer;

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

fn rest() -> serde_json::Value {
    json!({
        "mode": "server",
        "documentation": "Send transaction bundles with your channel's bearer token. The answer means: stored durably, to be processed in the order of each patient's messages.",
        "security": {"description": "A bearer token for each sending channel"},
        "interaction": [{"code": "transaction"}],
    })
}
