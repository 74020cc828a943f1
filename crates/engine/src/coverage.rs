//! Which fields of a channel's messages carry values that nobody uses: counted, never kept.

use db::{Tx, params};

use crate::Error;

/// Fields of one message that were not used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotUsed {
    /// The channel.
    pub channel: String,
    /// `ADT^A01`.
    pub message_type: String,
    /// `ZU1-3`.
    pub path: String,
}

/// A field that was not used, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// `ADT^A01`.
    pub message_type: String,
    /// `ZU1-3`.
    pub path: String,
    /// In how many messages.
    pub count: i64,
    /// The last of them, to look at.
    pub last_seq: i64,
}

/// Adds what was counted: in how many messages, and the last of them.
pub fn add_unmapped<'a>(
    tx: &mut Tx,
    counted: impl IntoIterator<Item = (&'a NotUsed, i64, i64)>,
) -> Result<(), Error> {
    for (not_used, count, last_seq) in counted {
        tx.execute(
            "insert into unmapped_count (channel, message_type, path, count, last_seq)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (channel, message_type, path) do update
             set count = unmapped_count.count + excluded.count, last_seq = excluded.last_seq",
            params![&not_used.channel, &not_used.message_type, &not_used.path, count, last_seq],
        )?;
    }
    Ok(())
}

/// The fields of a channel that were not used, the commonest first; at most two hundred.
pub fn unmapped(tx: &mut Tx, channel: &str) -> Result<Vec<Unmapped>, Error> {
    let fields = tx.query(
        "select message_type, path, count, last_seq from unmapped_count where channel = ?1
         order by count desc, message_type, path limit 200",
        params![channel],
        |row| {
            Ok(Unmapped {
                message_type: row.get(0)?,
                path: row.get(1)?,
                count: row.get(2)?,
                last_seq: row.get(3)?,
            })
        },
    )?;
    Ok(fields)
}
