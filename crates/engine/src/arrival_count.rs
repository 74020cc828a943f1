//! How many messages come: by minute for two hours, by hour for good.
//!
//! Counted from the log, a slice at a time, beside everything else: nothing that accepts a message or takes
//! it into the record waits for it.

use std::collections::BTreeMap;

use db::{Db, Tx, params};
use jiff::Timestamp;

use crate::Error;

/// Numbers of the log that are counted at once.
const SLICE: i64 = 20_000;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
/// Minutes that are kept.
const MINUTES: i64 = 120;

/// How many messages a channel has received lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// In the last whole minute.
    pub minute: i64,
    /// In the last sixty minutes.
    pub hour: i64,
    /// In the last 24 hours, the first of them whole.
    pub day: i64,
}

/// Counts the next slice of the log; `true` where there is more. Several nodes may do it: each slice is
/// counted once.
pub fn count_arrivals(db: &Db, now: Timestamp) -> Result<bool, Error> {
    let (from, last, slice) = db.read(|tx| {
        let from = counted(tx)?;
        let (last, slice) = tx.in_log(|log| {
            let last: Option<Option<i64>> =
                log.query_one("select max(seq) from arrival", params![], |row| row.get(0))?;
            let slice = log.query(
                "select channel, received_at / 60000000, count(*) from arrival
                 where seq > ?1 and seq <= ?2 group by channel, received_at / 60000000",
                params![from, from.saturating_add(SLICE)],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            Ok::<_, db::Error>((last.flatten().unwrap_or(0), slice))
        })?;
        Ok::<_, Error>((from, last, slice))
    })?;
    let slice: Vec<(String, i64, i64)> = slice;
    let to = last.min(from.saturating_add(SLICE));
    if to <= from {
        return Ok(false);
    }
    db.write(move |tx| {
        if counted(tx)? == from {
            add(tx, &slice, now)?;
            tx.execute(
                "insert into arrival_counted (id, seq) values (1, ?1)
                 on conflict (id) do update set seq = excluded.seq",
                params![to],
            )?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(to < last)
}

fn counted(tx: &mut Tx) -> Result<i64, Error> {
    let sql = "select seq from arrival_counted where id = 1";
    Ok(tx.query_one(sql, params![], |row| row.get(0))?.unwrap_or(0))
}

fn add(tx: &mut Tx, slice: &[(String, i64, i64)], now: Timestamp) -> Result<(), Error> {
    let oldest = now.as_second() / MINUTE - MINUTES;
    let mut counts: BTreeMap<(&str, &str, i64), i64> = BTreeMap::new();
    for (channel, minute, count) in slice {
        if *minute >= oldest {
            *counts.entry((channel, "minute", *minute)).or_default() += count;
        }
        *counts.entry((channel, "hour", minute * MINUTE / HOUR)).or_default() += count;
    }
    for ((channel, span, number), count) in counts {
        tx.execute(
            "insert into arrival_count (channel, span, number, count) values (?1, ?2, ?3, ?4)
             on conflict (channel, span, number) do update
             set count = arrival_count.count + excluded.count",
            params![channel, span, number, count],
        )?;
        let sql =
            "delete from arrival_count where channel = ?1 and span = 'minute' and number < ?2";
        tx.execute(sql, params![channel, oldest])?;
    }
    Ok(())
}

/// How many messages a channel has received lately, as far as they are counted.
pub fn rates(tx: &mut Tx, channel: &str, now: Timestamp) -> Result<Rates, Error> {
    let (minute, hour) = (now.as_second() / MINUTE, now.as_second() / HOUR);
    let mut sum = |span: &str, from: i64, to: i64| {
        let sum = tx.query_one(
            "select cast(coalesce(sum(count), 0) as bigint) from arrival_count
             where channel = ?1 and span = ?2 and number >= ?3 and number <= ?4",
            params![channel, span, from, to],
            |row| row.get::<i64>(0),
        )?;
        Ok::<i64, Error>(sum.unwrap_or(0))
    };
    Ok(Rates {
        minute: sum("minute", minute - 1, minute - 1)?,
        hour: sum("minute", minute - 59, minute)?,
        day: sum("hour", hour - 24, hour)?,
    })
}

/// How many messages a channel has received in each hour since 1970 UTC, from the hour of `since` on;
/// hours without any are absent.
pub fn hours(tx: &mut Tx, channel: &str, since: Timestamp) -> Result<BTreeMap<i64, i64>, Error> {
    let hours = tx.query(
        "select number, count from arrival_count
         where channel = ?1 and span = 'hour' and number >= ?2",
        params![channel, since.as_second() / HOUR],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(hours.into_iter().collect())
}
