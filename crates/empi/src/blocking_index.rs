//! Which records are worth comparing with this one: an index of blocking keys.
//!
//! A key that very many records share says nothing about a person and costs too much, so it is
//! full after `MOST_SHARING`: no more are added, and it is not followed. What one key loses the
//! others find; links that exist do not depend on it.

use std::collections::{BTreeMap, BTreeSet};

use db::{Tx, Value, params};
use matching::blocking::Key;

use crate::Result;

/// A key that more records share than this is full.
const MOST_SHARING: usize = 60;
/// An NHS number is always looked at, however many records claim it.
const MOST_CLAIMING: usize = 400;
/// Keys in one question or statement: most records have fewer.
const AT_ONCE: usize = 16;
/// Stands where a question has room for more keys. No row has it.
const NO_KEY: i64 = i64::MIN;

/// What the index holds under some keys.
#[derive(Default)]
pub(crate) struct Found {
    /// The records, by their numbers, oldest first.
    pub(crate) patients: BTreeSet<i64>,
    /// Keys that take no more.
    full: BTreeSet<i64>,
}

/// The index, as one transaction uses it.
pub(crate) struct Index {
    /// Keys of a bulk load that are not in the table yet: written together, in the table's order.
    pending: Option<BTreeMap<i64, Vec<i64>>>,
}

impl Index {
    /// Writes every key at once.
    pub(crate) fn direct() -> Self {
        Self { pending: None }
    }

    /// Writes keys when told to [`Index::finish`].
    pub(crate) fn bulk() -> Self {
        Self { pending: Some(BTreeMap::new()) }
    }

    /// The records that share these keys.
    pub(crate) fn look(&self, tx: &mut Tx, keys: &[Key]) -> Result<Found> {
        let mut sharing: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for some in keys.chunks(AT_ONCE) {
            let rows = tx.query(LOOK, &question(some), |row| Ok((row.get(0)?, row.get(1)?)))?;
            for (key, patient) in rows {
                sharing.entry(key).or_default().push(patient);
            }
        }
        let mut found = Found::default();
        for key in keys {
            let mut patients = sharing.remove(&key.hash()).unwrap_or_default();
            let pending = self.pending.as_ref().and_then(|pending| pending.get(&key.hash()));
            patients.extend(pending.into_iter().flatten());
            let most = if key.is_number() { MOST_CLAIMING } else { MOST_SHARING };
            if patients.len() > most {
                found.full.insert(key.hash());
            }
            if key.is_number() || patients.len() <= most {
                found.patients.extend(patients.into_iter().take(most));
            }
        }
        Ok(found)
    }

    /// Adds a record under its keys. `found` is what [`Index::look`] has just said about them.
    pub(crate) fn add(&mut self, tx: &mut Tx, seq: i64, keys: &[Key], found: &Found) -> Result<()> {
        let open = keys.iter().filter(|key| !found.full.contains(&key.hash()));
        match &mut self.pending {
            Some(pending) => {
                open.for_each(|key| pending.entry(key.hash()).or_default().push(seq));
                Ok(())
            }
            None => write(tx, &open.map(|key| (key.hash(), seq)).collect::<Vec<_>>()),
        }
    }

    /// Writes only what has changed. A full key keeps its rows: with one fewer it would look as if
    /// it still named everybody who has it.
    pub(crate) fn replace(
        &mut self,
        tx: &mut Tx,
        seq: i64,
        old: &[Key],
        new: &[Key],
    ) -> Result<()> {
        let gone: Vec<Key> = old.iter().filter(|key| !new.contains(key)).copied().collect();
        let added: Vec<Key> = new.iter().filter(|key| !old.contains(key)).copied().collect();
        let found = self.look(tx, &gone)?;
        for key in gone.iter().filter(|key| !found.full.contains(&key.hash())) {
            if let Some(patients) = self.pending.as_mut().and_then(|all| all.get_mut(&key.hash())) {
                patients.retain(|patient| *patient != seq);
            }
            let sql = "delete from blocking_key where key = ?1 and patient = ?2";
            tx.execute(sql, params![key.hash(), seq])?;
        }
        let found = self.look(tx, &added)?;
        self.add(tx, seq, &added, &found)
    }

    /// Writes what is still to be written.
    pub(crate) fn finish(self, tx: &mut Tx) -> Result<()> {
        let pending = self.pending.unwrap_or_default().into_iter();
        let rows: Vec<(i64, i64)> = pending
            .flat_map(|(key, patients)| patients.into_iter().map(move |patient| (key, patient)))
            .collect();
        write(tx, &rows)
    }
}

/// The keys, then how many rows of each are wanted.
fn question(keys: &[Key]) -> Vec<Value> {
    let padding = std::iter::repeat_n(NO_KEY, AT_ONCE.saturating_sub(keys.len()));
    let most = if keys.iter().any(|key| key.is_number()) { MOST_CLAIMING } else { MOST_SHARING };
    let most = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    keys.iter().map(|key| key.hash()).chain(padding).chain([most]).map(Value::from).collect()
}

const LOOK: &str = "
    select key, patient from (select key, patient from blocking_key where key = ?1 order by patient limit ?17) a
    union all select key, patient from (select key, patient from blocking_key where key = ?2 order by patient limit ?17) b
    union all select key, patient from (select key, patient from blocking_key where key = ?3 order by patient limit ?17) c
    union all select key, patient from (select key, patient from blocking_key where key = ?4 order by patient limit ?17) d
    union all select key, patient from (select key, patient from blocking_key where key = ?5 order by patient limit ?17) e
    union all select key, patient from (select key, patient from blocking_key where key = ?6 order by patient limit ?17) f
    union all select key, patient from (select key, patient from blocking_key where key = ?7 order by patient limit ?17) g
    union all select key, patient from (select key, patient from blocking_key where key = ?8 order by patient limit ?17) h
    union all select key, patient from (select key, patient from blocking_key where key = ?9 order by patient limit ?17) i
    union all select key, patient from (select key, patient from blocking_key where key = ?10 order by patient limit ?17) j
    union all select key, patient from (select key, patient from blocking_key where key = ?11 order by patient limit ?17) k
    union all select key, patient from (select key, patient from blocking_key where key = ?12 order by patient limit ?17) l
    union all select key, patient from (select key, patient from blocking_key where key = ?13 order by patient limit ?17) m
    union all select key, patient from (select key, patient from blocking_key where key = ?14 order by patient limit ?17) n
    union all select key, patient from (select key, patient from blocking_key where key = ?15 order by patient limit ?17) o
    union all select key, patient from (select key, patient from blocking_key where key = ?16 order by patient limit ?17) p";

fn write(tx: &mut Tx, rows: &[(i64, i64)]) -> Result<()> {
    for some in rows.chunks(AT_ONCE) {
        // The last one again and again fills the statement; again is nothing new.
        let padding = std::iter::repeat_n(some.last(), AT_ONCE.saturating_sub(some.len()));
        let rows = some.iter().chain(padding.flatten());
        let values: Vec<Value> =
            rows.flat_map(|(key, patient)| [Value::Int(*key), Value::Int(*patient)]).collect();
        tx.execute(ADD, &values)?;
    }
    Ok(())
}

const ADD: &str = "
    insert into blocking_key (key, patient) values
        (?1, ?2), (?3, ?4), (?5, ?6), (?7, ?8), (?9, ?10), (?11, ?12), (?13, ?14), (?15, ?16),
        (?17, ?18), (?19, ?20), (?21, ?22), (?23, ?24), (?25, ?26), (?27, ?28), (?29, ?30), (?31, ?32)
    on conflict (key, patient) do nothing";
