//! A message whose turn it is: one that waits again, or one that the record does not know yet.

use std::panic::{AssertUnwindSafe, catch_unwind};

use db::{Tx, params};
use jiff::Timestamp;
use model::Category;

use crate::arrival::{self, Arrived};
use crate::order_key::more_keys;
use crate::{DeliveryError, Destination, Error, Format, OrderKeys, Prepared, Received};

/// A message whose turn it is.
pub(crate) struct Turn {
    pub(crate) seq: i64,
    pub(crate) channel: String,
    format: String,
    received_at: Timestamp,
    pub(crate) order_keys: OrderKeys,
    pub(crate) attempts: i64,
    pub(crate) was_waiting: bool,
    /// The record does not know it yet: this is its first turn.
    pub(crate) arrived: Option<Arrived>,
    read: Option<Received>,
    prepared: Option<Prepared>,
}

impl Turn {
    /// Retries whose time has come, then what waits again, each in the order it came.
    pub(crate) fn again(tx: &mut Tx, now: Timestamp, most: usize) -> Result<Vec<Self>, Error> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let mut turns = tx.query(
            "select seq, channel, format, received_at, order_key, other_order_key, attempts
             from message where state = 'retrying' and next_attempt_at <= ?1
             order by next_attempt_at, seq limit ?2",
            params![now, limit],
            |row| Self::from_row(row, false),
        )?;
        turns.extend(tx.query(
            "select seq, channel, format, received_at, order_key, other_order_key, attempts
             from message where state = 'waiting' and state <> 'processed'
             order by seq limit ?1",
            params![limit],
            |row| Self::from_row(row, true),
        )?);
        Ok(turns)
    }

    /// The first turn of what is new.
    pub(crate) fn first(arrived: Arrived) -> Self {
        Self {
            seq: arrived.seq,
            channel: arrived.channel.clone(),
            format: arrived.format.clone(),
            received_at: arrived.received_at,
            order_keys: arrived.order_keys.clone(),
            attempts: 0,
            was_waiting: true,
            arrived: Some(arrived),
            read: None,
            prepared: None,
        }
    }

    fn from_row(row: &db::Row<'_>, was_waiting: bool) -> Result<Self, db::Error> {
        let (first, other) = (row.get(4)?, row.get(5)?);
        Ok(Self {
            seq: row.get(0)?,
            channel: row.get(1)?,
            format: row.get(2)?,
            received_at: row.get(3)?,
            order_keys: OrderKeys { first, other, ..OrderKeys::default() },
            attempts: row.get(6)?,
            was_waiting,
            arrived: None,
            read: None,
            prepared: None,
        })
    }

    /// Lets `destination` do what needs no database, where the bytes are at hand.
    pub(crate) fn prepare(&mut self, destination: &dyn Destination) {
        let readable = |arrived: &&mut Arrived| arrived.unreadable.is_none();
        let Some(arrived) = self.arrived.as_mut().filter(readable) else { return };
        let Some(bytes) = arrived.body.take() else { return };
        let Ok(received) = self.with_bytes(bytes) else { return };
        // What panics here panics again in its turn, and is parked then.
        let prepared = catch_unwind(AssertUnwindSafe(|| destination.prepare(&received)));
        self.prepared = prepared.ok().flatten();
        self.read = Some(received);
    }

    /// What the destination gets.
    pub(crate) fn received(
        &mut self,
        tx: &mut Tx,
    ) -> Result<(Received, Option<Prepared>), DeliveryError> {
        if let Some(received) = self.read.take() {
            return Ok((received, self.prepared.take()));
        }
        let read = self.arrived.as_mut().and_then(|arrived| arrived.body.take());
        let bytes = if read.is_some() { read } else { arrival::body(tx, self.seq)? };
        let bytes = bytes.ok_or_else(|| fault("its bytes are missing from the log"))?;
        Ok((self.with_bytes(bytes)?, None))
    }

    fn with_bytes(&self, bytes: Vec<u8>) -> Result<Received, DeliveryError> {
        let format = Format::parse(&self.format);
        Ok(Received {
            id: self.seq,
            channel: self.channel.clone(),
            format: format.ok_or_else(|| fault("its format is not known to this version"))?,
            received_at: self.received_at,
            bytes,
        })
    }

    /// All its keys; a message that waits again has the later ones in a table of their own.
    pub(crate) fn keys(&mut self, tx: &mut Tx) -> Result<&OrderKeys, Error> {
        if self.arrived.is_none() && self.order_keys.other.is_some() {
            self.order_keys.more = more_keys(tx, self.seq)?;
        }
        Ok(&self.order_keys)
    }
}

fn fault(sentence: &str) -> DeliveryError {
    DeliveryError::new(Category::Fault, sentence)
}
