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
            if key.is_sought() && (key.is_number() || patients.len() <= most) {
                found.patients.extend(patients.into_iter().take(most));
            }
        }
        Ok(found)
    }

    /// Adds a record under its keys. `found` is what [`Index::look`] has just said about them.
    pub(crate) fn add(&mut self, tx: &mut Tx, seq: i64, keys: &[Key], found: &Found) -> Result<()> {
        let open = keys.iter().filter(|key| key.is_filed() && !found.full.contains(&key.hash()));
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

fn question(keys: &[Key]) -> Vec<Value> {
    let padding = std::iter::repeat_n(NO_KEY, AT_ONCE.saturating_sub(keys.len()));
    keys.iter().map(|key| key.hash()).chain(padding).map(Value::from).collect()
}

/// No key has many more rows than `MOST_SHARING` or `MOST_CLAIMING`: none is added to a full one.
const LOOK: &str = "
    select key, patient from blocking_key where key in
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
    order by key, patient";

fn write(tx: &mut Tx, rows: &[(i64, i64)]) -> Result<()> {
    let values = |(key, patient): &(i64, i64)| vec![Value::Int(*key), Value::Int(*patient)];
    tx.insert_each(
        "insert into blocking_key (key, patient) values (?1, ?2) on conflict (key, patient) do nothing",
        &rows.iter().map(values).collect::<Vec<_>>(),
    )?;
    Ok(())
}
