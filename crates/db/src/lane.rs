//! Two lanes of writing: the log of what came, and the record that is made of it.
//!
//! On SQLite each lane has a file and a writer of its own, so that an acknowledgement waits for the
//! log's commit and for nothing else. On PostgreSQL both are one schema, with one lock for each
//! lane. A transaction belongs to one lane; one of the record may look into the log.

use crate::tx::Use;
use crate::{Error, Location, Tx};

/// Which of the two is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What came: appended, acknowledged after its commit.
    Log,
    /// Everything else.
    Record,
}

impl Lane {
    /// One writer at a time across nodes too: numbers are then committed in their order, and the audit
    /// chain has one head. ('chesil' in ASCII, and the number after it.)
    pub(crate) fn begin_on_postgres(self) -> &'static str {
        match self {
            Self::Record => "begin; select pg_advisory_xact_lock(109330262157676)",
            Self::Log => "begin; select pg_advisory_xact_lock(109330262157677)",
        }
    }

    /// Called on the writer's own thread. Where the processors are busy the record gives way to the log:
    /// a sender waits for its acknowledgement, and the record catches up. By ten steps of niceness
    /// (setpriority(2), of one thread on Linux), which one may take and never give back.
    pub(crate) fn take_its_turn(self) {
        #[cfg(target_os = "linux")]
        if self == Self::Record
            && let Err(error) = rustix::process::nice(10)
        {
            tracing::debug!("the record's writer does not give way to the log's: {error}");
        }
    }

    /// The writer's thread.
    pub(crate) fn thread(self) -> &'static str {
        match self {
            Self::Record => "db-writer",
            Self::Log => "db-writer log",
        }
    }
}

impl Location {
    /// Where `lane` of this database is: beside the SQLite file `chesil.db` stands `chesil-log.db`.
    pub(crate) fn of(&self, lane: Lane) -> Self {
        match self {
            Self::Sqlite(path) if lane == Lane::Log => {
                let mut name = path.file_stem().unwrap_or_default().to_owned();
                name.push("-log.db");
                Self::Sqlite(path.with_file_name(name))
            }
            other => other.clone(),
        }
    }
}

/// The way from a session of the record into the log's file.
pub(crate) struct Beside {
    record: Location,
    session: Option<Box<Tx>>,
}

impl Beside {
    /// `None` where the session sees the log anyway.
    pub(crate) fn of(record: &Location, lane: Lane) -> Option<Self> {
        let other_file = matches!(record, Location::Sqlite(_)) && lane == Lane::Record;
        other_file.then(|| Self { record: record.clone(), session: None })
    }
}

impl Tx {
    /// Reads the log: what is committed there now, which is never less than what the record knows
    /// of it. Short, because a reading session keeps the log's write-ahead file from beginning anew.
    pub fn in_log<T, E: From<Error>>(
        &mut self,
        job: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(beside) = &mut self.beside else { return job(self) };
        let mut session = match beside.session.take() {
            Some(session) => session,
            None => Box::new(Self::connect(&beside.record, Use::Read, Lane::Log)?),
        };
        session.begin(Use::Read)?;
        let result = job(&mut session);
        if session.rollback().is_ok() {
            beside.session = Some(session);
        }
        result
    }
}
