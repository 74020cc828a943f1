//! Which records are worth comparing with this one: an index of blocking keys.

use std::collections::BTreeSet;

use db::{Tx, params};
use matching::blocking::Key;
use matching::{Profile, blocking};
use model::Demographics;

use crate::Result;

/// A key that more records share than this says nothing about a person, and costs too much.
const MOST_SHARING: usize = 60;
/// An NHS number is always looked at, however many records claim it.
const MOST_CLAIMING: usize = 400;

/// The records that share a key with these, oldest first.
pub(crate) fn candidates(tx: &mut Tx, keys: &[Key]) -> Result<BTreeSet<i64>> {
    let mut found = BTreeSet::new();
    for key in keys {
        let is_number = key.is_number();
        let most = if is_number { MOST_CLAIMING } else { MOST_SHARING };
        let sharing: Vec<i64> = tx.query(
            "select patient from blocking_key where key = ?1 order by patient limit ?2",
            params![
                key.hash().to_string(),
                i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
            ],
            |row| row.get(0),
        )?;
        if is_number || sharing.len() <= most {
            found.extend(sharing);
        }
    }
    Ok(found)
}

pub(crate) fn add(tx: &mut Tx, seq: i64, demographics: &Demographics) -> Result<()> {
    keys(demographics).into_iter().try_for_each(|key| insert(tx, key, seq))
}

/// Writes only what has changed.
pub(crate) fn replace(tx: &mut Tx, seq: i64, old: &Demographics, new: &Demographics) -> Result<()> {
    let (old, new) = (keys(old), keys(new));
    for key in old.iter().filter(|key| !new.contains(key)) {
        tx.execute(
            "delete from blocking_key where key = ?1 and patient = ?2",
            params![key.hash().to_string(), seq],
        )?;
    }
    new.into_iter().filter(|key| !old.contains(key)).try_for_each(|key| insert(tx, key, seq))
}

fn keys(demographics: &Demographics) -> Vec<Key> {
    blocking::keys(&Profile::new(demographics))
}

fn insert(tx: &mut Tx, key: Key, seq: i64) -> Result<()> {
    tx.execute(
        "insert into blocking_key (key, patient) values (?1, ?2) on conflict (key, patient) do nothing",
        params![key.hash().to_string(), seq],
    )?;
    Ok(())
}
