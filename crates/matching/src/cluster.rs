//! From pairs to people: which records are one person's, whatever order they came in.
//!
//! 1. The strongest pair first; equals in an order that the records' content decides.
//! 2. Two groups become one if the whole of the one and the whole of the other decide so: the best
//!    pair speaks for it, any pair's conflict against ([`Model::people`]).
//! 3. What a steward has said stands before all evidence.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::decide::{Basis, Outcome};
use crate::{Model, Profile};

/// Two records worth joining, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) total: f32,
    pub(crate) by_rule: bool,
}

/// A person of more records than this is joined by a steward only, in a file as in the index.
pub const MOST_RECORDS: usize = 40;

/// Each record's group: the lowest record number in it.
pub(crate) fn cluster(model: &Model, records: &[Profile], mut edges: Vec<Edge>) -> Vec<u32> {
    let mark: HashMap<u32, u64> = edges
        .iter()
        .flat_map(|edge| [edge.a, edge.b])
        .filter_map(|record| Some((record, records.get(place(record))?.fingerprint())))
        .collect();
    let mark = |record: u32| mark.get(&record).copied().unwrap_or_default();
    edges.sort_by_cached_key(|edge| {
        let (x, y) = (mark(edge.a), mark(edge.b));
        // Totals are far below what a millionth of a bit would overflow.
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "a rounded float as a sorting key"
        )]
        let total = (f64::from(edge.total) * 1e6).round() as i64;
        (Reverse(edge.by_rule), Reverse(total), x.min(y), x.max(y))
    });
    let mut groups = Groups::new(records.len());
    for edge in &edges {
        let (a, b) = (groups.of(edge.a), groups.of(edge.b));
        if a != b && groups.may_join(model, records, a, b) {
            groups.join(a, b);
        }
    }
    groups.named()
}

fn place(record: u32) -> usize {
    usize::try_from(record).unwrap_or(usize::MAX)
}

/// Groups of records, each with its members.
struct Groups {
    group: Vec<u32>,
    /// Of groups with more than one member.
    members: HashMap<u32, Vec<u32>>,
}

impl Groups {
    fn new(records: usize) -> Self {
        Self { group: (0..).take(records).collect(), members: HashMap::new() }
    }

    fn of(&self, record: u32) -> u32 {
        self.group.get(place(record)).copied().unwrap_or(record)
    }

    fn members(&self, group: u32) -> Vec<u32> {
        self.members.get(&group).cloned().unwrap_or_else(|| vec![group])
    }

    fn may_join(&self, model: &Model, records: &[Profile], a: u32, b: u32) -> bool {
        let profiles = |group: u32| -> Vec<&Profile> {
            self.members(group).iter().filter_map(|member| records.get(place(*member))).collect()
        };
        let (a, b) = (profiles(a), profiles(b));
        // The size first: what is too large already is not compared, each with each, again and again.
        a.len() + b.len() <= MOST_RECORDS
            && model.rule(&a, &b).is_some_and(|ruling| match ruling.outcome {
                Outcome::Link(Basis::Rule(_) | Basis::Weight) => true,
                Outcome::Review(_) | Outcome::New => false,
            })
    }

    fn join(&mut self, a: u32, b: u32) {
        let (kept, gone) = (a.min(b), a.max(b));
        let moved = self.members(gone);
        self.members.remove(&gone);
        for member in &moved {
            if let Some(group) = self.group.get_mut(place(*member)) {
                *group = kept;
            }
        }
        self.members.entry(kept).or_insert_with(|| vec![kept]).extend(moved);
    }

    /// Groups are named by their lowest member already.
    fn named(self) -> Vec<u32> {
        self.group
    }
}
