//! Facts have changed: the people concerned are put together anew from their records, and what
//! differs from before becomes events. Ids stay with the record that gave them, or come back with it.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use jiff::Timestamp;
use matching::{Basis, Model, Outcome, ReviewKind, Veto};
use model::{LocalPatientId, PersonId};

use crate::cluster::{Facts, cluster, pair};
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, facts, local_patient, person};

/// What a look at some people came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reconsidered {
    /// Records that are in another person now because people were joined.
    pub(crate) joined: usize,
    /// Records that were taken out of a person.
    pub(crate) parted: usize,
}

/// Puts all records of these people together anew. Two that are parted without anybody having said
/// so are put before a steward: nobody's record becomes shorter unnoticed.
pub(crate) fn reconsider(
    tx: &mut Tx,
    model: &Model,
    people: &BTreeSet<PersonId>,
    cause: &Cause,
    at: Timestamp,
) -> Result<Reconsidered> {
    let records = records_of(tx, people)?;
    let facts = facts::about(tx, &records)?;
    let groups = cluster(model, &records, &facts);
    let plan = Plan::new(tx, &records, &groups)?;
    let done = plan.carry_out(tx, &records, cause, at)?;
    if done.parted > 0 {
        ask_about_parted(tx, model, &records, &plan, &facts, cause, at)?;
    }
    Ok(done)
}

/// Whether [`reconsider`] would move any record: the groups are other ones than the people. Reads
/// only.
pub(crate) fn would_change(
    tx: &mut Tx,
    model: &Model,
    people: &BTreeSet<PersonId>,
) -> Result<bool> {
    let records = records_of(tx, people)?;
    let facts = facts::about(tx, &records)?;
    let groups = cluster(model, &records, &facts);
    let person_at = |place: &usize| records.get(*place).map(|record| record.person);
    let mixed = groups.iter().any(|group| {
        let first = group.first().and_then(person_at);
        group.iter().any(|place| person_at(place) != first)
    });
    let present: BTreeSet<PersonId> = records.iter().map(|record| record.person).collect();
    Ok(mixed || groups.len() != present.len())
}

/// Everybody's records, the oldest first.
fn records_of(tx: &mut Tx, people: &BTreeSet<PersonId>) -> Result<Vec<LocalPatient>> {
    let mut records = Vec::new();
    for person in people {
        records.extend(local_patient::members(tx, *person)?);
    }
    records.sort_by_key(|record| record.seq);
    Ok(records)
}

/// Where every record goes.
struct Plan {
    target: BTreeMap<LocalPatientId, PersonId>,
    /// People that end, and the one that most of each becomes.
    ended: BTreeMap<PersonId, PersonId>,
    /// People that begin, or begin again.
    begun: BTreeSet<PersonId>,
}

impl Plan {
    fn new(tx: &mut Tx, records: &[LocalPatient], groups: &[Vec<usize>]) -> Result<Self> {
        let mut owners: Vec<Option<PersonId>> = vec![None; groups.len()];
        let mut homeless = Vec::new();
        for person in oldest_first(tx, records)? {
            let place = group_of_founder(person, records, groups);
            match owners.get_mut(place) {
                Some(owner @ None) => *owner = Some(person),
                _ => homeless.push((person, place)),
            }
        }
        let mut plan =
            Self { target: BTreeMap::new(), ended: BTreeMap::new(), begun: BTreeSet::new() };
        for (group, owner) in groups.iter().zip(&mut owners) {
            let members = || group.iter().filter_map(|place| records.get(*place));
            let id = match *owner {
                Some(person) => person,
                None => begin(tx, &members().collect::<Vec<_>>())?,
            };
            if owner.is_none() {
                plan.begun.insert(id);
            }
            *owner = Some(id);
            plan.target.extend(members().map(|record| (record.id, id)));
        }
        for (person, place) in homeless {
            if let Some(Some(into)) = owners.get(place) {
                plan.ended.insert(person, *into);
            }
        }
        Ok(plan)
    }

    fn carry_out(
        &self,
        tx: &mut Tx,
        records: &[LocalPatient],
        cause: &Cause,
        at: Timestamp,
    ) -> Result<Reconsidered> {
        let mut done = Reconsidered::default();
        for record in records {
            let Some(to) = self.target.get(&record.id).filter(|to| **to != record.person) else {
                continue;
            };
            let from = record.person;
            local_patient::move_to(tx, record.id, *to)?;
            let kind = if self.ended.get(&from) == Some(to) {
                done.joined += 1;
                LinkKind::Merged
            } else {
                done.parted += 1;
                let unlinked = NewEvent::of(LinkKind::Unlinked, record.id, from, at);
                history::add(tx, &unlinked.with_other(*to), cause)?;
                if self.begun.contains(to) { LinkKind::Split } else { LinkKind::Linked }
            };
            history::add(tx, &NewEvent::of(kind, record.id, *to, at).with_other(from), cause)?;
        }
        for (person, into) in &self.ended {
            person::redirect(tx, *person, *into)?;
        }
        let changed = done != Reconsidered::default();
        if changed {
            let people: BTreeSet<PersonId> = self.target.values().copied().collect();
            person::lead_on(tx, &people.into_iter().collect::<Vec<_>>(), cause, at)?;
        }
        for person in self.target.values().collect::<BTreeSet<_>>() {
            if changed {
                review::settle(tx, *person, at)?;
            }
        }
        Ok(done)
    }

    /// They were one person's, and are two people's now.
    fn parts(&self, a: &LocalPatient, b: &LocalPatient) -> bool {
        a.person == b.person && self.target.get(&a.id) != self.target.get(&b.id)
    }
}

fn oldest_first(tx: &mut Tx, records: &[LocalPatient]) -> Result<Vec<PersonId>> {
    let mut people = Vec::new();
    for person in records.iter().map(|record| record.person).collect::<BTreeSet<_>>() {
        people.push((person::seq(tx, person)?, person));
    }
    people.sort_unstable();
    Ok(people.into_iter().map(|(_, person)| person).collect())
}

/// The group with the record that gave the person its id, else with most of its records.
fn group_of_founder(person: PersonId, records: &[LocalPatient], groups: &[Vec<usize>]) -> usize {
    let own = |place: &&usize| records.get(**place).is_some_and(|r| r.person == person);
    let founds = |place: &usize| {
        records.get(*place).is_some_and(|r| person::is_named_after(person, &r.identity))
    };
    let founder = groups.iter().position(|group| group.iter().filter(own).any(founds));
    let most = || {
        let counted = groups
            .iter()
            .enumerate()
            .map(|(place, group)| (group.iter().filter(own).count(), std::cmp::Reverse(place)));
        counted.max().map_or(0, |(_, std::cmp::Reverse(place))| place)
    };
    founder.unwrap_or_else(most)
}

/// An id for people who part from others: the oldest that one of their records has had before, or
/// a new one.
fn begin(tx: &mut Tx, members: &[&LocalPatient]) -> Result<PersonId> {
    let mut former = Vec::new();
    for member in members {
        former.extend(person::ended_id(tx, &member.identity)?);
    }
    match (former.into_iter().min(), members.first()) {
        (Some((_, id)), _) => person::revive(tx, id).map(|()| id),
        (None, Some(member)) => person::create(tx, &member.identity),
        (None, None) => Err(crate::Error::Unknown("group of records")),
    }
}

/// Puts before a steward what has been parted, once for any two people.
fn ask_about_parted(
    tx: &mut Tx,
    model: &Model,
    records: &[LocalPatient],
    plan: &Plan,
    facts: &Facts,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let pairs = records
        .iter()
        .enumerate()
        .flat_map(|(place, a)| records.iter().skip(place + 1).map(move |b| (a, b)));
    for (a, b) in pairs.filter(|(a, b)| plan.parts(a, b)) {
        let ids = pair(a.id, b.id);
        if facts.apart.contains(&ids) {
            continue;
        }
        let weight = model.compare(&a.profile(), &b.profile());
        let kind = match model.decide(&weight) {
            Outcome::Link(Basis::Rule(_)) if facts.source_apart.contains(&ids) => {
                ReviewKind::ConfusedNumber
            }
            Outcome::Link(_) => ReviewKind::PossibleDuplicate,
            Outcome::Review(kind) => kind,
            // An old and a new identity are never shown side by side.
            Outcome::New if weight.vetoes.contains(&Veto::Sensitive) => continue,
            Outcome::New if cause.is_engine() => {
                weight.vetoes.first().map_or(ReviewKind::PossibleDuplicate, |veto| veto.review())
            }
            Outcome::New => continue,
        };
        review::file(tx, &NewReview::evidence(model, a.id, b.id, kind, &weight), at)?;
    }
    Ok(())
}
