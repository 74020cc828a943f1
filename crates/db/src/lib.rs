//! Connections, transactions and migrations: SQLite and PostgreSQL behind one [`Tx`].
//!
//! In: one SQL text with `?1` placeholders and [`Value`]s. Out: rows, or an [`Error`] that holds no data.
//! Never: a table of the domain; those belong to the keepers, with their migrations.
//!
//! Writes of one process go through one writer thread for each of two lanes, the log and the record
//! ([`Db::write_log`], [`Db::write`]), which commits all that are waiting at once
//! (group commit): each job has its own savepoint, and is told of success only after the commit
//! that made it durable. Reads run on a pool, each on a consistent snapshot.

mod location;
mod value;
mod row;
mod dialect;
mod tx;
mod lane;
mod writer;
mod checkpoint;
mod readers;
mod migrate;
mod error;
pub mod scratch;

use std::sync::Arc;

pub use error::Error;
pub use location::Location;
pub use migrate::Migration;
pub use row::Row;
pub use tx::Tx;
pub use value::{FromValue, Value};

use lane::Lane;
use readers::Readers;
use writer::Writer;

/// A database. Cheap to clone; the writer thread ends with the last clone.
#[derive(Clone)]
pub struct Db {
    location: Arc<Location>,
    writer: Arc<Writer>,
    log: Arc<Writer>,
    readers: Arc<Readers>,
}

impl Db {
    /// Opens (SQLite: creates where missing) the database at `location`.
    ///
    /// # Errors
    /// [`Error::Open`] with a sentence about what to do.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let location = Arc::new(location.clone());
        let writer = Arc::new(Writer::start(Arc::clone(&location), Lane::Record)?);
        let log = Arc::new(Writer::start(Arc::clone(&location), Lane::Log)?);
        let readers = Readers::new(Arc::clone(&location));
        Ok(Self { location, writer, log, readers: Arc::new(readers) })
    }

    /// Where this database is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Applies the migrations that are not yet recorded, keeper by keeper in the order given.
    pub fn migrate(&self, keepers: &[&'static [Migration]]) -> Result<(), Error> {
        let (log, record): (Vec<_>, Vec<_>) = keepers
            .iter()
            .flat_map(|keeper| keeper.iter())
            .partition(|migration| migration.is_of_log());
        self.write_log(move |tx| migrate::apply(tx, &log))?;
        self.write(move |tx| migrate::apply(tx, &record))
    }

    /// Runs `job` on the writer and returns when its effect is durable. An `Err` from the job rolls
    /// back that job only.
    pub fn write<T, E>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(&self.writer, job)
    }

    /// As [`Db::write`], in the log: nothing of the record is written or waited for.
    pub fn write_log<T, E>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(&self.log, job)
    }

    /// As [`Db::write`], without waiting: `done` is called on the writer thread after the commit
    /// (or the failure), and should only hand the result over.
    pub fn submit<T, E>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.submit(job, done);
    }

    /// As [`Db::write_log`], without waiting: `done` is called on the writer thread after the commit
    /// (or the failure), and should only hand the result over.
    pub fn submit_log<T, E>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.log.submit(job, done);
    }

    /// Writes a copy of the log, as it is now, into a new file; nobody has to wait for it. The copy is
    /// the log of a record beside it: of `chesil.db` for `chesil-log.db`.
    ///
    /// # Errors
    /// [`Error::NotAFile`] where the log is no file; the engine's own where `record` has a log already.
    pub fn copy_log(&self, record: &Location) -> Result<(), Error> {
        let (Location::Sqlite(_), Location::Sqlite(copy)) = (&*self.location, record.of(Lane::Log))
        else {
            return Err(Error::NotAFile);
        };
        let copy = copy.to_string_lossy().into_owned();
        let mut session = Tx::connect(&self.location, tx::Use::Write, Lane::Log)?;
        session.execute("vacuum into ?1", params![copy]).map(|_| ())
    }

    /// Runs `job` on a consistent, read-only snapshot.
    pub fn read<T, E>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.readers.with(job)
    }
}

fn wait<T, E>(
    writer: &Writer,
    job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    writer.submit(job, move |result| {
        // The receiver is gone only if the waiting thread is; then nobody needs the answer.
        let _ = sender.send(result);
    });
    receiver.recv().unwrap_or_else(|_| Err(Error::WriterStopped.into()))
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({})", self.location)
    }
}
