//! How fresh the record can be: when a channel was last heard, and what has come about one patient
//! that is not in the record yet.

use std::collections::BTreeMap;

use db::{Tx, params};
use jiff::Timestamp;
use model::NhsNumber;

use crate::arrival::{position, read_more_keys};
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
        params![&key],
        |row| row.get(0),
    )?;
    let count = count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    Ok(count + new_about(tx, &key)?)
}

/// Of those, the ones that the record does not know yet.
fn new_about(tx: &mut Tx, key: &str) -> Result<u64, Error> {
    let position = position(tx)?;
    let rows = tx.in_log(|log| {
        log.query(
            "select seq, more_order_keys,
                 case when order_key = ?2 or other_order_key = ?2 then 1 else 0 end
             from arrival
             where seq > ?1 and (order_key = ?2 or other_order_key = ?2
                 or more_order_keys is not null)",
            params![position, key],
            |row| Ok((row.get(0)?, row.get::<Option<String>>(1)?, row.get::<bool>(2)?)),
        )
    })?;
    let mut count = 0;
    for (seq, more, named_first) in rows {
        let more = more.map_or(Ok(Vec::new()), |text| read_more_keys(seq, &text))?;
        count += u64::from(named_first || more.iter().any(|other| other == key));
    }
    Ok(count)
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
    let position = position(tx)?;
    let new = tx.in_log(|log| {
        log.query(
            "select channel, count(*) from arrival
             where seq > ?1 and nhs_number = ?2 group by channel",
            params![position, number.to_string()],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
        )
    })?;
    let mut by_channel = BTreeMap::new();
    for (channel, count) in counts.into_iter().chain(new) {
        *by_channel.entry(channel).or_insert(0) += u64::try_from(count).unwrap_or(0);
    }
    Ok(by_channel)
}

/// How many messages will be tried by themselves: new, waiting again, or to be retried.
pub fn about_to_be_tried(tx: &mut Tx) -> Result<u64, Error> {
    let position = position(tx)?;
    let known: Option<i64> = tx.query_one(
        "select count(*) from message
         where state in ('waiting', 'retrying') and state <> 'processed'",
        params![],
        |row| row.get(0),
    )?;
    let new: Option<i64> = tx.in_log(|log| {
        let sql = "select count(*) from arrival where seq > ?1";
        log.query_one(sql, params![position], |row| row.get(0))
    })?;
    Ok(u64::try_from(known.unwrap_or(0) + new.unwrap_or(0)).unwrap_or(0))
}
