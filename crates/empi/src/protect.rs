//! An old and a new identity are kept apart (PDS S-flag): nobody joins them, and no page shows them
//! side by side. A source that knows both may still say that they are one.

use db::{Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, PersonId};

use crate::state::Standing;
use crate::{LocalPatient, Result, local_patient, review};

/// One of them is protected, and no verified NHS number says that they are one.
pub(crate) fn are_protected_from_each_other(a: &[LocalPatient], b: &[LocalPatient]) -> bool {
    let protected = a.iter().chain(b).any(|record| record.demographics.sensitive);
    let numbers = || a.iter().filter_map(LocalPatient::verified_number);
    let shared = numbers().any(|one| b.iter().any(|other| other.verified_number() == Some(one)));
    protected && !shared
}

/// Whether the people of these two records are kept from each other; never within one person.
pub(crate) fn forbids(tx: &mut Tx, a: LocalPatientId, b: LocalPatientId) -> Result<bool> {
    let (a, b) = (local_patient::load(tx, a)?, local_patient::load(tx, b)?);
    let Some((a, b)) = a.zip(b).filter(|(a, b)| a.person != b.person) else { return Ok(false) };
    let (a, b) = (local_patient::members(tx, a.person)?, local_patient::members(tx, b.person)?);
    Ok(are_protected_from_each_other(&a, &b))
}

/// Closes the questions about this person and others that were filed before one of them was
/// protected; what a source has asked stays.
pub(crate) fn close(tx: &mut Tx, person: PersonId, at: Timestamp) -> Result<()> {
    for review in questions(tx, person)? {
        review::stand(tx, review, &Standing::resolved("engine", at))?;
    }
    Ok(())
}

/// The unsettled questions about this person that nobody may be shown any more.
pub(crate) fn questions(tx: &mut Tx, person: PersonId) -> Result<Vec<i64>> {
    let waiting: Vec<(i64, uuid::Uuid, uuid::Uuid)> =
        tx.query(ABOUT_THE_PROTECTED, params![person.uuid()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let mut found = Vec::new();
    for (review, a, b) in waiting {
        if forbids(tx, LocalPatientId::from_uuid(a), LocalPatientId::from_uuid(b))? {
            found.push(review);
        }
    }
    Ok(found)
}

/// The unsettled questions about a person, where a record of theirs or of the other's is protected.
const ABOUT_THE_PROTECTED: &str = "
    with about as (
        select review.seq, review.a, review.b from local_patient p
        join review on review.a = p.id
        where p.person = ?1 and review.state not in ('decided', 'resolved')
            and review.filed_by <> 'source'
        union
        select review.seq, review.a, review.b from local_patient p
        join review on review.b = p.id
        where p.person = ?1 and review.state not in ('decided', 'resolved')
            and review.filed_by <> 'source')
    select seq, a, b from about
    where exists (
        select 1 from local_patient side
        join local_patient record on record.person = side.person
        where side.id in (about.a, about.b) and record.sensitive = 1)";
