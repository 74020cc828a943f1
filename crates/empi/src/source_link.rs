//! A source says that two records are one person's (HL7 v2 ADT A24), or takes it back (A37). Unlike
//! a merge (A40) both numbers stay in use.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, ReviewKind, Veto};
use model::{LocalIdentity, LocalPatientId, OdsCode, PersonId};

use crate::history::Cause;
use crate::merge::known_or_new;
use crate::reconsider::reconsider;
use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, local_patient};

const LINKED: &str = "linked at the source";
const UNLINKED: &str = "the source says that they are not one person";

/// Joins the people of two records because a source says that they are one (A24). Where their
/// verified NHS numbers differ, or a steward keeps them apart, they stay two and a review is filed.
/// Returns the person of `a`.
pub fn link_at_source(
    tx: &mut Tx,
    model: &Model,
    a: &LocalIdentity,
    b: &LocalIdentity,
    organisation: &OdsCode,
    at: Timestamp,
) -> Result<PersonId> {
    let said = Said { same: true, organisation, at };
    let (a, b) = said.about(tx, model, a, b, LINKED)?;
    if a.person != b.person {
        let weight = model.compare(&a.profile(), &b.profile());
        // An old and a new identity are never shown side by side, not even to ask.
        if !weight.vetoes.contains(&Veto::Sensitive) {
            let kind = ReviewKind::PossibleDuplicate;
            review::insist(tx, &NewReview::source(model, a.id, b.id, kind, &weight), at)?;
        }
    }
    Ok(a.person)
}

/// Parts two records because a source says that they are not one person's (A37): only a steward
/// joins them again, or the source. Returns the person of `a`.
pub fn unlink_at_source(
    tx: &mut Tx,
    model: &Model,
    a: &LocalIdentity,
    b: &LocalIdentity,
    organisation: &OdsCode,
    at: Timestamp,
) -> Result<PersonId> {
    let said = Said { same: false, organisation, at };
    let (a, _) = said.about(tx, model, a, b, UNLINKED)?;
    Ok(a.person)
}

struct Said<'a> {
    same: bool,
    organisation: &'a OdsCode,
    at: Timestamp,
}

impl Said<'_> {
    /// Keeps what was said and acts on it. Returns both records as they are then.
    fn about(
        &self,
        tx: &mut Tx,
        model: &Model,
        a: &LocalIdentity,
        b: &LocalIdentity,
        rule: &str,
    ) -> Result<(LocalPatient, LocalPatient)> {
        let one = known_or_new(tx, model, a, self.organisation, self.at)?;
        let other = known_or_new(tx, model, b, self.organisation, self.at)?;
        if one.id == other.id || self.is_older_news(tx, one.id, other.id)? {
            return Ok((one, other));
        }
        self.keep(tx, one.id, other.id)?;
        if self.same != (one.person == other.person) {
            let weight = model.compare(&one.profile(), &other.profile());
            let cause = Cause::source(model, rule, &weight).between(one.id, other.id);
            reconsider(tx, model, &[one.person, other.person].into(), &cause, self.at)?;
        }
        Ok((local_patient::known(tx, one.id)?, local_patient::known(tx, other.id)?))
    }

    /// The source has said something later about the two: messages come late and again.
    fn is_older_news(&self, tx: &mut Tx, a: LocalPatientId, b: LocalPatientId) -> Result<bool> {
        let said: Option<Timestamp> = tx.query_one(
            "select at from source_link where patient = ?1 and other = ?2",
            params![a.uuid(), b.uuid()],
            |row| row.get(0),
        )?;
        Ok(said.is_some_and(|later| later > self.at))
    }

    /// Readable from both sides; what was said before is replaced.
    fn keep(&self, tx: &mut Tx, a: LocalPatientId, b: LocalPatientId) -> Result<()> {
        for (patient, other) in [(a, b), (b, a)] {
            tx.execute(
                "insert into source_link (patient, other, same, organisation, at)
                 values (?1, ?2, ?3, ?4, ?5)
                 on conflict (patient, other) do update set
                     same = excluded.same, organisation = excluded.organisation, at = excluded.at",
                params![
                    patient.uuid(),
                    other.uuid(),
                    self.same,
                    self.organisation.as_str(),
                    self.at
                ],
            )?;
        }
        Ok(())
    }
}

/// A source has said that this record is not the same person's as one of the others.
pub(crate) fn keeps_apart(
    tx: &mut Tx,
    record: LocalPatientId,
    others: &[LocalPatient],
) -> Result<bool> {
    let refused: Vec<uuid::Uuid> = tx.query(
        "select other from source_link where patient = ?1 and same = 0",
        params![record.uuid()],
        |row| row.get(0),
    )?;
    Ok(others.iter().any(|other| refused.contains(&other.id.uuid())))
}

/// Forgets what was said about two records: a merge says more.
pub(crate) fn forget(tx: &mut Tx, a: LocalPatientId, b: LocalPatientId) -> Result<()> {
    tx.execute(
        "delete from source_link where (patient = ?1 and other = ?2) or (patient = ?2 and other = ?1)",
        params![a.uuid(), b.uuid()],
    )?;
    Ok(())
}
