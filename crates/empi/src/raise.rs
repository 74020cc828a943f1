//! A steward asks by hand: these two linked records may be two people's, or these two people one.
//!
//! The question goes into the queue like the engine's own and is answered in the same way: who asks
//! moves nothing. What is asked already is not asked twice; the reason is added to it.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, Outcome, ReviewKind};
use model::{Actor, LocalPatientId, PersonId};

use crate::answer::{self, AnswerKind, NewAnswer};
use crate::protect::are_protected_from_each_other;
use crate::review::{self, NewReview};
use crate::{Error, LocalPatient, Result, assertion, local_patient, person};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// What a steward doubts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// These two records are linked, and may be two people's.
    Link(LocalPatientId, LocalPatientId),
    /// These two people may be one.
    TwoPeople(PersonId, PersonId),
}

/// Where the question stands that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    /// It is in the queue as this review now.
    Filed(i64),
    /// This review asks it already; the reason was added to it.
    Asked(i64),
}

impl Raised {
    /// The review's number.
    pub fn review(self) -> i64 {
        match self {
            Self::Filed(review) | Self::Asked(review) => review,
        }
    }
}

/// Puts a question into the queue, with the steward's reason. Refused without a reason, where a
/// steward's decision about the two stands, and for a protected person's other identity: an old and a
/// new one are never shown side by side (PDS S-flag). The caller writes the audit entry.
pub fn raise(
    tx: &mut Tx,
    model: &Model,
    doubt: Doubt,
    reason: &str,
    actor: &Actor,
    at: Timestamp,
) -> Result<Raised> {
    let reason = checked(reason)?;
    let new = match doubt {
        Doubt::Link(a, b) => about_link(tx, model, a, b, actor)?,
        Doubt::TwoPeople(a, b) => about_people(tx, model, a, b, actor)?,
    };
    let raised = match asked_already(tx, &new, doubt)? {
        Some(review) => Raised::Asked(review),
        None => Raised::Filed(file(tx, &new, at)?),
    };
    let review = raised.review();
    let said = NewAnswer { review, kind: AnswerKind::Raised, actor, note: reason, at };
    answer::add(tx, &said, None)?;
    Ok(raised)
}

fn checked(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::Invalid("say why you ask: whoever decides reads it"));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Error::Invalid("keep the reason within 1,000 characters"));
    }
    Ok(reason)
}

fn about_link(
    tx: &mut Tx,
    model: &Model,
    a: LocalPatientId,
    b: LocalPatientId,
    actor: &Actor,
) -> Result<NewReview> {
    let (a, b) = (local_patient::load(tx, a)?, local_patient::load(tx, b)?);
    let (Some(a), Some(b)) = (a, b) else { return Err(Error::NoSuchPerson) };
    if a.id == b.id {
        return Err(Error::Invalid("choose two records"));
    }
    if a.person != b.person {
        return Err(Error::NotTogether);
    }
    refuse_if_decided(tx, &a, &b)?;
    let weight = model.compare(&a.profile(), &b.profile());
    let kind = match model.decide(&weight) {
        Outcome::Review(ReviewKind::ConfusedNumber) => ReviewKind::ConfusedNumber,
        _ => ReviewKind::DoubtedLink,
    };
    Ok(NewReview::by_hand(model, a.id, b.id, kind, &weight, actor))
}

/// The pair of records that speaks most for one person stands for the two.
fn about_people(
    tx: &mut Tx,
    model: &Model,
    a: PersonId,
    b: PersonId,
    actor: &Actor,
) -> Result<NewReview> {
    let (a, b) = (person::resolve(tx, a)?, person::resolve(tx, b)?);
    let (Some(a), Some(b)) = (a, b) else { return Err(Error::NoSuchPerson) };
    if a == b {
        return Err(Error::Invalid("these are one person already"));
    }
    let (a, b) = (local_patient::members(tx, a)?, local_patient::members(tx, b)?);
    if are_protected_from_each_other(&a, &b) {
        return Err(Error::Protected);
    }
    for (one, other) in a.iter().flat_map(|one| b.iter().map(move |other| (one, other))) {
        refuse_if_decided(tx, one, other)?;
    }
    let verdict = model.people(&local_patient::profiles(&a), &local_patient::profiles(&b));
    let verdict = verdict.ok_or(Error::NoSuchPerson)?;
    let kind = match verdict.outcome {
        Outcome::Review(kind) => kind,
        Outcome::Link(_) | Outcome::New => ReviewKind::PossibleDuplicate,
    };
    let (Some(one), Some(other)) = (a.get(verdict.record), b.get(verdict.member)) else {
        return Err(Error::NoSuchPerson);
    };
    Ok(NewReview::by_hand(model, one.id, other.id, kind, &verdict.weight, actor))
}

/// Whether these two people may be shown side by side: not where one of them is protected and no
/// verified NHS number says that they are one, because an old and a new identity are kept apart (PDS
/// S-flag).
pub fn may_be_compared(tx: &mut Tx, a: PersonId, b: PersonId) -> Result<bool> {
    let (a, b) = (person::resolve(tx, a)?, person::resolve(tx, b)?);
    let (Some(a), Some(b)) = (a, b) else { return Err(Error::NoSuchPerson) };
    let (a, b) = (local_patient::members(tx, a)?, local_patient::members(tx, b)?);
    Ok(!are_protected_from_each_other(&a, &b))
}

fn refuse_if_decided(tx: &mut Tx, a: &LocalPatient, b: &LocalPatient) -> Result<()> {
    if assertion::between(tx, a.id, b.id)?.is_none() {
        return Ok(());
    }
    let decided = answer::decided_about(tx, a.id, b.id, 0)?;
    Err(decided.map_or(Error::Contradiction, Error::AlreadyDecided))
}

/// The review that waits about these records; for two people about any of theirs.
fn asked_already(tx: &mut Tx, new: &NewReview, doubt: Doubt) -> Result<Option<i64>> {
    let (a, b) = new.pair;
    let same_pair = tx.query_one(
        "select seq from review where a = ?1 and b = ?2
         and state not in ('decided', 'resolved')",
        params![a.uuid(), b.uuid()],
        |row| row.get(0),
    )?;
    match doubt {
        Doubt::TwoPeople(..) if same_pair.is_none() => review::asked_about_their_people(tx, a, b),
        _ => Ok(same_pair),
    }
}

fn file(tx: &mut Tx, new: &NewReview, at: Timestamp) -> Result<i64> {
    review::file(tx, new, at)?;
    let (a, b) = new.pair;
    let filed = tx.query_one(
        "select seq from review where a = ?1 and b = ?2 and state = 'open'",
        params![a.uuid(), b.uuid()],
        |row| row.get(0),
    )?;
    filed.ok_or(Error::Unknown("question that was just filed"))
}
