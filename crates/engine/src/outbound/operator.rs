//! What an operator can do with a queue and with what stands still in it. Ring the destination's bell
//! after the commit; its sender would otherwise notice a few seconds later.

use db::{Tx, params};
use jiff::Timestamp;

use super::State;
use super::claim::is_paused;
use super::queue::read_keys;
use super::stuck::release;
use crate::Error;

/// What happened to something in a queue besides being delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// An attempt failed and will be repeated.
    Failed,
    /// The destination refused it.
    Parked,
    /// An operator let it be tried again.
    Retried,
    /// An operator decided that it is not sent.
    Skipped,
}

impl EventKind {
    const ALL: [Self; 4] = [Self::Failed, Self::Parked, Self::Retried, Self::Skipped];

    /// The word kept in the queue.
    pub fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Parked => "parked",
            Self::Retried => "retried",
            Self::Skipped => "skipped",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

pub(super) fn note(
    tx: &mut Tx,
    id: i64,
    at: Timestamp,
    kind: EventKind,
    actor: &str,
    note: &str,
) -> Result<(), Error> {
    tx.execute(
        "insert into outbound_event (outbound, at, kind, actor, note) values (?1, ?2, ?3, ?4, ?5)",
        params![id, at, kind.code(), actor, note],
    )?;
    Ok(())
}

/// Stops sending to a destination; what comes for it waits. It stays so until somebody resumes it,
/// restarts included.
pub fn pause(
    tx: &mut Tx,
    destination: &str,
    actor: &str,
    reason: &str,
    at: Timestamp,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReasonToPause);
    }
    tx.execute(
        "insert into destination_state (destination, paused_by, paused_at, pause_reason, failures)
         values (?1, ?2, ?3, ?4, 0)
         on conflict (destination) do update set paused_by = excluded.paused_by,
             paused_at = excluded.paused_at, pause_reason = excluded.pause_reason",
        params![destination, actor, at, reason.trim()],
    )?;
    Ok(())
}

/// Sends again; returns whether it was paused.
pub fn resume(tx: &mut Tx, destination: &str) -> Result<bool, Error> {
    let resumed = tx.execute(
        "update destination_state set paused_by = null, paused_at = null, pause_reason = null
         where destination = ?1 and paused_by is not null",
        params![destination],
    )?;
    Ok(resumed > 0)
}

/// Lets something parked or retrying be tried again at once. What is held behind it follows once it
/// is delivered.
pub fn retry(tx: &mut Tx, id: i64, actor: &str, at: Timestamp) -> Result<(), Error> {
    let instead = match standing(tx, id)?.state {
        State::Parked | State::Retrying => return try_again(tx, id, actor, at),
        State::Waiting => "it will be sent in its turn",
        State::Held => "retry or skip the one it waits behind",
        State::Delivered => "the destination has it",
        State::Skipped => "replay the message it was made of",
    };
    Err(Error::Outbound { id, instead })
}

/// [`retry`] for everything parked of a destination; returns how many there were.
pub fn retry_parked(
    tx: &mut Tx,
    destination: &str,
    actor: &str,
    at: Timestamp,
) -> Result<usize, Error> {
    let parked = tx.query(
        "select id from outbound_message
         where destination = ?1 and state = 'parked' and state in ('retrying', 'parked', 'held')
         order by id",
        params![destination],
        |row| row.get::<i64>(0),
    )?;
    for id in &parked {
        try_again(tx, *id, actor, at)?;
    }
    Ok(parked.len())
}

/// Decides that something is not sent, and says why. What is held behind it waits again.
pub fn skip(tx: &mut Tx, id: i64, reason: &str, actor: &str, at: Timestamp) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let standing = standing(tx, id)?;
    let instead = match standing.state {
        State::Waiting if !is_paused(tx, &standing.destination)? => {
            "it may be on its way already; pause the destination first"
        }
        State::Parked | State::Retrying | State::Held | State::Waiting => {
            tx.execute(
                "update outbound_message set state = 'skipped', next_attempt_at = null,
                     ended_at = ?2
                 where id = ?1",
                params![id, at],
            )?;
            note(tx, id, at, EventKind::Skipped, actor, reason.trim())?;
            return release(tx, &standing.destination, id, &standing.keys);
        }
        State::Delivered => "the destination has it",
        State::Skipped => "nothing is left to do",
    };
    Err(Error::Outbound { id, instead })
}

struct Standing {
    destination: String,
    state: State,
    keys: Vec<String>,
}

fn standing(tx: &mut Tx, id: i64) -> Result<Standing, Error> {
    let found = tx.query_one(
        "select destination, state, order_keys from outbound_message where id = ?1",
        params![id],
        |row| Ok((row.get(0)?, row.get::<String>(1)?, row.get(2)?)),
    )?;
    let (destination, state, keys) = found.ok_or(Error::NoSuchOutbound(id))?;
    let state = State::parse(&state).ok_or(Error::UnknownWord { seq: id, column: "state" })?;
    Ok(Standing { destination, state, keys: read_keys(keys) })
}

fn try_again(tx: &mut Tx, id: i64, actor: &str, at: Timestamp) -> Result<(), Error> {
    // It still stands in the way of its patients' later ones.
    tx.execute(
        "update outbound_message set state = 'retrying', attempts = 0, next_attempt_at = ?2
         where id = ?1",
        params![id, at],
    )?;
    note(tx, id, at, EventKind::Retried, actor, "")
}
