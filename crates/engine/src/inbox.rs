//! The one door to the log: stores what a source brings, and answers after the commit.

use std::sync::Arc;

use db::{Db, Tx, params};
use jiff::Timestamp;
use model::Clock;
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

/// What an inbox holds back at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// With this many messages waiting, sources stop reading.
    pub high_water: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { high_water: 100_000 }
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

    /// As [`Inbox::store`], without waiting: the answer comes after the commit. What is submitted
    /// first is stored first.
    ///
    /// A receiver that is closed without an answer means: nothing is known to be stored.
    pub fn submit(&self, arrivals: Vec<Arrival>) -> oneshot::Receiver<Result<Vec<Receipt>, Error>> {
        let (sender, receiver) = oneshot::channel();
        let backlog = Arc::clone(&self.backlog);
        let arrivals = hashed(arrivals);
        self.db.submit_log(
            move |tx| store_all(tx, arrivals),
            move |result| {
                if let Ok(receipts) = &result {
                    count(&backlog, receipts);
                }
                // Nobody listens where the connection is gone; the message is stored all the same.
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
