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
    /// There is no such person.
    #[error("there is nobody with this id")]
    NoSuchPerson,
    /// An old and a new identity are kept apart (PDS S-flag).
    #[error(
        "one of these people is protected: only their verified NHS number or the source joins their records"
    )]
    Protected,
    /// Someone else was faster, or the evidence has settled it.
    #[error("this review is no longer open")]
    ReviewClosed,
    /// Two decisions cannot both hold.
    #[error("an earlier decision keeps two of these records apart; that one must be revised first")]
    Contradiction,
    /// The first of two stewards cannot be the second.
    #[error(
        "two people hold two verified NHS numbers here: another steward must give the second answer"
    )]
    SecondSteward,
    /// A first answer is taken back by whoever gave it.
    #[error(
        "only who gave the first answer takes it back; if you disagree, answer \"not the same\""
    )]
    NotTheirAnswer,
    /// Records that are two people's cannot be split.
    #[error("these two records are two people already; there is nothing to split")]
    NotTogether,
    /// One record cannot be two people's.
    #[error("one record contradicts itself here; only its source can put it right")]
    OneRecord,
    /// The choice of records to split out does not answer the question.
    #[error(
        "choose the records of the other person: one of the two in question, not both, and only records of this person"
    )]
    SplitChoice,
    /// What was given cannot be used.
    #[error("{0}")]
    Invalid(&'static str),
    /// A steward has said about these two already what somebody asks now.
    #[error("a steward has decided about these two in question {0}; take that decision back first")]
    AlreadyDecided(i64),
    /// A later decision rests on this one.
    #[error("a later decision rests on this one; take back review {0} first")]
    LaterDecision(i64),
    /// Nothing is there to be taken back.
    #[error("there is no answer to this review that could be taken back")]
    NothingToUndo,
    /// There is no such sample, or it has been read.
    #[error("this sample is not waiting for your reading")]
    NoSuchSample,
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::Db(_) | Self::Stored { .. } | Self::Unknown(_) => Category::Fault,
            Self::TooLittle | Self::SplitChoice | Self::Invalid(_) => Category::Invalid,
            Self::NoSuchReview | Self::NoSuchPerson | Self::NoSuchSample => Category::NotFound,
            Self::ReviewClosed
            | Self::Contradiction
            | Self::SecondSteward
            | Self::NotTheirAnswer
            | Self::NotTogether
            | Self::OneRecord
            | Self::Protected
            | Self::AlreadyDecided(_)
            | Self::LaterDecision(_)
            | Self::NothingToUndo => Category::Conflict,
        }
    }
}
