//! The one door to the log: stores what a source brings, and answers after the commit.

use std::sync::Arc;

use db::{Db, Tx, params};
use jiff::Timestamp;
use model::{Category, Clock};
use tokio::sync::oneshot;

use crate::arrival::position;
use crate::backlog::Backlog;
use crate::message_log::{self, Accepted, Arrival, Hashed, Receipt};
use crate::{Error, log_fit};

/// The message log of one process, shared by its sources and its processor. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    db: Db,
    clock: Arc<dyn Clock>,
    backlog: Arc<Backlog>,
}

/// What became of each frame that was submitted, or why there was no commit.
pub type Submitted = Result<Vec<Result<Vec<Receipt>, Error>>, Error>;

/// What an inbox holds back at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// With this many messages waiting, sources stop reading. They are safe on disk (a gigabyte for a
    /// million ADT messages); the mark bounds how far the record may be behind the senders.
    pub high_water: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { high_water: 1_000_000 }
    }
}

impl Inbox {
    /// The inbox of `db`, whose tables are [`MIGRATIONS`](crate::MIGRATIONS).
    ///
    /// # Errors
    /// Where the log is not the one that the record was made from, or an older copy of it.
    pub fn open(db: Db, clock: Arc<dyn Clock>, limits: Limits) -> Result<Self, Error> {
        log_fit::check(&db)?;
        let waiting = db.read(waiting)?;
        let backlog = Arc::new(Backlog::new(waiting, limits.high_water));
        Ok(Self { db, clock, backlog })
    }

    /// Stores what arrived together, all or nothing, and returns when it is durable.
    pub fn store(&self, arrivals: Vec<Arrival>) -> Result<Vec<Receipt>, Error> {
        let arrivals = hashed(arrivals);
        let receipts = self.db.write_log(move |tx| store_all(tx, arrivals))?;
        count(&self.backlog, &receipts);
        Ok(receipts)
    }

    /// As [`Inbox::store`], without blocking a thread.
    pub async fn store_async(&self, arrivals: Vec<Arrival>) -> Result<Vec<Receipt>, Error> {
        let submitted = self.submit(vec![arrivals]).await;
        let frames = submitted.unwrap_or_else(|_| Err(db::Error::WriterStopped.into()))?;
        frames.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))
    }

    /// Stores frame after frame, each all or nothing, in one commit; without waiting: the answer
    /// comes after it. What is submitted first is stored first.
    ///
    /// A receiver that is closed without an answer means: nothing is known to be stored.
    pub fn submit(&self, frames: Vec<Vec<Arrival>>) -> oneshot::Receiver<Submitted> {
        let (sender, receiver) = oneshot::channel();
        let backlog = Arc::clone(&self.backlog);
        let frames: Vec<_> = frames.into_iter().map(hashed).collect();
        self.db.submit_log(
            move |tx| store_each(tx, frames),
            move |result: Submitted| {
                for receipts in result.iter().flatten().flatten() {
                    count(&backlog, receipts);
                }
                // Nobody listens where the connection is gone; the messages are stored all the same.
                let _ = sender.send(result);
            },
        );
        receiver
    }

    /// Returns when fewer messages wait than the high-water mark.
    pub async fn room(&self) {
        self.backlog.room().await;
    }

    /// Whether fewer messages wait than the high-water mark.
    pub fn has_room(&self) -> bool {
        self.backlog.has_room()
    }

    /// How many messages wait, as far as this process has counted.
    pub fn waiting(&self) -> i64 {
        self.backlog.waiting()
    }

    /// Lets the processor look at once: after an operator's [`retry`](crate::retry) or
    /// [`skip`](crate::skip).
    pub fn wake(&self) {
        self.backlog.wake();
    }

    /// Counts messages that wait again, and lets the processor look: after many were let go on.
    pub fn waiting_again(&self, count: i64) {
        self.backlog.add(count);
        self.backlog.wake();
    }

    /// The database that holds the log.
    pub fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Hashing long messages must not hold up the one writer.
fn hashed(arrivals: Vec<Arrival>) -> Vec<Hashed> {
    arrivals.into_iter().map(Hashed::from).collect()
}

fn store_all(tx: &mut Tx, arrivals: Vec<Hashed>) -> Result<Vec<Receipt>, Error> {
    arrivals.into_iter().map(|arrival| message_log::store(tx, arrival)).collect()
}

/// One frame that cannot be stored does not refuse its neighbours; a database that cannot be written
/// refuses them all.
fn store_each(tx: &mut Tx, frames: Vec<Vec<Hashed>>) -> Submitted {
    let mut stored = Vec::with_capacity(frames.len());
    for frame in frames {
        match tx.savepoint(|tx| store_all(tx, frame)) {
            Err(error) if error.category() == Category::Unavailable => return Err(error),
            one => stored.push(one),
        }
    }
    Ok(stored)
}

fn count(backlog: &Backlog, receipts: &[Receipt]) {
    let new = receipts
        .iter()
        .filter(|receipt| matches!(receipt.accepted, Accepted::New | Accepted::ControlIdReused))
        .count();
    if new > 0 {
        backlog.add(i64::try_from(new).unwrap_or(i64::MAX));
    }
    if receipts.iter().any(|receipt| receipt.accepted != Accepted::Duplicate) {
        backlog.wake();
    }
}

fn waiting(tx: &mut Tx) -> Result<i64, Error> {
    let position = position(tx)?;
    let again: Option<i64> = tx.query_one(
        "select count(*) from message where state = 'waiting' and state <> 'processed'",
        params![],
        |row| row.get(0),
    )?;
    let new: Option<i64> = tx.in_log(|log| {
        log.query_one(
            "select count(*) - count(unreadable) from arrival where seq > ?1",
            params![position],
            |row| row.get(0),
        )
    })?;
    Ok(again.unwrap_or(0) + new.unwrap_or(0))
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inbox({:?}, {} waiting)", self.db, self.waiting())
    }
}
