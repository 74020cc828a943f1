//! Which numbers are one patient's, which are one person's, and whose child somebody is.

use db::Tx;
use jiff::Timestamp;
use mapping::{Link, Mapped, Merge};
use model::{Demographics, LocalIdentity, NhsNumber, PersonId};

use crate::story::Teller;
use crate::{Error, admission};

/// NHS numbers that another has replaced, before anybody is looked for by them.
pub(crate) fn supersede(tx: &mut Tx, mapped: &Mapped, teller: &Teller<'_>) -> Result<(), Error> {
    for number in &mapped.superseded {
        empi::supersede(tx, teller.model, number.old, number.new, mapped.occurred_at)?;
    }
    Ok(())
}

/// Merges, links and births, once everybody named is known; returns the people concerned.
pub(crate) fn relate(
    tx: &mut Tx,
    mapped: &Mapped,
    teller: &Teller<'_>,
    written: &mut usize,
) -> Result<Vec<PersonId>, Error> {
    let at = mapped.occurred_at;
    let mut people = Vec::new();
    for birth in &mapped.births {
        let mother = known_mother(tx, &birth.mother, teller)?;
        empi::birth(tx, teller.model, &birth.newborn, &mother, birth.order, at)?;
        people.extend(empi::person_of(tx, birth.newborn.local_patient())?);
    }
    for one in &mapped.merges {
        people.push(merge(tx, one, at, teller)?);
        *written += admission::join_stays(tx, &one.subsumed, at, teller)?;
    }
    let organisation = &teller.feed.organisation;
    for Link { a, b } in &mapped.links {
        known(tx, [a, b], teller)?;
        people.push(empi::link_at_source(tx, teller.model, a, b, organisation, at)?);
    }
    for Link { a, b } in &mapped.unlinks {
        known(tx, [a, b], teller)?;
        people.push(empi::unlink_at_source(tx, teller.model, a, b, organisation, at)?);
        people.extend(empi::person_of(tx, b.local_patient())?);
        for patient in [a, b] {
            *written += admission::fold_stays(tx, patient, at, teller)?;
        }
    }
    Ok(people)
}

/// Two numbers of the source are one patient. Where it gives them two NHS numbers and does not say
/// that one replaced the other, they may be two people: a steward is asked.
fn merge(
    tx: &mut Tx,
    merge: &Merge,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<PersonId, Error> {
    let Merge { survivor, subsumed, other_nhs_number } = merge;
    let (model, organisation) = (teller.model, &teller.feed.organisation);
    let Some(number) = other_nhs_number else {
        return Ok(empi::merge(tx, model, survivor, subsumed, organisation, at)?);
    };
    if empi::person_of(tx, subsumed.local_patient())?.is_none() {
        // All that is ever said of it: the steward must see the number that the doubt is about.
        let said = Demographics { nhs_number: Some(*number), ..Demographics::default() };
        empi::feed(tx, model, subsumed, organisation, &said, at)?;
    }
    Ok(empi::question_merge(tx, model, survivor, subsumed, organisation, at)?)
}

/// A link may name another hospital's patient, but only one whom that hospital has spoken of.
fn known(tx: &mut Tx, named: [&LocalIdentity; 2], teller: &Teller<'_>) -> Result<(), Error> {
    for one in named {
        let own = one.authority.trim_end_matches(NUMBER_ALONE) == teller.feed.authority;
        if !own && empi::person_of(tx, one.local_patient())?.is_none() {
            return Err(Error::UnknownPatient(one.authority.clone()));
        }
    }
    Ok(())
}

/// What the authority ends with of a patient who is known by the NHS number alone.
const NUMBER_ALONE: &str = ":NHS";

/// The mother by the hospital's own number, where the child's message names her by her NHS number
/// alone and it can be told whose that is.
fn known_mother(
    tx: &mut Tx,
    mother: &LocalIdentity,
    teller: &Teller<'_>,
) -> Result<LocalIdentity, Error> {
    let Ok(number) = NhsNumber::parse(&mother.value) else { return Ok(mother.clone()) };
    let alone = mother.authority.ends_with(NUMBER_ALONE);
    if !alone || empi::person_of(tx, mother.local_patient())?.is_some() {
        return Ok(mother.clone());
    }
    let search = empi::Search { nhs_number: Some(number), ..empi::Search::default() };
    let found = empi::find(tx, &search)?.people;
    let [only] = found.as_slice() else { return Ok(mother.clone()) };
    let own = empi::local_patients(tx, only.id)?
        .into_iter()
        .find(|one| one.organisation == teller.feed.organisation && one.merged_into.is_none());
    Ok(own.map_or_else(|| mother.clone(), |one| one.identity))
}
