//! What can go wrong here. No text holds a patient's data.

use model::Category;
use thiserror::Error;

/// An error of the people index.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// Stored details cannot be read back.
    #[error("cannot read the stored {what}")]
    Stored {
        /// What was being read.
        what: &'static str,
        /// Where it went wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A row holds a word that this build does not know.
    #[error("the stored {0} is not one of ours")]
    Unknown(&'static str),
    /// A search without enough to go on.
    #[error("to find a person, give an NHS number, or a name and the date of birth")]
    TooLittle,
    /// There is no such review.
    #[error("there is no review with this number")]
    NoSuchReview,
    /// Someone else was faster, or the evidence has settled it.
    #[error("this review is no longer open")]
    ReviewClosed,
    /// Two decisions cannot both hold.
    #[error("an earlier decision keeps two of these records apart; that one must be revised first")]
    Contradiction,
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) | Self::Stored { .. } | Self::Unknown(_) => Category::Fault,
            Self::TooLittle => Category::Invalid,
            Self::NoSuchReview => Category::NotFound,
            Self::ReviewClosed | Self::Contradiction => Category::Conflict,
        }
    }
}
