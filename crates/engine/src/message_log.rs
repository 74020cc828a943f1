//! The log: what came, once, in the order it came. What lies beyond the record's position is the queue.

use std::fmt;

use db::{Tx, params};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::arrival::write_more_keys;
use crate::{Error, Format, OrderKeys};

/// Characters of an id, a sender or an order key that are kept.
pub(crate) const LONGEST_TEXT: usize = 200;

/// A message as a source read it.
#[derive(Clone)]
pub struct NewMessage {
    /// The channel it came by.
    pub channel: String,
    /// What the bytes are.
    pub format: Format,
    /// When it came.
    pub received_at: Timestamp,
    /// Who sent it: MSH-3 and MSH-4, or a file's folder.
    pub sender: String,
    /// The sender's own id of the message (MSH-10); may be empty.
    pub control_id: String,
    /// `ADT^A01`, `Bundle`, `care_packages`.
    pub message_type: String,
    /// The event's time as the sender wrote it.
    pub event_time: String,
    /// Whose messages must stay in order with this one.
    pub order_keys: OrderKeys,
    /// The bytes as they came.
    pub body: Vec<u8>,
}

/// Bytes that could not be read.
#[derive(Clone)]
pub struct Unreadable {
    /// The channel they came by.
    pub channel: String,
    /// What they should have been.
    pub format: Format,
    /// When they came.
    pub received_at: Timestamp,
    /// Who sent them, as far as is known.
    pub sender: String,
    /// What is wrong, in a sentence without content.
    pub reason: String,
    /// The bytes as they came.
    pub body: Vec<u8>,
}

/// Something that came by a channel.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// A message.
    Message(NewMessage),
    /// Bytes for the quarantine.
    Unreadable(Unreadable),
}

/// What storing it came to. Each is durable once the transaction is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the log; for a repeat, the number of the first.
    pub seq: i64,
    /// New or not.
    pub accepted: Accepted,
}

/// New or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A new message, waiting.
    New,
    /// A new message, waiting, whose control id the sender has used before for another: flagged.
    ControlIdReused,
    /// A repeat of a stored message: counted, answered again, not stored twice.
    Duplicate,
    /// Unreadable bytes, in quarantine.
    Quarantined,
}

/// An arrival with the hash of its bytes, which is made before the transaction begins.
pub(crate) struct Hashed {
    arrival: Arrival,
    hash: Vec<u8>,
}

impl From<Arrival> for Hashed {
    fn from(arrival: Arrival) -> Self {
        let (Arrival::Message(NewMessage { body, .. })
        | Arrival::Unreadable(Unreadable { body, .. })) = &arrival;
        let hash = hash(body);
        Self { arrival, hash }
    }
}

/// Stores what arrived: a message waits, unreadable bytes go into quarantine.
pub(crate) fn store(tx: &mut Tx, hashed: Hashed) -> Result<Receipt, Error> {
    match hashed.arrival {
        Arrival::Message(message) => accept_hashed(tx, message, hashed.hash),
        Arrival::Unreadable(unreadable) => quarantine_hashed(tx, unreadable, hashed.hash),
    }
}

fn hash(body: &[u8]) -> Vec<u8> {
    Sha256::digest(body).to_vec()
}

/// Stores a message, unless it is a repeat: same channel, sender, control id and bytes.
///
/// A message without a control id is always new. `tx` is of the log ([`db::Db::write_log`]).
pub fn accept(tx: &mut Tx, message: NewMessage) -> Result<Receipt, Error> {
    let hash = hash(&message.body);
    accept_hashed(tx, message, hash)
}

fn accept_hashed(tx: &mut Tx, message: NewMessage, hash: Vec<u8>) -> Result<Receipt, Error> {
    let channel = message.channel.clone();
    let (seq, reused) = match insert(tx, message, &hash)? {
        Inserted::New { seq, reused } => (seq, reused),
        Inserted::Known { seq } => {
            count_repeat(tx, &channel, seq)?;
            return Ok(Receipt { seq, accepted: Accepted::Duplicate });
        }
    };
    let accepted = if reused { Accepted::ControlIdReused } else { Accepted::New };
    Ok(Receipt { seq, accepted })
}

/// Keeps bytes that could not be read. The same bytes again are counted, not stored twice, so that
/// a sender that insists does not fill the disk. `tx` is of the log.
pub fn quarantine(tx: &mut Tx, unreadable: Unreadable) -> Result<Receipt, Error> {
    let hash = hash(&unreadable.body);
    quarantine_hashed(tx, unreadable, hash)
}

fn quarantine_hashed(tx: &mut Tx, unreadable: Unreadable, hash: Vec<u8>) -> Result<Receipt, Error> {
    let seq = tx.query_one(
        "insert into arrival (seq, channel, format, received_at, sender, control_id, message_type,
             event_time, body_bytes, body_hash, control_id_reused, unreadable, body)
         values (coalesce((select max(seq) from arrival),
                 (select numbers_after from log_identity), 0) + 1,
             ?1, ?2, ?3, ?4, '', '', '', ?5, ?6, 0, ?7, ?8)
         on conflict (channel, body_hash) where unreadable is not null do nothing
         returning seq",
        params![
            &unreadable.channel,
            unreadable.format.code(),
            unreadable.received_at,
            &unreadable.sender,
            length(&unreadable.body),
            hash.clone(),
            &unreadable.reason,
            unreadable.body,
        ],
        |row| row.get::<i64>(0),
    )?;
    if let Some(seq) = seq {
        return Ok(Receipt { seq, accepted: Accepted::Quarantined });
    }
    let known = tx.query_one(
        "select seq from arrival
         where channel = ?1 and body_hash = ?2 and unreadable is not null",
        params![&unreadable.channel, hash],
        |row| row.get::<i64>(0),
    )?;
    let seq = known.ok_or(no_number())?;
    count_repeat(tx, &unreadable.channel, seq)?;
    Ok(Receipt { seq, accepted: Accepted::Duplicate })
}

enum Inserted {
    New { seq: i64, reused: bool },
    Known { seq: i64 },
}

/// The body is moved, not copied: it may be of many megabytes.
fn insert(tx: &mut Tx, message: NewMessage, hash: &[u8]) -> Result<Inserted, Error> {
    let OrderKeys { first, other, more, nhs_number } = message.order_keys;
    let (sender, control_id) = (clip(&message.sender), clip(&message.control_id));
    let inserted = tx.query_one(
        "insert into arrival (seq, channel, format, received_at, sender, control_id, message_type,
             event_time, body_bytes, body_hash, order_key, other_order_key, more_order_keys,
             nhs_number, control_id_reused, body)
         values (coalesce((select max(seq) from arrival),
                 (select numbers_after from log_identity), 0) + 1,
             ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
             (select count(*) from (select seq from arrival where control_id = ?5
                 and control_id <> '' and channel = ?1 and sender = ?4 limit 1) earlier),
             ?14)
         on conflict (control_id, channel, sender, body_hash) where control_id <> '' do nothing
         returning seq, control_id_reused",
        params![
            &message.channel,
            message.format.code(),
            message.received_at,
            sender,
            control_id,
            clip(&message.message_type),
            clip(&message.event_time),
            length(&message.body),
            hash,
            first,
            other,
            write_more_keys(&more),
            nhs_number.map(|number| number.to_string()),
            message.body,
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if let Some((seq, reused)) = inserted {
        return Ok(Inserted::New { seq, reused });
    }
    let known = tx.query_one(
        "select seq from arrival where control_id = ?1 and control_id <> '' and channel = ?2
             and sender = ?3 and body_hash = ?4",
        params![control_id, &message.channel, sender, hash],
        |row| row.get(0),
    )?;
    Ok(Inserted::Known { seq: known.ok_or(no_number())? })
}

fn count_repeat(tx: &mut Tx, channel: &str, seq: i64) -> Result<(), Error> {
    tx.execute(
        "insert into arrival_repeat (seq, times) values (?1, 1)
         on conflict (seq) do update set times = arrival_repeat.times + 1",
        params![seq],
    )?;
    tx.execute(
        "insert into channel_repeat (channel, times) values (?1, 1)
         on conflict (channel) do update set times = channel_repeat.times + 1",
        params![channel],
    )?;
    Ok(())
}

/// What a sender writes may be of any length; an index entry may not.
fn clip(text: &str) -> &str {
    text.char_indices().nth(LONGEST_TEXT).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

fn length(body: &[u8]) -> i64 {
    i64::try_from(body.len()).unwrap_or(i64::MAX)
}

/// `returning` gave no row: the engine below broke its promise.
fn no_number() -> db::Error {
    db::Error::Column { index: 0, wanted: "message number" }
}

impl fmt::Debug for NewMessage {
    /// Content, order keys and control ids stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (channel, bytes) = (&self.channel, self.body.len());
        write!(f, "NewMessage({} from {channel}, {bytes} bytes)", self.message_type)
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unreadable(from {}, {} bytes)", self.channel, self.body.len())
    }
}
