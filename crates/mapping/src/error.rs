//! Why something a source sent cannot be mapped. No value of a patient is ever repeated.

use thiserror::Error;

/// What is wrong with the input; a person at the source has to change something.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// No mapping for this type of message.
    #[error("{0} is not a message Chesil maps")]
    Unsupported(String),
    /// The message does not say whose it is, or says it twice.
    #[error("{0}")]
    Identity(String),
    /// A field without which the message means nothing.
    #[error("{path} ({name}) is missing, so {consequence}")]
    Missing {
        /// `PV1-19`.
        path: &'static str,
        /// `visit number`.
        name: &'static str,
        /// The end of the sentence.
        consequence: &'static str,
    },
    /// A field whose content cannot be read.
    #[error("{path} cannot be read: {problem}")]
    Unreadable {
        /// `OBX-5`, `start_date`.
        path: String,
        /// What it should be.
        problem: &'static str,
    },
    /// A rule of the channel refuses it, or its script failed.
    #[error("{0}")]
    Rule(String),
    /// A FHIR Bundle that cannot be taken.
    #[error(transparent)]
    Bundle(#[from] fhir::Error),
    /// A table that cannot be taken.
    #[error("{0}")]
    Table(String),
}

impl Error {
    /// Always `Invalid`: the same bytes will fail again.
    pub fn category(&self) -> model::Category {
        model::Category::Invalid
    }
}
