//! FHIR resources to a server: a transaction, one resource, or a message.

use std::fmt;

use hyper::header::HeaderValue;
use hyper::{Method, Uri};
use serde_json::Value;

use super::claim::Queued;
use super::http::{bearer, request, shown, taken};
use super::web::Answer;
use super::{Failure, Web};

/// A FHIR server. Where below its base something goes is the row's own `target`: `POST`,
/// `PUT Patient/…`, `POST $process-message`.
pub struct Fhir {
    web: Web,
    base: String,
    token: Option<HeaderValue>,
}

impl Fhir {
    /// The server with this base address, without a slash at its end.
    pub fn new(web: Web, base: impl Into<String>, token: Option<&str>) -> Self {
        Self { web, base: base.into(), token: token.and_then(bearer) }
    }

    /// Where it is, without what may be secret in an address.
    pub fn address(&self) -> String {
        self.base.parse().map(|url| shown(&url)).unwrap_or_default()
    }

    pub(super) async fn send(&self, queued: &Queued) -> Result<(), Failure> {
        let (method, path) = queued.target.split_once(' ').unwrap_or((&queued.target, ""));
        let method = if method == "PUT" { Method::PUT } else { Method::POST };
        let url = if path.is_empty() { self.base.clone() } else { format!("{}/{path}", self.base) };
        let url: Uri = url.parse().map_err(|_| Failure::Unreachable("a wrong address".into()))?;
        let request = request(method, url, "application/fhir+json", queued, self.token.as_ref())?;
        let answer = self.web.send(request).await.map_err(Failure::Unreachable)?;
        taken(&answer, &self.address())?;
        if path == "$process-message" { responded(&answer) } else { Ok(()) }
    }
}

/// What the answering message says (FHIR R4 §2.4.4 `MessageHeader.response.code`); an answer without
/// one was taken.
fn responded(answer: &Answer) -> Result<(), Failure> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match body.pointer("/entry/0/resource/response/code").and_then(Value::as_str) {
        Some("transient-error") => {
            Err(Failure::Later("it was answered with a transient error".into()))
        }
        Some("fatal-error") => Err(Failure::Refused("it was answered with a fatal error".into())),
        _ => Ok(()),
    }
}

impl fmt::Debug for Fhir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fhir({})", self.address())
    }
}
