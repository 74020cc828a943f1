//! A visit was somebody else's (A44, A45 and their relatives).
//!
//! Clinical resources are never moved or rewritten, so the record is put right in versions:
//! 1. the move is kept: whatever is said of the visit from now on, under whichever name, is the
//!    right patient's;
//! 2. the messages that told of the visit are read again, and what they say is written under the
//!    right patient, each version with its message as its provenance;
//! 3. what stood under the wrong patient gets one more version: entered in error;
//! 4. both patients' stays are folded anew.
//!
//! Nothing is withdrawn that was not found again in step 2. A move back does the same the other way.

use std::collections::BTreeSet;

use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use mapping::{Mapped, Move, MovedVisits, Moving, Statement, Visit};
use repository::{MoveKind, OfVisit, Provenance, VisitMove, Written};

use crate::story::{Teller, map_after};
use crate::visit::{self, Names};
use crate::{Error, admission, relationship};

/// Does what a message says about whose a visit is; returns how many versions were written.
pub(crate) fn apply(
    tx: &mut Tx,
    moved: &Move,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let mut written = 0;
    for (from, to) in visits(tx, moved)? {
        let moved = VisitMove {
            kind: MoveKind::Moved,
            from: visit::name(&from),
            to: visit::name(&to),
            at,
            message: teller.provenance.message,
        };
        // Step 1.
        if Names::of(tx, &from)?.with(moved.clone()).is_contradictory() {
            return Err(Error::ContradictoryMove);
        }
        if repository::add_visit_move(tx, &moved)? {
            written += put_right(tx, &to, at, teller)?;
        }
    }
    Ok(written)
}

/// The visits meant. An account stands for all visits that were told with it.
fn visits(tx: &mut Tx, moved: &Move) -> Result<Vec<(Visit, Visit)>, Error> {
    let pair = |was: &str, is: &str| {
        (Visit::new(moved.from.clone(), was), Visit::new(moved.to.clone(), is))
    };
    let (was, is) = match &moved.what {
        Moving::Visit { was, is } => return Ok(vec![pair(was, is)]),
        Moving::Account { was, is } => (was, is),
    };
    let bodies = repository::spell_events_of_patient(tx, moved.from.local_patient())?;
    let of_account = |event: &mapping::SpellEvent| {
        let account = event.fields.account.as_ref().and_then(mapping::spell::Said::value);
        event.visit == *was || account == Some(was)
    };
    let numbers: BTreeSet<String> = admission::parsed(&bodies)?
        .into_iter()
        .filter(of_account)
        .map(|event| event.visit)
        .collect();
    if numbers.is_empty() && moved.from != moved.to {
        return Err(Error::UnknownAccount);
    }
    // A visit without a number of its own is known by its account's.
    let renamed = |number: &String| if number == was { is.clone() } else { number.clone() };
    let pairs = numbers.iter().map(|number| pair(number, &renamed(number)));
    Ok(pairs.filter(|(from, to)| from != to).collect())
}

fn put_right(
    tx: &mut Tx,
    visit: &Visit,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let names = Names::of(tx, visit)?;
    let mut stands = Vec::new();
    for name in names.visits() {
        let patient = name.subject.local_patient();
        let found = repository::of_visit(tx, patient, name.encounter())?;
        stands.extend(found.into_iter().map(|one| (name.clone(), one)));
    }
    let told = told_again(tx, &stands, &names, teller)?;
    let mut written = 0;
    // Step 2.
    for again in &told {
        written += usize::from(write_again(tx, again, &stands, at, teller)?);
    }
    // Step 3.
    for (name, one) in &stands {
        let is_right = told.iter().any(|again| is_same(&again.statement.resource, &one.resource));
        if !is_right && !is_withdrawn(&one.resource) {
            written += usize::from(withdraw(tx, name, one, &told, at, teller)?);
        }
    }
    // Step 4.
    Ok(written + admission::fold_all(tx, visit, at, teller)?)
}

/// Something said of the visit, as it is the right patient's.
struct Again {
    statement: Statement,
    /// The resource that it was when its message came.
    was: (String, String),
    provenance: Provenance,
}

/// Reads again the messages that told what stands, oldest news first.
fn told_again(
    tx: &mut Tx,
    stands: &[(Visit, OfVisit)],
    names: &Names,
    teller: &Teller<'_>,
) -> Result<Vec<Again>, Error> {
    let messages: BTreeSet<i64> =
        stands.iter().flat_map(|(_, one)| one.messages.iter().copied()).collect();
    let moved = names.moved();
    let owners: Vec<String> =
        names.visits().iter().map(|name| names.owner(name).encounter().to_string()).collect();
    let mut told = Vec::new();
    for message in messages {
        let received = engine::received(tx, message).map_err(Error::MessageGone)?;
        let feed = teller.feed_of(&received.channel)?;
        let plain = map_after(&received, feed, &MovedVisits::new())?;
        let Mapped { resources, .. } = map_after(&received, feed, &moved)?;
        for (was, statement) in plain.resources.into_iter().zip(resources) {
            if owners.iter().any(|owner| refers_to(&statement.resource, owner)) {
                let provenance = Provenance {
                    message,
                    organisation: feed.organisation.clone(),
                    recorded_at: teller.provenance.recorded_at,
                };
                told.push(Again { statement, was: key(&was.resource), provenance });
            }
        }
    }
    told.sort_by_key(|again| (again.statement.event_time, again.provenance.message));
    Ok(told)
}

/// Writes what was said under the right patient. What already stands there stays as it is; what was
/// withdrawn there by an earlier move comes back.
fn write_again(
    tx: &mut Tx,
    again: &Again,
    stands: &[(Visit, OfVisit)],
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<bool, Error> {
    let Again { statement, provenance, was } = again;
    let (subject, resource) = (statement.subject.local_patient(), &statement.resource);
    let there = stands.iter().find(|(_, one)| is_same(&one.resource, resource));
    let written = match there {
        Some((_, one)) if is_withdrawn(&one.resource) => {
            repository::put_afresh(tx, subject, resource, statement.event_time.max(at), provenance)?
        }
        Some(_) if *was == key(resource) => Written::Unchanged,
        _ => repository::put(tx, subject, resource, statement.event_time, provenance)?,
    };
    relationship::note(tx, &teller.feed.organisation, subject, resource, at)?;
    Ok(matches!(written, Written::Created | Written::Updated))
}

fn withdraw(
    tx: &mut Tx,
    name: &Visit,
    one: &OfVisit,
    told: &[Again],
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<bool, Error> {
    let key = key(&one.resource);
    // What is right now is told by messages that were once read as this resource, or as the one
    // that an earlier move made of them.
    let messages: BTreeSet<i64> = one.messages.iter().copied().collect();
    let found = told.iter().any(|again| {
        again.was == key || again.was.0 == key.0 && messages.contains(&again.provenance.message)
    });
    if !found {
        return Err(Error::NotFoundAgain(key.0));
    }
    let subject = name.subject.local_patient();
    let resource = admission::withdrawn(one.resource.clone());
    repository::put_afresh(tx, subject, &resource, at, &teller.provenance)?;
    relationship::note(tx, &teller.feed.organisation, subject, &resource, at)?;
    Ok(true)
}

fn key(resource: &Resource) -> (String, String) {
    (resource.resource_type().to_owned(), resource.id().unwrap_or_default().to_owned())
}

fn is_same(a: &Resource, b: &Resource) -> bool {
    a.resource_type() == b.resource_type() && a.id() == b.id()
}

fn is_withdrawn(resource: &Resource) -> bool {
    let in_error = Some("entered-in-error");
    resource.text("status") == in_error
        || resource.text("verificationStatus.coding.code") == in_error
}

fn refers_to(resource: &Resource, encounter: &str) -> bool {
    let is = |reference: Option<&str>| {
        reference.and_then(|one| one.strip_prefix("Encounter/")) == Some(encounter)
    };
    is(resource.text("encounter.reference"))
        || resource
            .list("context.encounter")
            .iter()
            .any(|one| is(one.get("reference").and_then(serde_json::Value::as_str)))
}
