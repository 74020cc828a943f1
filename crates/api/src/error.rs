//! What can go wrong with a request, and how the sender is told. Texts hold no patient data.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fhir::outcome::{Issue, outcome};
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
    #[error("the bundle is larger than {limit_bytes} bytes; send it in parts")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body ended early or came too slowly.
    #[error("the bundle did not arrive complete")]
    Incomplete,
    /// The body is not a FHIR bundle; it is kept in quarantine.
    #[error("{wrong} (kept in quarantine{})", seq.map(|seq| format!(" as message {seq}")).unwrap_or_default())]
    NotFhir {
        /// Its number in the log.
        seq: Option<i64>,
        /// What is wrong and where.
        wrong: fhir::Error,
    },
    /// Too many messages wait already.
    #[error("too many messages are waiting; send again later")]
    Full,
    /// The server is stopping.
    #[error("the server is stopping; nothing is known to be stored, send again")]
    Stopped,
    /// The message log refused.
    #[error("storing the bundle")]
    Engine(#[from] engine::Error),
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::WrongToken => Category::Forbidden,
            Self::TooLarge { .. } | Self::Incomplete | Self::NotFhir { .. } => Category::Invalid,
            Self::Full | Self::Stopped => Category::Unavailable,
            Self::Engine(error) => error.category(),
        }
    }

    /// HTTP status and FHIR issue type (FHIR R4 `issue-type`).
    fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::WrongToken => (StatusCode::UNAUTHORIZED, "login"),
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
        let Self::NotFhir { wrong, .. } = self else { return None };
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
            tracing::error!(cause, "a bundle was not stored: {self}");
        }
        let issue = Issue { expression: self.expression(), ..Issue::error(code, self.to_string()) };
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
