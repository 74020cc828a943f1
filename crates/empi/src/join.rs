//! Two people become one: their links move, their records stay as they are.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, ReviewKind, Veto};
use model::PersonId;

use crate::evidence::MOST_RECORDS;
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::{LocalPatient, Result, assertion, local_patient, person, review, source_link};

/// What came of an attempt to join two people.
pub(crate) enum Joined {
    /// They are this one now.
    Into(PersonId),
    /// A safety rule stands against it: a steward decides.
    Doubtful(ReviewKind),
    /// A steward has decided that they are two.
    KeptApart,
}

/// Joins two people on evidence, unless any pair of their records speaks against it: a record
/// that fits both of two twins must not make them one.
pub(crate) fn by_evidence(
    tx: &mut Tx,
    model: &Model,
    a: PersonId,
    b: PersonId,
    cause: &Cause,
    at: Timestamp,
) -> Result<Joined> {
    let others = local_patient::members(tx, b)?;
    for record in local_patient::members(tx, a)? {
        if source_link::keeps_apart(tx, record.id, &others)? {
            return Ok(Joined::KeptApart);
        }
    }
    let forbids = |veto: Veto| veto.is_hard() || matches!(veto, Veto::Sensitive | Veto::Twins);
    unless(tx, model, (a, b), forbids, cause, at)
}

/// Joins two people because their source says that it is one; only a hard veto stands against it, or
/// that one of them is protected: whoever gave them a new identity did so to keep it apart.
pub(crate) fn by_source(
    tx: &mut Tx,
    model: &Model,
    a: PersonId,
    b: PersonId,
    cause: &Cause,
    at: Timestamp,
) -> Result<Joined> {
    let forbids = |veto: Veto| veto.is_hard() || veto == Veto::Sensitive;
    unless(tx, model, (a, b), forbids, cause, at)
}

fn unless(
    tx: &mut Tx,
    model: &Model,
    (a, b): (PersonId, PersonId),
    forbids: impl Fn(Veto) -> bool,
    cause: &Cause,
    at: Timestamp,
) -> Result<Joined> {
    let (records_a, records_b) = (local_patient::members(tx, a)?, local_patient::members(tx, b)?);
    if any_kept_apart(tx, &records_a, &records_b)? {
        return Ok(Joined::KeptApart);
    }
    if let Some(kind) = doubt(model, &records_a, &records_b, forbids) {
        return Ok(Joined::Doubtful(kind));
    }
    people(tx, a, b, cause, at).map(Joined::Into)
}

/// A decision "not the same" stands between two people.
pub(crate) fn kept_apart(tx: &mut Tx, a: PersonId, b: PersonId) -> Result<bool> {
    let (records_a, records_b) = (local_patient::members(tx, a)?, local_patient::members(tx, b)?);
    any_kept_apart(tx, &records_a, &records_b)
}

/// A decision "not the same" stands between any two of their records.
pub(crate) fn any_kept_apart(tx: &mut Tx, a: &[LocalPatient], b: &[LocalPatient]) -> Result<bool> {
    for record in a {
        if assertion::keeps_apart(tx, record.id, b)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What stands against one person of all these records.
fn doubt(
    model: &Model,
    a: &[LocalPatient],
    b: &[LocalPatient],
    forbids: impl Fn(Veto) -> bool,
) -> Option<ReviewKind> {
    if a.len() + b.len() > MOST_RECORDS {
        return Some(ReviewKind::PossibleDuplicate);
    }
    let (a, b) = (local_patient::profiles(a), local_patient::profiles(b));
    a.iter()
        .flat_map(|one| b.iter().map(move |other| (one, other)))
        .flat_map(|(one, other)| model.compare(one, other).vetoes)
        .find(|veto| forbids(*veto))
        .map(Veto::review)
}

/// Joins two people without asking; the older one's id stays, the other redirects to it.
pub(crate) fn people(
    tx: &mut Tx,
    a: PersonId,
    b: PersonId,
    cause: &Cause,
    at: Timestamp,
) -> Result<PersonId> {
    let a_is_older = person::seq(tx, a)? <= person::seq(tx, b)?;
    let (survivor, gone) = if a_is_older { (a, b) } else { (b, a) };
    for record in local_patient::members(tx, gone)? {
        let event = NewEvent::of(LinkKind::Merged, record.id, survivor, at).with_other(gone);
        history::add(tx, &event, cause)?;
    }
    tx.execute(
        "update local_patient set person = ?1 where person = ?2",
        params![survivor.uuid(), gone.uuid()],
    )?;
    person::redirect(tx, gone, survivor)?;
    review::settle(tx, survivor, at)?;
    Ok(survivor)
}
