//! The read pool: sessions opened as needed, at most [`LIMIT`] at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::lane::Lane;
use crate::tx::Use;
use crate::{Error, Location, Tx};

/// Two cores are busy with fewer; the rest wait their turn.
const LIMIT: usize = 6;

pub(crate) struct Readers {
    location: Arc<Location>,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Tx>,
    open: usize,
}

impl Readers {
    pub(crate) fn new(location: Arc<Location>) -> Self {
        Self { location, pool: Mutex::default(), returned: Condvar::new() }
    }

    pub(crate) fn with<T, E: From<Error>>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = Lease { readers: self, tx: self.take()? };
        let Some(tx) = lease.tx.as_mut() else { return Err(Error::WriterStopped.into()) };
        tx.begin(Use::Read)?;
        let result = job(tx);
        if tx.rollback().is_err() {
            lease.tx = None;
        }
        result
    }

    /// An idle session, or a new one, or, at the limit, the next that is given back.
    fn take(&self) -> Result<Option<Tx>, Error> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(tx) = pool.idle.pop() {
                return Ok(Some(tx));
            }
            if pool.open < LIMIT {
                break;
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.open += 1;
        drop(pool);
        Tx::connect(&self.location, Use::Read, Lane::Record)
            .map(Some)
            .inspect_err(|_| self.give_back(None))
    }

    fn give_back(&self, tx: Option<Tx>) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        match tx.filter(|tx| !tx.is_broken()) {
            Some(tx) => pool.idle.push(tx),
            None => pool.open -= 1,
        }
        self.returned.notify_one();
    }
}

impl Drop for Readers {
    /// The PostgreSQL client must not be closed on a thread that drives asynchronous tasks, and the
    /// last clone of a database may end on one.
    fn drop(&mut self) {
        let idle =
            std::mem::take(&mut self.pool.get_mut().unwrap_or_else(PoisonError::into_inner).idle);
        if !idle.is_empty() {
            // Its panic, if any, has been printed; nothing is lost with a reading session.
            drop(std::thread::spawn(move || drop(idle)).join());
        }
    }
}

/// Gives the session back however the job ends. After a panic it is still in a transaction, so
/// such a session is closed instead.
struct Lease<'a> {
    readers: &'a Readers,
    tx: Option<Tx>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let tx = self.tx.take().filter(|_| !std::thread::panicking());
        self.readers.give_back(tx);
    }
}
