//! FHIR messages (FHIR R4 §2.4): a bundle of type `message` is stored like any other, and answered by a
//! message whose `MessageHeader.response` says so.
//!
//! `ok` means what AA means: stored durably, to be processed in the order of each patient's messages.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::Receipt;
use fhir::outcome::{Issue, outcome};
use fhir::{Bundle, Element, Resource};
use jiff::Timestamp;
use model::stable_id;
use serde_json::{Value, json};

use crate::intake::sentence;
use crate::negotiate::Base;
use crate::{ApiState, fhir_answer};

/// What a message's header must have for it to be answered.
pub(crate) struct Header {
    id: String,
    event: (&'static str, Value),
    source: Option<String>,
}

/// The header of a message: its first entry (FHIR R4 §2.4.1).
///
/// # Errors
/// What is wrong with it, by its place in the bundle.
pub(crate) fn header(bundle: &Bundle) -> Result<Header, fhir::Error> {
    let missing = |path: &str, problem: &str| fhir::Error::Entry {
        number: 1,
        path: path.to_owned(),
        problem: problem.to_owned(),
    };
    let header = bundle.entries.first().map(|entry| &entry.resource);
    let header = header.filter(|first| first.resource_type() == "MessageHeader");
    let Some(header) = header else {
        return Err(missing("resource", "is not a MessageHeader, which a message begins with"));
    };
    let Some(id) = header.id() else {
        return Err(missing("resource.id", "is missing, and the answer names it"));
    };
    let event = ["eventCoding", "eventUri"]
        .into_iter()
        .find_map(|name| header.get(name).map(|value| (name, value.clone())));
    let Some(event) = event else {
        return Err(missing(
            "resource.eventCoding",
            "is missing, so it cannot be told what happened",
        ));
    };
    let source = header.text("source.endpoint").map(str::to_owned);
    Ok(Header { id: id.to_owned(), event, source })
}

/// The message that answers.
pub(crate) fn answer(
    state: &ApiState,
    headers: &HeaderMap,
    header: Header,
    receipt: Receipt,
) -> Response {
    let own = Base::of(state, headers).of_path("$process-message");
    let bundle = response(header, receipt, &own, state.clock.now());
    fhir_answer(StatusCode::OK, &bundle)
}

fn response(header: Header, receipt: Receipt, own: &str, now: Timestamp) -> Resource {
    // The same message sent again gets the same answer, but for its time.
    let seq = receipt.seq.to_string();
    let id = |part: &str| stable_id(&["message response", &header.id, &seq, part]).to_string();
    let (header_id, outcome_id) = (id("header"), id("outcome"));
    let outcome_url = format!("urn:uuid:{outcome_id}");
    let (event_name, event) = header.event;
    let mut answer = Resource::new("MessageHeader")
        .with_id(&header_id)
        .with(event_name, event)
        .with("source", json!({"name": "Chesil", "endpoint": own}))
        .with(
            "response",
            Element::new()
                .with("identifier", header.id.as_str())
                .with("code", "ok")
                .with("details", json!({"reference": outcome_url}))
                .build(),
        );
    if let Some(endpoint) = header.source {
        answer.set("destination", json!([{"endpoint": endpoint}]));
    }
    let told = outcome(&[Issue::information(sentence(receipt))]).with_id(&outcome_id);
    Resource::new("Bundle")
        .with_id(id("bundle"))
        .with("type", "message")
        .with("timestamp", now.to_string())
        .with(
            "entry",
            json!([
                {"fullUrl": format!("urn:uuid:{header_id}"), "resource": answer.into_value()},
                {"fullUrl": outcome_url, "resource": told.into_value()},
            ]),
        )
}
