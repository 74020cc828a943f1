//! What can go wrong on the way to a page, and the page it becomes.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Category;
use thiserror::Error as ThisError;

use crate::layout::Reader;
use crate::page::{problem, refused};

/// An error of the portal; it names no patient.
#[derive(Debug, ThisError)]
pub(crate) enum Error {
    /// The database failed.
    #[error("the database failed while a page was made: {0}")]
    Db(#[from] db::Error),
    /// The audit trail could not be written or read, so nothing is shown.
    #[error("the audit trail failed while a page was made: {0}")]
    Audit(#[from] audit::Error),
    /// Users, sessions or organisations could not be read.
    #[error("accounts failed while a page was made: {0}")]
    Accounts(#[from] accounts::Error),
    /// People could not be read.
    #[error("the index of people failed while a page was made: {0}")]
    Empi(#[from] empi::Error),
    /// What a decision moved could not be written.
    #[error("stays could not be folded anew: {0}")]
    Ingest(#[from] ingest::Error),
    /// Messages could not be read.
    #[error("the message log failed while a page was made: {0}")]
    Engine(#[from] engine::Error),
    /// The record could not be opened.
    #[error("the record failed while a page was made: {0}")]
    Record(#[from] record::Error),
    /// Nobody is signed in, or not any more.
    #[error("nobody is signed in")]
    NotSignedIn {
        /// The path to come back to.
        next: String,
    },
    /// A policy refused; the refusal is in the trail.
    #[error("refused by policy")]
    Refused(Box<(audit::Refusal, Reader)>),
    /// Records have changed between a look and the decision on it.
    #[error("a message has changed these records since you looked at them; nothing was decided")]
    Changed,
    /// There is no such page or thing.
    #[error("there is no such page")]
    NotFound,
    /// What was sent cannot be used.
    #[error("{0}")]
    Invalid(&'static str),
    /// A task of this request ended before it answered.
    #[error("a task of this request ended before it answered")]
    Unanswered,
}

impl Error {
    /// What an edge does with it.
    pub(crate) fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) | Self::Unanswered => Category::Fault,
            Self::Audit(error) => error.category(),
            Self::Accounts(error) => error.category(),
            Self::Empi(error) => error.category(),
            Self::Ingest(error) => error.category(),
            Self::Engine(error) => error.category(),
            Self::Record(error) => error.category(),
            Self::NotSignedIn { .. } | Self::Refused(_) => Category::Forbidden,
            Self::Changed => Category::Conflict,
            Self::NotFound => Category::NotFound,
            Self::Invalid(_) => Category::Invalid,
        }
    }

    /// The sentence for the page, where the error was made for readers.
    pub(crate) fn sentence(&self) -> Option<String> {
        match self.category() {
            Category::Unavailable | Category::Fault | Category::NotFound => None,
            _ => Some(sentence(&match self {
                Self::Empi(error) => error.to_string(),
                Self::Engine(error) => error.to_string(),
                Self::Accounts(error) => error.to_string(),
                Self::Record(error) => error.to_string(),
                other => other.to_string(),
            })),
        }
    }
}

/// An error's text as a sentence: capital first, full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NotSignedIn { next } => {
                (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/sign-in?next={next}"))])
                    .into_response()
            }
            Self::Refused(refused) => {
                let (refusal, reader) = *refused;
                refused::answer(&refusal, &reader).into_response()
            }
            other => {
                let category = other.category();
                if matches!(category, Category::Fault | Category::Unavailable) {
                    tracing::error!(error = %other, "a page could not be made: {other}");
                }
                problem::page(category, other.sentence().as_deref()).into_response()
            }
        }
    }
}
