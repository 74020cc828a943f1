//! A message as an operator reads it, without its bytes and with them.

use std::fmt;

use db::{Tx, params};
use jiff::Timestamp;
use model::Category;

use crate::arrival;
use crate::destination::category_from;
use crate::{Error, Format, Received, State};

/// A message without its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the log.
    pub seq: i64,
    /// The channel it came by.
    pub channel: String,
    /// What the bytes are.
    pub format: Format,
    /// When it was stored.
    pub received_at: Timestamp,
    /// Who sent it.
    pub sender: String,
    /// The sender's id of it.
    pub control_id: String,
    /// `ADT^A01`, `Bundle`, `care_packages`; empty in quarantine.
    pub message_type: String,
    /// The event's time as the sender wrote it.
    pub event_time: String,
    /// How long it is.
    pub body_bytes: i64,
    /// The sender has used this control id before, for another message.
    pub control_id_reused: bool,
    /// How often it came again.
    pub duplicates: i64,
    /// Where it stands.
    pub state: State,
    /// How often delivery was tried.
    pub attempts: i64,
    /// When it will be tried again by itself.
    pub next_attempt_at: Option<Timestamp>,
    /// Why it was not delivered, or not read.
    pub error: Option<(Category, String)>,
    /// When it was delivered.
    pub processed_at: Option<Timestamp>,
    /// The configuration it was last tried under.
    pub config_hash: Option<String>,
}

/// Which part of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Messages before this number; the newest where `None`.
    pub before: Option<i64>,
    /// How many at most.
    pub size: u16,
}

macro_rules! columns {
    () => {
        "select seq, channel, format, received_at, sender, control_id, message_type, event_time,
             body_bytes, control_id_reused, duplicates, state, attempts, next_attempt_at,
             error_category, error, processed_at, config_hash
         from message where "
    };
}

pub(crate) use columns;

macro_rules! arrivals {
    () => {
        "select seq, channel, format, received_at, sender, control_id, message_type, event_time,
             body_bytes, control_id_reused, cast(0 as bigint),
             case when unreadable is null then 'waiting' else 'quarantined' end,
             cast(0 as bigint), cast(null as bigint),
             case when unreadable is not null then 'invalid' end, unreadable,
             cast(null as bigint), cast(null as text)
         from arrival where "
    };
}

pub(crate) use arrivals;

/// Repeats are counted where they come: in the log.
pub(crate) fn add_repeats(tx: &mut Tx, rows: &mut [Row]) -> Result<(), Error> {
    let seqs = || rows.iter().map(|row| row.seq);
    let (Some(first), Some(last)) = (seqs().min(), seqs().max()) else { return Ok(()) };
    let times: Vec<(i64, i64)> = tx.in_log(|log| {
        log.query(
            "select seq, times from arrival_repeat where seq between ?1 and ?2",
            params![first, last],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    })?;
    for (seq, times) in times {
        for row in rows.iter_mut().filter(|row| row.seq == seq) {
            row.duplicates += times;
        }
    }
    Ok(())
}

/// One message without its bytes; [`events`](crate::events) has its history.
pub fn message(tx: &mut Tx, seq: i64) -> Result<Row, Error> {
    let known = tx.query_one(concat!(columns!(), "seq = ?1"), params![seq], raw_row)?;
    let raw = match known {
        Some(known) => Some(known),
        None => {
            tx.in_log(|log| log.query_one(concat!(arrivals!(), "seq = ?1"), params![seq], raw_row))?
        }
    };
    let mut row = Row::try_from(raw.ok_or(Error::NoSuchMessage(seq))?)?;
    add_repeats(tx, std::slice::from_mut(&mut row))?;
    Ok(row)
}

/// One message with its bytes. What it returns is a patient's: the caller writes the audit entry.
pub fn received(tx: &mut Tx, seq: i64) -> Result<Received, Error> {
    let row = message(tx, seq)?;
    let bytes = arrival::body(tx, seq)?;
    Ok(Received {
        id: seq,
        channel: row.channel,
        format: row.format,
        received_at: row.received_at,
        bytes: bytes.ok_or(Error::NoSuchMessage(seq))?,
    })
}

/// The numbers of the messages held behind this one, nearest first, at most a hundred.
pub fn held_behind(tx: &mut Tx, seq: i64) -> Result<Vec<i64>, Error> {
    let held = tx.query(
        "select behind.seq from message front join message behind
             on behind.seq > front.seq
             and (behind.order_key in (front.order_key, front.other_order_key)
                 or behind.other_order_key in (front.order_key, front.other_order_key)
                 or exists (select 1 from message_more_key more where more.seq = front.seq
                     and more.order_key in (behind.order_key, behind.other_order_key))
                 or exists (select 1 from message_more_key more where more.seq = behind.seq
                     and more.order_key in (front.order_key, front.other_order_key)))
         where front.seq = ?1 and behind.state = 'held' and behind.state <> 'processed'
         order by behind.seq limit 100",
        params![seq],
        |row| row.get(0),
    )?;
    Ok(held)
}

/// The messages of the same patient beside one, by its first order key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The one before it.
    pub earlier: Option<i64>,
    /// The one after it.
    pub later: Option<i64>,
}

/// What stands beside a message in its patient's order; nothing for one that names nobody, or has not
/// had its turn.
pub fn neighbours(tx: &mut Tx, seq: i64) -> Result<Neighbours, Error> {
    let earlier = tx.query_one(
        "select max(beside.seq) from message one join message beside
             on beside.order_key = one.order_key and beside.seq < one.seq where one.seq = ?1",
        params![seq],
        |row| row.get(0),
    )?;
    let later = tx.query_one(
        "select min(beside.seq) from message one join message beside
             on beside.order_key = one.order_key and beside.seq > one.seq where one.seq = ?1",
        params![seq],
        |row| row.get(0),
    )?;
    Ok(Neighbours { earlier: earlier.flatten(), later: later.flatten() })
}

/// A row whose coded words are not read yet.
pub(crate) struct RawRow {
    row: Row,
    format: String,
    state: String,
    category: Option<String>,
    error: Option<String>,
}

pub(crate) fn raw_row(row: &db::Row<'_>) -> Result<RawRow, db::Error> {
    Ok(RawRow {
        format: row.get(2)?,
        state: row.get(11)?,
        category: row.get(14)?,
        error: row.get(15)?,
        row: Row {
            seq: row.get(0)?,
            channel: row.get(1)?,
            format: Format::Hl7v2,
            received_at: row.get(3)?,
            sender: row.get(4)?,
            control_id: row.get(5)?,
            message_type: row.get(6)?,
            event_time: row.get(7)?,
            body_bytes: row.get(8)?,
            control_id_reused: row.get(9)?,
            duplicates: row.get(10)?,
            state: State::Waiting,
            attempts: row.get(12)?,
            next_attempt_at: row.get(13)?,
            error: None,
            processed_at: row.get(16)?,
            config_hash: row.get(17)?,
        },
    })
}

impl RawRow {
    pub(crate) fn seq(&self) -> i64 {
        self.row.seq
    }
}

impl TryFrom<RawRow> for Row {
    type Error = Error;

    fn try_from(raw: RawRow) -> Result<Self, Error> {
        let seq = raw.row.seq;
        let unknown = |column| Error::UnknownWord { seq, column };
        let error = match (raw.category, raw.error) {
            (Some(code), Some(sentence)) => {
                Some((category_from(&code).ok_or(unknown("error category"))?, sentence))
            }
            _ => None,
        };
        Ok(Self {
            format: Format::parse(&raw.format).ok_or(unknown("format"))?,
            state: State::parse(&raw.state).ok_or(unknown("state"))?,
            error,
            ..raw.row
        })
    }
}

impl fmt::Debug for Row {
    /// What the sender wrote stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} from {}, {})", self.seq, self.channel, self.state)
    }
}
