//! The queue of each destination: what is in it, where it stands, and the way into it.
//!
//! Order is kept per patient. What is retrying, parked or held is *stuck*: its patients' later messages
//! are held behind it, and wait again once it is out of the way. A queue in which nothing is stuck
//! writes one row for each message and changes it once.

use std::fmt;

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};

use crate::order_key::more_keys;
use crate::{Error, Format, arrival};

/// What a message becomes for one destination.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which destination.
    pub destination: String,
    /// The message in the log.
    pub message: i64,
    /// Which part of what it becomes, counted from 0.
    pub part: i64,
    /// The channel that the message came by.
    pub channel: String,
    /// What the bytes are.
    pub format: Format,
    /// What the receiver knows it by: MSH-10, or a number of ours.
    pub control_id: String,
    /// Where below the destination's address it goes: `PUT Patient/…`; empty for the address itself.
    pub target: String,
    /// The bytes to send.
    pub body: Vec<u8>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { destination, message, part, body, .. } = self;
        write!(f, "Outgoing({message}.{part} to {destination}, {} bytes)", body.len())
    }
}

/// Where something stands in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Will be sent in its turn.
    Waiting,
    /// Failed for a reason that may pass; will be tried again by itself.
    Retrying,
    /// Behind an earlier one of the same patient that is retrying, parked or held.
    Held,
    /// The destination refused it: an operator decides.
    Parked,
    /// The destination has it, and said so.
    Delivered,
    /// An operator decided that it is not sent, and said why.
    Skipped,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Retrying, Self::Held, Self::Parked, Self::Delivered, Self::Skipped];

    /// The word kept in the queue and used in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Retrying => "retrying",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
        }
    }

    /// Reads [`State::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Puts something into its destination's queue, in order for the patients of its message; `false`
/// where it is in there already. To be called in the transaction that gives the message its effect.
pub fn enqueue(tx: &mut Tx, outgoing: Outgoing, at: Timestamp) -> Result<bool, Error> {
    let keys = order_keys(tx, outgoing.message)?;
    let keys = (!keys.is_empty()).then(|| serde_json::Value::from(keys).to_string());
    let body_bytes = i64::try_from(outgoing.body.len()).unwrap_or(i64::MAX);
    let id: Option<i64> = tx.query_one(
        "insert into outbound_message (destination, message, part, channel, order_keys, format,
             control_id, target, body_bytes, state, attempts, made_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', 0, ?10)
         on conflict (destination, message, part) do nothing
         returning id",
        params![
            outgoing.destination,
            outgoing.message,
            outgoing.part,
            outgoing.channel,
            keys,
            outgoing.format.code(),
            outgoing.control_id,
            outgoing.target,
            body_bytes,
            at
        ],
        |row| row.get(0),
    )?;
    let Some(id) = id else { return Ok(false) };
    let sql = "insert into outbound_body (id, body) values (?1, ?2)";
    tx.execute(sql, params![id, outgoing.body])?;
    Ok(true)
}

/// The order keys of a message of the log.
fn order_keys(tx: &mut Tx, message: i64) -> Result<Vec<String>, Error> {
    let found = tx.query_one(
        "select order_key, other_order_key from message where seq = ?1",
        params![message],
        |row| Ok((row.get::<Option<String>>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let Some((first, other)) = found else {
        let arrived = arrival::one(tx, message)?;
        let keys = arrived.map(|one| one.order_keys.all().map(str::to_owned).collect());
        return Ok(keys.unwrap_or_default());
    };
    let more = if other.is_some() { more_keys(tx, message)? } else { Vec::new() };
    Ok(first.into_iter().chain(other).chain(more).collect())
}

/// We wrote them, so they can be read.
pub(super) fn read_keys(text: Option<String>) -> Vec<String> {
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Forgets bodies of what ended so many days ago, some at a time; what they were made of is in the
/// log.
pub(super) fn forget(
    tx: &mut Tx,
    destination: &str,
    keep_days: u32,
    now: Timestamp,
) -> Result<u64, Error> {
    let kept = SignedDuration::from_hours(24 * i64::from(keep_days));
    let before = now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
    let forgotten = tx.execute(
        "delete from outbound_body where id in (
             select body.id from outbound_body body
             join outbound_message message on message.id = body.id
             where message.destination = ?1 and message.ended_at < ?2
             order by body.id limit 1000)",
        params![destination, before],
    )?;
    Ok(forgotten)
}
