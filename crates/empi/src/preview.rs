//! What a decision will change, before it does. The decision itself is run, looked at, and rolled
//! back: a preview and the deed cannot differ.

use std::collections::BTreeSet;

use db::Tx;
use jiff::Timestamp;
use matching::Model;
use model::{Actor, PersonId};

use crate::decide::{self, Decision, Way};
use crate::effects::Effects;
use crate::review::{self, Review};
use crate::{Error, Person, Result, person, undo};

/// What a decision will change.
#[derive(Debug, Clone)]
pub struct Preview {
    /// A second steward must agree before this happens.
    pub needs_second: bool,
    /// The people as they are.
    pub before: Vec<Person>,
    /// The people as they will be, with their records and numbers.
    pub after: Vec<Person>,
    /// Ids that will lead to another one.
    pub redirects: Vec<(PersonId, PersonId)>,
    /// Other questions that this settles.
    pub closed: Vec<i64>,
    /// Other questions that this opens again.
    pub opened: Vec<i64>,
}

/// What this answer would change; what it would refuse is refused. Needs a transaction that may
/// write, and leaves nothing behind in it.
pub fn preview(
    tx: &mut Tx,
    model: &Model,
    review: i64,
    decision: &Decision,
    actor: &Actor,
    at: Timestamp,
) -> Result<Preview> {
    let review = review::unsettled(tx, review)?;
    let way = decide::way(tx, &review, decision, actor)?;
    if way == Way::Disagree {
        let people = people(tx, &ids(&review))?;
        return Ok(unchanged(people));
    }
    let shown =
        rehearse(tx, &review, |tx| decide::carry_out(tx, model, &review, decision, actor, at))?;
    Ok(Preview { needs_second: way == Way::AskSecond, ..shown })
}

/// What taking the answer to this review back would change.
pub fn preview_undo(
    tx: &mut Tx,
    model: &Model,
    review: i64,
    actor: &Actor,
    at: Timestamp,
) -> Result<Preview> {
    let review = review::review(tx, review)?.ok_or(Error::NoSuchReview)?;
    let shown = rehearse(tx, &review, |tx| undo::take_back(tx, model, review.id, actor, at))?;
    Ok(Preview { opened: shown.closed, closed: shown.opened, ..shown })
}

fn unchanged(people: Vec<Person>) -> Preview {
    Preview {
        needs_second: false,
        after: people.clone(),
        before: people,
        redirects: Vec::new(),
        closed: Vec::new(),
        opened: Vec::new(),
    }
}

fn ids(review: &Review) -> BTreeSet<PersonId> {
    BTreeSet::from([review.a.person, review.b.person])
}

/// Runs `deed`, looks, and takes it all back.
fn rehearse(
    tx: &mut Tx,
    review: &Review,
    deed: impl FnOnce(&mut Tx) -> Result<Effects>,
) -> Result<Preview> {
    let before = people(tx, &ids(review))?;
    let rehearsed: std::result::Result<(), Curtain> = tx.savepoint(|tx| {
        let effects = deed(tx).map_err(Curtain::Failed)?;
        let shown = look(tx, review, before, &effects).map_err(Curtain::Failed)?;
        Err(Curtain::Fell(Box::new(shown)))
    });
    match rehearsed {
        Err(Curtain::Fell(preview)) => Ok(*preview),
        Err(Curtain::Failed(error)) => Err(error),
        Ok(()) => Err(Error::Unknown("end of a rehearsal")),
    }
}

/// The end of a rehearsal is always an `Err`, so that the savepoint rolls back.
enum Curtain {
    Fell(Box<Preview>),
    Failed(Error),
}

impl From<db::Error> for Curtain {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn look(tx: &mut Tx, review: &Review, before: Vec<Person>, effects: &Effects) -> Result<Preview> {
    let mut ids = BTreeSet::new();
    let records = before.iter().flat_map(|person| &person.local_patients);
    for record in records.map(|record| record.id).collect::<Vec<_>>() {
        ids.extend(person::person_of(tx, record)?);
    }
    let mut redirects = Vec::new();
    for person in &before {
        let now = person::resolve(tx, person.id)?;
        redirects.extend(now.filter(|now| *now != person.id).map(|now| (person.id, now)));
    }
    let other = || effects.reviews.iter().filter(|change| change.key != review.id);
    let settled = |was: bool, is: bool| {
        let fits = other().filter(|change| {
            change.before.is_unsettled() == was && change.after.is_unsettled() == is
        });
        fits.map(|change| change.key).collect()
    };
    Ok(Preview {
        needs_second: false,
        after: people(tx, &ids)?,
        redirects,
        closed: settled(true, false),
        opened: settled(false, true),
        before,
    })
}

fn people(tx: &mut Tx, ids: &BTreeSet<PersonId>) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for id in ids {
        people.extend(person::person(tx, *id)?);
    }
    Ok(people)
}
