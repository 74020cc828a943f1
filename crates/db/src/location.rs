//! Where a database is: a SQLite file or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;

use crate::Error;

/// A parsed database address.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; made where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL connection string, and the schema that holds our tables.
    Postgres {
        /// `postgres://user@host:port/database`
        url: String,
        /// Schema put first in the search path; made where it is missing.
        schema: String,
    },
}

impl Location {
    /// Reads `sqlite:FOLDER/chesil.db`, `postgres://user@host/database` or
    /// `postgres://…?schema=NAME` (default schema `chesil`).
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(Error::Location);
        }
        let (url, schema) = match text.split_once("?schema=") {
            Some((url, schema)) => (url, schema),
            None => (text, "chesil"),
        };
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if schema.is_empty() || !schema.bytes().all(plain) {
            return Err(Error::Location);
        }
        Ok(Self::Postgres { url: url.to_owned(), schema: schema.to_owned() })
    }
}

impl fmt::Display for Location {
    /// Safe to log: a password in a PostgreSQL address is not repeated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres { url, schema } => {
                let host = url.rsplit_once('@').map_or(url.as_str(), |(_, host)| host);
                write!(f, "postgres://{host} schema {schema}")
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_a_password_is_never_shown() {
        let location =
            Location::parse("postgres://chesil:secret@db.example/care?schema=dorset").unwrap();
        assert_eq!(location.to_string(), "postgres://db.example/care schema dorset");
        assert_eq!(
            Location::parse("sqlite:/srv/chesil.db").unwrap().to_string(),
            "sqlite:/srv/chesil.db"
        );
        assert!(Location::parse("mysql://x").is_err());
        assert!(Location::parse("postgres://h/d?schema=a;drop").is_err());
    }
}
