//! The repair pass: whatever order records came in, after it they are the same people.
//!
//! A record is linked when it arrives, on what is known then; a later one may show that another
//! link would have been stronger. The pass takes everybody who might belong together and puts them
//! together anew (docs/decisions/0005-repair.md says what it may undo).

use std::collections::BTreeSet;

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, Outcome, blocking};
use model::{LocalPatientId, PersonId};

use crate::blocking_index::Index;
use crate::history::Cause;
use crate::reconsider::{Reconsidered, reconsider, would_change};
use crate::{LocalPatient, Result, birth, death, doubt, local_patient, person, protect};

pub(crate) const RULE: &str = "repair: put together anew from all records";
/// More records than these are not looked at together: something is wrong with them.
const MOST_TOGETHER: usize = 400;

/// What a part of the pass came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repaired {
    /// Where the next part begins.
    pub after: i64,
    /// Records looked at.
    pub records: usize,
    /// Records that are in another person now because people were joined.
    pub joined: usize,
    /// Records that were taken out of a person; a steward is asked about each.
    pub parted: usize,
    /// Nothing is left after these.
    pub complete: bool,
}

/// Looks at up to `limit` records after `after` (0 to begin with), each with everybody it might
/// belong with. Call it until it is complete.
pub fn repair(
    tx: &mut Tx,
    model: &Model,
    after: i64,
    limit: u32,
    at: Timestamp,
) -> Result<Repaired> {
    let records = local_patient::after(tx, after, limit)?;
    let mut repaired = Repaired {
        after: records.last().map_or(after, |record| record.seq),
        records: records.len(),
        complete: records.len() < usize::try_from(limit).unwrap_or(usize::MAX),
        ..Repaired::default()
    };
    let mut seen = BTreeSet::new();
    for record in records {
        if !seen.contains(&record.id) {
            let (done, around) = mend(tx, model, record, at)?;
            repaired.joined += done.joined;
            repaired.parted += done.parted;
            seen.extend(around);
        }
    }
    Ok(repaired)
}

/// Puts one record and everybody it might belong with together anew; returns also which records
/// were looked at.
pub(crate) fn mend(
    tx: &mut Tx,
    model: &Model,
    record: LocalPatient,
    at: Timestamp,
) -> Result<(Reconsidered, BTreeSet<LocalPatientId>)> {
    let around = Around::of(tx, model, record)?;
    let done = if around.records.len() > 1 {
        reconsider(tx, model, &around.people, &Cause::rule(model, RULE), at)?
    } else {
        Reconsidered::default()
    };
    for person in around.now(tx)? {
        death::ask(tx, model, person, at)?;
        doubt::ask(tx, model, person, at)?;
        protect::close(tx, person, at)?;
    }
    Ok((done, around.records))
}

/// Whether [`mend`] would change anything, and which records it would look at. Reads only.
pub(crate) fn is_doubtful(
    tx: &mut Tx,
    model: &Model,
    record: LocalPatient,
) -> Result<(bool, BTreeSet<LocalPatientId>)> {
    let around = Around::of(tx, model, record)?;
    let mut doubtful = around.records.len() > 1 && would_change(tx, model, &around.people)?;
    for person in &around.people {
        let members = local_patient::members(tx, *person)?;
        doubtful = doubtful
            || death::question(tx, &members)?.is_some()
            || doubt::question(tx, model, &members)?.is_some()
            || !protect::questions(tx, *person)?.is_empty();
    }
    Ok((doubtful, around.records))
}

/// Everybody who is tied to a record, directly or through others.
#[derive(Default)]
struct Around {
    people: BTreeSet<PersonId>,
    records: BTreeSet<LocalPatientId>,
    waiting: Vec<LocalPatient>,
}

impl Around {
    fn of(tx: &mut Tx, model: &Model, record: LocalPatient) -> Result<Self> {
        let mut around = Self::default();
        // An earlier part of the pass may have moved it.
        if let Some(person) = person::person_of(tx, record.id)? {
            around.add(tx, person)?;
        }
        while let Some(next) = around.waiting.pop() {
            if around.records.len() > MOST_TOGETHER {
                break;
            }
            for person in tied(tx, model, &next)? {
                around.add(tx, person)?;
            }
        }
        Ok(around)
    }

    /// The people that these records belong to now.
    fn now(&self, tx: &mut Tx) -> Result<BTreeSet<PersonId>> {
        let mut people = BTreeSet::new();
        for record in &self.records {
            people.extend(person::person_of(tx, *record)?);
        }
        Ok(people)
    }

    fn add(&mut self, tx: &mut Tx, person: PersonId) -> Result<()> {
        if self.people.insert(person) {
            let members = local_patient::members(tx, person)?;
            self.records.extend(members.iter().map(|member| member.id));
            self.waiting.extend(members);
        }
        Ok(())
    }
}

/// The people of whom one record is tied to this one by evidence, or by somebody's word.
fn tied(tx: &mut Tx, model: &Model, record: &LocalPatient) -> Result<BTreeSet<PersonId>> {
    let profile = record.profile();
    let sharing = Index::direct().look(tx, &blocking::keys(&profile))?;
    let links = |other: &LocalPatient| {
        let weight = model.compare(&profile, &other.profile());
        matches!(model.decide(&weight), Outcome::Link(_))
    };
    let mut people: BTreeSet<PersonId> = local_patient::people_of(tx, &sharing.patients)?
        .into_iter()
        .flatten()
        .filter(|other| other.person != record.person && links(other))
        .map(|other| other.person)
        .collect();
    people.extend(said_to_be_one(tx, record)?);
    if let Some(mother) = birth::mother_of(tx, record.id)? {
        for child in birth::children(tx, mother)? {
            people.extend(person::person_of(tx, child)?);
        }
    }
    Ok(people)
}

/// The people of records that a steward or a source has said are the same person's.
fn said_to_be_one(tx: &mut Tx, record: &LocalPatient) -> Result<Vec<PersonId>> {
    Ok(tx.query(
        "select person from local_patient where id in (
             select other from assertion where patient = ?1 and same = 1
             union select other from source_link where patient = ?1 and same = 1)
         or id = ?2",
        params![record.id.uuid(), record.merged_into.unwrap_or(record.id).uuid()],
        |row| row.get(0).map(PersonId::from_uuid),
    )?)
}
