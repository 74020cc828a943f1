//! An edited copy of a message: it goes into the log as a message of its own, and the original is
//! skipped. Both stay, and each leads to the other.

use db::{Tx, params};
use jiff::Timestamp;

use crate::history::{EventKind, note};
use crate::source::hl7;
use crate::{Arrival, Channel, Error, operator};

/// One message that was made of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The one that came.
    pub original: i64,
    /// The one that an operator made of it.
    pub copy: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// Reads an edited HL7 v2 message as its channel would, to be stored.
///
/// # Errors
/// Where it is not exactly one message that the channel takes.
pub fn edited_copy(channel: &Channel, text: &str, at: Timestamp) -> Result<Arrival, Error> {
    let segments: Vec<&str> =
        text.split(['\r', '\n']).map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let mut bytes = segments.join("\r").into_bytes();
    bytes.push(b'\r');
    let mut arrivals = hl7::arrivals(bytes, channel, at);
    match (arrivals.pop(), arrivals.len()) {
        (Some(Arrival::Message(message)), 0) => Ok(Arrival::Message(message)),
        (Some(Arrival::Unreadable(unreadable)), 0) => Err(Error::NotAMessage(unreadable.reason)),
        (None, _) => Err(Error::NotAMessage("there is nothing in it".to_owned())),
        _ => Err(Error::NotAMessage("it is several messages: edit one at a time".to_owned())),
    }
}

/// Skips the original and notes what its copy is, once the copy is stored. The same again is fine.
pub fn note_copy(
    tx: &mut Tx,
    (original, copy): (i64, i64),
    reason: &str,
    actor: &str,
    at: Timestamp,
) -> Result<(), Error> {
    operator::skip(tx, original, reason, actor, at)?;
    note(tx, original, at, EventKind::Edited, actor, &format!("as message {copy}"))?;
    tx.execute(
        "insert into message_copy (copy, original, at, actor, reason) values (?1, ?2, ?3, ?4, ?5)
         on conflict do nothing",
        params![copy, original, at, actor, reason.trim()],
    )?;
    Ok(())
}

/// What a message was made of, and what was made of it.
pub fn copies(tx: &mut Tx, seq: i64) -> Result<Vec<Copied>, Error> {
    let copies = tx.query(
        "select original, copy, at, actor, reason from message_copy
         where copy = ?1 or original = ?1 order by copy",
        params![seq],
        |row| {
            Ok(Copied {
                original: row.get(0)?,
                copy: row.get(1)?,
                at: row.get(2)?,
                actor: row.get(3)?,
                reason: row.get(4)?,
            })
        },
    )?;
    Ok(copies)
}
