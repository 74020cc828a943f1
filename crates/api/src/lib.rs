//! FHIR and operations over HTTP: bundles come in, the system says how it is.
//!
//! In: HTTP requests of systems. Out: an answer that is true: "stored" only after the commit.
//! Never: what a person reads (that is `portal`), a decision about who may see what.

mod state;
mod token;
mod intake;
mod capability;
mod health;
mod error;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fhir::Resource;

pub use error::Error;
pub use state::{ApiState, BundleChannel};

/// `POST /fhir` and `POST /fhir/{channel}`, `GET /fhir/metadata`, `GET /health`.
pub fn router(state: ApiState) -> Router {
    Router::new()
        .route("/fhir", post(intake::by_token))
        .route("/fhir/metadata", get(capability::metadata))
        .route("/fhir/{channel}", post(intake::by_name))
        .route("/health", get(health::health))
        .with_state(state)
}

/// A FHIR resource as an answer; never cached.
fn fhir_answer(status: StatusCode, resource: &Resource) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, resource.to_bytes()).into_response()
}
