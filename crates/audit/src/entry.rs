//! An entry as it is read back.

use access::{Action, Alert};
use db::Row;
use jiff::Timestamp;
use model::{PersonId, Role, UserId};
use uuid::Uuid;

use crate::Event;

/// One line of the trail. Codes that this version does not know stay readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the chain, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the system itself or somebody who was not signed in.
    pub user: Option<UserId>,
    /// Their name then.
    pub name: String,
    /// The code of their role then; empty for the system.
    pub role: String,
    /// The ODS code of the organisation they acted for; empty for the system.
    pub organisation: String,
    /// The code of the [`Action`] or [`Event`].
    pub action: String,
    /// Whom it was about.
    pub person: Option<PersonId>,
    /// The basis that was accepted: `relationship`, `break-glass`; empty in refusals and notes.
    pub basis: String,
    /// The ids of the policies that decided.
    pub policies: Vec<String>,
    /// What stands behind the basis, in the user's words where they gave a reason.
    pub reason: String,
    /// Whether it was done.
    pub outcome: EntryOutcome,
    /// How loudly the privacy officer hears of it.
    pub alert: Alert,
    /// What exactly.
    pub detail: String,
    /// The entry that this one answers.
    pub answers: Option<i64>,
}

impl Entry {
    /// What was done, in the words of a page.
    pub fn action_label(&self) -> &str {
        Action::parse(&self.action)
            .map(Action::label)
            .or_else(|| Event::parse(&self.action).map(Event::label))
            .unwrap_or(&self.action)
    }

    /// The role, in the words of a page.
    pub fn role_label(&self) -> &str {
        match Role::parse(&self.role) {
            Some(role) => role.label(),
            None => &self.role,
        }
    }

    /// Reads the columns of the `entries!` texts, which stand in this order.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, db::Error> {
        Ok(Self {
            seq: row.get(0)?,
            at: row.get(1)?,
            user: row.get::<Option<Uuid>>(2)?.map(UserId::from_uuid),
            name: row.get(3)?,
            role: row.get(4)?,
            organisation: row.get(5)?,
            action: row.get(6)?,
            person: row.get::<Option<Uuid>>(7)?.map(PersonId::from_uuid),
            basis: row.get(8)?,
            policies: list(&row.get::<String>(9)?),
            reason: row.get(10)?,
            outcome: EntryOutcome::parse(&row.get::<String>(11)?),
            alert: Alert::parse(&row.get::<String>(12)?).unwrap_or_default(),
            detail: row.get(13)?,
            answers: row.get(14)?,
        })
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// Whether something was done or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryOutcome {
    /// Done.
    Allowed,
    /// Refused.
    Refused,
}

impl EntryOutcome {
    /// The code in the trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }

    /// Only the word for allowed means that it was done.
    fn parse(code: &str) -> Self {
        if code == "allowed" { Self::Allowed } else { Self::Refused }
    }
}
