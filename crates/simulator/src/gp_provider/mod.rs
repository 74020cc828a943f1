//! GP practices that answer GP Connect: Access Record Structured over HTTP, as a supplier's system would.
//!
//! In: what each practice holds and how well its system is. Out: an axum router.

mod record;
mod check;
mod question;
mod refusal;
mod bundle;
mod entry;
mod medicine;
mod investigation;
mod consultation;
mod resource;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use model::{NhsNumber, OdsCode};

pub use record::{
    Allergy, Coded, Consultation, ConsultationEntry, Ended, GpPatient, GpRecordData, Immunisation,
    Investigation, Measured, Medicine, Observation, Part, Problem, TestResult,
};

use question::Question;
use refusal::Refusal;

/// What the practices hold. Asked anew for every request, so that a record can change while it is watched.
pub trait GpRecords: Send + Sync {
    /// How the practice's system behaves now; `None` where there is no such practice.
    fn practice(&self, ods: &OdsCode) -> Option<Behaviour>;
    /// The record that the practice shares under this NHS number.
    fn record(&self, ods: &OdsCode, nhs_number: NhsNumber) -> Option<GpRecordData>;
}

/// How a practice's system behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers at once.
    Normal,
    /// Answers after this long.
    Slow(Duration),
    /// Drops every connection.
    Dead,
    /// Refuses: NO_RELATIONSHIP.
    Refuses,
    /// Answers half a bundle.
    Malformed,
}

/// The path of one practice's endpoint; its base URL is this without the operation.
const OPERATION: &str = "/{ods}/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord";

/// Every practice at one address, told apart by the ODS code in the path.
pub fn router(practices: Arc<dyn GpRecords>) -> Router {
    Router::new()
        .route(OPERATION, post(structured_record))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .with_state(practices)
}

/// The FHIR base URL of a practice behind `address` (`http://127.0.0.1:4711`).
pub fn base_url(address: &str, ods: &OdsCode) -> String {
    format!("{}/{ods}/STU3/1/gpconnect/structured/fhir", address.trim_end_matches('/'))
}

async fn structured_record(
    State(practices): State<Arc<dyn GpRecords>>,
    Path(ods): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let practice = OdsCode::parse(&ods).ok();
    let behaviour = practice.as_ref().and_then(|ods| practices.practice(ods));
    let (Some(ods), Some(behaviour)) = (practice, behaviour) else {
        return Refusal::ORGANISATION_NOT_FOUND.into_response();
    };
    match behaviour {
        Behaviour::Normal | Behaviour::Malformed => {}
        Behaviour::Slow(pause) => tokio::time::sleep(pause).await,
        Behaviour::Refuses => return Refusal::NO_RELATIONSHIP.into_response(),
        // Unwinding ends the connection's task without an answer; nothing is printed.
        Behaviour::Dead => std::panic::resume_unwind(Box::new("a dead practice")),
    }
    let answered = answer(&*practices, &ods, &headers, &body);
    let mut text = match answered {
        Ok(text) => text,
        Err(refusal) => return refusal.into_response(),
    };
    if behaviour == Behaviour::Malformed {
        text.truncate(text.floor_char_boundary(text.len() / 2));
    }
    fhir(StatusCode::OK, text)
}

fn answer(
    practices: &dyn GpRecords,
    ods: &OdsCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, Refusal> {
    check::headers(headers)?;
    check::token(headers)?;
    let question = Question::parse(body)?;
    let record = practices.record(ods, question.nhs_number).ok_or(Refusal::PATIENT_NOT_FOUND)?;
    Ok(bundle::write(ods, &record, &question).to_string())
}

/// A FHIR answer, never to be cached (Access Record Structured, response headers).
fn fhir(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text).into_response()
}
