//! What came, by POST: HL7 v2 over HTTP, bundles, rows.

use std::fmt;

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};

use super::claim::Queued;
use super::web::Answer;
use super::{Failure, Web};
use crate::Format;

/// A server that takes each message as the body of a POST.
pub struct Http {
    web: Web,
    url: Uri,
    token: Option<HeaderValue>,
}

impl Http {
    /// The server at `url`, which is shown `token` as a bearer token.
    pub fn new(web: Web, url: Uri, token: Option<&str>) -> Self {
        Self { web, url, token: token.and_then(bearer) }
    }

    /// Where it is, without what may be secret in an address.
    pub fn address(&self) -> String {
        shown(&self.url)
    }

    pub(super) async fn send(&self, queued: &Queued) -> Result<(), Failure> {
        let content_type = match Format::parse(&queued.format) {
            Some(Format::Hl7v2) => "x-application/hl7-v2+er7",
            Some(Format::FhirBundle) => "application/fhir+json",
            Some(Format::Csv { .. }) => "text/csv",
            None => "application/octet-stream",
        };
        let request =
            request(Method::POST, self.url.clone(), content_type, queued, self.token.as_ref())?;
        let answer = self.web.send(request).await.map_err(Failure::Unreachable)?;
        taken(&answer, &self.address())?;
        if answer.content_type.contains("hl7-v2") { acknowledged(&answer) } else { Ok(()) }
    }
}

/// `Bearer …` as a header that no log shows.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An address as it may be shown: without its query and without who calls.
pub(super) fn shown(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("http");
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{port}{}", url.host().unwrap_or_default(), url.path())
}

/// A request that says what it is, so that a second one with the same key can be passed over.
pub(super) fn request(
    method: Method,
    url: Uri,
    content_type: &'static str,
    queued: &Queued,
    token: Option<&HeaderValue>,
) -> Result<Request<Bytes>, Failure> {
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .header(CONTENT_TYPE, content_type)
        .header("idempotency-key", format!("chesil-{}-{}", queued.message, queued.part));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, token.clone());
    }
    let body = Bytes::copy_from_slice(&queued.body);
    request.body(body).map_err(|_| Failure::Refused("no request can be made of it".into()))
}

/// Whether the status says that it was taken. What says that our own settings are wrong (a token, an
/// address) is no fault of the message: it waits.
pub(super) fn taken(answer: &Answer, address: &str) -> Result<(), Failure> {
    let status = answer.status;
    let said = format!("{address} answered {}", status.as_u16());
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::PRECONDITION_FAILED
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Err(Failure::Refused(said)),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::Later(said))
        }
        _ if status.is_server_error() => Err(Failure::Later(said)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(Failure::Unreachable(format!("{said}: it does not accept our token")))
        }
        _ => Err(Failure::Unreachable(format!("{said}: see whether the address is right"))),
    }
}

/// An HL7 v2 acknowledgement as the body of a 200.
fn acknowledged(answer: &Answer) -> Result<(), Failure> {
    let message = hl7v2::parse(&answer.body).ok();
    let code = message.and_then(|message| message.get("MSA-1").map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        Some("AA" | "CA") => Ok(()),
        Some("AR" | "CR") => Err(Failure::Refused("it was rejected (AR)".into())),
        Some(_) => Err(Failure::Later("it was answered with an error (AE)".into())),
        None => Err(Failure::Unreachable("the acknowledgement cannot be read".into())),
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Http({})", self.address())
    }
}
