//! The body of a request, read whole within the limit, as FHIR JSON.

use axum::body::Body;
use axum::http::HeaderMap;
use fhir::Resource;

use crate::intake::read_whole;
use crate::negotiate::json_sent;
use crate::{ApiState, Error};

/// A resource of the body.
pub(crate) async fn resource(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
) -> Result<Resource, Error> {
    json_sent(headers)?;
    let bytes = read_whole(body, state.body_limit_bytes).await?;
    Resource::parse(&bytes).map_err(|wrong| Error::Body {
        code: "invalid",
        problem: wrong.to_string(),
        expression: None,
    })
}

/// The `parameter` elements of a Parameters resource that have this name.
pub(crate) fn parameters<'a>(
    resource: &'a Resource,
    name: &'a str,
) -> impl Iterator<Item = &'a serde_json::Value> {
    let named = move |one: &&serde_json::Value| {
        one.get("name").and_then(serde_json::Value::as_str) == Some(name)
    };
    resource.list("parameter").iter().filter(named)
}

/// A body that is not what is wanted here.
pub(crate) fn wrong(code: &'static str, problem: &str, expression: &'static str) -> Error {
    Error::Body { code, problem: problem.into(), expression: Some(expression) }
}
