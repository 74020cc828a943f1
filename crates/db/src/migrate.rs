//! Migrations: forward only, each once, recorded by name.

use crate::{Error, Tx, params};

/// One step of a keeper's tables. Types: `text`, `bigint`, `double precision`, `$blob`, `$identity`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `keeper/0001_what_it_makes`; those of `log/` make tables of the log's lane.
    pub name: &'static str,
    /// Statements separated by semicolons.
    pub sql: &'static str,
}

impl Migration {
    pub(crate) fn is_of_log(&self) -> bool {
        self.name.starts_with("log/")
    }
}

const JOURNAL: &str = "create table if not exists migration (name text primary key)";

pub(crate) fn apply(tx: &mut Tx, migrations: &[&'static Migration]) -> Result<(), Error> {
    tx.define(JOURNAL)?;
    for migration in migrations {
        let sql = "insert into migration (name) values (?1) on conflict (name) do nothing";
        if tx.execute(sql, params![migration.name])? == 1 {
            tx.define(migration.sql)?;
        }
    }
    Ok(())
}
