//! The way from the log into the record: what lies beyond the record's position waits.
//!
//! | a crash | leaves | and then |
//! |--|--|--|
//! | before the log's commit | nothing | the sender, never answered, sends again |
//! | after it, before the answer | the arrival | a repeat is answered with the same number |
//! | after the answer | the arrival beyond the position | taken at the next start |
//! | inside the record's transaction | the position as it was | taken again |
//! | after the record's commit | the position past it | nothing is left to do |
//!
//! The position never runs ahead of the log: only what is on disk there can be read here.

use db::{Tx, params};
use jiff::Timestamp;

use crate::{Error, OrderKeys};

/// A longer body is read when its turn comes, not with its neighbours.
const SMALL: i64 = 65_536;

/// A message of the log that the record does not know yet.
#[derive(Default)]
pub(crate) struct Arrived {
    pub(crate) seq: i64,
    pub(crate) channel: String,
    pub(crate) format: String,
    pub(crate) received_at: Timestamp,
    pub(crate) sender: String,
    pub(crate) control_id: String,
    pub(crate) message_type: String,
    pub(crate) event_time: String,
    pub(crate) order_keys: OrderKeys,
    pub(crate) nhs_number: Option<String>,
    pub(crate) control_id_reused: bool,
    pub(crate) unreadable: Option<String>,
    pub(crate) body_bytes: i64,
    pub(crate) body_hash: Vec<u8>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) more_order_keys: Option<String>,
}

/// The number of the last arrival that the record has.
pub fn position(tx: &mut Tx) -> Result<i64, db::Error> {
    let position =
        tx.query_one("select seq from log_position where id = 1", params![], |row| row.get(0))?;
    Ok(position.unwrap_or(0))
}

/// In the transaction that gave everything up to `seq` its place in the record.
pub(crate) fn move_position(tx: &mut Tx, seq: i64) -> Result<(), db::Error> {
    tx.execute(
        "insert into log_position (id, seq) values (1, ?1)
         on conflict (id) do update set seq = excluded.seq",
        params![seq],
    )?;
    Ok(())
}

macro_rules! columns {
    () => {
        "select seq, channel, format, received_at, sender, control_id, message_type, event_time,
             order_key, other_order_key, more_order_keys, nhs_number, control_id_reused, unreadable,
             body_bytes, body_hash, case when body_bytes <= ?2 then body end
         from arrival "
    };
}

/// The `most` arrivals next to `position`, in their order.
pub(crate) fn after(tx: &mut Tx, position: i64, most: usize) -> Result<Vec<Arrived>, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    tx.in_log(|log| {
        let sql = concat!(columns!(), "where seq > ?1 order by seq limit ?3");
        let arrived = log.query(sql, params![position, SMALL, most], arrived)?;
        arrived.into_iter().map(Arrived::with_more_keys).collect()
    })
}

/// One of the log, wherever the record stands.
pub(crate) fn one(tx: &mut Tx, seq: i64) -> Result<Option<Arrived>, Error> {
    tx.in_log(|log| {
        let sql = concat!(columns!(), "where seq = ?1");
        log.query_one(sql, params![seq, 0], arrived)?.map(Arrived::with_more_keys).transpose()
    })
}

/// The bytes of a message; `None` where the log has none.
pub(crate) fn body(tx: &mut Tx, seq: i64) -> Result<Option<Vec<u8>>, db::Error> {
    let body = tx.in_log(|log| {
        log.query_one("select body from arrival where seq = ?1", params![seq], |row| {
            row.get::<Option<Vec<u8>>>(0)
        })
    })?;
    if let Some(body) = body {
        return Ok(body);
    }
    // It came when the log and the record were one file.
    tx.query_one("select body from message_body where seq = ?1", params![seq], |row| row.get(0))
}

fn arrived(row: &db::Row<'_>) -> Result<Arrived, db::Error> {
    Ok(Arrived {
        seq: row.get(0)?,
        channel: row.get(1)?,
        format: row.get(2)?,
        received_at: row.get(3)?,
        sender: row.get(4)?,
        control_id: row.get(5)?,
        message_type: row.get(6)?,
        event_time: row.get(7)?,
        order_keys: OrderKeys { first: row.get(8)?, other: row.get(9)?, ..OrderKeys::default() },
        more_order_keys: row.get(10)?,
        nhs_number: row.get(11)?,
        control_id_reused: row.get(12)?,
        unreadable: row.get(13)?,
        body_bytes: row.get(14)?,
        body_hash: row.get(15)?,
        body: row.get(16)?,
    })
}

/// Reads the third and later keys as [`write_more_keys`] wrote them.
pub(crate) fn read_more_keys(seq: i64, text: &str) -> Result<Vec<String>, Error> {
    serde_json::from_str(text).map_err(|_| Error::UnknownWord { seq, column: "list of keys" })
}

/// `None` where there are none, which is nearly always.
pub(crate) fn write_more_keys(keys: &[String]) -> Option<String> {
    (!keys.is_empty()).then(|| serde_json::Value::from(keys).to_string())
}

impl Arrived {
    fn with_more_keys(mut self) -> Result<Self, Error> {
        if let Some(text) = &self.more_order_keys {
            self.order_keys.more = read_more_keys(self.seq, text)?;
        }
        Ok(self)
    }

    /// Gives it its row in the record, standing at `state`; `false` where the record has had it
    /// before: from a time when the log and the record were one file.
    pub(crate) fn enter(&self, tx: &mut Tx, standing: &Standing<'_>) -> Result<bool, db::Error> {
        let entered = tx.execute(
            "insert into message (seq, channel, format, received_at, sender, control_id,
                 message_type, event_time, body_bytes, body_hash, order_key, other_order_key,
                 nhs_number, control_id_reused, duplicates, state, attempts, error_category, error,
                 processed_at, config_hash)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, ?17,
                 ?18, ?19, ?20)
             on conflict do nothing",
            params![
                self.seq,
                &self.channel,
                &self.format,
                self.received_at,
                &self.sender,
                &self.control_id,
                &self.message_type,
                &self.event_time,
                self.body_bytes,
                self.body_hash.clone(),
                self.order_keys.first.clone(),
                self.order_keys.other.clone(),
                self.nhs_number.clone(),
                i64::from(self.control_id_reused),
                standing.state,
                i64::from(standing.processed_at.is_some()),
                self.unreadable.as_ref().map(|_| "invalid"),
                self.unreadable.clone(),
                standing.processed_at,
                standing.config_hash.map(str::to_owned),
            ],
        )?;
        for key in self.order_keys.more.iter().filter(|_| entered == 1) {
            let sql = "insert into message_more_key (order_key, seq) values (?1, ?2)";
            tx.execute(sql, params![key, self.seq])?;
        }
        Ok(entered == 1)
    }

    /// It has no row of its own: the one it repeats counts it.
    pub(crate) fn count_as_repeat(&self, tx: &mut Tx) -> Result<(), db::Error> {
        tx.execute(
            "update message set duplicates = duplicates + 1
             where control_id = ?1 and control_id <> '' and channel = ?2 and sender = ?3
                 and body_hash = ?4",
            params![&self.control_id, &self.channel, &self.sender, self.body_hash.clone()],
        )?;
        Ok(())
    }
}

/// Where a message enters the record.
#[derive(Default)]
pub(crate) struct Standing<'a> {
    pub(crate) state: &'static str,
    pub(crate) processed_at: Option<Timestamp>,
    pub(crate) config_hash: Option<&'a str>,
}
