//! A bundle comes in: who sends it, is it FHIR, store it, and only then say so.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use engine::{Accepted, Arrival, Channel, ChannelKind, Format, Inbox, Receipt, Unreadable};
use fhir::outcome::{Issue, outcome};
use model::Clock;

use crate::token::bearer;
use crate::{ApiState, Error, fhir_answer};

/// A sender that takes longer to send its bundle has lost its connection.
const SENDING: Duration = Duration::from_mins(1);

/// `POST /fhir`: the token tells which channel it is.
pub(crate) async fn by_token(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let channel = sender(&state, &headers, is_fhir)?.clone();
    take(state, channel, body).await
}

/// `POST /fhir/{channel}`: the token must be that channel's.
pub(crate) async fn by_name(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    // A right token for another channel tells nothing about which channels there are.
    let channel = sender(&state, &headers, is_fhir)?.clone();
    if channel.name != name {
        return Err(Error::WrongToken);
    }
    take(state, channel, body).await
}

/// The channel of whoever sends, known before a byte of the body is read.
///
/// A right token for a channel of another kind is a wrong one.
pub(crate) fn sender<'a>(
    state: &'a ApiState,
    headers: &HeaderMap,
    is_wanted: fn(&ChannelKind) -> bool,
) -> Result<&'a Channel, Error> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let channel = authorization.and_then(bearer).and_then(|token| state.channel_of(token));
    channel.filter(|channel| is_wanted(&channel.kind)).ok_or(Error::WrongToken)
}

pub(crate) fn is_fhir(kind: &ChannelKind) -> bool {
    matches!(kind, ChannelKind::Http { .. })
}

async fn take(state: ApiState, channel: Channel, body: Body) -> Result<Response, Error> {
    if !state.inbox.has_room() {
        return Err(Error::Full);
    }
    let body = read_whole(body, state.body_limit_bytes).await?;
    // Storing waits for the disk: not on a thread that serves others.
    let stored =
        tokio::task::spawn_blocking(move || store(&state.inbox, &*state.clock, &channel, body));
    let receipt = stored.await.map_err(|_| Error::Stopped)??;
    Ok(fhir_answer(StatusCode::OK, &outcome(&[Issue::information(sentence(receipt))])))
}

/// The whole body, where it comes in time and is not too long.
pub(crate) async fn read_whole(body: Body, limit_bytes: usize) -> Result<Vec<u8>, Error> {
    match tokio::time::timeout(SENDING, to_bytes(body, limit_bytes)).await {
        Ok(Ok(body)) => Ok(body.into()),
        Ok(Err(error)) if is_too_long(&error) => Err(Error::TooLarge { limit_bytes }),
        _ => Err(Error::Incomplete),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.to_string().contains("length limit exceeded"))
}

/// Stores a bundle, or keeps what is not one in quarantine and says where it is wrong.
fn store(
    inbox: &Inbox,
    clock: &dyn Clock,
    channel: &Channel,
    body: Vec<u8>,
) -> Result<Receipt, Error> {
    let Err(wrong) = fhir::Bundle::parse(&body) else {
        return Ok(engine::accept_bundle(inbox, channel, body)?);
    };
    let unreadable = Unreadable {
        channel: channel.name.clone(),
        format: Format::FhirBundle,
        received_at: clock.now(),
        sender: channel.organisation.to_string(),
        reason: wrong.to_string(),
        body,
    };
    let receipts = inbox.store(vec![Arrival::Unreadable(unreadable)])?;
    Err(Error::NotFhir { seq: receipts.first().map(|receipt| receipt.seq), wrong })
}

/// The promise is "stored", not "processed": that follows in the order of each patient's messages.
fn sentence(receipt: Receipt) -> String {
    let seq = receipt.seq;
    match receipt.accepted {
        Accepted::Duplicate => format!("this bundle was stored before, as message {seq}"),
        _ => format!("stored as message {seq}; it will be processed in order"),
    }
}
