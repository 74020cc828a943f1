//! A steward takes an answer back: everything stands as it would by all the other decisions and the
//! evidence, and the question is open again.
//!
//! 1. A first answer or a referral moved nothing: the question is simply open again.
//! 2. A decision that a later one rests on stays until that one is taken back.
//! 3. What was decided about pairs is put back.
//! 4. Nothing has come since: records, ids and redirects go back to where they were, exactly.
//! 5. Something has come since: the people concerned are put together anew from all that is known.
//! 6. The questions that the decision closed stand as they stood.

use db::{Tx, params};
use jiff::Timestamp;
use matching::Model;
use model::{Actor, LocalPatientId, PersonId};

use crate::answer::{self, AnswerKind, NewAnswer};
use crate::effects::{Change, Effects, Standpoint};
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::reconsider::reconsider;
use crate::review::{self, Review};
use crate::state::Standing;
use crate::{
    Error, LocalPatient, Result, ReviewState, assertion, ground, local_patient, part, person,
    priority,
};

/// Takes back the answer to a review: the decision, the first answer of two, or the referral. Refused
/// where a later decision rests on it: one that moved records of the same people, or that says of two
/// of them what this one said. An id that a split had given out goes on as a redirect, so that
/// nothing known by it is lost.
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
        // Asked once more on later details; the answer to the earlier ones stands meanwhile.
        ReviewState::Open | ReviewState::Resolved { .. } if review.decision.is_some() => {
            reverse(tx, model, &review, actor, at)?
        }
        ReviewState::Open | ReviewState::Resolved { .. } => return Err(Error::NothingToUndo),
        // Whoever disagrees with the first says so: an answer of their own, in the history.
        ReviewState::AwaitingSecond { user, .. } if user != actor.user => {
            return Err(Error::NotTheirAnswer);
        }
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
        restore_assertion(tx, change, decision)?;
    }
    refuse_if_said_again(tx, &effects, decision)?;
    let cause = Cause::steward(model, actor, review).taking_back(review.id);
    let stands_as_left = stands_as_left(tx, &effects)?;
    if stands_as_left {
        put_back(tx, &effects, &cause, at)?;
    } else {
        let people = effects.people_now(tx)?;
        reconsider(tx, model, &people, &cause, at)?;
    }
    restore_reviews(tx, review.id, &effects)?;
    for person in effects.people_now(tx)? {
        if stands_as_left {
            priority::refresh(tx, person)?;
        } else {
            review::settle(tx, person, at)?;
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
    decision: i64,
) -> Result<()> {
    let (one, other) = change.key;
    let now = assertion::about(tx, one)?.into_iter().find(|(id, _)| *id == other);
    if now.map(|(_, kept)| kept) != change.after {
        return Err(said_later(tx, one, other, decision)?);
    }
    assertion::restore(tx, one, other, change.before.as_ref())
}

/// A decision that still stands says of two of these records what this one said: that they are one
/// person's, and these would part; or two people's, and these would be one's again.
fn refuse_if_said_again(tx: &mut Tx, effects: &Effects, decision: i64) -> Result<()> {
    let Some(first) = effects.moved().next() else { return Ok(()) };
    let was_split = effects.begun(first.after).is_some();
    for moved in effects.moved() {
        for (other, kept) in assertion::about(tx, moved.key)? {
            let parts = effects.links.iter().any(|link| link.key == other && !link.has_moved());
            if parts && kept.same != was_split {
                return Err(said_later(tx, moved.key, other, decision)?);
            }
        }
    }
    Ok(())
}

/// The error for a pair about which something else was decided later.
fn said_later(
    tx: &mut Tx,
    one: LocalPatientId,
    other: LocalPatientId,
    decision: i64,
) -> Result<Error> {
    let later = answer::decided_about(tx, one, other, decision)?;
    Ok(later.map_or(Error::Contradiction, Error::LaterDecision))
}

/// No record has come, gone, or been described anew since, and no source has said anything about
/// them; nobody but the engine or a source could have moved them.
fn stands_as_left(tx: &mut Tx, effects: &Effects) -> Result<bool> {
    let known: Vec<LocalPatientId> = effects.links.iter().map(|link| link.key).collect();
    let as_seen = match effects.ground {
        Some(ground) => ground == ground::of(tx, &known)?,
        // Decided before the ground of a decision was kept.
        None => true,
    };
    if !as_seen || effects.moved().next().is_none() {
        return Ok(as_seen);
    }
    let mut members = Vec::new();
    for person in effects.people_after() {
        members.extend(local_patient::members(tx, person)?);
    }
    let left_there = |record: &LocalPatient| {
        effects.links.iter().any(|link| link.key == record.id && link.after == record.person)
    };
    Ok(members.len() == known.len() && members.iter().all(left_there))
}

/// Every record to where it was, and every id to what it stood for.
fn put_back(tx: &mut Tx, effects: &Effects, cause: &Cause, at: Timestamp) -> Result<()> {
    let Some(first) = effects.moved().next() else { return Ok(()) };
    let (before, after) = (first.before, first.after);
    let mut moved = Vec::new();
    for link in effects.moved() {
        moved.push(local_patient::known(tx, link.key)?);
    }
    if let Some(stood_for) = effects.begun(after) {
        return bring_home(tx, &moved, (after, before), stood_for, cause, at);
    }
    person::revive(tx, before)?;
    part::out_of(tx, after, &moved.iter().collect::<Vec<_>>(), before, cause, at)
}

/// Undoes a split: the records come back from `away`, and its id stands for what it stood for.
fn bring_home(
    tx: &mut Tx,
    moved: &[LocalPatient],
    (away, home): (PersonId, PersonId),
    stood_for: Standpoint,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let path = path_home(tx, stood_for, home)?;
    for record in moved {
        // One event for each step, so that a replay knows the id in the middle as well: once the
        // decision before this one is taken back too, it is that one's again.
        let mut from = away;
        for into in &path {
            let event = NewEvent::of(LinkKind::Merged, record.id, *into, at).with_other(from);
            history::add(tx, &event, cause)?;
            from = *into;
        }
        local_patient::move_to(tx, record.id, home)?;
    }
    person::redirect(tx, away, path.first().copied().unwrap_or(home))?;
    person::lead_on(tx, &[home], cause, at)?;
    review::settle(tx, home, at)
}

/// The ids from what an id stood for to `home`, where that still leads there.
fn path_home(tx: &mut Tx, stood_for: Standpoint, home: PersonId) -> Result<Vec<PersonId>> {
    let Standpoint::Redirect(first) = stood_for else { return Ok(vec![home]) };
    let path = person::redirects(tx, first)?;
    Ok(if path.last() == Some(&home) { path } else { vec![home] })
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
    review::set_decision(tx, decided, effects.answered_before)
}
