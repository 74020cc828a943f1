//! An organisation joins: its whole index at once, many records in one transaction.

use db::Tx;
use jiff::Timestamp;
use matching::Model;
use model::{Demographics, LocalIdentity, OdsCode};

use crate::Result;
use crate::blocking_index::Index;
use crate::feed::{News, Said, take_in};

/// A record to load.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// The number and who gave it.
    pub identity: LocalIdentity,
    /// Whose record it is.
    pub organisation: OdsCode,
    /// What the organisation says about who it is.
    pub demographics: Demographics,
}

/// What a load came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Records that were not known, and are like no one known.
    pub alone: usize,
    /// Records that were not known, of people that were.
    pub linked: usize,
    /// Records that were known, with other details.
    pub amended: usize,
    /// Records that were known as they are.
    pub known: usize,
}

impl Loaded {
    /// Adds another part of the same load.
    pub fn add(&mut self, other: Self) {
        self.alone += other.alone;
        self.linked += other.linked;
        self.amended += other.amended;
        self.known += other.known;
    }
}

/// As [`feed`](crate::feed()) for each of these. Their keys are written together in the order of
/// the table, which is what makes it fast: give some ten thousand records at a time.
pub fn load(tx: &mut Tx, model: &Model, records: &[NewRecord], at: Timestamp) -> Result<Loaded> {
    let mut index = Index::bulk();
    let mut loaded = Loaded::default();
    for record in records {
        let NewRecord { identity, organisation, demographics } = record;
        let said = Said { identity, organisation, demographics, at };
        let (_, news) = take_in(tx, model, &mut index, &said)?;
        match news {
            News::Alone => loaded.alone += 1,
            News::Linked => loaded.linked += 1,
            News::Amended => loaded.amended += 1,
            News::Known => loaded.known += 1,
        }
    }
    index.finish(tx)?;
    Ok(loaded)
}
