//! HL7 v2 over HTTP: `POST /hl7/{channel}`, the message in the body, its acknowledgement in the answer.
//!
//! | MSA-1 | status |
//! |--|--|
//! | AA, CA | 200 |
//! | AR, CR | 400: it is kept in quarantine, and sending it again does not help |
//! | AE, CE | 503: it is not stored, send it again |
//!
//! What comes to no acknowledgement (a wrong token, a body that is too long) is told in plain text.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{ChannelKind, accept_hl7};
use hl7v2::AckCode;

use crate::intake::{read_whole, sender};
use crate::{ApiState, Error};

/// ER7, the form with bars and hats, as senders call it: registered by none, used by all.
const ER7: [&str; 5] = [
    "x-application/hl7-v2+er7",
    "application/hl7-v2+er7",
    "application/hl7-v2",
    "x-application/hl7-v2",
    "text/plain",
];

/// `POST /hl7/{channel}`
pub(crate) async fn post(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(state, name, headers, body).await.unwrap_or_else(told)
}

async fn take(
    state: ApiState,
    name: String,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let is_hl7 = |kind: &ChannelKind| matches!(kind, ChannelKind::Hl7Http { .. });
    let channel = sender(&state, &headers, is_hl7)?.clone();
    if channel.name != name {
        return Err(Error::WrongToken);
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| !is_er7(value)) {
        return Err(Error::NotEr7);
    }
    if !state.inbox.has_room() {
        return Err(Error::Full);
    }
    let bytes = read_whole(body, state.body_limit_bytes).await?;
    let acknowledgement = accept_hl7(&state.inbox, &channel, bytes).await?;
    let status = match acknowledgement.code {
        AckCode::AA | AckCode::CA => StatusCode::OK,
        AckCode::AR | AckCode::CR => StatusCode::BAD_REQUEST,
        AckCode::AE | AckCode::CE => StatusCode::SERVICE_UNAVAILABLE,
    };
    let headers = [(header::CONTENT_TYPE, ER7[0]), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, acknowledgement.bytes).into_response())
}

fn is_er7(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ER7.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

/// The same sentence as a FHIR sender gets, without the FHIR.
fn told(error: Error) -> Response {
    let sentence = format!("{error}\r\n");
    let (mut parts, _) = error.into_response().into_parts();
    let plain = axum::http::HeaderValue::from_static("text/plain; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, plain);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(sentence))
}
