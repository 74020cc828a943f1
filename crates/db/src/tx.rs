//! A transaction on either engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use rusqlite::types::ToSqlOutput;

use crate::lane::{Beside, Lane};
use crate::row::Source;
use crate::{Error, Location, Row, Value, dialect};

/// A session in the middle of a transaction. Functions of keepers take `&mut Tx`; when it begins
/// and ends is visible where [`Db::write`](crate::Db::write) and [`Db::read`](crate::Db::read) are called.
pub struct Tx {
    session: Session,
    waiting: Waiting,
    lane: Lane,
    pub(crate) beside: Option<Beside>,
}

/// How many jobs wait for a writer.
pub(crate) type Waiting = Arc<AtomicUsize>;

enum Session {
    Sqlite(rusqlite::Connection),
    Postgres {
        client: Box<postgres::Client>,
        /// By text, and by the number of rows that one execution inserts.
        statements: HashMap<(&'static str, usize), postgres::Statement>,
    },
}

/// What a session may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Write,
    Read,
}

/// How far a write-ahead log has been carried over, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Pages in the log.
    pub(crate) log: u64,
    /// Of them, pages that are in the database file too.
    pub(crate) carried: u64,
}

impl Tx {
    /// Runs a statement; returns the number of rows it changed.
    pub fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        match &mut self.session {
            Session::Sqlite(connection) => {
                let mut statement =
                    connection.prepare_cached(sql).map_err(|error| Error::sqlite(sql, &error))?;
                let changed = statement
                    .execute(rusqlite::params_from_iter(params))
                    .map_err(|error| Error::sqlite(sql, &error))?;
                Ok(u64::try_from(changed).unwrap_or(u64::MAX))
            }
            Session::Postgres { client, statements } => {
                let statement = prepared(client, statements, sql, 1)?;
                client
                    .execute(&statement, &references(params))
                    .map_err(|error| Error::postgres(sql, &error))
            }
        }
    }

    /// Runs an `insert … values (?1, …)` for each of these rows.
    ///
    /// PostgreSQL gets many rows at a time, because every statement is a journey to the server. SQLite
    /// gets one: there a statement that writes several rows keeps a journal of its own, which costs
    /// more than it saves.
    pub fn insert_each(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<(), Error> {
        let Session::Postgres { client, statements } = &mut self.session else {
            return rows.iter().try_for_each(|row| self.execute(sql, row).map(|_| ()));
        };
        let mut rest = rows;
        while !rest.is_empty() {
            // Halving keeps the number of different statements small.
            let count = if rest.len() >= 16 { 16 } else { 1 << rest.len().ilog2() };
            let (some, more) = rest.split_at(count);
            let statement = prepared(client, statements, sql, count)?;
            client
                .execute(&statement, &references(some.iter().flatten()))
                .map_err(|error| Error::postgres(sql, &error))?;
            rest = more;
        }
        Ok(())
    }

    /// Runs a query and maps every row.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Value],
        mut row: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match &mut self.session {
            Session::Sqlite(connection) => {
                let wrong = |error| Error::sqlite(sql, &error);
                let mut statement = connection.prepare_cached(sql).map_err(wrong)?;
                let mut rows =
                    statement.query(rusqlite::params_from_iter(params)).map_err(wrong)?;
                let mut answer = Vec::new();
                while let Some(next) = rows.next().map_err(wrong)? {
                    answer.push(row(&Row(Source::Sqlite(next)))?);
                }
                Ok(answer)
            }
            Session::Postgres { client, statements } => {
                let statement = prepared(client, statements, sql, 1)?;
                let rows = client
                    .query(&statement, &references(params))
                    .map_err(|error| Error::postgres(sql, &error))?;
                rows.iter().map(|next| row(&Row(Source::Postgres(next)))).collect()
            }
        }
    }

    /// The first row of a query, mapped; `None` where there is none.
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        params: &[Value],
        row: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        Ok(self.query(sql, params, row)?.into_iter().next())
    }

    /// Runs `job` so that its `Err` undoes what it did, and nothing else. May be nested.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        job: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.command("savepoint job")?;
        let result = job(self);
        if self.is_lost() {
            return result.and(Err(Error::lost().into()));
        }
        // PostgreSQL refuses the release where the job hid a failed statement behind an `Ok`.
        let result =
            result.and_then(|value| Ok(self.command("release savepoint job").map(|()| value)?));
        if result.is_err() {
            self.command("rollback to savepoint job")?;
            self.command("release savepoint job")?;
        }
        result
    }

    /// Somebody else's write waits until this transaction ends: a long job had better come to an
    /// end and go on in another.
    pub fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// The session of a writer for which so many wait.
    pub(crate) fn with_waiting(self, waiting: &Waiting) -> Self {
        Self { waiting: Arc::clone(waiting), ..self }
    }

    /// A session of one lane of the database at `record`.
    pub(crate) fn connect(record: &Location, purpose: Use, lane: Lane) -> Result<Self, Error> {
        let location = &record.of(lane);
        let session = Session::connect(location, purpose)?;
        Ok(Self { session, waiting: Waiting::default(), lane, beside: Beside::of(record, lane) })
    }

    pub(crate) fn begin(&mut self, purpose: Use) -> Result<(), Error> {
        match (&self.session, purpose) {
            (Session::Sqlite(_), Use::Write) => self.command("begin immediate"),
            (Session::Sqlite(_), Use::Read) => self.command("begin"),
            (Session::Postgres { .. }, Use::Write) => self.batch(self.lane.begin_on_postgres()),
            (Session::Postgres { .. }, Use::Read) => {
                self.batch("begin isolation level repeatable read read only")
            }
        }
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        self.command("commit")
    }

    pub(crate) fn rollback(&mut self) -> Result<(), Error> {
        if self.is_lost() { Ok(()) } else { self.command("rollback") }
    }

    /// The transaction is gone: the engine undid it by itself, or the connection broke.
    pub(crate) fn is_lost(&self) -> bool {
        match &self.session {
            Session::Sqlite(connection) => connection.is_autocommit(),
            Session::Postgres { client, .. } => client.is_closed(),
        }
    }

    /// The session cannot be used again.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(&self.session, Session::Postgres { client, .. } if client.is_closed())
    }

    /// Carries over what SQLite's write-ahead log holds, as far as no reader needs it as it was;
    /// does not wait for anybody (<https://sqlite.org/c3ref/wal_checkpoint_v2.html>, passive).
    pub(crate) fn transfer_log(&self) -> Result<Transfer, Error> {
        let Session::Sqlite(connection) = &self.session else { return Ok(Transfer::default()) };
        let mode = rusqlite::wal::CheckpointMode::PASSIVE;
        let (log, carried) = match connection.wal_checkpoint_v2(None::<&str>, mode) {
            // Somebody else is at it.
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                return Ok(Transfer::default());
            }
            other => other.map_err(|error| Error::sqlite("wal_checkpoint", &error))?,
        };
        let pages = |count: i32| u64::try_from(count).unwrap_or_default();
        Ok(Transfer { log: pages(log), carried: pages(carried) })
    }

    /// Runs the statements of a migration.
    pub(crate) fn define(&mut self, sql: &str) -> Result<(), Error> {
        let text = match &self.session {
            Session::Sqlite(_) => dialect::sqlite_types(sql),
            Session::Postgres { .. } => dialect::postgres_types(sql),
        };
        self.batch(&text)
    }

    /// Runs one statement without parameters, of those that are run all the time.
    fn command(&mut self, sql: &'static str) -> Result<(), Error> {
        match &mut self.session {
            Session::Sqlite(connection) => {
                let run =
                    connection.prepare_cached(sql).and_then(|mut command| command.execute([]));
                run.map(drop).map_err(|error| Error::sqlite(sql, &error))
            }
            Session::Postgres { .. } => self.batch(sql),
        }
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.session {
            Session::Sqlite(connection) => {
                connection.execute_batch(sql).map_err(|error| Error::sqlite(sql, &error))
            }
            Session::Postgres { client, .. } => {
                client.batch_execute(sql).map_err(|error| Error::postgres(sql, &error))
            }
        }
    }
}

impl Session {
    fn connect(location: &Location, purpose: Use) -> Result<Self, Error> {
        let open = |reason: String| Error::Open { location: location.to_string(), reason };
        match location {
            Location::Sqlite(path) => {
                let connection =
                    rusqlite::Connection::open(path).map_err(|error| open(error.to_string()))?;
                let mode = if purpose == Use::Read { "on" } else { "off" };
                // In kibibytes. The writer touches many indexes at random; readers share the
                // operating system's cache.
                let cache = if purpose == Use::Read { 8_000 } else { 64_000 };
                connection
                    .execute_batch(&format!(
                        "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full;
                         pragma foreign_keys = on; pragma cache_size = -{cache}; pragma temp_store = memory;
                         pragma wal_autocheckpoint = 0; pragma query_only = {mode};"
                    ))
                    .map_err(|error| open(error.to_string()))?;
                // Plans do not depend on the values bound, else SQLite would prepare a statement anew
                // each time that a value of interest to the planner changes.
                connection
                    .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
                    .map_err(|error| open(error.to_string()))?;
                connection.set_prepared_statement_cache_capacity(256);
                Ok(Self::Sqlite(connection))
            }
            Location::Postgres { url, schema } => {
                let mut client = postgres::Client::connect(url, postgres::NoTls)
                    .map_err(|error| open(crate::error::postgres_reason(&error).0))?;
                let setup = if purpose == Use::Write {
                    format!("create schema if not exists {schema}; set search_path to {schema}")
                } else {
                    format!("set search_path to {schema}")
                };
                client
                    .batch_execute(&setup)
                    .map_err(|error| open(crate::error::postgres_reason(&error).0))?;
                let client = Box::new(client);
                Ok(Self::Postgres { client, statements: HashMap::new() })
            }
        }
    }
}

fn prepared(
    client: &mut postgres::Client,
    statements: &mut HashMap<(&'static str, usize), postgres::Statement>,
    sql: &'static str,
    rows: usize,
) -> Result<postgres::Statement, Error> {
    if let Some(statement) = statements.get(&(sql, rows)) {
        return Ok(statement.clone());
    }
    let statement = client
        .prepare(&dialect::postgres_placeholders(&dialect::for_rows(sql, rows)))
        .map_err(|error| Error::postgres(sql, &error))?;
    statements.insert((sql, rows), statement.clone());
    Ok(statement)
}

fn references<'a>(params: impl IntoIterator<Item = &'a Value>) -> Vec<&'a (dyn ToSql + Sync)> {
    params.into_iter().map(|value| -> &(dyn ToSql + Sync) { value }).collect()
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::{Value as Owned, ValueRef};
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Owned::Null),
            Self::Int(value) => ToSqlOutput::Owned(Owned::Integer(*value)),
            Self::Real(value) => ToSqlOutput::Owned(Owned::Real(*value)),
            Self::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Blob(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}

type Refusal = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Self::Int(value) => value.to_sql_checked(kind, out),
            Self::Real(value) => value.to_sql_checked(kind, out),
            // PostgreSQL's text cannot hold NUL; a feed's stray one must not stop a message.
            Self::Text(value) if value.contains('\0') => {
                value.replace('\0', "\u{fffd}").to_sql_checked(kind, out)
            }
            Self::Text(value) => value.to_sql_checked(kind, out),
            Self::Blob(value) => value.to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
