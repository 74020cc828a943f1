//! What would be different, counted and by local number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;

use anyhow::Result;
use empi::Held;
use matching::{Model, Outcome};
use model::{LocalPatientId, PersonId};

use super::Compared;

/// Two records, the lower id first.
type Pair = (LocalPatientId, LocalPatientId);

/// What becomes of a pair of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Two people's today, one person's then.
    Link,
    /// One person's today, two people's then.
    Part,
    /// A steward would be asked, and is not asked today.
    Ask,
    /// A steward is asked today, and would not be.
    NoLongerAsk,
}

impl Change {
    fn code(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Part => "unlink",
            Self::Ask => "review",
            Self::NoLongerAsk => "no review",
        }
    }
}

/// What another model would change. Records are known by their places.
pub(super) struct Difference<'a> {
    records: &'a [Held],
    places: HashMap<LocalPatientId, usize>,
    /// Of each record that has been put together anew, the first record of the person it would be.
    then: HashMap<usize, usize>,
    pairs: BTreeSet<(Change, usize, usize)>,
    people_joined: usize,
    people_parted: usize,
    too_large: usize,
}

impl<'a> Difference<'a> {
    pub(super) fn new(records: &'a [Held]) -> Self {
        let places = records.iter().enumerate().map(|(place, record)| (record.id, place)).collect();
        Self {
            records,
            places,
            then: HashMap::new(),
            pairs: BTreeSet::new(),
            people_joined: 0,
            people_parted: 0,
            too_large: 0,
        }
    }

    /// These records would be these people.
    pub(super) fn regroup(&mut self, together: &[usize], groups: &[Vec<LocalPatientId>]) {
        let mut groups_of: BTreeMap<Option<PersonId>, usize> = BTreeMap::new();
        for group in groups {
            let places: BTreeSet<usize> =
                group.iter().filter_map(|id| self.places.get(id).copied()).collect();
            let people: BTreeSet<_> = places.iter().map(|place| self.person(*place)).collect();
            self.people_joined += people.len().saturating_sub(1);
            for person in people {
                *groups_of.entry(person).or_default() += 1;
            }
            if let Some(first) = places.first().copied() {
                self.then.extend(places.into_iter().map(|place| (place, first)));
            }
        }
        self.people_parted +=
            groups_of.values().map(|groups| groups.saturating_sub(1)).sum::<usize>();
        for (at, a) in together.iter().enumerate() {
            for b in together.iter().skip(at + 1) {
                let change = match (self.one_today(*a, *b), self.one_then(*a, *b)) {
                    (false, true) => Change::Link,
                    (true, false) => Change::Part,
                    _ => continue,
                };
                self.pairs.insert((change, *a.min(b), *a.max(b)));
            }
        }
    }

    /// These are too many to be put together.
    pub(super) fn too_large(&mut self, together: &[usize]) {
        self.too_large += together.len();
    }

    /// Whom a steward would be asked about: pairs that are alike and would be two people's, and about
    /// which nobody has decided.
    pub(super) fn questions(
        &mut self,
        pairs: &[Compared],
        open: &BTreeSet<Pair>,
        answered: &BTreeSet<Pair>,
    ) {
        let mut asked = BTreeSet::new();
        for pair in pairs.iter().filter(|pair| pair.outcome != Outcome::New) {
            let Some(ids) = self.ids(pair.a, pair.b) else { continue };
            if !self.one_then(pair.a, pair.b) && !answered.contains(&ids) {
                asked.insert(ids);
            }
        }
        let changes = asked
            .difference(open)
            .map(|ids| (Change::Ask, *ids))
            .chain(open.difference(&asked).map(|ids| (Change::NoLongerAsk, *ids)));
        for (change, (a, b)) in changes {
            if let (Some(a), Some(b)) = (self.places.get(&a), self.places.get(&b)) {
                self.pairs.insert((change, *a.min(b), *a.max(b)));
            }
        }
    }

    /// For a person to read.
    pub(super) fn summary(&self, today: &Model, then: &Model) -> String {
        let people: BTreeSet<_> = self.records.iter().map(|record| record.person).collect();
        let count = |change| self.pairs.iter().filter(|(of, ..)| *of == change).count();
        let too_large = match self.too_large {
            0 => String::new(),
            records => format!(
                "left out: {records} records in groups too large to put together; look at them first\n"
            ),
        };
        format!(
            "{} records of {} people; model {} today, {} then\n\
             link:   {} people would become part of others ({} pairs of records)\n\
             unlink: {} people would begin by parting from others ({} pairs of records)\n\
             review: {} more pairs for a steward, {} fewer\n{too_large}",
            self.records.len(),
            people.len(),
            today.version(),
            then.version(),
            self.people_joined,
            count(Change::Link),
            self.people_parted,
            count(Change::Part),
            count(Change::Ask),
            count(Change::NoLongerAsk),
        )
    }

    /// `change,authority_l,number_l,authority_r,number_r,score`: every pair that changes.
    pub(super) fn write(&self, output: impl Write, model: &Model) -> Result<()> {
        let mut file = csv::Writer::from_writer(output);
        file.write_record([
            "change",
            "authority_l",
            "number_l",
            "authority_r",
            "number_r",
            "score",
        ])?;
        for (change, a, b) in &self.pairs {
            let (Some(a), Some(b)) = (self.records.get(*a), self.records.get(*b)) else { continue };
            let score = model.compare(&a.profile, &b.profile).total;
            file.write_record([
                change.code(),
                &a.identity.authority,
                &a.identity.value,
                &b.identity.authority,
                &b.identity.value,
                &format!("{score:.3}"),
            ])?;
        }
        Ok(file.flush()?)
    }

    fn one_today(&self, a: usize, b: usize) -> bool {
        self.person(a) == self.person(b)
    }

    fn one_then(&self, a: usize, b: usize) -> bool {
        match (self.then.get(&a), self.then.get(&b)) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.one_today(a, b),
            _ => false,
        }
    }

    fn person(&self, place: usize) -> Option<PersonId> {
        self.records.get(place).map(|record| record.person)
    }

    fn ids(&self, a: usize, b: usize) -> Option<Pair> {
        let (a, b) = (self.records.get(a)?.id, self.records.get(b)?.id);
        Some((a.min(b), a.max(b)))
    }
}
