//! Which of these records are one person? A function of the records and of what people have said
//! about them, so that the order in which they came makes no difference.
//!
//! 1. What stewards have joined is joined, the earliest decision first.
//! 2. What sources have joined is joined, unless a hard veto stands between any two records.
//! 3. Newborns of one mother and one birth order are joined, unless a veto stands between any two.
//! 4. What the evidence joins is joined, the strongest pair first, unless any two records of the
//!    two groups speak against it.
//! 5. What evidence joined at an earlier time stays joined, unless anything speaks against it:
//!    details that have merely become fewer part nobody.
//!
//! Nothing joins two records that a steward keeps apart.

use std::collections::{BTreeMap, BTreeSet};

use matching::{Basis, Model, Outcome, Profile, Veto, Weight};
use model::LocalPatientId;

use crate::LocalPatient;
use crate::evidence::MOST_RECORDS;

/// Two records, the lower id first.
pub(crate) type Pair = (LocalPatientId, LocalPatientId);

/// Two records by their places, and what links them.
type Edge = (usize, usize, Basis);
/// Rules before sums, strong before weak, then by the records' ids.
type Order = (bool, i64, Pair);

/// Two records as a [`Pair`].
pub(crate) fn pair(a: LocalPatientId, b: LocalPatientId) -> Pair {
    (a.min(b), a.max(b))
}

/// What people, and earlier decisions of the engine, say about pairs of records.
#[derive(Default)]
pub(crate) struct Facts {
    /// Stewards: one person. The earliest first.
    pub(crate) same: Vec<Pair>,
    /// Stewards: two people.
    pub(crate) apart: BTreeSet<Pair>,
    /// Sources: one person.
    pub(crate) source_same: BTreeSet<Pair>,
    /// Sources: not one person. Outweighs evidence and is outweighed by stewards.
    pub(crate) source_apart: BTreeSet<Pair>,
    /// One mother and one birth order.
    pub(crate) births: BTreeSet<Pair>,
    /// Linked by the engine on what the details said then.
    pub(crate) past: BTreeSet<Pair>,
}

/// A pair of records that belong together, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    Steward,
    Source,
    Birth,
    Evidence(Basis),
    Past,
}

/// Groups the records: each is a list of places in `records`, sorted; the groups too.
pub(crate) fn cluster(model: &Model, records: &[LocalPatient], facts: &Facts) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(model, records, facts);
    let said = |pairs: &BTreeSet<Pair>| pairs.iter().copied().collect::<Vec<Pair>>();
    groups.join_all(&facts.same, Tie::Steward);
    groups.join_all(&said(&facts.source_same), Tie::Source);
    groups.join_all(&said(&facts.births), Tie::Birth);
    for (a, b, basis) in groups.edges() {
        groups.join(a, b, Tie::Evidence(basis));
    }
    groups.join_all(&groups.no_longer_linked(&said(&facts.past)), Tie::Past);
    groups.into_lists()
}

/// Records and the group of each, while they are being joined.
struct Groups<'a> {
    records: &'a [LocalPatient],
    facts: &'a Facts,
    places: BTreeMap<LocalPatientId, usize>,
    /// The comparison of every two records, by their places, the lower first.
    weights: BTreeMap<(usize, usize), Weight>,
    profiles: Vec<Profile>,
    model: &'a Model,
    /// By record: the group that it is in.
    group: Vec<usize>,
    members: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Groups<'a> {
    fn new(model: &'a Model, records: &'a [LocalPatient], facts: &'a Facts) -> Self {
        let profiles: Vec<Profile> = records.iter().map(LocalPatient::profile).collect();
        let mut weights = BTreeMap::new();
        for (a, one) in profiles.iter().enumerate() {
            for (b, other) in profiles.iter().enumerate().skip(a + 1) {
                weights.insert((a, b), model.compare(one, other));
            }
        }
        let places = records.iter().enumerate().map(|(place, record)| (record.id, place)).collect();
        let group = (0..records.len()).collect();
        let members = (0..records.len()).map(|place| (place, vec![place])).collect();
        Self { records, facts, places, weights, profiles, model, group, members }
    }

    /// Every pair that its own details link, the strongest first; equals in the order of their ids,
    /// which do not depend on who came first.
    fn edges(&self) -> Vec<Edge> {
        let mut edges: Vec<(Order, Edge)> = Vec::new();
        for ((a, b), weight) in &self.weights {
            let Outcome::Link(basis) = self.model.decide(weight) else { continue };
            let (Some(one), Some(other)) = (self.records.get(*a), self.records.get(*b)) else {
                continue;
            };
            let by_sum = basis == Basis::Weight;
            edges.push(((by_sum, weakness(weight), pair(one.id, other.id)), (*a, *b, basis)));
        }
        edges.sort_unstable_by_key(|(order, _)| *order);
        edges.into_iter().map(|(_, edge)| edge).collect()
    }

    /// The pairs that their details do not link any more; the others are among the edges.
    fn no_longer_linked(&self, pairs: &[Pair]) -> Vec<Pair> {
        let linked = |(a, b): &Pair| {
            let (Some(a), Some(b)) = (self.places.get(a), self.places.get(b)) else { return true };
            let weight = self.weights.get(&(*a.min(b), *a.max(b)));
            weight.is_some_and(|weight| matches!(self.model.decide(weight), Outcome::Link(_)))
        };
        pairs.iter().filter(|pair| !linked(pair)).copied().collect()
    }

    fn join_all(&mut self, pairs: &[Pair], tie: Tie) {
        for (a, b) in pairs {
            if let (Some(a), Some(b)) = (self.places.get(a), self.places.get(b)) {
                self.join(*a, *b, tie);
            }
        }
    }

    fn join(&mut self, a: usize, b: usize, tie: Tie) {
        let group_of = |place: usize| self.group.get(place).copied().unwrap_or(place);
        let (kept, gone) = (group_of(a).min(group_of(b)), group_of(a).max(group_of(b)));
        if kept == gone || !self.may_join(kept, gone, tie) {
            return;
        }
        let moved = self.members.remove(&gone).unwrap_or_default();
        for place in &moved {
            if let Some(group) = self.group.get_mut(*place) {
                *group = kept;
            }
        }
        self.members.entry(kept).or_default().extend(moved);
    }

    fn may_join(&self, kept: usize, gone: usize, tie: Tie) -> bool {
        let (Some(a), Some(b)) = (self.members.get(&kept), self.members.get(&gone)) else {
            return false;
        };
        let too_large = a.len() + b.len() > MOST_RECORDS;
        let pairs = a.iter().flat_map(|one| b.iter().map(move |other| (*one, *other)));
        !(too_large && tie != Tie::Steward)
            && self.evidence_joins(a, b, tie)
            && pairs.into_iter().all(|(one, other)| !self.forbids(one, other, tie))
    }

    /// Two people weighed as wholes: only what rests on evidence needs it.
    fn evidence_joins(&self, a: &[usize], b: &[usize], tie: Tie) -> bool {
        let whole = |group: &[usize]| -> Vec<Profile> {
            group.iter().filter_map(|place| self.profiles.get(*place).cloned()).collect()
        };
        let joins = || self.model.people(&whole(a), &whole(b)).map(|verdict| verdict.outcome);
        !matches!(tie, Tie::Evidence(_)) || matches!(joins(), Some(Outcome::Link(_)))
    }

    /// These two stand against a tie between their groups.
    fn forbids(&self, one: usize, other: usize, tie: Tie) -> bool {
        let (Some(a), Some(b)) = (self.records.get(one), self.records.get(other)) else {
            return true;
        };
        let ids = pair(a.id, b.id);
        let is_newborn = |place: usize| self.profiles.get(place).is_some_and(Profile::is_newborn);
        let unnamed = is_newborn(one) || is_newborn(other);
        // A child without a name looks like its own twin; mother and order of birth say which it is.
        let is_itself = |veto: Veto| tie == Tie::Birth && veto == Veto::Twins && unnamed;
        let weight = self.weights.get(&(one.min(other), one.max(other)));
        let mut vetoes = weight.into_iter().flat_map(|weight| weight.vetoes.iter().copied());
        let together = a.person == b.person;
        // A word about two records is no word about others that come along: two stewards join two
        // verified numbers, and a source no protected person with whoever they were.
        let new_doubt = |veto: Veto| {
            let never_by_one = matches!(
                (tie, veto),
                (Tie::Steward, Veto::DifferentVerifiedNumbers) | (Tie::Source, Veto::Sensitive)
            );
            never_by_one && !together
        };
        let contradict =
            vetoes.any(|veto| new_doubt(veto) || (stands(veto, tie) && !is_itself(veto)));
        let kept_apart = self.facts.apart.contains(&ids)
            || (tie != Tie::Steward && self.facts.source_apart.contains(&ids));
        kept_apart || contradict || (by_sum(tie) && both_in_use_at_one_source(a, b))
    }

    fn into_lists(self) -> Vec<Vec<usize>> {
        let mut lists: Vec<Vec<usize>> = self.members.into_values().collect();
        for list in &mut lists {
            list.sort_unstable();
        }
        lists.sort_unstable();
        lists
    }
}

/// Greater for a smaller sum. In thousandths: two sums of the same parts in another order are equal.
fn weakness(weight: &Weight) -> i64 {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "saturates")]
    let thousandths = (weight.total * 1000.0).round() as i64;
    -thousandths
}

/// Nothing but a sum of weights, now or then.
fn by_sum(tie: Tie) -> bool {
    matches!(tie, Tie::Evidence(Basis::Weight) | Tie::Past)
}

/// A source knows its own patients: two numbers of one source that are both in use are two people
/// until the source, a verified number or a steward says otherwise.
pub(crate) fn both_in_use_at_one_source(a: &LocalPatient, b: &LocalPatient) -> bool {
    a.identity.authority == b.identity.authority
        && a.merged_into.is_none()
        && b.merged_into.is_none()
}

/// A veto between any two records of two people stands against a tie between the people. A
/// placeholder name says nothing once another record has the name.
pub(crate) fn stands(veto: Veto, tie: Tie) -> bool {
    match tie {
        // The model has weighed the vetoes between two wholes already, but for the hardest.
        Tie::Evidence(_) => veto == Veto::DifferentVerifiedNumbers,
        Tie::Steward => false,
        Tie::Source => veto.is_hard(),
        Tie::Birth => !matches!(veto, Veto::Newborn | Veto::StandIn),
        // That one of them has died since is a question for a steward, and no reason to part them;
        // that one is protected since says nothing about who it is, and nobody could be asked.
        Tie::Past => veto.is_hard() || veto == Veto::Twins,
    }
}
