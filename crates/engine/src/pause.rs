//! A paused channel: its messages are accepted, acknowledged and kept, and none is taken into the record
//! until an operator lets them go on. Meanwhile they are held, and so are the same patients' later ones.

use std::collections::BTreeSet;

use db::{Tx, params};
use jiff::Timestamp;

use crate::Error;

/// A channel that is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Which.
    pub channel: String,
    /// Since when.
    pub at: Timestamp,
    /// Who paused it.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// Pauses a channel; one that is paused stays as it is. It outlives a restart.
pub fn pause(
    tx: &mut Tx,
    channel: &str,
    reason: &str,
    actor: &str,
    at: Timestamp,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    tx.execute(
        "insert into channel_pause (channel, at, actor, reason) values (?1, ?2, ?3, ?4)
         on conflict do nothing",
        params![channel, at, actor, reason.trim()],
    )?;
    Ok(())
}

/// Lets a channel's messages go on, in the order they came; returns how many wait again. Those that an
/// earlier message stands in the way of will be held again in their turn.
pub fn resume(tx: &mut Tx, channel: &str) -> Result<i64, Error> {
    let paused = tx.execute("delete from channel_pause where channel = ?1", params![channel])?;
    if paused == 0 {
        return Ok(0);
    }
    let released = tx.execute(
        "update message set state = 'waiting'
         where state = 'held' and state <> 'processed' and (channel || '') = ?1",
        params![channel],
    )?;
    Ok(i64::try_from(released).unwrap_or(i64::MAX))
}

/// Every channel that is paused.
pub fn pauses(tx: &mut Tx) -> Result<Vec<Pause>, Error> {
    let pauses = tx.query(
        "select channel, at, actor, reason from channel_pause order by channel",
        params![],
        |row| {
            Ok(Pause {
                channel: row.get(0)?,
                at: row.get(1)?,
                actor: row.get(2)?,
                reason: row.get(3)?,
            })
        },
    )?;
    Ok(pauses)
}

pub(crate) fn paused_channels(tx: &mut Tx) -> Result<BTreeSet<String>, Error> {
    let channels = tx.query("select channel from channel_pause", params![], |row| row.get(0))?;
    Ok(channels.into_iter().collect())
}
