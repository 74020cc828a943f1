//! Why a call to a practice gave no record. Texts hold no patient data.

use model::Category;
use thiserror::Error;

/// Inside, each way to fail is an error; [`crate::Gateway::gp_record`] turns it into an answer for the page.
#[derive(Debug, Error)]
pub enum Error {
    /// The HTTP client could not be set up.
    #[error("setting up the HTTP client for GP practices")]
    Client(#[source] reqwest::Error),
    /// Connecting, sending or reading failed.
    #[error("calling the practice")]
    Call(#[source] reqwest::Error),
    /// The deadline passed.
    #[error("the practice did not answer by the deadline")]
    TimedOut,
    /// Too many failures in a row: the practice is left alone for a while.
    #[error("the practice has failed repeatedly and is left alone for the moment")]
    LeftAlone,
    /// An answer beyond the limit.
    #[error("the practice's answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// A failing HTTP status without a spine code.
    #[error("the practice answered HTTP {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// An OperationOutcome with a spine error code.
    #[error("the practice answered {code} (HTTP {status})")]
    Outcome {
        /// The status.
        status: u16,
        /// `PATIENT_NOT_FOUND` …
        code: String,
    },
    /// Not a GP Connect bundle.
    #[error("the practice's answer cannot be read: {what}")]
    Malformed {
        /// What is wrong, without content.
        what: &'static str,
    },
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Client(_) => Category::Fault,
            Self::Call(_) | Self::TimedOut | Self::LeftAlone | Self::TooLarge { .. } => {
                Category::Unavailable
            }
            Self::Status { .. } | Self::Malformed { .. } => Category::Unavailable,
            Self::Outcome { code, .. } => match code.as_str() {
                "PATIENT_NOT_FOUND" | "NO_RECORD_FOUND" | "ORGANISATION_NOT_FOUND" => {
                    Category::NotFound
                }
                "NO_PATIENT_CONSENT"
                | "NO_ORGANISATION_CONSENT"
                | "ACCESS_DENIED"
                | "NO_RELATIONSHIP" => Category::Forbidden,
                "INTERNAL_SERVER_ERROR" => Category::Unavailable,
                _ => Category::Invalid,
            },
        }
    }

    /// Whether the practice's system is unwell, rather than saying no in good order.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Self::Outcome { status, .. } => *status >= 500 && *status != 501,
            Self::LeftAlone | Self::Client(_) => false,
            _ => true,
        }
    }
}
