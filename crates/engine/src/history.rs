//! What happened to a message besides being delivered: failures and operators' decisions.

use db::{Tx, params};
use jiff::Timestamp;

use crate::Error;

/// One line of a message's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Which operator; empty for the engine itself.
    pub actor: String,
    /// The failure's sentence or the operator's reason.
    pub note: String,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A delivery failed and will be tried again by itself.
    Failed,
    /// A delivery failed for good.
    Parked,
    /// An operator let it be tried again.
    Retried,
    /// An operator decided that it shall have no effect.
    Skipped,
    /// An operator put an edited copy in its place.
    Edited,
    /// Somebody began to load an index.
    LoadBegun,
    /// It is loaded, or was stopped.
    Loaded,
}

impl EventKind {
    const ALL: [Self; 7] = [
        Self::Failed,
        Self::Parked,
        Self::Retried,
        Self::Skipped,
        Self::Edited,
        Self::LoadBegun,
        Self::Loaded,
    ];

    /// The word kept in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Parked => "parked",
            Self::Retried => "retried",
            Self::Skipped => "skipped",
            Self::Edited => "edited",
            Self::LoadBegun => "begun",
            Self::Loaded => "loaded",
        }
    }
}

/// A message's history, oldest first.
pub fn events(tx: &mut Tx, seq: i64) -> Result<Vec<Event>, Error> {
    let rows = tx.query(
        "select at, kind, actor, note from message_event where seq = ?1 order by id",
        params![seq],
        |row| Ok((row.get(0)?, row.get::<String>(1)?, row.get(2)?, row.get(3)?)),
    )?;
    rows.into_iter()
        .map(|(at, code, actor, note)| {
            let kind = EventKind::ALL.into_iter().find(|kind| kind.code() == code);
            let kind = kind.ok_or(Error::UnknownWord { seq, column: "event kind" })?;
            Ok(Event { at, kind, actor, note })
        })
        .collect()
}

pub(crate) fn note(
    tx: &mut Tx,
    seq: i64,
    at: Timestamp,
    kind: EventKind,
    actor: &str,
    note: &str,
) -> Result<(), Error> {
    tx.execute(
        "insert into message_event (seq, at, kind, actor, note) values (?1, ?2, ?3, ?4, ?5)",
        params![seq, at, kind.code(), actor, note],
    )?;
    Ok(())
}
