//! A trail to write into, and people who look.

use access::{Action, Basis, Claim, ClaimReason, Decision, Facts, Policies, Relationship};
use audit::{By, Event, MIGRATIONS, Note, Outcome};
use db::Db;
use db::scratch::Scratch;
use jiff::{SignedDuration, Timestamp};
use model::{Actor, OdsCode, PersonId, Role, UserId};

pub(crate) fn databases() -> Vec<Scratch> {
    let databases = db::scratch::databases();
    for db in &databases {
        db.migrate(&[MIGRATIONS]).unwrap();
    }
    databases
}

pub(crate) fn minute(minute: i64) -> Timestamp {
    "2026-05-03T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

pub(crate) fn person(name: &str) -> PersonId {
    PersonId::from_uuid(model::stable_id(&["Person", name]))
}

pub(crate) fn actor(name: &str, role: Role, organisation: &str) -> Actor {
    Actor {
        user: UserId::from_uuid(model::stable_id(&["User", name])),
        name: name.into(),
        role,
        organisation: OdsCode::parse(organisation).unwrap(),
    }
}

pub(crate) fn related(actor: Actor) -> Facts {
    let relationship = Relationship {
        organisation: actor.organisation.clone(),
        basis: Basis::Admitted,
        until: None,
    };
    Facts { relationships: vec![relationship], ..Facts::of(actor) }
}

pub(crate) fn claiming(actor: Actor) -> Facts {
    let claim = Claim {
        reason: ClaimReason::Emergency,
        text: "collapsed in the street".into(),
        until: minute(480),
    };
    Facts { claim: Some(claim), ..Facts::of(actor) }
}

pub(crate) fn decide(action: Action, person: PersonId, facts: &Facts) -> Decision {
    access::decide(&Policies::standard().unwrap(), action, Some(person), facts, minute(0))
}

pub(crate) fn record(db: &Db, decision: Decision, at: Timestamp) -> Outcome {
    db.write(move |tx| audit::record(tx, decision, at)).unwrap()
}

pub(crate) fn note(
    db: &Db,
    actor: Actor,
    event: Event,
    detail: &'static str,
    at: Timestamp,
) -> i64 {
    db.write(move |tx| audit::note(tx, &Note::new(By::Actor(&actor), event, detail), at)).unwrap()
}
