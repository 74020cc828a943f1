//! What an operator can do with a message that stands still. Wake the [`Inbox`](crate::Inbox)
//! after the commit; the processor would otherwise notice a few seconds later.

use db::{Tx, params};
use jiff::Timestamp;

use crate::arrival;
use crate::history::{EventKind, note};
use crate::in_the_way::release;
use crate::order_key::more_keys;
use crate::{Error, OrderKeys, State};

/// Lets a parked or retrying message be tried again at once: after a mapping was mended, say. What
/// is held behind it follows once it is delivered.
pub fn retry(tx: &mut Tx, seq: i64, actor: &str, at: Timestamp) -> Result<(), Error> {
    let (state, _) = standing(tx, seq)?;
    let instead = match state {
        State::Parked | State::Retrying => return wait_again(tx, seq, actor, at),
        State::Waiting => "it will be tried in its turn",
        State::Held => "retry or skip the message it waits behind",
        State::Processed => "it has had its effect",
        State::Skipped => "ask the sender to send it again",
        State::Quarantined => "it cannot be read; ask the sender to send it again",
    };
    Err(Error::WrongState { seq, state, instead })
}

/// [`retry`] for every parked message of a channel; returns how many there were.
pub fn retry_parked(
    tx: &mut Tx,
    channel: &str,
    actor: &str,
    at: Timestamp,
) -> Result<usize, Error> {
    // `channel || ''` keeps the search on the short index of unfinished messages.
    let parked = tx.query(
        "select seq from message
         where state = 'parked' and state <> 'processed' and (channel || '') = ?1 order by seq",
        params![channel],
        |row| row.get::<i64>(0),
    )?;
    for seq in &parked {
        wait_again(tx, *seq, actor, at)?;
    }
    Ok(parked.len())
}

/// Decides that a message shall have no effect, and says why. What is held behind it waits again.
pub fn skip(tx: &mut Tx, seq: i64, reason: &str, actor: &str, at: Timestamp) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let (state, keys) = standing(tx, seq)?;
    match state {
        State::Parked | State::Retrying | State::Held | State::Quarantined => {}
        State::Waiting => return refuse(seq, state, "wait until it has been tried"),
        State::Processed => return refuse(seq, state, "it has had its effect"),
        State::Skipped => return refuse(seq, state, "nothing is left to do"),
    }
    tx.execute(
        "update message set state = 'skipped', next_attempt_at = null where seq = ?1",
        params![seq],
    )?;
    note(tx, seq, at, EventKind::Skipped, actor, reason.trim())?;
    release(tx, &keys)?;
    Ok(())
}

fn refuse(seq: i64, state: State, instead: &'static str) -> Result<(), Error> {
    Err(Error::WrongState { seq, state, instead })
}

fn standing(tx: &mut Tx, seq: i64) -> Result<(State, OrderKeys), Error> {
    let found = tx.query_one(
        "select state, order_key, other_order_key from message where seq = ?1",
        params![seq],
        |row| {
            let (first, other) = (row.get(1)?, row.get(2)?);
            Ok((row.get::<String>(0)?, OrderKeys { first, other, ..OrderKeys::default() }))
        },
    )?;
    let Some((state, mut keys)) = found else {
        let arrived = arrival::one(tx, seq)?.ok_or(Error::NoSuchMessage(seq))?;
        return Ok((State::Waiting, arrived.order_keys));
    };
    keys.more = more_keys(tx, seq)?;
    let state = State::parse(&state).ok_or(Error::UnknownWord { seq, column: "state" })?;
    Ok((state, keys))
}

fn wait_again(tx: &mut Tx, seq: i64, actor: &str, at: Timestamp) -> Result<(), Error> {
    tx.execute(
        "update message set state = 'waiting', next_attempt_at = null where seq = ?1",
        params![seq],
    )?;
    note(tx, seq, at, EventKind::Retried, actor, "")
}
