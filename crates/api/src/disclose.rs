//! From a request to an answer about people: decision, search, audit entry, in this order. Not a byte
//! leaves before its entry is durable.

use std::sync::Arc;

use access::{Action, Decision, Facts};
use audit::{By, Event, Note, Outcome, Permit};
use db::Tx;
use jiff::Timestamp;
use model::{Actor, PersonId};

use crate::sight::{Seen, Sight};
use crate::{ApiState, Client, Error};

/// What a search came to: the people it shows, and the answer that is made of them.
pub(crate) struct Found<T> {
    pub(crate) people: Vec<Seen>,
    pub(crate) answer: T,
}

/// Decides whether `client` may do `action`, lets `find` look, and gives back what it found once the
/// trail tells it: an entry for the action, and one for each person shown. `about` says what was
/// asked, in words that hold nothing of a patient.
pub(crate) async fn disclose<T: Send + 'static>(
    state: &ApiState,
    client: &Client,
    action: Action,
    about: String,
    find: impl FnOnce(&mut Tx, &Sight<'_>) -> Result<Found<T>, Error> + Send + 'static,
) -> Result<(Permit, T), Error> {
    let now = state.clock.now();
    let decision = decide(state, client, action, now).with_about(about.as_str());
    let found = if decision.allowed() { Some(look(state, client, now, find).await) } else { None };
    let shown: Vec<Shown> = match &found {
        Some(Ok(found)) => found.people.iter().map(Shown::of).collect(),
        _ => Vec::new(),
    };
    let actor = client.actor();
    let job = move |tx: &mut Tx| write(tx, decision, shown, &actor, &about, now);
    let permit = write_job(state, job).await?.permit().map_err(Error::Refused)?;
    // Only a refusal was not looked for, and a refusal has gone.
    let found = found.ok_or(Error::Stopped)??;
    Ok((permit, found.answer))
}

/// The decision about an action that is about no one person.
pub(crate) fn decide(
    state: &ApiState,
    client: &Client,
    action: Action,
    now: Timestamp,
) -> Decision {
    let facts = Facts { scopes: client.scopes.clone(), ..Facts::of(client.actor()) };
    access::decide(&state.people.policies, action, None, &facts, now)
}

async fn look<T: Send + 'static>(
    state: &ApiState,
    client: &Client,
    now: Timestamp,
    find: impl FnOnce(&mut Tx, &Sight<'_>) -> Result<Found<T>, Error> + Send + 'static,
) -> Result<Found<T>, Error> {
    let (people, client) = (Arc::clone(&state.people), client.clone());
    let db = state.inbox.db().clone();
    let job = move || {
        let sight = Sight {
            client: &client,
            domains: &people.domains,
            policies: &people.policies,
            model: &people.model,
            now,
        };
        db.read(|tx| find(tx, &sight))
    };
    tokio::task::spawn_blocking(job).await.map_err(|_| Error::Stopped)?
}

/// Runs a write job where waiting for the disk is allowed.
pub(crate) async fn write_job<T: Send + 'static>(
    state: &ApiState,
    job: impl FnOnce(&mut Tx) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let db = state.inbox.db().clone();
    tokio::task::spawn_blocking(move || db.write(job)).await.map_err(|_| Error::Stopped)?
}

/// A person shown, for the trail.
struct Shown {
    person: PersonId,
    identity: Option<Decision>,
}

impl Shown {
    fn of(seen: &Seen) -> Self {
        Self { person: seen.person.id, identity: seen.identity.clone() }
    }
}

fn write(
    tx: &mut Tx,
    decision: Decision,
    shown: Vec<Shown>,
    actor: &Actor,
    about: &str,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let outcome = audit::record(tx, decision, now)?;
    if matches!(outcome, Outcome::Refused(_)) {
        return Ok(outcome);
    }
    for Shown { person, identity } in shown {
        if let Some(decision) = identity {
            let _permit = audit::record(tx, decision.with_about(about), now)?;
        } else {
            let note = Note::new(By::Actor(actor), Event::PersonShown, about);
            audit::note(tx, &note.about(person), now)?;
        }
    }
    Ok(outcome)
}
