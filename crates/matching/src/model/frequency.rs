//! How common each name is: sharing HARDY says more than sharing SMITH.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::hash::stable_hash;

/// Shares of the people who bear a value, by the value's hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frequencies {
    /// log2 of the share.
    shares: HashMap<u64, f64, BuildHasherDefault<Ready>>,
    /// log2 of the share of a value that is in no list.
    rarest: f64,
    /// log2 of the share of what a model lists, whatever was counted since.
    listed: HashMap<u64, f64, BuildHasherDefault<Ready>>,
}

impl Frequencies {
    /// From names with their shares.
    pub(crate) fn new<'a>(shares: impl Iterator<Item = (&'a str, f64)>, rarest: f64) -> Self {
        let shares = shares.map(|(name, share)| (stable_hash(name.as_bytes()), share.log2()));
        let shares: HashMap<_, _, _> = shares.collect();
        Self { listed: shares.clone(), shares, rarest: rarest.log2() }
    }

    /// log2 of the share of people who bear this value.
    pub(crate) fn log2_share(&self, id: u64) -> f64 {
        self.shares.get(&id).copied().unwrap_or(self.rarest)
    }

    /// The model lists this value.
    pub(crate) fn is_listed(&self, id: u64) -> bool {
        self.listed.contains_key(&id)
    }

    /// The model says that at least this share of people bear the value, whatever was counted since.
    pub(crate) fn is_borne_by(&self, id: u64, share: f64) -> bool {
        self.listed.get(&id).is_some_and(|log2_share| *log2_share >= share.log2())
    }

    /// These, with what a file says: as many records as were counted speak beside `prior` records
    /// of which these frequencies speak.
    pub(crate) fn counted(&self, counts: &HashMap<u64, u32>, records: u32, prior: f64) -> Self {
        let total = f64::from(records) + prior;
        let share = |(id, count): (&u64, &u32)| {
            let known = self.log2_share(*id).exp2() * prior;
            (*id, ((f64::from(*count) + known) / total).max(self.rarest.exp2()).log2())
        };
        let mut shares: HashMap<_, _, _> = counts.iter().map(share).collect();
        for (id, log2_share) in &self.shares {
            let unseen = || (log2_share.exp2() * prior / total).max(self.rarest.exp2()).log2();
            shares.entry(*id).or_insert_with(unseen);
        }
        Self { shares, rarest: self.rarest, listed: self.listed.clone() }
    }
}

/// The keys are hashes already.
#[derive(Default)]
pub(crate) struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = stable_hash(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn write_i64(&mut self, value: i64) {
        self.0 = value.cast_unsigned();
    }
}
