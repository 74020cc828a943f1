//! Many records at once: from a file to clusters, the same whatever the order of its lines.
//!
//! 1. how common each name is in these records;
//! 2. the blocking keys of each record, and the pairs that share one;
//! 3. every such pair compared;
//! 4. pairs to clusters ([`cluster`](crate::cluster)).

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::NhsNumber;

use crate::blocking;
use crate::cluster::{self, Edge};
use crate::decide::{Basis, Outcome};
use crate::model::Counts;
use crate::{Model, Profile};

/// An NHS number is followed further than other keys: a wrong one may be on many records.
pub const MOST_CLAIMING: usize = 400;
/// Pairs are kept for the caller from this far below the weight at which a steward is asked.
const KEPT_BELOW_REVIEW: f64 = 12.0;

/// Records to be linked with one another.
pub struct Batch {
    model: Model,
    records: Vec<Profile>,
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Names are being counted and records indexed.
    Indexing,
    /// So many of so many pairs are compared.
    Comparing {
        /// Compared already.
        done: usize,
        /// To compare in all.
        of: usize,
    },
    /// Pairs are being joined to clusters.
    Clustering,
}

/// What came of a batch.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Of each record, the lowest record number in its cluster.
    pub clusters: Vec<u32>,
    /// Pairs that are alike, the linked ones among them.
    pub pairs: Vec<Pair>,
    /// Records that were not compared by their NHS number: more than [`MOST_CLAIMING`] have it.
    pub crowded: Vec<u32>,
}

/// Two records that are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// One record's number.
    pub a: u32,
    /// The other's, higher.
    pub b: u32,
    /// log2 of the odds that they are one person's.
    pub weight: f32,
    /// They are in one cluster.
    pub linked: bool,
}

impl Batch {
    /// An empty batch.
    pub fn new(model: &Model) -> Self {
        Self { model: model.clone(), records: Vec::new() }
    }

    /// Adds a record; returns its number, counted from 0.
    pub fn add(&mut self, record: Profile) -> u32 {
        self.records.push(record);
        u32::try_from(self.records.len() - 1).unwrap_or(u32::MAX)
    }

    /// Links the records with so many threads, and says how far it is.
    pub fn link(self, threads: usize, told: &(dyn Fn(Step) + Sync)) -> Linked {
        let threads = threads.max(1);
        told(Step::Indexing);
        let model = self.model.with_counts(&Counts::of(&self.records));
        let shares = candidates(&self.records, self.model.most_sharing, threads);
        let edges = compare(&model, &self.records, shares, told);
        told(Step::Clustering);
        let linking = |found: &&Found| found.links.is_some();
        let strong = edges.iter().filter(linking).map(|found| Edge {
            a: found.a,
            b: found.b,
            total: found.total,
            by_rule: found.links == Some(true),
        });
        let clusters = cluster::cluster(&model, &self.records, strong.collect());
        let pair = |found: Found| Pair {
            a: found.a,
            b: found.b,
            weight: found.total,
            linked: clusters.get(at(found.a)) == clusters.get(at(found.b)),
        };
        let pairs = edges.into_iter().map(pair).collect();
        Linked { clusters, pairs, crowded: crowded(&self.records) }
    }
}

fn crowded(records: &[Profile]) -> Vec<u32> {
    let mut claiming: HashMap<NhsNumber, usize> = HashMap::new();
    for number in records.iter().filter_map(|record| record.number) {
        *claiming.entry(number).or_default() += 1;
    }
    let is_crowded = |record: &Profile| {
        record.number.and_then(|number| claiming.get(&number)).is_some_and(|n| *n > MOST_CLAIMING)
    };
    (0..).zip(records).filter(|(_, record)| is_crowded(record)).map(|(at, _)| at).collect()
}

/// A record number as a place in a list.
pub(crate) fn at(record: u32) -> usize {
    usize::try_from(record).unwrap_or(usize::MAX)
}

/// The pairs that share a key, each once, in one part for each thread.
pub(crate) fn candidates(
    records: &[Profile],
    most_sharing: usize,
    threads: usize,
) -> Vec<Vec<(u32, u32)>> {
    let keyed = index(records, threads);
    let pairs: Vec<Vec<Vec<(u32, u32)>>> = std::thread::scope(|scope| {
        let running: Vec<_> = keyed
            .into_iter()
            .map(|mut keys| {
                scope.spawn(move || {
                    keys.sort_unstable();
                    share_keys(&keys, most_sharing, threads)
                })
            })
            .collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    gather(pairs, threads)
        .into_iter()
        .map(|mut part| {
            part.sort_unstable();
            part.dedup();
            part
        })
        .collect()
}

/// A key, a record that has it, and whether the record is filed under it and seeks by it. Keys of
/// NHS numbers have the lowest bit set.
type Keyed = (u64, u32, (bool, bool));

/// Every record's keys, parted by key so that each part can be worked on alone.
fn index(records: &[Profile], parts: usize) -> Vec<Vec<Keyed>> {
    let size = records.len().div_ceil(parts).max(1);
    let keyed: Vec<Vec<Vec<Keyed>>> = std::thread::scope(|scope| {
        let chunks = records.chunks(size).enumerate();
        let running: Vec<_> = chunks
            .map(|(chunk, records)| scope.spawn(move || index_chunk(records, chunk * size, parts)))
            .collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    gather(keyed, parts)
}

fn index_chunk(records: &[Profile], first: usize, parts: usize) -> Vec<Vec<Keyed>> {
    let mut keyed = vec![Vec::new(); parts];
    for (place, record) in (first..).zip(records) {
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        for key in blocking::keys(record) {
            let hash = (key.hash().cast_unsigned() & !1) | u64::from(key.is_number());
            let part = usize::try_from(hash >> 33).unwrap_or_default() % parts;
            keyed
                .get_mut(part)
                .into_iter()
                .for_each(|part| part.push((hash, number, (key.is_filed(), key.is_sought()))));
        }
    }
    keyed
}

/// From parts by thread to parts by content.
fn gather<T>(by_thread: Vec<Vec<Vec<T>>>, parts: usize) -> Vec<Vec<T>> {
    let mut gathered: Vec<Vec<T>> = (0..parts).map(|_| Vec::new()).collect();
    for of_thread in by_thread {
        for (kept, part) in gathered.iter_mut().zip(of_thread) {
            kept.extend(part);
        }
    }
    gathered
}

/// The pairs of each key that is not too full, parted by their first record.
fn share_keys(keys: &[Keyed], most_sharing: usize, parts: usize) -> Vec<Vec<(u32, u32)>> {
    let mut pairs = vec![Vec::new(); parts];
    for sharing in keys.chunk_by(|one, next| one.0 == next.0) {
        let is_number = sharing.first().is_some_and(|(key, ..)| key & 1 == 1);
        let most = if is_number { MOST_CLAIMING } else { most_sharing };
        if sharing.len() > most {
            continue;
        }
        for (place, (_, a, one)) in sharing.iter().enumerate() {
            let part = at(*a) % parts;
            let meet = |other: &(bool, bool)| (one.0 && other.1) || (one.1 && other.0);
            let others = sharing.iter().skip(place + 1).filter(|(.., other)| meet(other));
            let others = others.map(|(_, b, _)| (*a, *b));
            pairs.get_mut(part).into_iter().for_each(|part| part.extend(others.clone()));
        }
    }
    pairs
}

/// A pair that is alike enough to be kept.
struct Found {
    a: u32,
    b: u32,
    total: f32,
    /// `Some(true)` where a rule links it, `Some(false)` where its weight does.
    links: Option<bool>,
}

fn compare(
    model: &Model,
    records: &[Profile],
    parts: Vec<Vec<(u32, u32)>>,
    told: &(dyn Fn(Step) + Sync),
) -> Vec<Found> {
    let of = parts.iter().map(Vec::len).sum();
    let done = AtomicUsize::new(0);
    let found: Vec<Vec<Found>> = std::thread::scope(|scope| {
        let running: Vec<_> = parts
            .into_iter()
            .map(|part| {
                let done = &done;
                scope.spawn(move || {
                    let mut found = Vec::new();
                    for some in part.chunks(10_000) {
                        found.extend(
                            some.iter().filter_map(|pair| compare_pair(model, records, *pair)),
                        );
                        let done = done.fetch_add(some.len(), Ordering::Relaxed) + some.len();
                        told(Step::Comparing { done, of });
                    }
                    found
                })
            })
            .collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    found.into_iter().flatten().collect()
}

fn compare_pair(model: &Model, records: &[Profile], (a, b): (u32, u32)) -> Option<Found> {
    let found = model.comparison(records.get(at(a))?, records.get(at(b))?);
    let links = match model.decide_on(&found) {
        Outcome::Link(Basis::Rule(_)) => Some(true),
        Outcome::Link(Basis::Weight) => Some(false),
        Outcome::Review(_) | Outcome::New => None,
    };
    // A safety rule makes a question of what the sum would link.
    let total = match found.vetoes.iter().next() {
        Some(_) if links.is_none() => found.total.min(model.review_from),
        _ => found.total,
    };
    let kept = links.is_some() || total >= model.review_from - KEPT_BELOW_REVIEW;
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "a weight needs no more"
    )]
    let total = total as f32;
    kept.then_some(Found { a, b, total, links })
}
