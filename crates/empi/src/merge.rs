//! A source says that two of its numbers are one patient (HL7 v2 ADT A40), or that this was wrong.

use db::Tx;
use jiff::Timestamp;
use matching::{Model, ReviewKind, Veto};
use model::{Demographics, LocalIdentity, LocalPatientId, OdsCode, PersonId};

use crate::history::Cause;
use crate::join::{self, Joined};
use crate::reconsider::reconsider;
use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, doubt, feed, local_patient, source_link};

/// The words kept with a link that a source's merge made.
const RULE: &str = "merged at the source";
/// The words kept where that was taken back.
const UNDONE: &str = "the source has taken its merge back";

/// Records that `subsumed` is now `survivor` at its source, and joins their people. Where the two
/// hold different verified NHS numbers, or a steward has kept them apart, the source's merge is
/// recorded but the people stay two and a review is filed. Returns the survivor's person.
pub fn merge(
    tx: &mut Tx,
    model: &Model,
    survivor: &LocalIdentity,
    subsumed: &LocalIdentity,
    organisation: &OdsCode,
    at: Timestamp,
) -> Result<PersonId> {
    let kept = known_or_new(tx, model, survivor, organisation, at)?;
    let gone = known_or_new(tx, model, subsumed, organisation, at)?;
    // Told again it is no news, unless a link that was taken back (A37) has parted them since.
    let is_known = gone.merged_into == Some(kept.id) && kept.person == gone.person;
    if kept.id == gone.id || is_known {
        return Ok(kept.person);
    }
    mark(tx, &kept, &gone)?;
    source_link::forget(tx, kept.id, gone.id)?;
    if kept.person == gone.person {
        return Ok(kept.person);
    }
    let weight = model.compare(&kept.profile(), &gone.profile());
    let cause = Cause::source(model, RULE, &weight).between(kept.id, gone.id);
    match join::by_source(tx, model, kept.person, gone.person, &cause, at)? {
        Joined::Into(person) => {
            // The source is believed, and somebody looks at what it has joined.
            doubt::ask_about_merge(tx, model, gone.id, at)?;
            Ok(person)
        }
        Joined::Doubtful(_) | Joined::KeptApart => {
            let kind = ReviewKind::PossibleDuplicate;
            // An old and a new identity are never shown side by side, not even to ask.
            if !weight.vetoes.contains(&Veto::Sensitive) {
                let question = NewReview::source(model, kept.id, gone.id, kind, &weight);
                review::insist(tx, &question, at)?;
            }
            Ok(kept.person)
        }
    }
}

/// A source merges two numbers of its own, but what it says of them leaves open whether they are one
/// patient's: two NHS numbers, and no word that one replaced the other. Nothing is joined; a steward
/// is asked. Returns the survivor's person.
pub fn question_merge(
    tx: &mut Tx,
    model: &Model,
    survivor: &LocalIdentity,
    subsumed: &LocalIdentity,
    organisation: &OdsCode,
    at: Timestamp,
) -> Result<PersonId> {
    let kept = known_or_new(tx, model, survivor, organisation, at)?;
    let gone = known_or_new(tx, model, subsumed, organisation, at)?;
    if kept.person != gone.person {
        let weight = model.compare(&kept.profile(), &gone.profile());
        let kind = ReviewKind::PossibleDuplicate;
        review::file(tx, &NewReview::source(model, kept.id, gone.id, kind, &weight), at)?;
    }
    Ok(kept.person)
}

/// Takes a merge back: `subsumed` is a patient of its own again, and goes to the person it would
/// belong to without the merge, under the id it had. What came in between stays with the record
/// that it is about. Returns the person of `subsumed`; `None` where it was not merged into
/// `survivor`.
pub fn unmerge(
    tx: &mut Tx,
    model: &Model,
    survivor: &LocalIdentity,
    subsumed: &LocalIdentity,
    at: Timestamp,
) -> Result<Option<PersonId>> {
    let kept = local_patient::load(tx, survivor.local_patient())?;
    let gone = local_patient::load(tx, subsumed.local_patient())?;
    let (Some(kept), Some(gone)) = (kept, gone) else { return Ok(None) };
    if gone.merged_into != Some(kept.id) {
        return Ok(None);
    }
    local_patient::mark_merged(tx, gone.id, None)?;
    let weight = model.compare(&kept.profile(), &gone.profile());
    let cause = Cause::source(model, UNDONE, &weight).between(kept.id, gone.id);
    reconsider(tx, model, &[kept.person, gone.person].into(), &cause, at)?;
    Ok(Some(local_patient::known(tx, gone.id)?.person))
}

/// A message may name a number that we have never seen: it gets a local patient all the same, so
/// that a later message about it is not a stranger.
pub(crate) fn known_or_new(
    tx: &mut Tx,
    model: &Model,
    identity: &LocalIdentity,
    organisation: &OdsCode,
    at: Timestamp,
) -> Result<LocalPatient> {
    if let Some(known) = local_patient::load(tx, identity.local_patient())? {
        return Ok(known);
    }
    feed(tx, model, identity, organisation, &Demographics::default(), at)?;
    local_patient::known(tx, identity.local_patient())
}

/// Marks the subsumed patient. A merge in the other direction before this one is taken back first,
/// so that following the marks always ends; any other merge of the survivor stands.
fn mark(tx: &mut Tx, kept: &LocalPatient, gone: &LocalPatient) -> Result<()> {
    if leads_to(tx, kept, gone.id)? {
        local_patient::mark_merged(tx, kept.id, None)?;
    }
    local_patient::mark_merged(tx, gone.id, Some(kept.id))
}

/// Whether following the marks from this record comes to that one.
fn leads_to(tx: &mut Tx, from: &LocalPatient, to: LocalPatientId) -> Result<bool> {
    let mut next = from.merged_into;
    while let Some(id) = next.filter(|id| *id != to) {
        next = local_patient::load(tx, id)?.and_then(|record| record.merged_into);
    }
    Ok(next.is_some())
}
