//! What can go wrong in a database; never with a value from it.

use thiserror::Error;

/// A database error. The text names statements and constraints, never data.
#[derive(Debug, Clone, Error)]
pub enum Error {
    /// The address is not one we know.
    #[error(
        "a database address is sqlite:PATH or postgres://USER@HOST/DATABASE[?schema=NAME] (lower-case letters, digits, _)"
    )]
    Location,
    /// The database could not be opened.
    #[error("cannot open the database {location}: {reason}")]
    Open {
        /// The address, without a password.
        location: String,
        /// The engine's words.
        reason: String,
    },
    /// A statement failed.
    #[error("{reason} (in: {statement})")]
    Statement {
        /// The statement's first words.
        statement: String,
        /// The engine's words.
        reason: String,
        /// What kind of failure.
        kind: Kind,
    },
    /// A column is missing or holds another type than the code expects.
    #[error("column {index} does not hold a {wanted}")]
    Column {
        /// Counted from 0.
        index: usize,
        /// The Rust type asked for.
        wanted: &'static str,
    },
    /// The commit failed: nothing of this group of jobs has happened.
    #[error("the commit failed, nothing was written: {reason}")]
    Commit {
        /// The engine's words.
        reason: String,
        /// What kind of failure.
        kind: Kind,
    },
    /// The job panicked and was rolled back.
    #[error("a write job panicked and was rolled back")]
    Panicked,
    /// PostgreSQL's log is a table of its database, not a file to copy.
    #[error("the log is no file that can be copied")]
    NotAFile,
    /// The writer thread has ended.
    #[error("the database is closed")]
    WriterStopped,
}

/// Three kinds of engine failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A unique or foreign key refused the row.
    Constraint,
    /// Locked, disconnected or full: may work later.
    Unavailable,
    /// Anything else.
    Fault,
}

impl Error {
    /// It may work later: a lock, a lost connection, a full disk.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Statement { kind, .. } | Self::Commit { kind, .. } => *kind == Kind::Unavailable,
            Self::Open { .. } | Self::WriterStopped => true,
            Self::Location | Self::Column { .. } | Self::Panicked | Self::NotAFile => false,
        }
    }

    /// A unique or foreign key refused the row.
    pub fn is_constraint(&self) -> bool {
        matches!(self, Self::Statement { kind: Kind::Constraint, .. })
    }

    /// The engine undid the whole transaction by itself (a full disk), or the connection broke.
    pub(crate) fn lost() -> Self {
        Self::Commit {
            reason: "the engine gave the transaction up".into(),
            kind: Kind::Unavailable,
        }
    }

    pub(crate) fn sqlite(sql: &str, error: &rusqlite::Error) -> Self {
        let (reason, kind) = sqlite_reason(error);
        Self::Statement { statement: first_words(sql), reason, kind }
    }

    pub(crate) fn postgres(sql: &str, error: &postgres::Error) -> Self {
        let (reason, kind) = postgres_reason(error);
        Self::Statement { statement: first_words(sql), reason, kind }
    }
}

/// Enough of a statement to find it in the source; statements hold no data.
fn first_words(sql: &str) -> String {
    sql.split_whitespace().take(8).collect::<Vec<_>>().join(" ")
}

pub(crate) fn sqlite_reason(error: &rusqlite::Error) -> (String, Kind) {
    use rusqlite::ErrorCode;
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Kind::Constraint,
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly,
        ) => Kind::Unavailable,
        _ => Kind::Fault,
    };
    (error.to_string(), kind)
}

pub(crate) fn postgres_reason(error: &postgres::Error) -> (String, Kind) {
    let Some(db_error) = error.as_db_error() else {
        let kind = if error.is_closed() || error.to_string().contains("connect") {
            Kind::Unavailable
        } else {
            Kind::Fault
        };
        return (error.to_string(), kind);
    };
    // The DETAIL line may repeat a row's values, so it is left out.
    let code = db_error.code().code();
    let kind = match code.get(..2) {
        Some("23") => Kind::Constraint,
        // Connection exceptions, resources, operator intervention, serialisation and deadlock.
        Some("08" | "53" | "57" | "40" | "55") => Kind::Unavailable,
        _ => Kind::Fault,
    };
    (format!("{} [{code}]", db_error.message()), kind)
}
