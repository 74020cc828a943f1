//! Where a question stands: open, half answered, referred, decided, or settled by the evidence.

use db::{Row, Value};
use jiff::Timestamp;
use model::{OdsCode, UserId};

use crate::{Error, Result};

/// Where a review stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewState {
    /// Nobody has answered yet.
    Open,
    /// One steward says that it is one person; two verified NHS numbers need a second steward.
    AwaitingSecond {
        /// Who answered first; somebody else must answer second.
        user: UserId,
        /// Their name, role and organisation.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The organisation whose record it is has been asked.
    Referred {
        /// Who is asked.
        to: OdsCode,
        /// What they are asked.
        note: String,
        /// Who referred it.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// A steward has decided.
    Decided {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The evidence has settled it, or another decision has.
    Resolved {
        /// `engine`, or the steward whose other decision did.
        by: String,
        /// When.
        at: Timestamp,
    },
}

impl ReviewState {
    /// The code in the store.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::AwaitingSecond { .. } => "awaiting_second",
            Self::Referred { .. } => "referred",
            Self::Decided { .. } => "decided",
            Self::Resolved { .. } => "resolved",
        }
    }

    /// The words on a page.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::AwaitingSecond { .. } => "Waits for a second steward",
            Self::Referred { .. } => "Referred to the source",
            Self::Decided { .. } => "Decided",
            Self::Resolved { .. } => "Settled by the evidence",
        }
    }

    /// It can still be answered.
    pub fn is_unsettled(&self) -> bool {
        matches!(self, Self::Open | Self::AwaitingSecond { .. } | Self::Referred { .. })
    }
}

/// Which reviews a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReviewStates {
    /// Those that wait for a steward: open, or half answered.
    #[default]
    ToDo,
    /// Those half answered.
    AwaitingSecond,
    /// Those that wait for a source.
    Referred,
    /// Those that stewards have decided; the newest first.
    Decided,
    /// Those that the evidence has settled; the newest first.
    Resolved,
}

impl ReviewStates {
    /// Every list.
    pub const ALL: [Self; 5] =
        [Self::ToDo, Self::AwaitingSecond, Self::Referred, Self::Decided, Self::Resolved];

    /// The code in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToDo => "to_do",
            Self::AwaitingSecond => "awaiting_second",
            Self::Referred => "referred",
            Self::Decided => "decided",
            Self::Resolved => "resolved",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::AwaitingSecond => "Waiting for a second steward",
            Self::Referred => "Referred to a source",
            Self::Decided => "Decided",
            Self::Resolved => "Settled by the evidence",
        }
    }

    /// Reads [`ReviewStates::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|states| states.code() == code)
    }

    /// Two codes of [`ReviewState`], for a query.
    pub(crate) fn pair(self) -> (&'static str, &'static str) {
        match self {
            Self::ToDo => ("open", "awaiting_second"),
            other => (other.code(), other.code()),
        }
    }

    /// The list is a history: the newest first, not the most urgent.
    pub(crate) fn is_settled(self) -> bool {
        matches!(self, Self::Decided | Self::Resolved)
    }
}

/// The columns of a review that say where it stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Standing {
    pub(crate) state: String,
    closed_by: Option<String>,
    closed_at: Option<Timestamp>,
    asked_by_user: Option<uuid::Uuid>,
    asked_by: Option<String>,
    asked_at: Option<Timestamp>,
    referred_to: Option<String>,
    note: Option<String>,
}

impl Standing {
    /// Reads eight columns in the order of the fields, from `first` on.
    pub(crate) fn from_row(row: &Row<'_>, first: usize) -> std::result::Result<Self, db::Error> {
        Ok(Self {
            state: row.get(first)?,
            closed_by: row.get(first + 1)?,
            closed_at: row.get(first + 2)?,
            asked_by_user: row.get(first + 3)?,
            asked_by: row.get(first + 4)?,
            asked_at: row.get(first + 5)?,
            referred_to: row.get(first + 6)?,
            note: row.get(first + 7)?,
        })
    }

    pub(crate) fn open() -> Self {
        Self {
            state: ReviewState::Open.code().to_owned(),
            closed_by: None,
            closed_at: None,
            asked_by_user: None,
            asked_by: None,
            asked_at: None,
            referred_to: None,
            note: None,
        }
    }

    pub(crate) fn awaiting_second(user: UserId, by: &str, at: Timestamp) -> Self {
        Self {
            state: "awaiting_second".to_owned(),
            asked_by_user: Some(user.uuid()),
            asked_by: Some(by.to_owned()),
            asked_at: Some(at),
            ..Self::open()
        }
    }

    pub(crate) fn referred(
        to: &OdsCode,
        note: &str,
        user: UserId,
        by: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            state: "referred".to_owned(),
            referred_to: Some(to.to_string()),
            note: Some(note.to_owned()),
            ..Self::awaiting_second(user, by, at)
        }
    }

    pub(crate) fn decided(by: &str, at: Timestamp) -> Self {
        Self {
            state: "decided".to_owned(),
            closed_by: Some(by.to_owned()),
            closed_at: Some(at),
            ..Self::open()
        }
    }

    pub(crate) fn resolved(by: &str, at: Timestamp) -> Self {
        Self { state: "resolved".to_owned(), ..Self::decided(by, at) }
    }

    /// Seven values in the order of the columns, the state first.
    pub(crate) fn values(&self) -> [Value; 8] {
        [
            Value::from(&self.state),
            Value::from(self.closed_by.clone()),
            Value::from(self.closed_at),
            Value::from(self.asked_by_user),
            Value::from(self.asked_by.clone()),
            Value::from(self.asked_at),
            Value::from(self.referred_to.clone()),
            Value::from(self.note.clone()),
        ]
    }

    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(self.state.as_str(), "open" | "awaiting_second" | "referred")
    }

    pub(crate) fn read(self) -> Result<ReviewState> {
        let missing = || Error::Unknown("state of a review");
        let asked = (self.asked_by, self.asked_at);
        let closed = (self.closed_by.unwrap_or_default(), self.closed_at.unwrap_or_default());
        Ok(match (self.state.as_str(), asked) {
            ("open", _) => ReviewState::Open,
            ("awaiting_second", (Some(by), Some(at))) => {
                let user = UserId::from_uuid(self.asked_by_user.ok_or_else(missing)?);
                ReviewState::AwaitingSecond { user, by, at }
            }
            ("referred", (Some(by), Some(at))) => {
                let to = self.referred_to.as_deref().map(OdsCode::parse);
                let to = to.and_then(std::result::Result::ok).ok_or_else(missing)?;
                ReviewState::Referred { to, note: self.note.unwrap_or_default(), by, at }
            }
            ("decided", _) => ReviewState::Decided { by: closed.0, at: closed.1 },
            ("resolved", _) => ReviewState::Resolved { by: closed.0, at: closed.1 },
            _ => return Err(missing()),
        })
    }
}
