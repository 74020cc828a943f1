//! FHIR and operations over HTTP: bundles and identity feeds come in, other systems learn who people
//! are, and the system says how it is.
//!
//! In: HTTP requests of systems. Out: an answer that is true: "stored" only after the commit; people
//! only after the audit trail's.
//! Never: what a person reads (that is `portal`), clinical data, a decision of its own about who may
//! see what.

mod state;
mod token;
mod intake;
mod single;
mod message;
mod hl7;
mod client;
mod domain;
mod negotiate;
mod sight;
mod disclose;
mod patient;
mod read;
mod search;
mod body;
mod readable;
mod match_people;
mod cross_reference;
mod feed;
mod subscription;
mod notification;
mod topic;
mod event_notification;
mod subscription_status;
mod hook;
mod capability;
mod health;
mod metrics;
mod error;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use fhir::Resource;

pub use client::Client;
pub(crate) use client::caller;
pub use domain::Domain;
pub use error::Error;
pub use metrics::metrics_router;
pub use notification::{notify, notify_once};
pub use state::{ApiState, BundleChannel, People};

/// `POST /fhir` and `POST /fhir/{channel}` and what is below them, `/fhir/Patient` and `/fhir/Subscription` and what is below
/// them, `GET /fhir/metadata`, `POST /hl7/{channel}`, `GET /health`, `GET /ready`.
pub fn router(state: ApiState) -> Router {
    let fhir = Router::new()
        .route("/fhir", post(intake::by_token))
        .route("/fhir/", any(no_address))
        .route("/fhir/metadata", get(capability::metadata))
        .route("/fhir/Patient", get(search::by_address).put(feed::put).delete(feed::delete))
        .route("/fhir/Patient/_search", post(search::by_form))
        .route("/fhir/Patient/$match", post(match_people::match_people))
        .route(
            "/fhir/Patient/$ihe-pix",
            get(cross_reference::by_address).post(cross_reference::by_body),
        )
        .route("/fhir/Patient/{id}", get(read::read))
        .route("/fhir/Subscription", get(subscription::list).post(subscription::create))
        .route(
            "/fhir/Subscription/{id}",
            get(subscription::read).put(subscription::update).delete(subscription::delete),
        )
        .route("/fhir/Subscription/{id}/$status", get(subscription_status::status))
        .route("/fhir/Subscription/{id}/$events", get(subscription_status::events))
        .route("/fhir/{channel}", post(intake::by_name).fallback(no_address))
        .route("/fhir/$process-message", post(intake::by_token).fallback(no_address))
        .route(
            "/fhir/{channel}/{*rest}",
            post(intake::below).put(intake::below).fallback(no_address),
        )
        .method_not_allowed_fallback(no_method)
        .layer(from_fn(negotiate::json_wanted));
    fhir.route("/hl7/{channel}", post(hl7::post))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .with_state(state)
}

async fn no_address() -> Error {
    Error::NotOffered(StatusCode::NOT_FOUND)
}

async fn no_method() -> Error {
    Error::NotOffered(StatusCode::METHOD_NOT_ALLOWED)
}

/// A FHIR resource as an answer; never cached.
fn fhir_answer(status: StatusCode, resource: &Resource) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, resource.to_bytes()).into_response()
}
