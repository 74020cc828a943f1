//! Databases for tests: each engine, empty, gone afterwards.

use std::ops::Deref;
use std::path::PathBuf;

use uuid::Uuid;

use crate::{Db, Error, Location};

/// The environment variable that names the PostgreSQL server tests may use.
pub const POSTGRES: &str = "CHESIL_TEST_POSTGRES";

/// A database that is removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    db: Option<Db>,
    remove: Remove,
}

#[derive(Debug)]
enum Remove {
    Folder(PathBuf),
    Schema { url: String, schema: String },
}

/// An empty SQLite database and, where [`POSTGRES`] is set, an empty PostgreSQL schema.
///
/// # Panics
/// Where one cannot be made: a test without its database must not pass.
pub fn databases() -> Vec<Scratch> {
    let mut databases = vec![sqlite()];
    if let Ok(url) = std::env::var(POSTGRES) {
        databases.push(postgres(&url));
    }
    databases
}

/// An empty SQLite database in a folder of its own.
///
/// # Panics
/// Where it cannot be made.
#[expect(clippy::panic, reason = "for tests only: no database, no test")]
pub fn sqlite() -> Scratch {
    let folder = std::env::temp_dir().join(format!("chesil-test-{}", Uuid::new_v4()));
    let made = std::fs::create_dir_all(&folder).map_err(|error| error.to_string()).and_then(|()| {
        Db::open(&Location::Sqlite(folder.join("test.db"))).map_err(|error| error.to_string())
    });
    match made {
        Ok(db) => Scratch { db: Some(db), remove: Remove::Folder(folder) },
        Err(error) => panic!("no scratch database: {error}"),
    }
}

#[expect(clippy::panic, reason = "for tests only: no database, no test")]
fn postgres(url: &str) -> Scratch {
    let schema = format!("test_{}", Uuid::new_v4().simple());
    match Db::open(&Location::Postgres { url: url.to_owned(), schema: schema.clone() }) {
        Ok(db) => Scratch { db: Some(db), remove: Remove::Schema { url: url.to_owned(), schema } },
        Err(error) => panic!("{POSTGRES} is set, but: {error}"),
    }
}

impl Deref for Scratch {
    type Target = Db;

    #[expect(clippy::panic, reason = "only drop empties it")]
    fn deref(&self) -> &Db {
        self.db.as_ref().unwrap_or_else(|| panic!("the scratch database is gone"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.db = None;
        // What cannot be removed stays in the temporary folder or the test server; no test depends on it.
        match &self.remove {
            Remove::Folder(folder) => drop(std::fs::remove_dir_all(folder)),
            Remove::Schema { url, schema } => {
                let (url, schema) = (url.clone(), schema.clone());
                drop(std::thread::spawn(move || drop_schema(&url, &schema)).join());
            }
        }
    }
}

fn drop_schema(url: &str, schema: &str) -> Result<(), Error> {
    let lost = |error: postgres::Error| Error::postgres("drop schema", &error);
    let mut client = postgres::Client::connect(url, postgres::NoTls).map_err(lost)?;
    client.batch_execute(&format!("drop schema if exists {schema} cascade")).map_err(lost)
}
