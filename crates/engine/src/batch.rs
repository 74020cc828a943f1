//! One transaction of the processor: takes what is due, delivers each in its own savepoint.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use db::{Tx, params};
use jiff::Timestamp;
use model::Category;

use crate::ahead::Portion;
use crate::arrival::{self, Arrived, Standing};
use crate::destination::category_code;
use crate::history::{EventKind, note};
use crate::in_the_way::{InTheWay, release};
use crate::index_load;
use crate::pause::paused_channels;
use crate::turn::Turn;
use crate::{DeliveryError, Destination, Error, Pace, Progress, Retry};

/// Messages that wait again, looked at in a slice that somebody waits for.
const FEW: usize = 16;

/// What one transaction works with.
pub(crate) struct Batch {
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) now: Timestamp,
    pub(crate) pace: Pace,
    pub(crate) config_hash: String,
    /// By channel, where it is not the usual.
    pub(crate) retries: Arc<BTreeMap<String, Retry>>,
}

/// What came of it.
pub(crate) struct Ended {
    pub(crate) progress: Progress,
    /// What it did not come to, and where the record stands before that; `None` where another process
    /// has moved the record on, and everything has to be read again.
    pub(crate) left: Option<(Vec<Turn>, i64)>,
}

/// What became of a turn that did not fail.
enum Turned {
    Delivered,
    /// The record had it before.
    Repeat,
}

/// Whether the transaction takes another turn.
enum Next {
    Another,
    End,
}

/// One transaction on its way.
struct Course {
    progress: Progress,
    in_the_way: InTheWay,
    paused: BTreeSet<String>,
    processed_by_channel: BTreeMap<String, i64>,
    position: i64,
}

impl Batch {
    /// Delivers what is due until everything is, or its time is up.
    pub(crate) fn run(&self, tx: &mut Tx, portion: Portion) -> Result<Ended, Error> {
        let began = Instant::now();
        if !portion.turns.is_empty() && !portion.is_next(tx)? {
            let progress = Progress { more: true, ..Progress::default() };
            return Ok(Ended { progress, left: None });
        }
        // A slice that ends early must not have read what it will not come to.
        let most = if tx.is_waited_for() { FEW } else { usize::MAX }.min(self.pace.messages);
        let again = Turn::again(tx, self.now, most)?;
        let mut course = Course {
            progress: Progress { more: again.len() >= most || portion.more, ..Progress::default() },
            in_the_way: InTheWay::load(tx)?,
            paused: paused_channels(tx)?,
            processed_by_channel: BTreeMap::new(),
            position: portion.from,
        };
        // What waits again came before what is new: as long as there may be more of it, that is not taken.
        let first = if again.len() >= most { again.len() } else { usize::MAX };
        let mut turns = again.into_iter().chain(portion.turns);
        for mut turn in turns.by_ref().take(first) {
            let ends = matches!(self.take(tx, &mut turn, &mut course)?, Next::End);
            let slice = if tx.is_waited_for() { self.pace.waited_for } else { self.pace.time };
            if ends || began.elapsed() >= slice {
                break;
            }
        }
        let left: Vec<Turn> = turns.filter(|turn| turn.arrived.is_some()).collect();
        course.progress.more |= !left.is_empty();
        count_processed(tx, course.processed_by_channel)?;
        if course.position != portion.from {
            arrival::move_position(tx, course.position)?;
        }
        course.progress.next_attempt_at = next_attempt_at(tx)?;
        Ok(Ended { progress: course.progress, left: Some((left, course.position)) })
    }

    fn take(&self, tx: &mut Tx, turn: &mut Turn, course: &mut Course) -> Result<Next, Error> {
        let progress = &mut course.progress;
        if let Some(arrived) = &turn.arrived {
            course.position = turn.seq;
            if self.has_no_turn(tx, arrived)? {
                progress.taken_from_waiting += u64::from(arrived.unreadable.is_none());
                return Ok(Next::Another);
            }
        }
        progress.taken_from_waiting += u64::from(turn.was_waiting);
        let is_paused = course.paused.contains(&turn.channel);
        if course.in_the_way.holds(tx, turn)? || is_paused {
            progress.held += u64::from(hold(tx, turn)?);
            course.in_the_way.add(&turn.order_keys);
            return Ok(Next::Another);
        }
        match self.deliver(tx, turn) {
            Ok(Turned::Repeat) => Ok(Next::Another),
            Ok(Turned::Delivered) => {
                progress.processed += 1;
                *course.processed_by_channel.entry(turn.channel.clone()).or_insert(0) += 1;
                if course.in_the_way.is_empty() {
                    return Ok(Next::Another);
                }
                let released = release(tx, &turn.order_keys)?;
                progress.released += released;
                progress.more |= released > 0;
                // They came before the rest of this batch, and are taken first.
                Ok(if released > 0 { Next::End } else { Next::Another })
            }
            Err(error) => {
                course.in_the_way.add(&turn.order_keys);
                self.put_aside(tx, turn, &error, progress)?;
                if error.category != Category::Unavailable {
                    return Ok(Next::Another);
                }
                // If it is this very transaction that is lost, its end tells.
                progress.more = true;
                Ok(Next::End)
            }
        }
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
            let (received, prepared) = turn.received(tx)?;
            let delivered = catch_unwind(AssertUnwindSafe(|| {
                self.destination.deliver(tx, &received, prepared)
            }));
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
        let retry = self.retries.get(&turn.channel).copied().unwrap_or_default();
        let gives_up = retry.give_up_after.is_some_and(|most| attempts >= most);
        let (kind, next) = if error.category == Category::Unavailable && !gives_up {
            progress.retrying += 1;
            let wait = retry.delay(attempts, turn.seq);
            let next = self.now.saturating_add(wait).unwrap_or(self.now);
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
