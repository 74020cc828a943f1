//! A steward decides: the same person, or not. The decision outranks the engine from then on.

use db::Tx;
use jiff::Timestamp;
use matching::Model;
use model::{Actor, PersonId};

use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::review::{self, Review};
use crate::{Error, LocalPatient, Result, assertion, join, local_patient, part, person};

/// A steward's answer to a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Both records are about one person.
    SamePerson,
    /// They are about two people.
    NotTheSame,
}

/// Answers a review: joins or parts the people, and keeps the answer so that the engine never acts
/// against it. The caller writes the audit entry.
pub fn decide(
    tx: &mut Tx,
    model: &Model,
    review: i64,
    decision: Decision,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    let review = review::open(tx, review)?;
    let together = review.a.person == review.b.person;
    let same = decision == Decision::SamePerson;
    let cause = Cause::steward(model, actor, &review);
    assertion::record(tx, review.a.id, review.b.id, same, actor, at)?;
    match decision {
        Decision::SamePerson => {
            let person = if together { review.a.person } else { join(tx, &review, &cause, at)? };
            let event = NewEvent::of(LinkKind::Confirmed, review.b.id, person, at);
            history::add(tx, &event, &cause)?;
        }
        Decision::NotTheSame if together => split(tx, &review, &cause, at)?,
        Decision::NotTheSame => {
            let event = NewEvent::of(LinkKind::Refused, review.b.id, review.a.person, at)
                .with_other(review.b.person);
            history::add(tx, &event, &cause)?;
        }
    }
    review::close(tx, review.id, actor, at)
}

fn join(tx: &mut Tx, review: &Review, cause: &Cause, at: Timestamp) -> Result<PersonId> {
    let a = local_patient::members(tx, review.a.person)?;
    let b = local_patient::members(tx, review.b.person)?;
    if join::any_kept_apart(tx, &a, &b)? {
        return Err(Error::Contradiction);
    }
    join::people(tx, review.a.person, review.b.person, cause, at)
}

/// Takes one record, and those that stand or fall with it, out of a person. The record that gave
/// the person its id stays.
fn split(tx: &mut Tx, review: &Review, cause: &Cause, at: Timestamp) -> Result<()> {
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
    let new = person::create(tx, &leaves.identity)?;
    part::out_of(tx, old, &leaving, new, cause, at)
}

/// The record itself, what its source merged into it, and records with its verified NHS number.
fn goes_along(member: &LocalPatient, leaves: &LocalPatient, stays: &LocalPatient) -> bool {
    let number = leaves.verified_number();
    let by_number =
        number.is_some() && number == member.verified_number() && number != stays.verified_number();
    member.id == leaves.id || member.merged_into == Some(leaves.id) || by_number
}
