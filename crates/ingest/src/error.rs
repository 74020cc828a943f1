//! Why a message did not get into the record.

use model::Category;
use thiserror::Error;

/// An error of ingest; the sentence is for the operator and holds no content of the message.
#[derive(Debug, Error)]
pub enum Error {
    /// No configured channel has this name.
    #[error("there is no channel {0} in the configuration any more; add it again, then retry")]
    NoFeed(String),
    /// The bytes are not HL7 v2.
    #[error("this is not an HL7 v2 message: {0}")]
    Parse(#[from] hl7v2::ParseError),
    /// The message cannot be mapped.
    #[error(transparent)]
    Mapping(#[from] mapping::Error),
    /// The index of people failed.
    #[error("finding out who this is: {0}")]
    Empi(#[from] empi::Error),
    /// The repository failed.
    #[error("writing the record: {0}")]
    Repository(#[from] repository::Error),
    /// The relationships could not be kept.
    #[error("keeping a relationship: {0}")]
    Accounts(#[from] accounts::Error),
    /// A stored movement cannot be read again.
    #[error("a stored movement of this spell cannot be read: {0}")]
    SpellEvent(serde_json::Error),
    /// The database failed.
    #[error("the database: {0}")]
    Db(#[from] db::Error),
}

impl Error {
    /// Whether it is worth trying again.
    pub fn category(&self) -> Category {
        match self {
            Self::NoFeed(_) | Self::Parse(_) => Category::Invalid,
            Self::Mapping(error) => error.category(),
            Self::Empi(error) => error.category(),
            Self::Repository(error) => error.category(),
            Self::Accounts(error) => error.category(),
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::SpellEvent(_) | Self::Db(_) => Category::Fault,
        }
    }
}
