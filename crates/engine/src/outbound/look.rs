//! What pages show of the queues: each destination at a glance, what is in its queue, and what
//! happened to each.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use jiff::{SignedDuration, Timestamp};

use super::State;
use super::circuit::Circuit;
use super::operator::EventKind;
use crate::Error;

/// One destination's queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The destination.
    pub destination: String,
    /// How much of what is not done stands where; a state of nothing is absent.
    pub counts: BTreeMap<State, i64>,
    /// Since when the oldest is in the queue that is waiting, retrying or held.
    pub oldest_waiting_since: Option<Timestamp>,
    /// Since when the oldest parked one is in the queue.
    pub oldest_parked_since: Option<Timestamp>,
    /// Delivered within the last 24 hours.
    pub delivered_in_a_day: i64,
    /// When the last one was delivered or skipped.
    pub last_ended_at: Option<Timestamp>,
    /// Who has paused it.
    pub paused: Option<Paused>,
    /// Since when it takes nothing.
    pub failing: Option<Failing>,
}

/// Somebody has paused a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// A destination takes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// Attempts since then.
    pub failures: i64,
    /// When it is tried again; `None` where every message still has its own time.
    pub next_attempt_at: Option<Timestamp>,
    /// What the last attempt came to.
    pub error: String,
}

/// Summaries of these destinations, in this order; one that never had anything is there too.
pub fn summary(tx: &mut Tx, destinations: &[&str], now: Timestamp) -> Result<Vec<Summary>, Error> {
    destinations.iter().map(|destination| of_destination(tx, destination, now)).collect()
}

fn of_destination(tx: &mut Tx, destination: &str, now: Timestamp) -> Result<Summary, Error> {
    let mut summary = Summary { destination: destination.to_owned(), ..Summary::default() };
    let open = tx.query(
        "select state, count(*), min(made_at) from outbound_message
         where destination = ?1 and state = 'waiting' group by state
         union all
         select state, count(*), min(made_at) from outbound_message
         where destination = ?1 and state in ('retrying', 'parked', 'held') group by state",
        params![destination],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<Timestamp>(2)?)),
    )?;
    for (state, count, oldest) in open {
        let Some(state) = State::parse(&state) else { continue };
        summary.counts.insert(state, count);
        if state == State::Parked {
            summary.oldest_parked_since = Some(oldest);
        } else {
            let known = summary.oldest_waiting_since;
            summary.oldest_waiting_since = known.into_iter().chain([oldest]).min();
        }
    }
    let day_ago = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let delivered = tx.query_one(
        "select count(*) from outbound_message
         where destination = ?1 and ended_at > ?2 and state = 'delivered'",
        params![destination, day_ago],
        |row| row.get(0),
    )?;
    summary.delivered_in_a_day = delivered.unwrap_or(0);
    let last = tx.query_one(
        "select max(ended_at) from outbound_message where destination = ?1 and ended_at is not null",
        params![destination],
        |row| row.get::<Option<Timestamp>>(0),
    )?;
    summary.last_ended_at = last.flatten();
    let standing = tx.query_one(
        "select paused_by, paused_at, pause_reason, failing_since, failures, next_attempt_at, error
         from destination_state where destination = ?1",
        params![destination],
        |row| Ok((paused(row)?, failing(row)?)),
    )?;
    (summary.paused, summary.failing) = standing.unwrap_or_default();
    Ok(summary)
}

fn paused(row: &Row<'_>) -> Result<Option<Paused>, db::Error> {
    let (by, at): (Option<String>, Option<Timestamp>) = (row.get(0)?, row.get(1)?);
    let reason: Option<String> = row.get(2)?;
    let paused = |(by, at)| Paused { by, at, reason: reason.unwrap_or_default() };
    Ok(by.zip(at).map(paused))
}

fn failing(row: &Row<'_>) -> Result<Option<Failing>, db::Error> {
    let (since, failures): (Option<Timestamp>, i64) = (row.get(3)?, row.get(4)?);
    let (next_attempt_at, error): (Option<Timestamp>, Option<String>) = (row.get(5)?, row.get(6)?);
    let error = error.unwrap_or_default();
    Ok(since.map(|since| Failing { since, failures, next_attempt_at, error }))
}

/// Something in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// The destination.
    pub destination: String,
    /// The message it was made of.
    pub message: i64,
    /// Which part of what that became, counted from 0.
    pub part: i64,
    /// The channel that the message came by.
    pub channel: String,
    /// What the bytes are, as [`crate::Format::code`].
    pub format: String,
    /// What the receiver knows it by.
    pub control_id: String,
    /// Its length.
    pub body_bytes: i64,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
    /// What the last attempt came to.
    pub error: Option<String>,
    /// When it came into the queue.
    pub made_at: Timestamp,
    /// When it was delivered or skipped.
    pub ended_at: Option<Timestamp>,
}

/// Which of a queue are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose queue.
    pub destination: String,
    /// Only what stands there.
    pub state: Option<State>,
    /// Only with lower numbers: the next page.
    pub before: Option<i64>,
}

macro_rules! columns {
    () => {
        "select id, destination, message, part, channel, format, control_id, body_bytes, state, attempts,
             next_attempt_at, error, made_at, ended_at from outbound_message "
    };
}

/// The newest first, `size` at most.
pub fn list(tx: &mut Tx, filter: &Filter, size: u32) -> Result<Vec<Line>, Error> {
    let before = filter.before.unwrap_or(i64::MAX);
    let rows = match filter.state {
        None => {
            let sql =
                concat!(columns!(), "where destination = ?1 and id < ?2 order by id desc limit ?3");
            tx.query(sql, params![&filter.destination, before, size], raw)?
        }
        Some(state) => {
            let sql = concat!(
                columns!(),
                "where destination = ?1 and id < ?2 and state = ?4 order by id desc limit ?3"
            );
            tx.query(sql, params![&filter.destination, before, size, state.code()], raw)?
        }
    };
    rows.into_iter().map(read).collect()
}

/// One of a queue.
pub fn line(tx: &mut Tx, id: i64) -> Result<Line, Error> {
    let sql = concat!(columns!(), "where id = ?1");
    let found = tx.query_one(sql, params![id], raw)?.ok_or(Error::NoSuchOutbound(id))?;
    read(found)
}

/// The bytes; `None` where they have been kept long enough.
pub fn body(tx: &mut Tx, id: i64) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select body from outbound_body where id = ?1";
    Ok(tx.query_one(sql, params![id], |row| row.get(0))?)
}

fn raw(row: &Row<'_>) -> Result<(String, Line), db::Error> {
    let line = Line {
        id: row.get(0)?,
        destination: row.get(1)?,
        message: row.get(2)?,
        part: row.get(3)?,
        channel: row.get(4)?,
        format: row.get(5)?,
        control_id: row.get(6)?,
        body_bytes: row.get(7)?,
        state: State::Waiting,
        attempts: row.get(9)?,
        next_attempt_at: row.get(10)?,
        error: row.get(11)?,
        made_at: row.get(12)?,
        ended_at: row.get(13)?,
    };
    Ok((row.get(8)?, line))
}

fn read((state, line): (String, Line)) -> Result<Line, Error> {
    let word = Error::UnknownWord { seq: line.id, column: "state" };
    Ok(Line { state: State::parse(&state).ok_or(word)?, ..line })
}

/// One line of a history.
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

/// What happened to one of a queue, oldest first.
pub fn events(tx: &mut Tx, id: i64) -> Result<Vec<Event>, Error> {
    let rows = tx.query(
        "select at, kind, actor, note from outbound_event where outbound = ?1 order by id",
        params![id],
        |row| Ok((row.get(0)?, row.get::<String>(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let event = |(at, kind, actor, note): (Timestamp, String, String, String)| {
        let kind = EventKind::parse(&kind);
        let kind = kind.ok_or(Error::UnknownWord { seq: id, column: "event kind" })?;
        Ok(Event { at, kind, actor, note })
    };
    rows.into_iter().map(event).collect()
}

/// Whether a destination takes anything, as its sender knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    failing: Option<Failing>,
}

impl Standing {
    pub(super) fn of(circuit: &Circuit, error: &str) -> Self {
        let failing = circuit.failing().map(|(failures, since)| Failing {
            since,
            failures,
            next_attempt_at: circuit.open_until(),
            error: error.to_owned(),
        });
        Self { failing }
    }
}

/// Lets pages know; where it takes something, everything that failed is tried again at once.
pub(super) fn note(
    tx: &mut Tx,
    destination: &str,
    standing: &Standing,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(failing) = &standing.failing {
        tx.execute(
            "insert into destination_state (destination, failing_since, failures, next_attempt_at,
                 error)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (destination) do update set failing_since = excluded.failing_since,
                 failures = excluded.failures, next_attempt_at = excluded.next_attempt_at,
                 error = excluded.error",
            params![
                destination,
                failing.since,
                failing.failures,
                failing.next_attempt_at,
                &failing.error
            ],
        )?;
        return Ok(());
    }
    tx.execute(
        "update destination_state set failing_since = null, failures = 0, next_attempt_at = null,
             error = null
         where destination = ?1 and failing_since is not null",
        params![destination],
    )?;
    tx.execute(
        "update outbound_message set next_attempt_at = ?2
         where destination = ?1 and state = 'retrying' and state in ('retrying', 'parked', 'held')
             and next_attempt_at > ?2",
        params![destination, now],
    )?;
    Ok(())
}
