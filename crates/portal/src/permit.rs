//! From a click to a permit: facts, decision, audit entry, in this order, for every page that shows
//! anything about anybody.

use access::{Action, Decision, Facts};
use audit::{By, Event, Note, Outcome, Permit};
use db::Tx;
use jiff::Timestamp;
use model::{Actor, PersonId};

use crate::layout::Reader;
use crate::{Error, PortalState};

/// Leave for `reader` to do `action` (to `person`), with its entry durable; or the refusal's page.
/// `about` says what exactly, for the trail: `messages of poole-adt`.
pub(crate) async fn permit(
    state: &PortalState,
    reader: &Reader,
    action: Action,
    person: Option<PersonId>,
    about: impl Into<String>,
) -> Result<Permit, Error> {
    let now = state.now();
    let decision = decide(state, &reader.actor, action, person, now).await?.with_about(about);
    let outcome = state.write(move |tx| Ok(audit::record(tx, decision, now)?)).await?;
    outcome.permit().map_err(|refusal| Error::Refused(Box::new((refusal, reader.clone()))))
}

/// The same for a page that shows who several people are, without opening a record: beside the
/// entry of the action stands one for each person, so that "who has looked" tells them too. One
/// write job.
pub(crate) async fn permit_to_show(
    state: &PortalState,
    reader: &Reader,
    decision: Decision,
    people: Vec<PersonId>,
    about: impl Into<String>,
) -> Result<Permit, Error> {
    let (now, about, actor) = (state.now(), about.into(), reader.actor.clone());
    let decision = decision.with_about(about.as_str());
    let job = move |tx: &mut Tx| {
        let outcome = audit::record(tx, decision, now)?;
        if matches!(outcome, Outcome::Allowed(_)) {
            for person in people {
                let note = Note::new(By::Actor(&actor), Event::PersonShown, &about);
                audit::note(tx, &note.about(person), now)?;
            }
        }
        Ok(outcome)
    };
    let outcome = state.write(job).await?;
    outcome.permit().map_err(|refusal| Error::Refused(Box::new((refusal, reader.clone()))))
}

/// The decision alone. It opens nothing: use it to leave out what would be refused anyway.
pub(crate) async fn decide(
    state: &PortalState,
    actor: &Actor,
    action: Action,
    person: Option<PersonId>,
    now: Timestamp,
) -> Result<Decision, Error> {
    let (actor, policies) = (actor.clone(), state.policies.clone());
    let job = move |tx: &mut Tx| {
        let Some(asked) = person else {
            return Ok(access::decide(&policies, action, None, &Facts::of(actor), now));
        };
        // An id that was merged away stands for the person it redirects to, in the trail too.
        let person = empi::resolve(tx, asked)?.ok_or(Error::NotFound)?;
        let facts = facts(tx, &actor, person, now)?;
        Ok(access::decide(&policies, action, Some(person), &facts, now))
    };
    state.read(job).await
}

fn facts(tx: &mut Tx, actor: &Actor, person: PersonId, now: Timestamp) -> Result<Facts, Error> {
    let patients: Vec<_> =
        empi::local_patients(tx, person)?.iter().map(|patient| patient.id).collect();
    Ok(accounts::facts(tx, actor, &patients, person, now)?)
}
