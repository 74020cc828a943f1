//! One transaction of the processor: takes what is due, delivers each in its own savepoint.
//!
//! Order is kept per patient and nowhere else. A message that fails stands in the way of later
//! messages with one of its order keys: they are *held*, and wait again once it is out of the way.
//! What stands in the way of a message always has a lower number, so nothing waits in a circle.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use db::{Tx, params};
use jiff::Timestamp;
use model::Category;

use crate::arrival::{self, Arrived, Standing};
use crate::destination::category_code;
use crate::history::{EventKind, note};
use crate::index_load;
use crate::order_key::more_keys;
use crate::{
    DeliveryError, Destination, Error, Format, OrderKeys, Pace, Progress, Received, back_off,
};

/// Messages looked at in a slice that somebody waits for.
const FEW: usize = 16;

/// What one transaction works with.
pub(crate) struct Batch {
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) now: Timestamp,
    pub(crate) pace: Pace,
    pub(crate) config_hash: String,
}

/// A message whose turn it is.
struct Turn {
    seq: i64,
    channel: String,
    format: String,
    received_at: Timestamp,
    order_keys: OrderKeys,
    attempts: i64,
    was_waiting: bool,
    /// The record does not know it yet: this is its first turn.
    arrived: Option<Arrived>,
}

/// What became of a turn that did not fail.
enum Turned {
    Delivered,
    /// The record had it before.
    Repeat,
}

impl Batch {
    /// Delivers what is due until the batch is full, its time is up, or nothing is left.
    pub(crate) fn run(&self, tx: &mut Tx) -> Result<Progress, Error> {
        let began = Instant::now();
        // A slice that ends early must not have read what it will not come to.
        let most = if tx.is_waited_for() { FEW } else { usize::MAX }.min(self.pace.messages);
        let turns = self.due(tx, most)?;
        let mut progress = Progress { more: turns.len() >= most, ..Progress::default() };
        let mut processed_by_channel = BTreeMap::new();
        let mut in_the_way = anything_in_the_way(tx)?;
        let mut position = None;
        for mut turn in turns {
            let slice = if tx.is_waited_for() { self.pace.waited_for } else { self.pace.time };
            if began.elapsed() >= slice {
                progress.more = true;
                break;
            }
            if let Some(arrived) = &turn.arrived {
                position = Some(turn.seq);
                if self.has_no_turn(tx, arrived)? {
                    progress.taken_from_waiting += u64::from(arrived.unreadable.is_none());
                    continue;
                }
            }
            progress.taken_from_waiting += u64::from(turn.was_waiting);
            if in_the_way && must_wait(tx, &mut turn)? {
                progress.held += u64::from(hold(tx, &turn)?);
                continue;
            }
            match self.deliver(tx, &mut turn) {
                Ok(Turned::Repeat) => {}
                Ok(Turned::Delivered) => {
                    progress.processed += 1;
                    *processed_by_channel.entry(turn.channel).or_insert(0) += 1;
                    let released = if in_the_way { release(tx, &turn.order_keys)? } else { 0 };
                    if released > 0 {
                        // They came before the rest of this batch, and are taken first.
                        progress.released += released;
                        progress.more = true;
                        break;
                    }
                }
                Err(error) => {
                    in_the_way = true;
                    self.put_aside(tx, &turn, &error, &mut progress)?;
                    if error.category == Category::Unavailable {
                        // If it is this very transaction that is lost, its end tells.
                        progress.more = true;
                        break;
                    }
                }
            }
        }
        count_processed(tx, processed_by_channel)?;
        if let Some(position) = position {
            arrival::move_position(tx, position)?;
        }
        progress.next_attempt_at = next_attempt_at(tx)?;
        Ok(progress)
    }

    /// Retries whose time has come, then what waits again, then what is new, each in the order it
    /// came.
    fn due(&self, tx: &mut Tx, most: usize) -> Result<Vec<Turn>, Error> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let mut turns = tx.query(
            "select seq, channel, format, received_at, order_key, other_order_key, attempts
             from message where state = 'retrying' and next_attempt_at <= ?1
             order by next_attempt_at, seq limit ?2",
            params![self.now, limit],
            |row| turn(row, false),
        )?;
        turns.extend(tx.query(
            "select seq, channel, format, received_at, order_key, other_order_key, attempts
             from message where state = 'waiting' and state <> 'processed'
             order by seq limit ?1",
            params![limit],
            |row| turn(row, true),
        )?);
        let left = most.saturating_sub(turns.len());
        if left > 0 {
            turns.extend(arrival::next(tx, left)?.into_iter().map(Turn::from));
        }
        Ok(turns)
    }

    /// Gives their place to arrivals that nothing is delivered of: what nobody can read, and an
    /// index whose loader gives it its effect.
    fn has_no_turn(&self, tx: &mut Tx, arrived: &Arrived) -> Result<bool, Error> {
        let standing = if arrived.unreadable.is_some() {
            Standing { state: "quarantined", ..Standing::default() }
        } else if arrived.channel == index_load::CHANNEL {
            Standing { state: "processed", processed_at: Some(self.now), config_hash: None }
        } else {
            return Ok(false);
        };
        arrived.enter(tx, &standing)?;
        Ok(true)
    }

    /// The delivery and its mark, both or neither.
    fn deliver(&self, tx: &mut Tx, turn: &mut Turn) -> Result<Turned, DeliveryError> {
        tx.savepoint(|tx| {
            let standing = Standing {
                state: "processed",
                processed_at: Some(self.now),
                config_hash: Some(&self.config_hash),
            };
            if let Some(arrived) = &turn.arrived
                && !arrived.enter(tx, &standing)?
            {
                arrived.count_as_repeat(tx)?;
                return Ok(Turned::Repeat);
            }
            let received = received(tx, turn)?;
            let delivered =
                catch_unwind(AssertUnwindSafe(|| self.destination.deliver(tx, &received)));
            delivered.unwrap_or_else(|_| {
                Err(DeliveryError::new(Category::Fault, "the delivery panicked; see the log"))
            })?;
            if turn.arrived.is_some() {
                return Ok(Turned::Delivered);
            }
            tx.execute(
                "update message set state = 'processed', attempts = attempts + 1,
                     next_attempt_at = null, error_category = null, error = null,
                     processed_at = ?2, config_hash = ?3
                 where seq = ?1",
                params![turn.seq, self.now, &self.config_hash],
            )?;
            Ok(Turned::Delivered)
        })
    }

    /// A failed message retries by itself where that may help, and is parked where not.
    fn put_aside(
        &self,
        tx: &mut Tx,
        turn: &Turn,
        error: &DeliveryError,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        if let Some(arrived) = &turn.arrived {
            arrived.enter(tx, &Standing { state: "waiting", ..Standing::default() })?;
        }
        let attempts = turn.attempts.saturating_add(1);
        let (kind, next) = if error.category == Category::Unavailable {
            progress.retrying += 1;
            let next = self.now.saturating_add(back_off::delay(attempts)).unwrap_or(self.now);
            (EventKind::Failed, Some(next))
        } else {
            progress.parked += 1;
            (EventKind::Parked, None)
        };
        let (seq, channel) = (turn.seq, &turn.channel);
        if error.category == Category::Fault {
            tracing::error!(message.id = seq, channel.name = %channel, "parked message {seq} from {channel}, a fault of ours: {error}");
        } else {
            tracing::warn!(message.id = seq, channel.name = %channel, "message {seq} from {channel} was not delivered: {error}");
        }
        tx.execute(
            "update message set state = ?2, attempts = ?3, next_attempt_at = ?4,
                 error_category = ?5, error = ?6, config_hash = ?7
             where seq = ?1",
            params![
                seq,
                if next.is_some() { "retrying" } else { "parked" },
                attempts,
                next,
                category_code(error.category),
                &error.sentence,
                &self.config_hash,
            ],
        )?;
        note(tx, seq, self.now, kind, "", &error.sentence)
    }
}

fn turn(row: &db::Row<'_>, was_waiting: bool) -> Result<Turn, db::Error> {
    Ok(Turn {
        seq: row.get(0)?,
        channel: row.get(1)?,
        format: row.get(2)?,
        received_at: row.get(3)?,
        order_keys: OrderKeys { first: row.get(4)?, other: row.get(5)?, ..OrderKeys::default() },
        attempts: row.get(6)?,
        was_waiting,
        arrived: None,
    })
}

impl From<Arrived> for Turn {
    fn from(arrived: Arrived) -> Self {
        Self {
            seq: arrived.seq,
            channel: arrived.channel.clone(),
            format: arrived.format.clone(),
            received_at: arrived.received_at,
            order_keys: arrived.order_keys.clone(),
            attempts: 0,
            was_waiting: true,
            arrived: Some(arrived),
        }
    }
}

fn received(tx: &mut Tx, turn: &mut Turn) -> Result<Received, DeliveryError> {
    let read = turn.arrived.as_mut().and_then(|arrived| arrived.body.take());
    let bytes = if read.is_some() { read } else { arrival::body(tx, turn.seq)? };
    let fault = |sentence: &str| DeliveryError::new(Category::Fault, sentence);
    Ok(Received {
        id: turn.seq,
        channel: turn.channel.clone(),
        format: Format::parse(&turn.format)
            .ok_or_else(|| fault("its format is not known to this version"))?,
        received_at: turn.received_at,
        bytes: bytes.ok_or_else(|| fault("its bytes are missing from the log"))?,
    })
}

fn anything_in_the_way(tx: &mut Tx) -> Result<bool, Error> {
    let found = tx.query_one(
        "select seq from message
         where state in ('retrying', 'parked', 'held') and state <> 'processed' limit 1",
        params![],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whether an earlier message with one of its keys is retrying, parked or held.
fn must_wait(tx: &mut Tx, turn: &mut Turn) -> Result<bool, Error> {
    if turn.arrived.is_none() && turn.order_keys.other.is_some() {
        turn.order_keys.more = more_keys(tx, turn.seq)?;
    }
    for key in turn.order_keys.all() {
        if stands_in_the_way(tx, key, turn.seq)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn stands_in_the_way(tx: &mut Tx, key: &str, before: i64) -> Result<bool, Error> {
    let found = tx.query_one(
        "select seq from message
         where state in ('retrying', 'parked', 'held') and order_key = ?2 and seq < ?1
         union all
         select seq from message
         where state in ('retrying', 'parked', 'held') and other_order_key = ?2 and seq < ?1
         union all
         select message.seq from message_more_key more join message on message.seq = more.seq
         where more.order_key = ?2 and more.seq < ?1
             and message.state in ('retrying', 'parked', 'held')
         limit 1",
        params![before, key],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// `false` for what the record had before.
fn hold(tx: &mut Tx, turn: &Turn) -> Result<bool, Error> {
    let Some(arrived) = &turn.arrived else {
        tx.execute("update message set state = 'held' where seq = ?1", params![turn.seq])?;
        return Ok(true);
    };
    let held = arrived.enter(tx, &Standing { state: "held", ..Standing::default() })?;
    if !held {
        arrived.count_as_repeat(tx)?;
    }
    Ok(held)
}

/// Lets the held messages with one of these keys wait again; returns how many there were. Those
/// that something else stands in the way of will be held again in their turn.
pub(crate) fn release(tx: &mut Tx, keys: &OrderKeys) -> Result<u64, Error> {
    let mut released = 0;
    for key in keys.all() {
        released += tx.execute(
            "update message set state = 'waiting'
             where state in ('retrying', 'parked', 'held') and state = 'held'
                 and (order_key = ?1 or other_order_key = ?1)",
            params![key],
        )?;
        released += tx.execute(
            "update message set state = 'waiting'
             where seq in (select seq from message_more_key where order_key = ?1)
                 and state = 'held'",
            params![key],
        )?;
    }
    Ok(released)
}

fn count_processed(tx: &mut Tx, by_channel: BTreeMap<String, i64>) -> Result<(), Error> {
    for (channel, processed) in by_channel {
        tx.execute(
            "insert into channel_total (channel, processed, duplicates) values (?1, ?2, 0)
             on conflict (channel) do update
             set processed = channel_total.processed + excluded.processed",
            params![channel, processed],
        )?;
    }
    Ok(())
}

fn next_attempt_at(tx: &mut Tx) -> Result<Option<Timestamp>, Error> {
    let next = tx.query_one(
        "select next_attempt_at from message where state = 'retrying'
         order by next_attempt_at limit 1",
        params![],
        |row| row.get::<Option<Timestamp>>(0),
    )?;
    Ok(next.flatten())
}
