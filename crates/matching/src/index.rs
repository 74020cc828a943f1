//! Records one at a time, in memory: each is linked as it arrives.
//!
//! The same comparison and the same rules as a batch; what a later record shows about earlier ones is
//! the affair of a repair pass.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::batch::{MOST_CLAIMING, at};
use crate::decide::Outcome;
use crate::model::Ready;
use crate::{Model, Profile, blocking, number};

/// An index of people in memory.
pub struct Index {
    model: Model,
    records: Vec<Profile>,
    /// Of each record, the person it is in: the lowest record number.
    person: Vec<u32>,
    /// Of people with more than one record.
    members: HashMap<u32, Vec<u32>>,
    /// The newest record of each key, and how many there are.
    newest: HashMap<u64, (u32, u32), BuildHasherDefault<Ready>>,
    /// The records of a key as chains: a record, and the next link of its chain.
    chain: Vec<(u32, u32)>,
}

/// What came of adding a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// The record's number, counted from 0.
    pub record: u32,
    /// The lowest record number of the person it is in.
    pub person: u32,
    /// Records that it was compared with.
    pub compared: usize,
}

const END: u32 = u32::MAX;

impl Index {
    /// An empty index.
    pub fn new(model: &Model) -> Self {
        Self {
            model: model.clone(),
            records: Vec::new(),
            person: Vec::new(),
            members: HashMap::new(),
            newest: HashMap::default(),
            chain: Vec::new(),
        }
    }

    /// Adds a record and links it with the people it belongs to.
    pub fn add(&mut self, profile: Profile) -> Added {
        let record = u32::try_from(self.records.len()).unwrap_or(END);
        let candidates = self.file(&blocking::keys(&profile), record);
        let people = self.belongs_to(&profile, &candidates);
        self.records.push(profile);
        self.person.push(record);
        let mut person = record;
        for other in people {
            // The record may fit two people who are not one.
            if person == record || self.may_join(person, other) {
                person = self.join(person, other);
            }
        }
        Added { record, person, compared: candidates.len() }
    }

    /// Of each record, the lowest record number of the person it is in.
    pub fn people(&self) -> &[u32] {
        &self.person
    }

    /// Files a record under its keys and returns whom it shares one with. Each key is looked up once:
    /// in a large index the walk to it is most of the cost.
    fn file(&mut self, keys: &[blocking::Key], record: u32) -> Vec<u32> {
        let mut found = Vec::new();
        for key in keys {
            let most = if key.is_number() { MOST_CLAIMING } else { self.model.most_sharing };
            let hash = key.hash().cast_unsigned();
            let before = if key.is_filed() {
                let newest = self.newest.entry(hash).or_insert((END, 0));
                let before = *newest;
                // A key that is too full is never followed again, so nothing more is filed there.
                if at(before.1) <= most {
                    let place = u32::try_from(self.chain.len()).unwrap_or(END);
                    self.chain.push((record, before.0));
                    *newest = (place, before.1.saturating_add(1));
                }
                before
            } else {
                self.newest.get(&hash).copied().unwrap_or((END, 0))
            };
            let (mut next, count) = before;
            if !key.is_sought() || at(count) > most {
                continue;
            }
            while let Some((record, after)) = self.chain.get(at(next)) {
                found.push(*record);
                next = *after;
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The people whose evidence links them with this record, strongest first.
    fn belongs_to(&self, profile: &Profile, candidates: &[u32]) -> Vec<u32> {
        let alike = |other: &u32| {
            let known = self.records.get(at(*other))?;
            // Two verified numbers are never linked, and most strangers have two: the rest of their
            // records need not be fetched from memory.
            if number::differ_and_are_verified(profile, known) {
                return None;
            }
            let found = self.model.comparison(profile, known);
            let links = matches!(self.model.decide_on(&found), Outcome::Link(_));
            links.then(|| self.person.get(at(*other)).copied()).flatten()
        };
        let mut people: Vec<u32> = candidates.iter().filter_map(alike).collect();
        people.sort_unstable();
        people.dedup();
        let ruled = |person: &u32| {
            let ruling = self.model.rule(&[profile], &self.profiles(*person))?;
            matches!(ruling.outcome, Outcome::Link(_)).then_some((ruling.total, *person))
        };
        let mut linked: Vec<(f64, u32)> = people.iter().filter_map(ruled).collect();
        linked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        linked.into_iter().map(|(_, person)| person).collect()
    }

    fn may_join(&self, one: u32, other: u32) -> bool {
        let ruling = self.model.rule(&self.profiles(one), &self.profiles(other));
        ruling.is_some_and(|ruling| matches!(ruling.outcome, Outcome::Link(_)))
    }

    fn members(&self, person: u32) -> Vec<u32> {
        self.members.get(&person).cloned().unwrap_or_else(|| vec![person])
    }

    fn profiles(&self, person: u32) -> Vec<&Profile> {
        self.members(person).iter().filter_map(|member| self.records.get(at(*member))).collect()
    }

    /// Joins two people; the older one's number stays.
    fn join(&mut self, one: u32, other: u32) -> u32 {
        let (kept, gone) = (one.min(other), one.max(other));
        if kept == gone {
            return kept;
        }
        let moved = self.members(gone);
        self.members.remove(&gone);
        for member in &moved {
            if let Some(person) = self.person.get_mut(at(*member)) {
                *person = kept;
            }
        }
        self.members.entry(kept).or_insert_with(|| vec![kept]).extend(moved);
        kept
    }
}
