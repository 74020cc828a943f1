//! The log: what came, once, in the order it came. It is also the queue.

use std::fmt;

use db::{Tx, params};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::destination::category_code;
use crate::{Error, Format, OrderKeys, State};

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
/// A message without a control id is always new.
pub fn accept(tx: &mut Tx, message: NewMessage) -> Result<Receipt, Error> {
    let hash = hash(&message.body);
    accept_hashed(tx, message, hash)
}

fn accept_hashed(tx: &mut Tx, message: NewMessage, hash: Vec<u8>) -> Result<Receipt, Error> {
    let inserted = insert(tx, &message, &hash)?;
    let Some((seq, reused)) = inserted else {
        let seq = count_duplicate(tx, &message, hash)?;
        return Ok(Receipt { seq, accepted: Accepted::Duplicate });
    };
    for key in &message.order_keys.more {
        let sql = "insert into message_more_key (order_key, seq) values (?1, ?2)";
        tx.execute(sql, params![key, seq])?;
    }
    insert_body(tx, seq, message.body)?;
    let accepted = if reused { Accepted::ControlIdReused } else { Accepted::New };
    Ok(Receipt { seq, accepted })
}

/// Keeps bytes that could not be read. The same bytes again are counted, not stored twice, so that
/// a sender that insists does not fill the disk.
pub fn quarantine(tx: &mut Tx, unreadable: Unreadable) -> Result<Receipt, Error> {
    let hash = hash(&unreadable.body);
    quarantine_hashed(tx, unreadable, hash)
}

fn quarantine_hashed(tx: &mut Tx, unreadable: Unreadable, hash: Vec<u8>) -> Result<Receipt, Error> {
    // `channel || ''` keeps the search on the short index of unfinished messages.
    let known = tx.query_one(
        "update message set duplicates = duplicates + 1
         where state = 'quarantined' and state <> 'processed' and (channel || '') = ?1 and body_hash = ?2
         returning seq",
        params![&unreadable.channel, hash.clone()],
        |row| row.get::<i64>(0),
    )?;
    if let Some(seq) = known {
        add_duplicate(tx, &unreadable.channel)?;
        return Ok(Receipt { seq, accepted: Accepted::Duplicate });
    }
    let seq = tx.query_one(
        "insert into message (channel, format, received_at, sender, control_id, message_type,
             event_time, body_bytes, body_hash, control_id_reused, duplicates, state, attempts,
             error_category, error)
         values (?1, ?2, ?3, ?4, '', '', '', ?5, ?6, 0, 0, ?7, 0, ?8, ?9)
         returning seq",
        params![
            &unreadable.channel,
            unreadable.format.code(),
            unreadable.received_at,
            &unreadable.sender,
            length(&unreadable.body),
            hash,
            State::Quarantined.code(),
            category_code(model::Category::Invalid),
            &unreadable.reason,
        ],
        |row| row.get::<i64>(0),
    )?;
    let seq = seq.ok_or(no_number())?;
    insert_body(tx, seq, unreadable.body)?;
    Ok(Receipt { seq, accepted: Accepted::Quarantined })
}

/// The new row's number and whether its control id was used before; `None` for a repeat.
fn insert(tx: &mut Tx, message: &NewMessage, hash: &[u8]) -> Result<Option<(i64, bool)>, Error> {
    let inserted = tx.query_one(
        "insert into message (channel, format, received_at, sender, control_id, message_type,
             event_time, body_bytes, body_hash, order_key, other_order_key, nhs_number,
             control_id_reused, duplicates, state, attempts)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
             (select count(*) from (select seq from message where control_id = ?5
                 and control_id <> '' and channel = ?1 and sender = ?4 limit 1) earlier),
             0, 'waiting', 0)
         on conflict (control_id, channel, sender, body_hash) where control_id <> '' do nothing
         returning seq, control_id_reused",
        params![
            &message.channel,
            message.format.code(),
            message.received_at,
            clip(&message.sender),
            clip(&message.control_id),
            clip(&message.message_type),
            clip(&message.event_time),
            length(&message.body),
            hash,
            message.order_keys.first.clone(),
            message.order_keys.other.clone(),
            message.order_keys.nhs_number.map(|number| number.to_string()),
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(inserted)
}

fn insert_body(tx: &mut Tx, seq: i64, body: Vec<u8>) -> Result<(), Error> {
    tx.execute("insert into message_body (seq, body) values (?1, ?2)", params![seq, body])?;
    Ok(())
}

fn count_duplicate(tx: &mut Tx, message: &NewMessage, hash: Vec<u8>) -> Result<i64, Error> {
    add_duplicate(tx, &message.channel)?;
    let seq = tx.query_one(
        "update message set duplicates = duplicates + 1
         where control_id = ?1 and control_id <> '' and channel = ?2 and sender = ?3
             and body_hash = ?4
         returning seq",
        params![clip(&message.control_id), &message.channel, clip(&message.sender), hash],
        |row| row.get(0),
    )?;
    Ok(seq.ok_or(no_number())?)
}

fn add_duplicate(tx: &mut Tx, channel: &str) -> Result<(), Error> {
    tx.execute(
        "insert into channel_total (channel, processed, duplicates) values (?1, 0, 1)
         on conflict (channel) do update set duplicates = channel_total.duplicates + 1",
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
