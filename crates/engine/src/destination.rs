//! Where messages go, and what it says when one does not arrive.

use std::any::Any;

use db::Tx;
use model::Category;
use thiserror::Error;

use crate::Received;

/// Takes a message, in the transaction that marks it processed: either both happen or neither.
///
/// What it does must follow from the message and the configuration alone, so that a replay gives
/// the same again.
pub trait Destination: Send + Sync {
    /// What follows from `received` alone, found out before there is a transaction, while the writer
    /// is at work on the messages before it. Nothing is promised: [`Destination::deliver`] may have to
    /// do without.
    fn prepare(&self, received: &Received) -> Option<Prepared> {
        let _ = received;
        None
    }

    /// Takes `received`; `prepared` is what [`Destination::prepare`] found out about it.
    ///
    /// # Errors
    /// [`Category::Unavailable`] is tried again by itself; anything else parks the message, and the
    /// patient's later ones wait behind it.
    fn deliver(
        &self,
        tx: &mut Tx,
        received: &Received,
        prepared: Option<Prepared>,
    ) -> Result<(), DeliveryError>;
}

/// What a [`Destination`] found out beforehand: of a type that only it knows.
pub type Prepared = Box<dyn Any + Send>;

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{sentence}")]
pub struct DeliveryError {
    /// Whether it is worth trying again.
    pub category: Category,
    /// One sentence for the operator, without content of the message.
    pub sentence: String,
}

impl DeliveryError {
    /// A delivery that failed as `category`, told in one sentence.
    pub fn new(category: Category, sentence: impl Into<String>) -> Self {
        Self { category, sentence: sentence.into() }
    }
}

impl From<db::Error> for DeliveryError {
    fn from(error: db::Error) -> Self {
        let category = if error.is_unavailable() { Category::Unavailable } else { Category::Fault };
        Self { category, sentence: error.to_string() }
    }
}

/// The word kept in the log.
pub(crate) fn category_code(category: Category) -> &'static str {
    match category {
        Category::Invalid => "invalid",
        Category::NotFound => "not_found",
        Category::Conflict => "conflict",
        Category::Forbidden => "forbidden",
        Category::Unavailable => "unavailable",
        Category::Fault => "fault",
    }
}

/// Reads [`category_code`].
pub(crate) fn category_from(code: &str) -> Option<Category> {
    use Category::{Conflict, Fault, Forbidden, Invalid, NotFound, Unavailable};
    [Invalid, NotFound, Conflict, Forbidden, Unavailable, Fault]
        .into_iter()
        .find(|category| category_code(*category) == code)
}
