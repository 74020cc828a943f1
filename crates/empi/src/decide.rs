//! A steward decides: the same person, two people, somebody else must say. The decision outranks the
//! engine from then on, until it is taken back.

use db::{Tx, params};
use jiff::Timestamp;
use matching::Model;
use model::{Actor, LocalPatientId, NhsNumber, OdsCode, PersonId};

use crate::answer::{self, AnswerKind, NewAnswer};
use crate::effects::{Before, Effects};
use crate::history::{self, Cause, LinkKind, NewEvent, actor_text};
use crate::review::{self, Review};
use crate::state::Standing;
use crate::{
    Error, LocalPatient, Result, ReviewState, assertion, join, local_patient, part, person,
    priority, protect, seen,
};

/// The longest note to a source, in characters.
const LONGEST_NOTE: usize = 1000;

/// A steward's answer to a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Both records are about one person.
    SamePerson,
    /// They are about two people. Where they are linked, the engine chooses what goes along.
    NotTheSame,
    /// They are linked and about two people, and these records are the other person's: one of the
    /// two in question, and whatever else the steward has chosen.
    Split(Vec<LocalPatientId>),
    /// The organisation whose record it is must say. Its answer is its own next message.
    Refer {
        /// Who is asked.
        to: OdsCode,
        /// What they are asked, in at most 1,000 characters.
        note: String,
    },
}

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It is done.
    Done,
    /// Two people who hold two verified NHS numbers become one only when a second steward agrees.
    NeedsSecond,
    /// The second steward does not agree with the first: the question is open again.
    Disagreed,
}

/// Answers a review, and keeps the answer so that the engine never acts against it. The caller
/// writes the audit entry.
pub fn decide(
    tx: &mut Tx,
    model: &Model,
    review: i64,
    decision: &Decision,
    actor: &Actor,
    at: Timestamp,
) -> Result<Decided> {
    let review = review::unsettled(tx, review)?;
    match way(tx, &review, decision, actor)? {
        Way::CarryOut => {
            carry_out(tx, model, &review, decision, actor, at)?;
            Ok(Decided::Done)
        }
        Way::AskSecond => {
            let standing = Standing::awaiting_second(actor.user, &actor_text(actor), at);
            say(tx, &review, &standing, AnswerKind::FirstOfTwo, actor, at)?;
            Ok(Decided::NeedsSecond)
        }
        Way::Disagree => {
            say(tx, &review, &Standing::open(), AnswerKind::Disagreed, actor, at)?;
            Ok(Decided::Disagreed)
        }
    }
}

/// What an answer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    CarryOut,
    AskSecond,
    Disagree,
}

pub(crate) fn way(tx: &mut Tx, review: &Review, decision: &Decision, actor: &Actor) -> Result<Way> {
    let first = match &review.state {
        ReviewState::AwaitingSecond { user, .. } => Some(*user),
        _ => None,
    };
    if *decision == Decision::SamePerson && !review.is_together() {
        refuse_to_join(tx, review)?;
    }
    match decision {
        Decision::SamePerson if hold_two_numbers(tx, review)? => match first {
            None => Ok(Way::AskSecond),
            Some(first) if first == actor.user => Err(Error::SecondSteward),
            Some(_) => Ok(Way::CarryOut),
        },
        Decision::NotTheSame if first.is_some_and(|first| first != actor.user) => Ok(Way::Disagree),
        _ => Ok(Way::CarryOut),
    }
}

/// Two people whom an answer may not make one; the first of two stewards is told at once.
fn refuse_to_join(tx: &mut Tx, review: &Review) -> Result<()> {
    if review.filed_by != "source" && protect::forbids(tx, review.a.id, review.b.id)? {
        return Err(Error::Protected);
    }
    let a = local_patient::members(tx, review.a.person)?;
    let b = local_patient::members(tx, review.b.person)?;
    let between_them = assertion::between(tx, review.a.id, review.b.id)? == Some(false);
    let kept_apart = join::any_kept_apart(tx, &a, &b)? && !between_them;
    if kept_apart { Err(Error::Contradiction) } else { Ok(()) }
}

/// One side holds a verified NHS number, and the other side another one.
fn hold_two_numbers(tx: &mut Tx, review: &Review) -> Result<bool> {
    let numbers = |records: &[LocalPatient]| -> Vec<NhsNumber> {
        records.iter().filter_map(LocalPatient::verified_number).collect()
    };
    let (a, b) = if review.is_together() {
        (numbers(std::slice::from_ref(&review.a)), numbers(std::slice::from_ref(&review.b)))
    } else {
        let a = local_patient::members(tx, review.a.person)?;
        let b = local_patient::members(tx, review.b.person)?;
        (numbers(&a), numbers(&b))
    };
    Ok(a.iter().any(|one| b.iter().any(|other| one != other)))
}

/// Keeps an answer that moves no link.
fn say(
    tx: &mut Tx,
    review: &Review,
    standing: &Standing,
    kind: AnswerKind,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    review::stand(tx, review.id, standing)?;
    answer::add(tx, &NewAnswer { review: review.id, kind, actor, note: "", at }, None)?;
    Ok(())
}

/// Does what was decided, and keeps what that changed.
pub(crate) fn carry_out(
    tx: &mut Tx,
    model: &Model,
    review: &Review,
    decision: &Decision,
    actor: &Actor,
    at: Timestamp,
) -> Result<Effects> {
    let before = Before::capture(tx, review)?;
    let cause = Cause::steward(model, actor, review);
    let together = review.is_together();
    let (kind, note) = match decision {
        Decision::Refer { to, note } => return refer(tx, review, &before, (to, note), actor, at),
        Decision::SamePerson => {
            same_person(tx, review, &cause, actor, at)?;
            (AnswerKind::SamePerson, String::new())
        }
        Decision::NotTheSame | Decision::Split(_) if review.is_one_record() => {
            return Err(Error::OneRecord);
        }
        Decision::NotTheSame => {
            assertion::record(tx, review.a.id, review.b.id, false, actor, at)?;
            if together {
                split(tx, review, &cause, actor, at)?;
            } else {
                let event = NewEvent::of(LinkKind::Refused, review.b.id, review.a.person, at)
                    .with_other(review.b.person);
                history::add(tx, &event, &cause)?;
            }
            (AnswerKind::NotTheSame, String::new())
        }
        Decision::Split(chosen) => {
            split_chosen(tx, review, chosen, &cause, actor, at)?;
            (AnswerKind::Split, format!("{} records", chosen.len()))
        }
    };
    review::stand(tx, review.id, &Standing::decided(&actor_text(actor), at))?;
    let effects = Effects { answered_before: review.decision, ..before.changes(tx)? };
    let new = NewAnswer { review: review.id, kind, actor, note: &note, at };
    let answer = answer::add(tx, &new, Some(&effects))?;
    review::set_decision(tx, review.id, Some(answer))?;
    rest_on_both(tx, review, answer)?;
    for record in effects.moved_people() {
        tx.execute(
            "insert into decision_record (patient, answer) values (?1, ?2) on conflict do nothing",
            params![record.uuid(), answer],
        )?;
    }
    for person in effects.people_after() {
        priority::refresh(tx, person)?;
    }
    Ok(effects)
}

/// What moved by the earlier answer to this question stands on the new one as well.
fn rest_on_both(tx: &mut Tx, review: &Review, answer: i64) -> Result<()> {
    tx.execute(
        "insert into decision_record (patient, answer)
         select patient, ?2 from decision_record where answer = ?1
         on conflict do nothing",
        params![review.decision, answer],
    )?;
    Ok(())
}

fn refer(
    tx: &mut Tx,
    review: &Review,
    before: &Before,
    (to, note): (&OdsCode, &str),
    actor: &Actor,
    at: Timestamp,
) -> Result<Effects> {
    let note = note.trim();
    let mut concerned = local_patient::members(tx, review.a.person)?;
    concerned.extend(local_patient::members(tx, review.b.person)?);
    if !concerned.iter().any(|record| record.organisation == *to) {
        return Err(Error::Invalid("choose an organisation that holds one of the records"));
    }
    if note.is_empty() {
        return Err(Error::Invalid("say what the source is to check"));
    }
    if note.chars().count() > LONGEST_NOTE {
        return Err(Error::Invalid("keep the note to the source within 1,000 characters"));
    }
    let standing = Standing::referred(to, note, actor.user, &actor_text(actor), at);
    review::stand(tx, review.id, &standing)?;
    let note = format!("{to}: {note}");
    let new = NewAnswer { review: review.id, kind: AnswerKind::Referred, actor, note: &note, at };
    answer::add(tx, &new, None)?;
    before.changes(tx)
}

fn same_person(
    tx: &mut Tx,
    review: &Review,
    cause: &Cause,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    let mut person = review.a.person;
    // What was said about these two before is what is decided anew.
    if !review.is_one_record() {
        seen::confirm(tx, review, actor, at)?;
    }
    if !review.is_together() {
        let a = local_patient::members(tx, review.a.person)?;
        let b = local_patient::members(tx, review.b.person)?;
        if join::any_kept_apart(tx, &a, &b)? {
            return Err(Error::Contradiction);
        }
        person = join::people(tx, review.a.person, review.b.person, cause, at)?;
    }
    let event = NewEvent::of(LinkKind::Confirmed, review.b.id, person, at);
    history::add(tx, &event, cause)
}

/// Takes one record, and those that stand or fall with it, out of a person. The record that gave
/// the person its id stays.
fn split(tx: &mut Tx, review: &Review, cause: &Cause, actor: &Actor, at: Timestamp) -> Result<()> {
    let old = review.a.person;
    let founder_is_b = person::first_id(&review.b.identity) == old;
    let (stays, leaves) =
        if founder_is_b { (&review.b, &review.a) } else { (&review.a, &review.b) };
    let members = local_patient::members(tx, old)?;
    let leaving: Vec<&LocalPatient> = members
        .iter()
        .filter(|member| member.id != stays.id)
        .filter(|member| goes_along(member, leaves, stays))
        .collect();
    withdraw(tx, &members, &leaving, actor, at)?;
    part_with(tx, old, &leaving, leaves, cause, at)
}

/// What was said before to be one person with somebody who leaves now is not any more: else the next
/// repair would lead them back, by way of others.
fn withdraw(
    tx: &mut Tx,
    members: &[LocalPatient],
    leaving: &[&LocalPatient],
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    let leaves = |one: &&LocalPatient| leaving.iter().any(|gone| gone.id == one.id);
    let staying: Vec<&LocalPatient> = members.iter().filter(|one| !leaves(one)).collect();
    for (one, other) in leaving.iter().flat_map(|one| staying.iter().map(move |other| (one, other)))
    {
        if assertion::between(tx, one.id, other.id)? == Some(true) {
            assertion::record(tx, one.id, other.id, false, actor, at)?;
        }
    }
    Ok(())
}

/// The record itself, what its source merged into it, and records with its verified NHS number.
fn goes_along(member: &LocalPatient, leaves: &LocalPatient, stays: &LocalPatient) -> bool {
    let number = leaves.verified_number();
    let by_number =
        number.is_some() && number == member.verified_number() && number != stays.verified_number();
    member.id == leaves.id || member.merged_into == Some(leaves.id) || by_number
}

/// Takes out the records that the steward has chosen. They are somebody else's than those that stay,
/// each of them than each, so that no later evidence leads one back.
fn split_chosen(
    tx: &mut Tx,
    review: &Review,
    chosen: &[LocalPatientId],
    cause: &Cause,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    if !review.is_together() {
        return Err(Error::NotTogether);
    }
    let members = local_patient::members(tx, review.a.person)?;
    let parts_the_two = chosen.contains(&review.a.id) != chosen.contains(&review.b.id);
    let all_are_members = chosen.iter().all(|id| members.iter().any(|member| member.id == *id));
    if !parts_the_two || !all_are_members {
        return Err(Error::SplitChoice);
    }
    let (leaving, staying): (Vec<&LocalPatient>, Vec<&LocalPatient>) =
        members.iter().partition(|member| chosen.contains(&member.id));
    for (one, other) in leaving.iter().flat_map(|one| staying.iter().map(move |other| (one, other)))
    {
        assertion::record(tx, one.id, other.id, false, actor, at)?;
        review::settle_by_hand(tx, one.id, other.id, actor, at)?;
    }
    let first = if chosen.contains(&review.a.id) { &review.a } else { &review.b };
    part_with(tx, review.a.person, &leaving, first, cause, at)
}

/// Parts records from a person; `first` names the new one.
fn part_with(
    tx: &mut Tx,
    old: PersonId,
    leaving: &[&LocalPatient],
    first: &LocalPatient,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let new = person::create(tx, &first.identity)?;
    part::out_of(tx, old, leaving, new, cause, at)
}
