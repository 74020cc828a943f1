//! An organisation's index, loaded from a file: no source sent it, and what it says must be traced
//! back all the same. It stands in the log as a message that has had its effect.

use db::{Db, Tx, params};
use jiff::Timestamp;

use crate::arrival::{self, Standing};
use crate::history::{EventKind, note};
use crate::message_log::accept;
use crate::{Error, Format, NewMessage, OrderKeys, log_fit};

/// The channel under which loads stand in the log; no feed of that name is configured.
pub(crate) const CHANNEL: &str = "index load";

/// A file that is loaded.
#[derive(Debug, Clone)]
pub struct IndexLoad {
    /// Whose index it is: an ODS code.
    pub organisation: String,
    /// SHA-256 of the file, in hexadecimal.
    pub file_hash: String,
    /// When the file was made.
    pub as_of: Timestamp,
}

/// Keeps that a file is loaded, and returns the number by which what it says is traced back. The same
/// file again has the number it had. The body says which file it was, and holds no patient.
pub fn begin_index_load(
    db: &Db,
    load: &IndexLoad,
    actor: &'static str,
    at: Timestamp,
) -> Result<i64, Error> {
    log_fit::check(db)?;
    let IndexLoad { organisation, file_hash, as_of } = load;
    let body = format!("organisation,file_sha256,as_of\n{organisation},{file_hash},{as_of}\n");
    let message = NewMessage {
        channel: CHANNEL.to_owned(),
        format: Format::Csv { table: "index_load".to_owned() },
        received_at: at,
        sender: organisation.clone(),
        control_id: file_hash.clone(),
        message_type: "index_load".to_owned(),
        event_time: as_of.to_string(),
        order_keys: OrderKeys::default(),
        body: body.into_bytes(),
    };
    let seq = match loaded_before(db, &message)? {
        Some(seq) => seq,
        None => db.write_log(move |tx| accept(tx, message))?.seq,
    };
    db.write(move |tx| {
        // Whoever loads it gives it its effect; the processor has nothing to deliver.
        if let Some(arrived) = arrival::one(tx, seq)? {
            let processed_at = Some(at);
            let standing = Standing { state: "processed", processed_at, config_hash: None };
            arrived.enter(tx, &standing)?;
        }
        note(tx, seq, at, EventKind::LoadBegun, actor, "")?;
        Ok(seq)
    })
}

/// The file's number from a time when the log and the record were one file, or since.
fn loaded_before(db: &Db, message: &NewMessage) -> Result<Option<i64>, Error> {
    let found = db.read(|tx| {
        tx.query_one(
            "select seq from message where control_id = ?1 and control_id <> '' and channel = ?2
                 and sender = ?3",
            params![&message.control_id, &message.channel, &message.sender],
            |row| row.get(0),
        )
    })?;
    Ok(found)
}

/// Keeps what came of it.
pub fn end_index_load(
    tx: &mut Tx,
    seq: i64,
    actor: &str,
    rows: &str,
    at: Timestamp,
) -> Result<(), Error> {
    note(tx, seq, at, EventKind::Loaded, actor, rows)
}
