//! Records that are tied to one another, today or under the new model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use empi::Held;
use model::PersonId;

/// Records by their places, tied in two ways.
pub(super) struct Groups {
    /// By today's people and the new model's links together: who must be looked at together.
    either: Forest,
    /// By the new model's links alone.
    new: Forest,
}

/// Trees of places; two places with one root are tied.
struct Forest(Vec<usize>);

impl Groups {
    /// Tied as they are today.
    pub(super) fn today(records: &[Held]) -> Self {
        let mut either = Forest((0..records.len()).collect());
        let mut first: HashMap<PersonId, usize> = HashMap::new();
        for (place, record) in records.iter().enumerate() {
            let founder = *first.entry(record.person).or_insert(place);
            either.tie(founder, place);
        }
        Self { either, new: Forest((0..records.len()).collect()) }
    }

    /// The new model links two records.
    pub(super) fn tie(&mut self, a: usize, b: usize) {
        self.either.tie(a, b);
        self.new.tie(a, b);
    }

    /// Records that are tied in either way and not in the same way in both.
    pub(super) fn changed(mut self, records: &[Held]) -> Vec<Vec<usize>> {
        let mut together: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..records.len() {
            together.entry(self.either.root(place)).or_default().push(place);
        }
        let mut differs = |places: &Vec<usize>| {
            let mut pairs = BTreeSet::new();
            for place in places {
                let person = records.get(*place).map(|record| record.person);
                pairs.insert((person, self.new.root(*place)));
            }
            let people: BTreeSet<_> = pairs.iter().map(|(person, _)| person).collect();
            let roots: BTreeSet<_> = pairs.iter().map(|(_, root)| root).collect();
            // One to one: every person is one tree, and every tree one person.
            pairs.len() != people.len() || pairs.len() != roots.len()
        };
        together.into_values().filter(|places| places.len() > 1 && differs(places)).collect()
    }
}

impl Forest {
    fn root(&mut self, place: usize) -> usize {
        let mut root = place;
        while let Some(above) = self.0.get(root).copied().filter(|above| *above != root) {
            root = above;
        }
        let mut at = place;
        while let Some(above) = self.0.get_mut(at).filter(|above| **above != root) {
            at = std::mem::replace(above, root);
        }
        root
    }

    fn tie(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(above) = self.0.get_mut(a.max(b)) {
            *above = a.min(b);
        }
    }
}
