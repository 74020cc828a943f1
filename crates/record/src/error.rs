//! What can go wrong while a record is opened.

use model::Category;
use thiserror::Error;

/// An error of `record`; it names no patient.
#[derive(Debug, Error)]
pub enum Error {
    /// The database failed.
    #[error("opening a record: {0}")]
    Db(#[from] db::Error),
    /// The index of people failed.
    #[error("opening a record: {0}")]
    Empi(#[from] empi::Error),
    /// The repository failed.
    #[error("opening a record: {0}")]
    Repository(#[from] repository::Error),
    /// The engine's log failed.
    #[error("opening a record: {0}")]
    Engine(#[from] engine::Error),
    /// The permit is for no person, or the person is not there any more.
    #[error("there is no such person")]
    NoSuchPerson,
    /// The permit does not cover what was asked for.
    #[error("the permit does not cover this")]
    NotCovered,
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) => Category::Fault,
            Self::Empi(error) => error.category(),
            Self::Repository(error) => error.category(),
            Self::Engine(error) => error.category(),
            Self::NoSuchPerson => Category::NotFound,
            Self::NotCovered => Category::Forbidden,
        }
    }
}
