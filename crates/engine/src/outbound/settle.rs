//! How attempts to send went.

use db::{Tx, params};
use jiff::Timestamp;

use super::operator::{EventKind, note};
use super::stuck::{anything_stuck, release, stick};
use super::{Retry, State};
use crate::Error;

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attempt {
    Delivered,
    /// It may be taken later. `answered`: by the destination's own word.
    Later {
        answered: bool,
        sentence: String,
    },
    Refused(String),
}

/// An attempt that has ended.
#[derive(Clone)]
pub(super) struct Ended {
    pub(super) id: i64,
    pub(super) keys: Vec<String>,
    pub(super) attempt: Attempt,
}

/// Writes down how attempts went; who was held behind what is out of the way waits again.
pub(super) fn settle(
    tx: &mut Tx,
    destination: &str,
    retry: &Retry,
    ended: &[Ended],
    now: Timestamp,
) -> Result<(), Error> {
    for one in ended {
        match &one.attempt {
            Attempt::Delivered => {
                tx.execute(
                    "update outbound_message set state = 'delivered', attempts = attempts + 1,
                         next_attempt_at = null, error = null, ended_at = ?2
                     where id = ?1",
                    params![one.id, now],
                )?;
                if anything_stuck(tx, destination)? {
                    release(tx, destination, one.id, &one.keys)?;
                }
            }
            Attempt::Later { answered, sentence } => {
                put_aside(tx, destination, one, Some((retry, *answered)), sentence, now)?;
            }
            Attempt::Refused(sentence) => put_aside(tx, destination, one, None, sentence, now)?,
        }
    }
    Ok(())
}

fn put_aside(
    tx: &mut Tx,
    destination: &str,
    one: &Ended,
    again: Option<(&Retry, bool)>,
    sentence: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let known = tx.query_one(
        "select attempts, error from outbound_message
         where id = ?1 and state in ('waiting', 'retrying')",
        params![one.id],
        |row| Ok((row.get::<i64>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    // Skipped while it was under way.
    let Some((attempts, error_before)) = known else { return Ok(()) };
    let attempts = attempts + 1;
    let next = again.and_then(|(retry, answered)| {
        let is_enough = answered && retry.give_up_after.is_some_and(|most| attempts >= most);
        let next = now.saturating_add(retry.delay(attempts, one.id)).unwrap_or(now);
        (!is_enough).then_some(next)
    });
    let state = if next.is_some() { State::Retrying } else { State::Parked };
    tx.execute(
        "update outbound_message set state = ?2, attempts = ?3, next_attempt_at = ?4, error = ?5
         where id = ?1",
        params![one.id, state.code(), attempts, next, sentence],
    )?;
    stick(tx, destination, one.id, &one.keys)?;
    let kind = if next.is_some() { EventKind::Failed } else { EventKind::Parked };
    if kind == EventKind::Parked || error_before.as_deref() != Some(sentence) {
        note(tx, one.id, now, kind, "", sentence)?;
    }
    Ok(())
}
