//! Records leave a person: by a steward's decision, or because a corrected NHS number says that they
//! are somebody else's. The records stay as they are; only their links move.

use db::Tx;
use jiff::Timestamp;
use matching::Model;
use model::{NhsNumber, PersonId};

use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, assertion, local_patient, person};

/// The words kept with a link that a corrected number undid.
const RULE: &str = "its verified NHS number was corrected, and differs from this person's";

/// Takes `leaving` out of a person; the first of them begins the new one.
pub(crate) fn out_of(
    tx: &mut Tx,
    old: PersonId,
    leaving: &[&LocalPatient],
    new: PersonId,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    for record in leaving {
        local_patient::move_to(tx, record.id, new)?;
        let unlinked = NewEvent::of(LinkKind::Unlinked, record.id, old, at).with_other(new);
        history::add(tx, &unlinked, cause)?;
        let split = NewEvent::of(LinkKind::Split, record.id, new, at).with_other(old);
        history::add(tx, &split, cause)?;
    }
    person::lead_on(tx, &[old, new], cause, at)
}

/// Takes a record out of its person at once where its verified NHS number has just become another
/// than that of a record beside it, and asks a steward. Nobody may read two people as one until
/// somebody has time. A steward's "the same person" about this record stands: then it stays, and
/// is only questioned ([`doubt`](crate::doubt)): the number is one that the steward did not see. Returns its new person.
pub(crate) fn by_number(
    tx: &mut Tx,
    model: &Model,
    before: &LocalPatient,
    patient: &LocalPatient,
    at: Timestamp,
) -> Result<Option<PersonId>> {
    let number = patient.verified_number();
    if number.is_none() || number == before.verified_number() {
        return Ok(None);
    }
    let members = local_patient::members(tx, patient.person)?;
    let Some(other) = members.iter().find(|member| differs(member, number)) else {
        return Ok(None);
    };
    if is_confirmed(tx, patient, &members)? {
        return Ok(None);
    }
    let weight = model.compare(&patient.profile(), &other.profile());
    let new = person::create(tx, &patient.identity)?;
    let leaving: Vec<&LocalPatient> = members
        .iter()
        .filter(|member| member.id == patient.id || goes_along(member, patient, number))
        .collect();
    out_of(
        tx,
        patient.person,
        &leaving,
        new,
        &Cause::evidence(model, RULE, &weight).between(patient.id, other.id),
        at,
    )?;
    review::file(tx, &NewReview::untenable(model, patient.id, other.id, &weight), at)?;
    Ok(Some(new))
}

fn differs(member: &LocalPatient, number: Option<NhsNumber>) -> bool {
    member.verified_number().is_some_and(|verified| Some(verified) != number)
}

/// What its source merged into the record stands or falls with it.
fn goes_along(member: &LocalPatient, patient: &LocalPatient, number: Option<NhsNumber>) -> bool {
    member.merged_into == Some(patient.id) && !differs(member, number)
}

fn is_confirmed(tx: &mut Tx, patient: &LocalPatient, members: &[LocalPatient]) -> Result<bool> {
    for member in members.iter().filter(|member| member.id != patient.id) {
        if assertion::between(tx, patient.id, member.id)? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}
