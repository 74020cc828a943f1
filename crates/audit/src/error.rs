//! What can go wrong with the trail. Where writing fails there is no permit.

use model::Category;
use thiserror::Error;

/// Why an entry could not be written or read.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused.
    #[error("the audit trail cannot be written or read")]
    Database(#[from] db::Error),
    /// The row that names the last entry is gone.
    #[error("the audit trail has lost its head; run the verification")]
    NoHead,
    /// Only an entry that raised an alert can be answered.
    #[error("there is no such alert")]
    NoAlert,
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Database(error) if error.is_unavailable() => Category::Unavailable,
            Self::NoAlert => Category::NotFound,
            Self::Database(_) | Self::NoHead => Category::Fault,
        }
    }
}
