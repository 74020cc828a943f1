//! An organisation's index, loaded from a file: no source sent it, and what it says must be traced
//! back all the same. It stands in the log as a message that has had its effect.

use db::{Tx, params};
use jiff::Timestamp;

use crate::history::{EventKind, note};
use crate::message_log::accept;
use crate::{Error, Format, NewMessage, OrderKeys};

/// The channel under which loads stand in the log; no feed of that name is configured.
const CHANNEL: &str = "index load";

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
    tx: &mut Tx,
    load: &IndexLoad,
    actor: &str,
    at: Timestamp,
) -> Result<i64, Error> {
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
    let seq = accept(tx, message)?.seq;
    // Whoever loads it gives it its effect; the processor has nothing to deliver.
    tx.execute(
        "update message set state = 'processed', processed_at = ?2 where seq = ?1",
        params![seq, at],
    )?;
    note(tx, seq, at, EventKind::LoadBegun, actor, "")?;
    Ok(seq)
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
