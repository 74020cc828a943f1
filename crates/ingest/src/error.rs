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
    /// A visit was said to have gone to two patients.
    #[error(
        "an earlier message moved this visit from the same patient to another one, and none has \
         brought it back; ask the sender whose it is, then skip this message or the wrong one"
    )]
    ContradictoryMove,
    /// A move names an account, and no visit of it is known.
    #[error(
        "no visit of this account (MRG-3) is known for the patient it was (MRG-1), so it cannot be \
         told what is moved; ask the sender for the visit number, or skip it"
    )]
    UnknownAccount,
    /// A link names another hospital's patient whom nobody has spoken of.
    #[error(
        "it links a patient of {0} who is not known here; retry once that hospital's messages have \
         come"
    )]
    UnknownPatient(String),
    /// A message that told of a moved visit is not in the log any more.
    #[error("a message that told of this visit cannot be read again: {0}")]
    MessageGone(engine::Error),
    /// What stands under the wrong patient would be withdrawn without standing under the right one.
    #[error(
        "a {0} of this visit is not found again in the messages that told it, so that moving it \
         would lose it; the mapping or the channel's settings have changed since"
    )]
    NotFoundAgain(String),
    /// A stored movement cannot be read again.
    #[error("a stored movement of this spell cannot be read: {0}")]
    SpellEvent(serde_json::Error),
    /// What goes on to another system could not be put into its queue.
    #[error("putting it into the queue to another system: {0}")]
    Forward(#[from] engine::Error),
    /// What others subscribe to could not be kept.
    #[error("keeping an event that others subscribe to: {0}")]
    Subscriptions(#[from] subscriptions::Error),
    /// The audit trail could not be written.
    #[error("writing the audit trail: {0}")]
    Audit(#[from] audit::Error),
    /// The database failed.
    #[error("the database: {0}")]
    Db(#[from] db::Error),
}

impl Error {
    /// Whether it is worth trying again.
    pub fn category(&self) -> Category {
        match self {
            Self::NoFeed(_)
            | Self::Parse(_)
            | Self::UnknownAccount
            | Self::UnknownPatient(_)
            | Self::MessageGone(_) => Category::Invalid,
            Self::ContradictoryMove => Category::Conflict,
            Self::Mapping(error) => error.category(),
            Self::Empi(error) => error.category(),
            Self::Repository(error) => error.category(),
            Self::Accounts(error) => error.category(),
            Self::Forward(error) => error.category(),
            Self::Subscriptions(error) => error.category(),
            Self::Audit(error) => error.category(),
            Self::Db(error) if error.is_unavailable() => Category::Unavailable,
            Self::NotFoundAgain(_) | Self::SpellEvent(_) | Self::Db(_) => Category::Fault,
        }
    }
}
