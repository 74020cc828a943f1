//! What can go wrong here.

use model::Category;
use thiserror::Error;

/// An error of the subscriptions.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// A row holds a word that this build does not know.
    #[error("the stored {0} is not one of ours")]
    Stored(&'static str),
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) | Self::Stored(_) => Category::Fault,
        }
    }
}
