//! The REST hook of a subscription: its headers, and the POST.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use fhir::Resource;
use serde_json::Value;
use subscriptions::Subscription;

use crate::body::wrong;
use crate::{ApiState, Error};

/// A system that takes longer to answer has not been told.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// What a subscriber may not say for us: with these it could reach another host behind an allowed
/// address, or change where our message ends (RFC 9112 section 6, RFC 9110 section 7.6.1).
const OURS: [&str; 10] = [
    "host",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "keep-alive",
    "forwarded",
    "via",
];
/// As are all that begin so.
const OURS_FROM: [&str; 3] = ["content-", "proxy-", "x-forwarded-"];

/// The headers that a subscription wishes to be told with: `Authorization: Bearer …`.
///
/// # Errors
/// One that is no header, or not the subscriber's to say.
pub(crate) fn headers(subscription: &Resource) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for text in subscription.list("channel.header").iter().map(Value::as_str) {
        let (name, value) = text.and_then(header).ok_or_else(|| {
            let problem =
                "a header is NAME: VALUE, and not one that says where a message goes or ends";
            wrong("value", problem, "Subscription.channel.header")
        })?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    let name: HeaderName = name.trim().parse().ok()?;
    let is_ours = OURS.contains(&name.as_str())
        || OURS_FROM.iter().any(|start| name.as_str().starts_with(start));
    let value: HeaderValue = value.trim().parse().ok()?;
    (!is_ours).then_some((name, value))
}

/// The POST; an answer other than 2xx, or none, is a failure. Redirections are not followed.
pub(crate) async fn post(
    state: &ApiState,
    known: &Subscription,
    notification: &Resource,
) -> Result<(), String> {
    let sent = Resource::parse(known.wish.resource.as_bytes()).ok();
    let wished = sent.map(|sent| headers(&sent)).transpose();
    let wished = wished.map_err(|_| "a header of the channel cannot be sent".to_owned())?;
    let mut request = Request::post(known.wish.endpoint.as_str());
    if let Some(headers) = request.headers_mut() {
        headers.extend(wished.unwrap_or_default());
        let json = HeaderValue::from_static("application/fhir+json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    let request = request.body(Bytes::from(notification.to_bytes()));
    let request = request.map_err(|_| "the endpoint is no address".to_owned())?;
    let web = state.people.web.as_ref().map_err(Clone::clone)?;
    match web.send(request).await {
        Ok(answer) if answer.status.is_success() => Ok(()),
        Ok(answer) => Err(format!("the endpoint answered {}", answer.status.as_u16())),
        Err(problem) => Err(format!("the endpoint: {problem}")),
    }
}
