//! What can go wrong with accounts. A refused sign-in is an answer and not an error.

use model::Category;
use thiserror::Error;

/// Why an account, a session or a fact could not be kept or read.
#[derive(Debug, Error)]
pub enum Error {
    /// The database refused.
    #[error("accounts cannot be read or written")]
    Database(#[from] db::Error),
    /// The trail refused, so nothing was done.
    #[error(transparent)]
    Audit(#[from] audit::Error),
    /// The store holds a code that this program does not know.
    #[error("the store holds {0} that this version does not know")]
    Stored(&'static str),
    /// Not a username.
    #[error("a username has 2 to 64 letters, digits, full stops, hyphens, underscores or @")]
    Username,
    /// Somebody has this username.
    #[error("this username is taken")]
    UsernameTaken,
    /// Too few characters.
    #[error("a password has at least {} characters", crate::SHORTEST_PASSWORD)]
    PasswordTooShort,
    /// The hash could not be made.
    #[error("the password cannot be hashed: {0}")]
    Password(String),
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// There is no such organisation.
    #[error("there is no such organisation; add it first")]
    NoSuchOrganisation,
    /// An organisation needs somebody who hears its alerts.
    #[error("this is the last privacy officer of the organisation; name another one first")]
    LastPrivacyOfficer,
    /// Too few characters.
    #[error("say why in at least {} characters", crate::SHORTEST_REASON)]
    ReasonTooShort,
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Database(error) if error.is_unavailable() => Category::Unavailable,
            Self::Database(_) | Self::Stored(_) | Self::Password(_) => Category::Fault,
            Self::Audit(error) => error.category(),
            Self::Username | Self::PasswordTooShort | Self::ReasonTooShort => Category::Invalid,
            Self::UsernameTaken | Self::LastPrivacyOfficer => Category::Conflict,
            Self::NoSuchUser | Self::NoSuchOrganisation => Category::NotFound,
        }
    }
}
