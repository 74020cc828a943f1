//! What can go wrong with a request, and how the sender is told. Texts hold no patient data.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fhir::outcome::{Issue, Severity, outcome};
use model::Category;
use thiserror::Error;

use crate::fhir_answer;

/// Why a request is refused.
#[derive(Debug, Error)]
pub enum Error {
    /// No token, a wrong one, or one of another channel.
    #[error("show your channel's token: Authorization: Bearer …")]
    WrongToken,
    /// The body is beyond the limit.
    #[error("the body is larger than {limit_bytes} bytes; send a bundle in parts")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body ended early or came too slowly.
    #[error("the body did not arrive complete")]
    Incomplete,
    /// The body is not a FHIR bundle; it is kept in quarantine.
    #[error("{wrong} (kept in quarantine{})", seq.map(|seq| format!(" as message {seq}")).unwrap_or_default())]
    NotFhir {
        /// Its number in the log.
        seq: Option<i64>,
        /// What is wrong and where.
        wrong: fhir::Error,
    },
    /// A resource by itself that cannot be taken; it is kept in quarantine.
    #[error("{problem} (kept in quarantine{})", seq.map(|seq| format!(" as message {seq}")).unwrap_or_default())]
    Unusable {
        /// Its number in the log.
        seq: Option<i64>,
        /// What is wrong.
        problem: String,
        /// Where, as a FHIRPath.
        expression: Option<String>,
    },
    /// Too many messages wait already.
    #[error("too many messages are waiting; send again later")]
    Full,
    /// The server is stopping.
    #[error("the server is stopping; nothing is known to be stored, send again")]
    Stopped,
    /// No token of a system that is configured.
    #[error("show your system's token: Authorization: Bearer …")]
    WrongClient,
    /// The access policies say no.
    #[error("{0}")]
    Refused(audit::Refusal),
    /// There is none, or none that this client may see: nothing tells which.
    #[error("there is no such {0}")]
    NoSuch(&'static str),
    /// An address or method that is not offered.
    #[error("this is not offered here; GET /fhir/metadata says what is")]
    NotOffered(StatusCode),
    /// A parameter that cannot be understood, or is missing.
    #[error("the parameter {name} {problem}")]
    Parameter {
        /// Its name.
        name: String,
        /// FHIR's issue type.
        code: &'static str,
        /// What is wrong with it, without its value.
        problem: String,
    },
    /// A domain of numbers that does not exist for this client (ITI-78, case 4).
    #[error("targetSystem not found")]
    NoSuchDomain,
    /// A search that would show too many people.
    #[error("{0}")]
    TooBroad(&'static str),
    /// The address of a page that is no longer kept, or never was this client's.
    #[error("this page is no longer kept; search again")]
    PageGone,
    /// An answer of `$ihe-pix` (ITI-83 §3.83.4.2.2).
    #[error("{0}")]
    CrossReference(&'static str, StatusCode),
    /// An answer in another format than JSON is wanted.
    #[error("answers are JSON only: Accept: application/fhir+json")]
    NotAcceptable,
    /// A request in another format than JSON.
    #[error("requests are JSON only: Content-Type: application/fhir+json")]
    NotJson,
    /// A body in another format than HL7 v2 with bars.
    #[error("messages are HL7 v2 with bars and hats: Content-Type: x-application/hl7-v2+er7")]
    NotEr7,
    /// The body is not the FHIR that is wanted here.
    #[error("{problem}")]
    Body {
        /// FHIR's issue type.
        code: &'static str,
        /// What is wrong and what is wanted.
        problem: String,
        /// Where, as a FHIRPath.
        expression: Option<&'static str>,
    },
    /// The request is not this client's to make.
    #[error("{0}")]
    NotYours(&'static str),
    /// The message log refused.
    #[error("storing the message")]
    Engine(#[from] engine::Error),
    /// The database failed.
    #[error("the database")]
    Db(#[from] db::Error),
    /// The index of people failed.
    #[error("finding people")]
    Empi(#[from] empi::Error),
    /// The facts for a decision could not be gathered.
    #[error("gathering the facts for a decision")]
    Accounts(#[from] accounts::Error),
    /// The subscriptions failed.
    #[error("keeping subscriptions")]
    Subscriptions(#[from] subscriptions::Error),
    /// What is told of somebody could not be read.
    #[error("reading what is told")]
    Record(#[from] record::Error),
    /// The audit trail could not be written, so nothing is shown.
    #[error("writing the audit trail")]
    Audit(#[from] audit::Error),
}

impl Error {
    /// A parameter whose value cannot be used.
    pub(crate) fn parameter(name: &str, problem: impl Into<String>) -> Self {
        Self::Parameter { name: name.into(), code: "invalid", problem: problem.into() }
    }

    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::WrongToken | Self::WrongClient | Self::Refused(_) | Self::NotYours(_) => {
                Category::Forbidden
            }
            Self::TooLarge { .. }
            | Self::Incomplete
            | Self::NotFhir { .. }
            | Self::Unusable { .. }
            | Self::Parameter { .. }
            | Self::TooBroad(_)
            | Self::CrossReference(..)
            | Self::NotAcceptable
            | Self::NotOffered(_)
            | Self::NotJson
            | Self::NotEr7
            | Self::Body { .. } => Category::Invalid,
            Self::NoSuch(_) | Self::NoSuchDomain | Self::PageGone => Category::NotFound,
            Self::Full | Self::Stopped => Category::Unavailable,
            Self::Engine(error) => error.category(),
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) => Category::Fault,
            Self::Empi(error) => error.category(),
            Self::Accounts(error) => error.category(),
            Self::Subscriptions(error) => error.category(),
            Self::Record(error) => error.category(),
            Self::Audit(error) => error.category(),
        }
    }

    /// HTTP status and FHIR issue type (FHIR R4 `issue-type`).
    fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::WrongToken | Self::WrongClient => (StatusCode::UNAUTHORIZED, "login"),
            Self::Parameter { code, .. } | Self::Body { code, .. } => {
                (StatusCode::BAD_REQUEST, code)
            }
            Self::TooBroad(_) => (StatusCode::BAD_REQUEST, "too-costly"),
            Self::PageGone => (StatusCode::GONE, "expired"),
            Self::CrossReference(_, StatusCode::NOT_FOUND) => (StatusCode::NOT_FOUND, "not-found"),
            Self::CrossReference(_, StatusCode::CONFLICT) => {
                (StatusCode::CONFLICT, "multiple-matches")
            }
            Self::CrossReference(_, status) => (*status, "code-invalid"),
            Self::NotOffered(status) => (*status, "not-supported"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not-supported"),
            Self::NotJson | Self::NotEr7 => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-long"),
            Self::Incomplete => (StatusCode::REQUEST_TIMEOUT, "incomplete"),
            _ => match self.category() {
                Category::Invalid => (StatusCode::BAD_REQUEST, "invalid"),
                Category::NotFound => (StatusCode::NOT_FOUND, "not-found"),
                Category::Conflict => (StatusCode::CONFLICT, "conflict"),
                Category::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
                Category::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "transient"),
                Category::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "exception"),
            },
        }
    }

    /// Where in the bundle, as a FHIRPath.
    fn expression(&self) -> Option<String> {
        let wrong = match self {
            Self::NotFhir { wrong, .. } => wrong,
            Self::Unusable { expression, .. } => return expression.clone(),
            Self::Body { expression, .. } => return expression.map(str::to_owned),
            _ => return None,
        };
        match wrong {
            fhir::Error::Entry { number, path, .. } => {
                Some(format!("Bundle.entry[{}].{path}", number.saturating_sub(1)))
            }
            fhir::Error::Bundle { path, .. } => Some(format!("Bundle.{path}")),
            _ => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = self.answer();
        if status.is_server_error() {
            let cause = std::error::Error::source(&self).map(ToString::to_string);
            tracing::error!(cause, "a request failed: {self}");
        }
        // ITI-78 §3.78.4.1.3, case 4, wants a warning; everything else that fails is an error.
        let is_domain = matches!(self, Self::NoSuchDomain);
        let severity = if is_domain { Severity::Warning } else { Severity::Error };
        let expression = self.expression();
        let issue = Issue { severity, expression, ..Issue::error(code, self.to_string()) };
        let mut response = fhir_answer(status, &outcome(&[issue]));
        let (name, value) = match status {
            // RFC 6750 §3.
            StatusCode::UNAUTHORIZED => (header::WWW_AUTHENTICATE, "Bearer"),
            StatusCode::SERVICE_UNAVAILABLE => (header::RETRY_AFTER, "5"),
            _ => return response,
        };
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    }
}
