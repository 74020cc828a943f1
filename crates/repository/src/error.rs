//! What can go wrong in the store; never with a value from it.

use model::Category;
use thiserror::Error;

/// An error of the repository.
#[derive(Debug, Error)]
pub enum Error {
    /// The database failed.
    #[error("the repository's database: {0}")]
    Db(#[from] db::Error),
    /// A resource without an id cannot be kept.
    #[error("a {0} without an id cannot be stored")]
    NoId(String),
    /// The source gave something of one patient the number of something of another's.
    #[error(
        "this number already belongs to another patient's record; the {0} was not changed, and the \
         source must say whose it is"
    )]
    AnotherPatients(String),
    /// A stored body cannot be read again.
    #[error("the stored body of a {resource_type} cannot be read: {source}")]
    Body {
        /// FHIR type.
        resource_type: String,
        /// What is wrong with it.
        source: crate::BodyError,
    },
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::NoId(_) => Category::Invalid,
            Self::AnotherPatients(_) => Category::Conflict,
            Self::Db(_) | Self::Body { .. } => Category::Fault,
        }
    }
}
