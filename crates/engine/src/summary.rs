//! Each channel at a glance: what came, what stands still, since when.

use std::collections::BTreeMap;

use db::{Tx, params};
use jiff::Timestamp;

use crate::arrival::position;
use crate::{Error, State};

/// One channel's messages, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelSummary {
    /// The channel.
    pub channel: String,
    /// How many messages stand where; a state without messages is absent.
    pub counts: BTreeMap<State, i64>,
    /// How many patients have a parked message.
    pub parked_keys: i64,
    /// How many patients have a held message.
    pub held_keys: i64,
    /// Since when the oldest message waits that is waiting, retrying or held.
    pub oldest_waiting_since: Option<Timestamp>,
    /// Since when the oldest parked message is here.
    pub oldest_parked_since: Option<Timestamp>,
    /// When the last message came.
    pub last_message_at: Option<Timestamp>,
    /// How many repeats were answered and not stored.
    pub duplicates: i64,
}

/// Summaries of these channels, in this order; one that has never had a message is there too.
pub fn summary(tx: &mut Tx, channels: &[&str]) -> Result<Vec<ChannelSummary>, Error> {
    let open = open_messages(tx)?;
    channels.iter().map(|channel| of_channel(tx, channel, &open)).collect()
}

fn of_channel(tx: &mut Tx, channel: &str, open: &[Open]) -> Result<ChannelSummary, Error> {
    let mut summary = ChannelSummary { channel: channel.to_owned(), ..ChannelSummary::default() };
    for Open { state, count, keys, oldest, .. } in
        open.iter().filter(|open| open.channel == channel)
    {
        let (state, count, keys, oldest) = (*state, *count, *keys, *oldest);
        *summary.counts.entry(state).or_default() += count;
        match state {
            State::Parked => {
                summary.parked_keys = keys;
                summary.oldest_parked_since = oldest;
            }
            State::Waiting | State::Retrying | State::Held => {
                let earliest = summary.oldest_waiting_since.into_iter().chain(oldest).min();
                summary.oldest_waiting_since = earliest;
            }
            State::Processed | State::Skipped | State::Quarantined => {}
        }
        if state == State::Held {
            summary.held_keys = keys;
        }
    }
    let (processed, duplicates) = totals(tx, channel)?;
    if processed > 0 {
        summary.counts.insert(State::Processed, processed);
    }
    summary.duplicates = duplicates;
    summary.last_message_at = last_message_at(tx, channel)?;
    Ok(summary)
}

/// Messages of one channel that stand still for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Where they stand: parked, retrying or in quarantine.
    pub state: State,
    /// The sentence.
    pub sentence: String,
    /// How many messages.
    pub count: i64,
    /// Of how many patients.
    pub patients: i64,
    /// Since when the oldest is here.
    pub since: Option<Timestamp>,
}

/// Why messages of a channel stand still, the commonest reason first; at most fifty.
pub fn parked_reasons(tx: &mut Tx, channel: &str) -> Result<Vec<Reason>, Error> {
    // `channel || ''` keeps the search on the short index of unfinished messages.
    let rows = tx.query(
        "select state, coalesce(error, ''), count(*), count(distinct order_key), min(received_at)
         from message where state in ('parked', 'retrying', 'quarantined')
             and state <> 'processed' and (channel || '') = ?1
         group by state, coalesce(error, '') order by count(*) desc, coalesce(error, '') limit 50",
        params![channel],
        |row| {
            let state = State::parse(&row.get::<String>(0)?);
            let (sentence, count, patients, since) =
                (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(state.map(|state| Reason { state, sentence, count, patients, since }))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

/// Messages of one channel in one state.
struct Open {
    channel: String,
    state: State,
    count: i64,
    keys: i64,
    oldest: Option<Timestamp>,
}

/// All channels at once: the index of unfinished messages is short, that of a channel's is not.
fn open_messages(tx: &mut Tx) -> Result<Vec<Open>, Error> {
    let rows = tx.query(
        "select channel, state, count(*), count(distinct order_key), min(received_at) from message
         where state <> 'processed' group by channel, state",
        params![],
        |row| {
            let state = State::parse(&row.get::<String>(1)?);
            let (channel, count, keys, oldest) =
                (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(state.map(|state| Open { channel, state, count, keys, oldest }))
        },
    )?;
    let position = position(tx)?;
    let new = tx.in_log(|log| {
        log.query(
            "select channel, count(*) - count(unreadable), count(unreadable), min(received_at)
             from arrival where seq > ?1 group by channel",
            params![position],
            |row| Ok((row.get::<String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    })?;
    let new = new.into_iter().flat_map(|(channel, waiting, unreadable, oldest)| {
        let open = |state, count| Open { channel: channel.clone(), state, count, keys: 0, oldest };
        [open(State::Waiting, waiting), open(State::Quarantined, unreadable)]
    });
    let known = rows.into_iter().flatten();
    Ok(known.chain(new.filter(|open: &Open| open.count > 0)).collect())
}

/// Processed messages are counted as they are processed: there are too many to count here.
fn totals(tx: &mut Tx, channel: &str) -> Result<(i64, i64), Error> {
    let totals: Option<(i64, i64)> = tx.query_one(
        "select processed, duplicates from channel_total where channel = ?1",
        params![channel],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let repeats: Option<i64> = tx.in_log(|log| {
        let sql = "select times from channel_repeat where channel = ?1";
        log.query_one(sql, params![channel], |row| row.get(0))
    })?;
    let (processed, duplicates) = totals.unwrap_or_default();
    Ok((processed, duplicates + repeats.unwrap_or_default()))
}

pub(crate) fn last_message_at(tx: &mut Tx, channel: &str) -> Result<Option<Timestamp>, Error> {
    let position = position(tx)?;
    let new: Option<Option<Timestamp>> = tx.in_log(|log| {
        log.query_one(
            "select max(received_at) from arrival where seq > ?1 and channel = ?2",
            params![position, channel],
            |row| row.get(0),
        )
    })?;
    if let Some(at) = new.flatten() {
        return Ok(Some(at));
    }
    let last = tx.query_one(
        "select received_at from message where channel = ?1 order by seq desc limit 1",
        params![channel],
        |row| row.get(0),
    )?;
    Ok(last)
}
