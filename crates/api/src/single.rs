//! One resource by itself: `POST /fhir/{channel}/{type}` and `PUT /fhir/{channel}/{type}/{id}`.
//!
//! It is stored as a bundle of one entry, so that the log holds one kind of FHIR and replays it alike. It
//! must say whose it is by an identifier: a `Patient/7` of another request leads nowhere here.

use axum::http::StatusCode;
use axum::response::Response;
use engine::Channel;
use fhir::outcome::{Issue, outcome};
use fhir::{Resource, reference};
use jiff::Timestamp;
use model::stable_id;
use serde_json::{Value, json};

use crate::intake::{accept, quarantined, sentence};
use crate::{ApiState, Error, fhir_answer};

/// What the address says of the resource.
pub(crate) struct Address {
    pub(crate) kind: String,
    /// With `PUT`.
    pub(crate) id: Option<String>,
}

/// Why a resource cannot be taken: where, as a FHIRPath, and the end of a sentence.
struct Wrong {
    expression: Option<String>,
    problem: String,
}

/// Stores the resource. 202, for it is created only in its turn.
pub(crate) async fn take(
    state: ApiState,
    channel: Channel,
    address: Address,
    body: Vec<u8>,
) -> Result<Response, Error> {
    let bundle = match wrapped(&body, &address, &channel.name, state.clock.now()) {
        Ok(bundle) => bundle,
        Err(Wrong { expression, problem }) => {
            let seq = quarantined(state, channel, body, problem.clone()).await?;
            return Err(Error::Unusable { seq, problem, expression });
        }
    };
    let receipt = accept(state, channel, bundle).await?;
    let told = Issue::information(sentence(receipt));
    Ok(fhir_answer(StatusCode::ACCEPTED, &outcome(&[told])))
}

/// The bundle of one entry, checked.
fn wrapped(
    body: &[u8],
    address: &Address,
    channel: &str,
    now: Timestamp,
) -> Result<Vec<u8>, Wrong> {
    let plain = |problem: String| Wrong { expression: None, problem };
    let resource = Resource::parse(body).map_err(|error| plain(error.to_string()))?;
    let kind = &address.kind;
    if resource.resource_type() != kind {
        let sent = resource.resource_type();
        return Err(plain(format!("the address is of a {kind}, the body is a {sent}")));
    }
    let at = |path: &str, problem: &str| Wrong {
        expression: Some(format!("{kind}.{path}")),
        problem: format!("{path} {problem}"),
    };
    let (method, url) = match (&address.id, resource.id()) {
        (Some(id), None) => ("PUT", format!("{kind}/{id}")),
        (Some(id), Some(own)) if own == id => ("PUT", format!("{kind}/{id}")),
        (Some(_), Some(_)) => return Err(at("id", "is another one than the address has")),
        (None, _) => ("POST", kind.clone()),
    };
    says_whose_it_is(&resource).map_err(|(path, problem)| at(&path, problem))?;
    // The same again later is news again: something else may have been said meanwhile.
    let id = stable_id(&["single", channel, &now.to_string(), &url, &resource.to_string()]);
    let bundle = Resource::new("Bundle")
        .with_id(id)
        .with("type", "transaction")
        .with("timestamp", now.to_string())
        .with(
            "entry",
            json!([{"resource": resource.into_value(), "request": {"method": method, "url": url}}]),
        )
        .to_bytes();
    match fhir::Bundle::parse(&bundle) {
        Ok(_) => Ok(bundle),
        Err(fhir::Error::Entry { path, problem, .. }) => {
            let path = path.strip_prefix("resource.").unwrap_or(&path);
            Err(at(path, &problem))
        }
        Err(error) => Err(plain(error.to_string())),
    }
}

/// A Patient is who it is about; everything else refers to one by a number.
fn says_whose_it_is(resource: &Resource) -> Result<(), (String, &'static str)> {
    if resource.resource_type() == "Patient" {
        return Ok(());
    }
    let Some((path, to)) = reference::subject(resource) else {
        return Err(("subject".to_owned(), "is missing, so it cannot be told whose this is"));
    };
    let number = to.pointer("/identifier/value").and_then(Value::as_str);
    if number.is_none_or(str::is_empty) {
        return Err((
            path.to_owned(),
            "needs the patient's identifier: {\"identifier\": {\"system\": …, \"value\": …}}",
        ));
    }
    Ok(())
}
