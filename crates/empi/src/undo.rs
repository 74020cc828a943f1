//! A steward takes an answer back: everything stands as it did before, and the question is open again.
//!
//! 1. A first answer or a referral moved nothing: the question is simply open again.
//! 2. A decision that a later one rests on stays until that one is taken back.
//! 3. What was decided about pairs is put back.
//! 4. Records go back to where they were, by events like any other. What has come since stays with
//!    the person that it fits better.
//! 5. The questions that the decision closed stand as they stood.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Basis, Model, Outcome, Verdict};
use model::{Actor, LocalPatientId, PersonId};

use crate::answer::{self, AnswerKind, NewAnswer};
use crate::effects::{Change, Effects, Standpoint};
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::review::{self, Review};
use crate::state::Standing;
use crate::{
    Error, LocalPatient, Result, ReviewState, assertion, local_patient, part, person, priority,
};

/// Takes back the answer to a review: the decision, the first answer of two, or the referral. Refused
/// where a later decision rests on it, or where newer details have moved the records. An id that a
/// split had given out goes on as a redirect, so that nothing known by it is lost.
pub fn undo(tx: &mut Tx, model: &Model, review: i64, actor: &Actor, at: Timestamp) -> Result<()> {
    take_back(tx, model, review, actor, at).map(|_| ())
}

pub(crate) fn take_back(
    tx: &mut Tx,
    model: &Model,
    review: i64,
    actor: &Actor,
    at: Timestamp,
) -> Result<Effects> {
    let review = review::review(tx, review)?.ok_or(Error::NoSuchReview)?;
    let effects = match review.state {
        ReviewState::Open | ReviewState::Resolved { .. } => return Err(Error::NothingToUndo),
        ReviewState::AwaitingSecond { .. } | ReviewState::Referred { .. } => {
            review::stand(tx, review.id, &Standing::open())?;
            Effects::default()
        }
        ReviewState::Decided { .. } => reverse(tx, model, &review, actor, at)?,
    };
    let new = NewAnswer { review: review.id, kind: AnswerKind::Undone, actor, note: "", at };
    answer::add(tx, &new, None)?;
    Ok(effects)
}

fn reverse(
    tx: &mut Tx,
    model: &Model,
    review: &Review,
    actor: &Actor,
    at: Timestamp,
) -> Result<Effects> {
    let decision = review.decision.ok_or(Error::NothingToUndo)?;
    let effects = effects_of(tx, decision)?;
    refuse_if_built_upon(tx, &effects, decision)?;
    for change in &effects.assertions {
        restore_assertion(tx, change)?;
    }
    let cause = Cause::steward(model, actor, review).taking_back(review.id);
    if let Some(moved) = effects.moved().next() {
        let came_alive = effects.people.iter().any(|change| {
            change.key == moved.before && matches!(change.after, Standpoint::Redirect(_))
        });
        if came_alive {
            part_again(tx, model, &effects, moved, &cause, at)?;
        } else {
            join_again(tx, review, &effects, moved, &cause, at)?;
        }
    }
    restore_reviews(tx, review.id, &effects)?;
    for link in &effects.links {
        if let Some(person) = person::person_of(tx, link.key)? {
            priority::refresh(tx, person)?;
        }
    }
    Ok(effects)
}

fn effects_of(tx: &mut Tx, decision: i64) -> Result<Effects> {
    let text: Option<Option<String>> = tx.query_one(
        "select effects from review_answer where seq = ?1",
        params![decision],
        |row| row.get(0),
    )?;
    Effects::read(&text.flatten().ok_or(Error::NothingToUndo)?)
}

/// A decision that still stands has moved records of these people later.
fn refuse_if_built_upon(tx: &mut Tx, effects: &Effects, decision: i64) -> Result<()> {
    for record in effects.moved_people() {
        let later: Option<i64> = tx.query_one(
            "select review.seq from decision_record
             join review on review.decision = decision_record.answer
             where decision_record.patient = ?1 and decision_record.answer > ?2
             order by decision_record.answer desc limit 1",
            params![record.uuid(), decision],
            |row| row.get(0),
        )?;
        if let Some(later) = later {
            return Err(Error::LaterDecision(later));
        }
    }
    Ok(())
}

fn restore_assertion(
    tx: &mut Tx,
    change: &Change<(LocalPatientId, LocalPatientId), Option<assertion::Kept>>,
) -> Result<()> {
    let (one, other) = change.key;
    let now = assertion::about(tx, one)?.into_iter().find(|(id, _)| *id == other);
    if now.map(|(_, kept)| kept) != change.after {
        return Err(decided_later(tx, one, other)?);
    }
    assertion::restore(tx, one, other, change.before.as_ref())
}

/// The error for a pair about which something else was decided later.
fn decided_later(tx: &mut Tx, one: LocalPatientId, other: LocalPatientId) -> Result<Error> {
    let review: Option<i64> = tx.query_one(
        "select seq from review where a = ?1 and b = ?2 and state = 'decided'",
        params![one.min(other).uuid(), one.max(other).uuid()],
        |row| row.get(0),
    )?;
    Ok(review.map_or(Error::Contradiction, Error::LaterDecision))
}

/// Undoes a join: the records that came with the other person go back to it, and its id is its own.
fn part_again(
    tx: &mut Tx,
    model: &Model,
    effects: &Effects,
    moved: &Change<LocalPatientId, PersonId>,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let home = moved.before;
    let now = person::resolve(tx, moved.after)?.ok_or(Error::Overtaken)?;
    if person::resolve(tx, home)? != Some(now) {
        return Err(Error::Overtaken);
    }
    let members = local_patient::members(tx, now)?;
    let was_moved = |id: LocalPatientId| effects.moved().any(|link| link.key == id);
    let was_there = |id: LocalPatientId| effects.links.iter().any(|link| link.key == id);
    let (mut leaving, rest): (Vec<&LocalPatient>, Vec<&LocalPatient>) =
        members.iter().partition(|member| was_moved(member.id));
    if leaving.len() != effects.moved().count() {
        return Err(Error::Overtaken);
    }
    let (staying, since): (Vec<&LocalPatient>, Vec<&LocalPatient>) =
        rest.into_iter().partition(|member| was_there(member.id));
    let drawn: Vec<&LocalPatient> =
        since.into_iter().filter(|member| fits_better(model, member, &leaving, &staying)).collect();
    leaving.extend(drawn);
    let leaves = |member: &LocalPatient| leaving.iter().any(|one| one.id == member.id);
    for one in &leaving {
        for other in members.iter().filter(|member| !leaves(member)) {
            if assertion::between(tx, one.id, other.id)? == Some(true) {
                return Err(decided_later(tx, one.id, other.id)?);
            }
        }
    }
    person::revive(tx, home)?;
    part::out_of(tx, now, &leaving, home, cause, at)
}

/// A record that has come since the join belongs more with those who leave.
fn fits_better(
    model: &Model,
    record: &LocalPatient,
    leaving: &[&LocalPatient],
    staying: &[&LocalPatient],
) -> bool {
    let profile = record.profile();
    let strength = |members: &[&LocalPatient]| {
        let profiles: Vec<_> = members.iter().map(|member| member.profile()).collect();
        model.against(&profile, &profiles).map(|verdict| strength(&verdict))
    };
    strength(leaving) > strength(staying)
}

fn strength(verdict: &Verdict) -> (u8, f64) {
    let rank = match verdict.outcome {
        Outcome::Link(Basis::Rule(_)) => 3,
        Outcome::Link(Basis::Weight) => 2,
        Outcome::Review(_) => 1,
        Outcome::New => 0,
    };
    (rank, verdict.weight.total)
}

/// Undoes a split: the records of the person that it made come back; its id redirects.
fn join_again(
    tx: &mut Tx,
    review: &Review,
    effects: &Effects,
    moved: &Change<LocalPatientId, PersonId>,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let away = moved.after;
    let home = person::resolve(tx, moved.before)?.ok_or(Error::Overtaken)?;
    if person::resolve(tx, away)? != Some(away) || home == away {
        return Err(Error::Overtaken);
    }
    let coming = local_patient::members(tx, away)?;
    let staying = local_patient::members(tx, home)?;
    let all_there = effects.moved().all(|link| coming.iter().any(|member| member.id == link.key));
    if !all_there || have_come_to_differ(review, &coming, &staying) {
        return Err(Error::Overtaken);
    }
    for one in &coming {
        for (other, kept) in assertion::about(tx, one.id)? {
            if !kept.same && staying.iter().any(|member| member.id == other) {
                return Err(decided_later(tx, one.id, other)?);
            }
        }
    }
    for record in &coming {
        let event = NewEvent::of(LinkKind::Merged, record.id, home, at).with_other(away);
        history::add(tx, &event, cause)?;
        local_patient::move_to(tx, record.id, home)?;
    }
    person::redirect(tx, away, home)?;
    review::settle(tx, home, at)
}

/// Numbers verified since the split say that they are two people: one steward does not join those.
fn have_come_to_differ(review: &Review, coming: &[LocalPatient], staying: &[LocalPatient]) -> bool {
    let ReviewState::Decided { at, .. } = review.state else { return false };
    coming.iter().flat_map(|one| staying.iter().map(move |other| (one, other))).any(
        |(one, other)| {
            let newer = one.updated_at > at || other.updated_at > at;
            let numbers = one.verified_number().zip(other.verified_number());
            newer && numbers.is_some_and(|(one, other)| one != other)
        },
    )
}

/// The question itself is open: two verified numbers need both answers anew. Another question stands as
/// it stood, if nothing has happened to it since.
fn restore_reviews(tx: &mut Tx, decided: i64, effects: &Effects) -> Result<()> {
    for change in &effects.reviews {
        let now = tx.query_one(
            "select state, closed_by, closed_at, asked_by_user, asked_by, asked_at, referred_to, note
             from review where seq = ?1",
            params![change.key],
            |row| Standing::from_row(row, 0),
        )?;
        if change.key != decided && now.as_ref() == Some(&change.after) {
            review::stand(tx, change.key, &change.before)?;
        }
    }
    review::stand(tx, decided, &Standing::open())?;
    review::set_decision(tx, decided, None)
}
