//! Whose turn it is in a destination's queue.

use std::collections::BTreeSet;

use db::{Row, Tx, params};
use jiff::Timestamp;

use super::queue::read_keys;
use super::stuck::{anything_stuck, stick};
use crate::Error;

/// Bodies that are read ahead of their turn, at most; one is always read.
const AHEAD_BYTES: usize = 16 << 20;

/// Something to be sent.
pub(super) struct Queued {
    pub(super) id: i64,
    pub(super) message: i64,
    pub(super) part: i64,
    pub(super) channel: String,
    pub(super) keys: Vec<String>,
    pub(super) format: String,
    pub(super) target: String,
    pub(super) body: Vec<u8>,
    body_bytes: usize,
}

/// Whose turn is asked for.
pub(super) struct Want<'a> {
    pub(super) destination: &'a str,
    /// Those that the sender has already.
    pub(super) taken: &'a BTreeSet<i64>,
    pub(super) most: usize,
    /// Only the oldest: the destination does not answer, and is tried.
    pub(super) probe: bool,
    pub(super) now: Timestamp,
}

/// Whose turn it is.
#[derive(Default)]
pub(super) struct Claim {
    pub(super) rows: Vec<Queued>,
    /// When the next retry is due.
    pub(super) next_attempt_at: Option<Timestamp>,
    /// Somebody has paused the destination.
    pub(super) paused: bool,
    /// There is more than was asked for.
    pub(super) more: bool,
}

macro_rules! columns {
    () => {
        "select id, message, part, channel, order_keys, format, target, body_bytes
         from outbound_message "
    };
}

/// Retries whose time has come, then what waits, each in the order of the queue. What is behind
/// something stuck is held.
pub(super) fn claim(tx: &mut Tx, want: &Want<'_>) -> Result<Claim, Error> {
    if is_paused(tx, want.destination)? {
        return Ok(Claim { paused: true, ..Claim::default() });
    }
    if want.most == 0 {
        return Ok(Claim::default());
    }
    let limit = i64::try_from(want.most + want.taken.len()).unwrap_or(i64::MAX);
    // A probe does not wait for the message's own time.
    let due = if want.probe { Timestamp::MAX } else { want.now };
    let sql = concat!(
        columns!(),
        "where destination = ?1 and state = 'retrying' and state in ('retrying', 'parked', 'held')
             and next_attempt_at <= ?2
         order by id limit ?3"
    );
    let mut rows = tx.query(sql, params![want.destination, due, limit], queued)?;
    rows.retain(|row| !want.taken.contains(&row.id));
    let sql =
        concat!(columns!(), "where destination = ?1 and state = 'waiting' order by id limit ?2");
    let waiting = tx.query(sql, params![want.destination, limit], queued)?;
    let more = i64::try_from(waiting.len()).unwrap_or(i64::MAX) >= limit;
    let stuck = anything_stuck(tx, want.destination)?;
    for row in waiting.into_iter().filter(|row| !want.taken.contains(&row.id)) {
        if stuck && must_wait(tx, want.destination, &row)? {
            stick(tx, want.destination, row.id, &row.keys)?;
            tx.execute(
                "update outbound_message set state = 'held' where id = ?1",
                params![row.id],
            )?;
        } else {
            rows.push(row);
        }
    }
    rows.truncate(if want.probe { 1 } else { want.most });
    read_bodies(tx, &mut rows)?;
    let next_attempt_at = next_attempt_at(tx, want.destination, want.now)?;
    Ok(Claim { rows, next_attempt_at, paused: false, more })
}

fn queued(row: &Row<'_>) -> Result<Queued, db::Error> {
    let keys: Option<String> = row.get(4)?;
    Ok(Queued {
        id: row.get(0)?,
        message: row.get(1)?,
        part: row.get(2)?,
        channel: row.get(3)?,
        keys: read_keys(keys),
        format: row.get(5)?,
        target: row.get(6)?,
        body_bytes: usize::try_from(row.get::<i64>(7)?).unwrap_or_default(),
        body: Vec::new(),
    })
}

/// As many as may be read ahead.
fn read_bodies(tx: &mut Tx, rows: &mut Vec<Queued>) -> Result<(), Error> {
    let (mut bytes, mut count) = (0, 0);
    for row in rows.iter_mut() {
        bytes += row.body_bytes;
        if count > 0 && bytes > AHEAD_BYTES {
            break;
        }
        count += 1;
        let sql = "select body from outbound_body where id = ?1";
        row.body = tx.query_one(sql, params![row.id], |row| row.get(0))?.unwrap_or_default();
    }
    rows.truncate(count);
    Ok(())
}

pub(super) fn is_paused(tx: &mut Tx, destination: &str) -> Result<bool, Error> {
    let found = tx.query_one(
        "select 1 from destination_state where destination = ?1 and paused_by is not null",
        params![destination],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whether an earlier one of its patients is stuck.
fn must_wait(tx: &mut Tx, destination: &str, row: &Queued) -> Result<bool, Error> {
    for key in &row.keys {
        let sql = "select id from outbound_stuck_key
                   where destination = ?1 and order_key = ?2 and id < ?3 limit 1";
        if tx.query_one(sql, params![destination, key, row.id], |_| Ok(()))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn next_attempt_at(
    tx: &mut Tx,
    destination: &str,
    after: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let next = tx.query_one(
        "select min(next_attempt_at) from outbound_message
         where destination = ?1 and state = 'retrying' and state in ('retrying', 'parked', 'held')
             and next_attempt_at > ?2",
        params![destination, after],
        |row| row.get::<Option<Timestamp>>(0),
    )?;
    Ok(next.flatten())
}
