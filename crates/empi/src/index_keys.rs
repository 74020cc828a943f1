//! Fills the index of blocking keys anew where this build makes other keys than the one that wrote
//! it: in batches, so that a stop in the middle costs one batch.

use db::{Tx, params};
use matching::blocking;

use crate::blocking_index::Index;
use crate::{LocalPatient, Result, local_patient, search_key};

/// How far the index of keys has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indexed {
    /// Records indexed by this call.
    pub records: usize,
    /// Nothing is left to do.
    pub complete: bool,
}

/// Indexes up to `limit` more records under the keys of this build. Call it until it is complete,
/// each time in a transaction of its own, before anything is fed: a record that is not indexed is
/// not found, and its person would be begun a second time.
pub fn index_keys(tx: &mut Tx, limit: u32) -> Result<Indexed> {
    let (through, complete) = state(tx)?;
    if complete {
        return Ok(Indexed { records: 0, complete });
    }
    let mut index = Index::bulk();
    let records = local_patient::after(tx, through, limit)?;
    for record in &records {
        let keys = blocking::keys(&record.profile());
        let found = index.look(tx, &keys)?;
        index.add(tx, record.seq, &keys, &found)?;
        search_key::add(tx, record.seq, &record.demographics)?;
    }
    index.finish(tx)?;
    let complete = records.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let through = records.last().map_or(through, |record: &LocalPatient| record.seq);
    tx.execute(
        "update blocking_state set through = ?2, complete = ?3 where version = ?1",
        params![blocking::VERSION, through, complete],
    )?;
    Ok(Indexed { records: records.len(), complete })
}

/// Where an earlier call stopped. Keys of another version are of no use and are thrown away first.
fn state(tx: &mut Tx) -> Result<(i64, bool)> {
    let known = tx.query_one(
        "select through, complete from blocking_state where version = ?1",
        params![blocking::VERSION],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if let Some(known) = known {
        return Ok(known);
    }
    tx.execute("delete from blocking_key", &[])?;
    tx.execute("delete from blocking_state", &[])?;
    tx.execute(
        "insert into blocking_state (version, through, complete) values (?1, 0, 0)",
        params![blocking::VERSION],
    )?;
    Ok((0, false))
}
