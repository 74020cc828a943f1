//! Tells subscribed systems of changes of identity: ids only, in order, until each has been told.
//!
//! 1. which subscriptions are due, and which changes stand after their position;
//! 2. which of these their system may hear of, decided by the access policies at that moment;
//! 3. an audit entry for each person named, and only then one POST with these changes in order;
//! 4. told: the position moves on. Failed: the same changes again after a longer and longer wait,
//!    and nothing after them before; the subscription shows `error` and why.
//!
//! Positions are in the database, so a restart loses nothing; a system may be told twice, never too
//! little. What is sent is a notification of the R5 backport's shape (`id-only`): whoever wants more
//! reads it, and is asked for a permit then.

use std::time::Duration;

use access::Action;
use db::Tx;
use empi::{Change, LinkKind};
use engine::ShutdownSignal;
use fhir::Resource;
use jiff::{SignedDuration, Timestamp};
use model::PersonId;
use serde_json::{Value, json};
use subscriptions::{Newest, Subscription};

use crate::body::wrong;
use crate::disclose::{decide, write_job};
use crate::event_notification;
use crate::hook;
use crate::search::parameter::Query;
use crate::sight::{Seen, Sight};
use crate::{ApiState, Client, Error};

/// So many changes are told at once.
const MOST: u32 = 50;
/// How often the store is looked at.
const PACE: Duration = Duration::from_secs(1);

/// How long an event can be asked for again, in hours: 30 days.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often older ones are forgotten.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a subscription is about (ITI-94 §3.94.4.1.2.1.1).
pub(crate) struct Criteria {
    query: Query,
    organisation: Option<String>,
}

impl Criteria {
    /// `Patient`, with `_id`, `identifier` or `organization`.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let place = "Subscription.criteria";
        let problem = "the criteria are Patient, perhaps with _id, identifier or organization";
        let refused = || wrong("not-supported", problem, place);
        let (path, asked) = text.split_once('?').unwrap_or((text, ""));
        let uri = format!("/?{asked}").parse().map_err(|_| refused())?;
        let (own, others): (Vec<_>, Vec<_>) = crate::negotiate::pairs(&uri)?
            .into_iter()
            .partition(|(name, _)| name == "organization");
        let known = |name: &str| ["_id", "identifier"].contains(&name);
        if path != "Patient" || own.len() > 1 || !others.iter().all(|(name, _)| known(name)) {
            return Err(refused());
        }
        let organisation = own.into_iter().next().map(|(_, value)| {
            value.rsplit(['/', '|']).next().unwrap_or_default().to_ascii_uppercase()
        });
        Ok(Self { query: Query::read(&others, true)?, organisation })
    }

    fn fits(&self, sight: &Sight<'_>, seen: &Seen) -> bool {
        let of = |wanted: &String| {
            seen.records().any(|record| record.organisation.as_str() == wanted.as_str())
        };
        self.organisation.as_ref().is_none_or(of) && self.query.fits(sight, seen, None)
    }
}

/// Tells whoever is to be told, until the program stops.
pub async fn notify(state: ApiState, mut signal: ShutdownSignal) {
    let mut forgotten_at = None;
    loop {
        let now = state.clock.now();
        if forgotten_at.is_none_or(|at| now.duration_since(at) >= FORGET_EVERY) {
            forgotten_at = Some(now);
            let before = now.saturating_sub(KEPT).unwrap_or(now);
            let forget = write_job(&state, move |tx| Ok(subscriptions::forget_events(tx, before)?));
            if let Err(error) = forget.await {
                tracing::error!("forgetting old events: {error}");
            }
        }
        if let Err(error) = notify_once(&state).await {
            tracing::error!("telling subscribed systems: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(PACE) => {}
            () = signal.given() => return,
        }
    }
}

/// Steps 1 to 4, once for each subscription that is due, all at the same time; how many were told.
pub async fn notify_once(state: &ApiState) -> Result<usize, Error> {
    let now = state.clock.now();
    let due = write_job(state, move |tx| {
        let newest =
            Newest { change: empi::last_change(tx)?, event: subscriptions::last_event(tx)? };
        Ok(subscriptions::due(tx, newest, now)?)
    });
    let mut telling = tokio::task::JoinSet::new();
    for subscription in due.await? {
        let state = state.clone();
        telling.spawn(async move { tell(&state, subscription, now).await });
    }
    let mut told = 0;
    while let Some(result) = telling.join_next().await {
        told += usize::from(result.map_err(|_| Error::Stopped)??);
    }
    Ok(told)
}

/// What is to be told, with the entries of the trail that let it go.
struct Telling {
    notification: Option<Resource>,
    count: i64,
    position: i64,
}

async fn tell(state: &ApiState, known: Subscription, now: Timestamp) -> Result<bool, Error> {
    let client = state.people.client_named(&known.wish.client);
    let client = client.filter(|one| decide(state, one, Action::Subscribe, now).allowed());
    let Some(client) = client.cloned() else {
        fail(state, known, "this system is no longer configured to subscribe".into(), now).await?;
        return Ok(false);
    };
    if let Some(topic) = known.wish.topic {
        return event_notification::tell(state, &client, known, topic, now).await;
    }
    let (inner, subscription) = (state.clone(), known.clone());
    let prepared =
        write_job(state, move |tx| prepare(tx, &inner, &client, &subscription, now)).await?;
    let (id, position, count) = (known.id, prepared.position, prepared.count);
    let Some(notification) = prepared.notification else {
        write_job(state, move |tx| Ok(subscriptions::passed(tx, id, position)?)).await?;
        return Ok(false);
    };
    match hook::post(state, &known, &notification).await {
        Ok(()) => {
            write_job(state, move |tx| Ok(subscriptions::told(tx, id, position, count)?)).await?;
            Ok(true)
        }
        Err(problem) => {
            tracing::warn!(subscription = %id, "a system was not told of a change: {problem}");
            fail(state, known, problem, now).await?;
            Ok(false)
        }
    }
}

pub(crate) async fn fail(
    state: &ApiState,
    known: Subscription,
    problem: String,
    now: Timestamp,
) -> Result<(), Error> {
    let problem = format!("{problem} (at {now}, attempt {})", known.attempts + 1);
    write_job(state, move |tx| Ok(subscriptions::failed(tx, &known, &problem, now)?)).await
}

/// Steps 1 to 3 up to the trail, in one transaction.
fn prepare(
    tx: &mut Tx,
    state: &ApiState,
    client: &Client,
    known: &Subscription,
    now: Timestamp,
) -> Result<Telling, Error> {
    let people = &state.people;
    let sight = Sight {
        client,
        domains: &people.domains,
        policies: &people.policies,
        model: &people.model,
        now,
    };
    let criteria = Criteria::read(&known.wish.criteria)?;
    let changes = empi::changes(tx, known.position, MOST)?;
    let position = changes.last().map_or(known.position, |change| change.seq);
    let mut events = Vec::new();
    for change in &changes {
        let named = to_name(tx, &sight, &criteria, change)?;
        if !named.is_empty() {
            events.push((change, named));
        }
    }
    if events.is_empty() {
        return Ok(Telling { notification: None, count: 0, position });
    }
    let mut recorded: Vec<PersonId> = Vec::new();
    for (_, seen) in events.iter().flat_map(|(_, named)| named) {
        if let Some(decision) =
            seen.identity.clone().filter(|_| !recorded.contains(&seen.person.id))
        {
            let _permit = audit::record(tx, decision.with_about("notification (ITI-94)"), now)?;
            recorded.push(seen.person.id);
        }
    }
    let events: Vec<(&Change, Vec<PersonId>)> = events
        .into_iter()
        .map(|(change, named)| (change, named.into_iter().map(|(id, _)| id).collect()))
        .collect();
    let notification = notification(known, &events);
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    Ok(Telling { notification: Some(notification), count, position })
}

/// The people of a change that this system may hear of, under the ids of the change.
fn to_name(
    tx: &mut Tx,
    sight: &Sight<'_>,
    criteria: &Criteria,
    change: &Change,
) -> Result<Vec<(PersonId, Seen)>, Error> {
    // A steward's word that nothing changes is no change.
    if matches!(change.kind, LinkKind::Confirmed | LinkKind::Refused) {
        return Ok(Vec::new());
    }
    let mut named = Vec::new();
    for id in std::iter::once(change.person).chain(change.other_person) {
        let seen = sight.look(tx, id)?.filter(|seen| seen.identity.is_some());
        named.extend(seen.filter(|seen| criteria.fits(sight, seen)).map(|seen| (id, seen)));
    }
    Ok(named)
}

/// A notification of the Subscriptions R5 Backport's shape, `id-only`.
fn notification(known: &Subscription, events: &[(&Change, Vec<PersonId>)]) -> Resource {
    let event = |(place, (change, people)): (i64, &(&Change, Vec<PersonId>))| {
        let focus = people.iter().map(
            |id| json!({"name": "focus", "valueReference": {"reference": format!("Patient/{id}")}}),
        );
        let number = (known.told + place).to_string();
        let own = [
            json!({"name": "event-number", "valueString": number}),
            json!({"name": "timestamp", "valueInstant": change.at.to_string()}),
        ];
        json!({"name": "notification-event", "part": own.into_iter().chain(focus).collect::<Vec<_>>()})
    };
    let total = known.told + i64::try_from(events.len()).unwrap_or_default();
    let reference = format!("Subscription/{}", known.id);
    let mut parameters = vec![
        json!({"name": "subscription", "valueReference": {"reference": reference}}),
        json!({"name": "status", "valueCode": "active"}),
        json!({"name": "type", "valueCode": "event-notification"}),
        json!({"name": "events-since-subscription-start", "valueString": total.to_string()}),
    ];
    parameters.extend((1..).zip(events).map(event));
    let status = json!({"resourceType": "Parameters", "parameter": parameters});
    let address = format!("{reference}/$status");
    let mut entries =
        vec![json!({"resource": status, "request": {"method": "GET", "url": address},
        "response": {"status": "200"}})];
    let mut named: Vec<PersonId> = Vec::new();
    for id in events.iter().flat_map(|(_, people)| people) {
        if !named.contains(id) {
            named.push(*id);
            entries.push(entry(*id));
        }
    }
    Resource::new("Bundle").with("type", "history").with("entry", entries)
}

fn entry(id: PersonId) -> Value {
    let address = format!("Patient/{id}");
    json!({"request": {"method": "PUT", "url": address}, "response": {"status": "200"}})
}
