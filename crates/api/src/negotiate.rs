//! What every request shares: its parameters, the format of the answer, and our own address.

use axum::extract::{Query, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::{ApiState, Error};

/// A request's parameters, in order and as often as they were given.
pub(crate) type Pairs = Vec<(String, String)>;

/// The parameters of an address.
pub(crate) fn pairs(uri: &Uri) -> Result<Pairs, Error> {
    let read = Query::<Pairs>::try_from_uri(uri);
    read.map(|Query(pairs)| pairs).map_err(|_| Error::parameter("", "cannot be decoded"))
}

/// The values of one parameter.
pub(crate) fn values<'a>(pairs: &'a Pairs, name: &str) -> Vec<&'a str> {
    let named = pairs.iter().filter(|(own, _)| own == name);
    named.map(|(_, value)| value.as_str()).collect()
}

/// Refuses a request for anything but JSON, before anything is done about it.
pub(crate) async fn json_wanted(request: Request, next: Next) -> Result<Response, Error> {
    is_json_wanted(request.headers(), &pairs(request.uri())?)?;
    Ok(next.run(request).await)
}

/// ITI TF-2 Appendix Z.6: `_format` stands above `Accept`.
fn is_json_wanted(headers: &HeaderMap, pairs: &Pairs) -> Result<(), Error> {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accept: Vec<&str> = accept.flat_map(|value| value.split(',')).collect();
    let wanted = match values(pairs, "_format").last() {
        Some(format) => vec![*format],
        None => accept,
    };
    let fits = |kind: &&str| {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // `+` in an address that was not encoded arrives as a blank.
        let kind = kind.replace(' ', "+");
        let known = ["json", "application/json", "application/fhir+json", "text/json"];
        known.contains(&kind.as_str()) || ["*/*", "application/*", ""].contains(&kind.as_str())
    };
    let fits = wanted.is_empty() || wanted.iter().any(fits);
    if fits { Ok(()) } else { Err(Error::NotAcceptable) }
}

/// Refuses a body that says that it is something else than JSON.
pub(crate) fn json_sent(headers: &HeaderMap) -> Result<(), Error> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    if kind.contains("json") { Ok(()) } else { Err(Error::NotJson) }
}

/// Where this server is, as the client calls it: `https://care.example/fhir`.
pub(crate) struct Base(String);

impl Base {
    pub(crate) fn of(state: &ApiState, headers: &HeaderMap) -> Self {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let scheme = if state.people.https { "https" } else { "http" };
        Self(format!("{scheme}://{}/fhir", host.unwrap_or("localhost")))
    }

    /// The address of something below the base.
    pub(crate) fn of_path(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// Puts an address of ours into a header.
    pub(crate) fn locate(&self, response: &mut Response, name: &'static str, path: &str) {
        if let Ok(value) = HeaderValue::from_str(&self.of_path(path)) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}
