//! Newborns: nobody has named them, so they are known by their mother and the order of birth.

use std::collections::{BTreeMap, BTreeSet};

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, ReviewKind};
use model::{LocalIdentity, LocalPatientId, PersonId};

use crate::cluster::{Pair, pair};
use crate::history::Cause;
use crate::reconsider::reconsider;
use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, local_patient, person};

const RULE: &str = "born to one mother on one day, in the same order of birth";

/// Keeps whose child a newborn is (PID-21) and its order of birth (PID-25), and joins it with
/// another record of the child: one mother, one birth date, one order. Where an order is missing a
/// steward is asked.
pub fn birth(
    tx: &mut Tx,
    model: &Model,
    newborn: &LocalIdentity,
    mother: &LocalIdentity,
    order: Option<u8>,
    at: Timestamp,
) -> Result<()> {
    let (newborn, mother) = (newborn.local_patient(), mother.local_patient());
    tx.execute(
        "insert into birth (newborn, mother, birth_order, at) values (?1, ?2, ?3, ?4)
         on conflict (newborn) do update set
             mother = excluded.mother, birth_order = coalesce(excluded.birth_order, birth.birth_order)",
        params![newborn.uuid(), mother.uuid(), order, at],
    )?;
    let Some(mother) = person::person_of(tx, mother)? else { return Ok(()) };
    for sibling in children(tx, mother)?.into_iter().filter(|other| *other != newborn) {
        // Each may have moved the child to another person.
        let Some(child) = local_patient::load(tx, newborn)? else { return Ok(()) };
        let Some(sibling) = local_patient::load(tx, sibling)? else { continue };
        if child.person != sibling.person && one_day(&child, &sibling) {
            together(tx, model, &child, &sibling, at)?;
        }
    }
    Ok(())
}

/// Joins two records of one mother's children born on one day, or asks.
fn together(
    tx: &mut Tx,
    model: &Model,
    child: &LocalPatient,
    sibling: &LocalPatient,
    at: Timestamp,
) -> Result<()> {
    let weight = model.compare(&child.profile(), &sibling.profile());
    match (order_of(tx, child)?, order_of(tx, sibling)?) {
        (Some(one), Some(other)) if one != other => return Ok(()),
        (Some(_), Some(_)) => {
            let cause = Cause::evidence(model, RULE, &weight).between(child.id, sibling.id);
            reconsider(tx, model, &[child.person, sibling.person].into(), &cause, at)?;
        }
        _ => {}
    }
    if person::person_of(tx, child.id)? != person::person_of(tx, sibling.id)? {
        let kind = ReviewKind::Newborn;
        review::file(tx, &NewReview::evidence(model, child.id, sibling.id, kind, &weight), at)?;
    }
    Ok(())
}

fn one_day(a: &LocalPatient, b: &LocalPatient) -> bool {
    let born = a.demographics.birth_date;
    born.is_some() && born == b.demographics.birth_date
}

/// The records of a person's children.
pub(crate) fn children(tx: &mut Tx, mother: PersonId) -> Result<Vec<LocalPatientId>> {
    Ok(tx.query(
        "select newborn from birth where mother in (select id from local_patient where person = ?1)
         order by newborn",
        params![mother.uuid()],
        |row| row.get(0).map(LocalPatientId::from_uuid),
    )?)
}

/// The mother's person, where a source has said whose child this is.
pub(crate) fn mother_of(tx: &mut Tx, child: LocalPatientId) -> Result<Option<PersonId>> {
    Ok(tx.query_one(
        "select local_patient.person from birth
         join local_patient on local_patient.id = birth.mother where birth.newborn = ?1",
        params![child.uuid()],
        |row| row.get(0).map(PersonId::from_uuid),
    )?)
}

fn order_of(tx: &mut Tx, child: &LocalPatient) -> Result<Option<i64>> {
    let told: Option<Option<i64>> = tx.query_one(
        "select birth_order from birth where newborn = ?1",
        params![child.id.uuid()],
        |row| row.get(0),
    )?;
    Ok(told.flatten().or(child.demographics.birth_order.map(i64::from)))
}

/// The pairs among these records that are one child: one mother, one birth date, one order.
pub(crate) fn siblings_of_one_order(
    tx: &mut Tx,
    records: &[LocalPatient],
) -> Result<BTreeSet<Pair>> {
    let mut children: BTreeMap<_, Vec<LocalPatientId>> = BTreeMap::new();
    for record in records {
        let Some(mother) = mother_of(tx, record.id)? else { continue };
        let birth = order_of(tx, record)?.zip(record.demographics.birth_date);
        if let Some((order, date)) = birth {
            children.entry((mother, order, date)).or_default().push(record.id);
        }
    }
    let mut pairs = BTreeSet::new();
    for one_child in children.values() {
        for (place, a) in one_child.iter().enumerate() {
            pairs.extend(one_child.iter().skip(place + 1).map(|b| pair(*a, *b)));
        }
    }
    Ok(pairs)
}
