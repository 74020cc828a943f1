//! How fresh the record can be: when a channel was last heard, and what has come about one patient
//! that is not in the record yet.

use std::collections::BTreeMap;

use db::{Tx, params};
use jiff::Timestamp;
use model::NhsNumber;

use crate::{Error, OrderKeys};

/// When each of these channels last received a message; one that never did is absent.
pub fn last_received<'a>(
    tx: &mut Tx,
    channels: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, Timestamp>, Error> {
    let mut last = BTreeMap::new();
    for channel in channels {
        if let Some(at) = crate::summary::last_message_at(tx, channel)? {
            last.insert(channel.to_owned(), at);
        }
    }
    Ok(last)
}

/// How many messages of `channel` about the patient with this `number` have come and are not
/// processed. A skipped one counts: it was sent and is not in the record, so that nothing recorded
/// does not mean that there is nothing.
pub fn unprocessed_about(tx: &mut Tx, channel: &str, number: &str) -> Result<u64, Error> {
    let Some(key) = OrderKeys::of(channel, [number]).first else { return Ok(0) };
    let count: Option<i64> = tx.query_one(
        "select count(*) from message where (order_key = ?1 or other_order_key = ?1
                 or seq in (select seq from message_more_key where order_key = ?1))
             and state <> 'processed'",
        params![key],
        |row| row.get(0),
    )?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// How many messages that carry this NHS number have come and are not processed, by channel.
///
/// It finds what [`unprocessed_about`] cannot: the first message an organisation sends about
/// somebody, whose number there nobody knows before it is processed.
pub fn unprocessed_with_number(
    tx: &mut Tx,
    number: NhsNumber,
) -> Result<BTreeMap<String, u64>, Error> {
    let counts = tx.query(
        "select channel, count(*) from message
         where nhs_number = ?1 and state <> 'processed' group by channel",
        params![number.to_string()],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    Ok(counts
        .into_iter()
        .map(|(channel, count)| (channel, u64::try_from(count).unwrap_or(0)))
        .collect())
}
