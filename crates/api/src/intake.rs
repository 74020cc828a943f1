//! A bundle, a message or a resource comes in: who sends it, is it FHIR, store it, and only then say so.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use engine::{Accepted, Arrival, Channel, ChannelKind, Format, Receipt, Unreadable};
use fhir::outcome::{Issue, outcome};

use crate::message::Header;
use crate::single::Address;
use crate::token::bearer;
use crate::{ApiState, Error, fhir_answer, message, single};

/// A sender that takes longer to send its bundle has lost its connection.
const SENDING: Duration = Duration::from_mins(1);

/// The operation that takes a message (FHIR R4, `MessageHeader-process-message`).
const PROCESS_MESSAGE: &str = "$process-message";

/// Which bundles an address takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Message,
}

/// `POST /fhir` and `POST /fhir/$process-message`: the token tells which channel it is.
pub(crate) async fn by_token(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let channel = sender(&state, &headers, is_fhir)?.clone();
    let kind = if uri.path().ends_with(PROCESS_MESSAGE) { Kind::Message } else { Kind::Any };
    take(state, channel, kind, headers, body).await
}

/// `POST /fhir/{channel}`: the token must be that channel's.
pub(crate) async fn by_name(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let channel = sender_of(&state, &headers, &name)?;
    take(state, channel, Kind::Any, headers, body).await
}

/// `POST /fhir/{channel}/$process-message`, `POST /fhir/{channel}/{type}` and
/// `PUT /fhir/{channel}/{type}/{id}`.
pub(crate) async fn below(
    State(state): State<ApiState>,
    Path((name, rest)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let parts: Vec<&str> = rest.split('/').collect();
    let address = match (method, parts.as_slice()) {
        (Method::POST, [PROCESS_MESSAGE]) => None,
        (Method::POST, [kind]) => Some(Address { kind: (*kind).to_owned(), id: None }),
        (Method::PUT, [kind, id]) => {
            Some(Address { kind: (*kind).to_owned(), id: Some((*id).to_owned()) })
        }
        _ => return Err(Error::NotOffered(StatusCode::NOT_FOUND)),
    };
    let channel = sender_of(&state, &headers, &name)?;
    let Some(address) = address else {
        return take(state, channel, Kind::Message, headers, body).await;
    };
    let body = read(&state, body).await?;
    single::take(state, channel, address, body).await
}

/// A right token for another channel tells nothing about which channels there are.
fn sender_of(state: &ApiState, headers: &HeaderMap, name: &str) -> Result<Channel, Error> {
    let channel = sender(state, headers, is_fhir)?;
    if channel.name == name { Ok(channel.clone()) } else { Err(Error::WrongToken) }
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

async fn take(
    state: ApiState,
    channel: Channel,
    kind: Kind,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let body = read(&state, body).await?;
    let header = match checked(&body, kind) {
        Ok(header) => header,
        Err(wrong) => {
            let seq = quarantined(state, channel, body, wrong.to_string()).await?;
            return Err(Error::NotFhir { seq, wrong });
        }
    };
    let receipt = accept(state.clone(), channel, body).await?;
    Ok(match header {
        Some(header) => message::answer(&state, &headers, header, receipt),
        None => fhir_answer(StatusCode::OK, &outcome(&[Issue::information(sentence(receipt))])),
    })
}

/// Whether it is a bundle; with its header where it is a message.
fn checked(body: &[u8], kind: Kind) -> Result<Option<Header>, fhir::Error> {
    let bundle = fhir::Bundle::parse(body)?;
    match kind {
        Kind::Any if bundle.kind != "message" => Ok(None),
        Kind::Message if bundle.kind != "message" => {
            let (path, problem) = ("type".to_owned(), "is not message".to_owned());
            Err(fhir::Error::Bundle { path, problem })
        }
        Kind::Any | Kind::Message => message::header(&bundle).map(Some),
    }
}

async fn read(state: &ApiState, body: Body) -> Result<Vec<u8>, Error> {
    if !state.inbox.has_room() {
        return Err(Error::Full);
    }
    read_whole(body, state.body_limit_bytes).await
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

/// Stores a bundle; returns when it is durable.
pub(crate) async fn accept(
    state: ApiState,
    channel: Channel,
    bundle: Vec<u8>,
) -> Result<Receipt, Error> {
    // Storing waits for the disk: not on a thread that serves others.
    let stored = move || engine::accept_bundle(&state.inbox, &channel, bundle);
    Ok(tokio::task::spawn_blocking(stored).await.map_err(|_| Error::Stopped)??)
}

/// Keeps what cannot be taken in quarantine; returns its number in the log.
pub(crate) async fn quarantined(
    state: ApiState,
    channel: Channel,
    body: Vec<u8>,
    reason: String,
) -> Result<Option<i64>, Error> {
    let unreadable = Unreadable {
        channel: channel.name.clone(),
        format: Format::FhirBundle,
        received_at: state.clock.now(),
        sender: channel.organisation.to_string(),
        reason,
        body,
    };
    let stored = move || state.inbox.store(vec![Arrival::Unreadable(unreadable)]);
    let receipts = tokio::task::spawn_blocking(stored).await.map_err(|_| Error::Stopped)??;
    Ok(receipts.first().map(|receipt| receipt.seq))
}

/// The promise is "stored", not "processed": that follows in the order of each patient's messages.
pub(crate) fn sentence(receipt: Receipt) -> String {
    let seq = receipt.seq;
    match receipt.accepted {
        Accepted::Duplicate => format!("this bundle was stored before, as message {seq}"),
        _ => format!("stored as message {seq}; it will be processed in order"),
    }
}
