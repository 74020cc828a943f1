//! Tells subscribed systems what happened to people's care: a handshake first, then events in order,
//! each under its number, and a sign of life where one is wished.
//!
//! 1. the events of the topic after the subscription's position;
//! 2. which of them this system may hear of: its organisation is caring for the person, decided by the
//!    access policies at that moment, for the section that the topic is about;
//! 3. an audit entry for each, and only then one POST with these events;
//! 4. told: the position moves on, and the numbers are remembered (`$events`).

use access::{Action, Decision};
use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use model::PersonId;
use serde_json::{Value, json};
use subscriptions::{Content, Subscription, Topic, TopicEvent};
use uuid::Uuid;

use crate::disclose::write_job;
use crate::hook;
use crate::notification::fail;
use crate::sight::{Seen, Sight};
use crate::topic::{Filter, canonical, section};
use crate::{ApiState, Client, Error, patient};

/// So many events are told at once.
pub(crate) const MOST: u32 = 20;
/// The profile of a notification's status (Subscriptions R5 Backport 1.1.0).
const STATUS: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4";

/// What a notification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whether the endpoint is there.
    Handshake,
    /// A sign of life.
    Heartbeat,
    /// Something happened.
    Event,
    /// An answer to `$status`.
    QueryStatus,
    /// An answer to `$events`.
    QueryEvent,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Heartbeat => "heartbeat",
            Self::Event => "event-notification",
            Self::QueryStatus => "query-status",
            Self::QueryEvent => "query-event",
        }
    }
}

/// An event that may be told, with what is told of it.
pub(crate) struct Telling {
    number: i64,
    pub(crate) event: TopicEvent,
    person: PersonId,
    resources: Vec<Resource>,
}

/// Tells a subscription what is due: the handshake, events, or that we are there.
pub(crate) async fn tell(
    state: &ApiState,
    client: &Client,
    known: Subscription,
    topic: Topic,
    now: Timestamp,
) -> Result<bool, Error> {
    let id = known.id;
    if !known.shaken {
        let handshake = notification(&known, topic, Kind::Handshake, known.told, &[]);
        return match hook::post(state, &known, &handshake).await {
            Ok(()) => {
                write_job(state, move |tx| Ok(subscriptions::shaken(tx, id, now)?)).await?;
                Ok(false)
            }
            Err(problem) => fail(state, known, problem, now).await.map(|()| false),
        };
    }
    let (inner, asking, subscription) = (state.clone(), client.clone(), known.clone());
    let prepared =
        write_job(state, move |tx| prepare(tx, &inner, &asking, &subscription, topic, now)).await?;
    let Prepared { notification: told, events, position } = prepared;
    let is_event = told.is_some();
    let is_silent =
        known.wish.heartbeat_seconds.zip(known.spoken_at).is_some_and(|(wait, at)| {
            now.duration_since(at) >= jiff::SignedDuration::from_secs(wait)
        });
    let heartbeat = || notification(&known, topic, Kind::Heartbeat, known.told, &[]);
    let Some(told) = told.or_else(|| is_silent.then(heartbeat)) else {
        write_job(state, move |tx| Ok(subscriptions::passed(tx, id, position)?)).await?;
        return Ok(false);
    };
    if let Err(problem) = hook::post(state, &known, &told).await {
        tracing::warn!(subscription = %id, "a system was not told of an event: {problem}");
        return fail(state, known, problem, now).await.map(|()| false);
    }
    let first = known.told + 1;
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let settle = move |tx: &mut Tx| {
        subscriptions::number_events(tx, id, first, &events)?;
        subscriptions::told(tx, id, position, count)?;
        Ok(subscriptions::spoken(tx, id, now)?)
    };
    write_job(state, settle).await?;
    Ok(is_event)
}

/// What is to be told.
pub(crate) struct Prepared {
    pub(crate) notification: Option<Resource>,
    pub(crate) events: Vec<i64>,
    pub(crate) position: i64,
}

/// Steps 1 to 3 up to the trail, in one transaction.
pub(crate) fn prepare(
    tx: &mut Tx,
    state: &ApiState,
    client: &Client,
    known: &Subscription,
    topic: Topic,
    now: Timestamp,
) -> Result<Prepared, Error> {
    let events = subscriptions::topic_events(tx, topic, known.position, MOST)?;
    // What other topics had meanwhile is passed over as well.
    let position = match events.last() {
        Some(last) => last.seq,
        None => subscriptions::last_event(tx)?,
    };
    let mut tellings: Vec<Telling> = Vec::new();
    for event in events {
        let number = known.told + 1 + i64::try_from(tellings.len()).unwrap_or_default();
        tellings.extend(telling(tx, state, client, known, (topic, number, event), now)?);
    }
    if tellings.is_empty() {
        return Ok(Prepared { notification: None, events: Vec::new(), position });
    }
    let events = tellings.iter().map(|one| one.event.seq).collect();
    let total = known.told + i64::try_from(tellings.len()).unwrap_or_default();
    let notification = notification(known, topic, Kind::Event, total, &tellings);
    Ok(Prepared { notification: Some(notification), events, position })
}

/// Steps 2 and 3 for one event.
pub(crate) fn telling(
    tx: &mut Tx,
    state: &ApiState,
    client: &Client,
    known: &Subscription,
    (topic, number, event): (Topic, i64, TopicEvent),
    now: Timestamp,
) -> Result<Option<Telling>, Error> {
    let people = &state.people;
    let sight = Sight {
        client,
        domains: &people.domains,
        policies: &people.policies,
        model: &people.model,
        now,
    };
    let Some(person) = empi::person_of(tx, event.local_patient)? else { return Ok(None) };
    let Some(seen) = sight.look(tx, person)? else { return Ok(None) };
    let sent = Resource::parse(known.wish.resource.as_bytes()).map_err(|_| Error::Stopped)?;
    let told_by = empi::local_patient(tx, event.local_patient)?;
    let told_by = told_by.map(|one| one.organisation.to_string()).unwrap_or_default();
    if !Filter::read(&sent, topic)?.fits(&sight, &seen, &told_by) {
        return Ok(None);
    }
    let decision = decide(tx, state, client, &seen, now)?;
    if !decision.sections().contains(&section(topic)) {
        return Ok(None);
    }
    let about = format!("notification of {} ({})", topic.code(), known.id);
    let permit = audit::record(tx, decision.with_about(about), now)?.permit();
    let Ok(permit) = permit else { return Ok(None) };
    let mut resources = Vec::new();
    if known.wish.content == Some(Content::FullResource) {
        resources.push(patient::golden(&seen, None));
        let named = (topic.resource_type(), event.focus);
        if topic != Topic::Died {
            let focus = record::focus(tx, &permit, section(topic), named)?;
            resources.extend(focus.map(|version| version.resource));
        }
    }
    Ok(Some(Telling { number, event, person: seen.person.id, resources }))
}

/// Whether the system's organisation is caring for the person now, and what it may hear of them.
fn decide(
    tx: &mut Tx,
    state: &ApiState,
    client: &Client,
    seen: &Seen,
    now: Timestamp,
) -> Result<Decision, Error> {
    let records = empi::local_patients(tx, seen.person.id)?;
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let mut facts = accounts::facts(tx, &client.actor(), &ids, seen.person.id, now)?;
    facts.scopes.clone_from(&client.scopes);
    let (policies, person) = (&state.people.policies, Some(seen.person.id));
    Ok(access::decide(policies, Action::HearOfEvents, person, &facts, now))
}

/// A notification of the Subscriptions R5 Backport's shape for R4: a `history` Bundle whose first entry
/// is the status.
pub(crate) fn notification(
    known: &Subscription,
    topic: Topic,
    kind: Kind,
    total: i64,
    tellings: &[Telling],
) -> Resource {
    let content = known.wish.content.unwrap_or(Content::IdOnly);
    let status = status(known, topic, kind, total, tellings, content);
    let address = format!("Subscription/{}/$status", known.id);
    let mut entries = vec![json!({
        "fullUrl": format!("urn:uuid:{}", Uuid::new_v5(&known.id, kind.code().as_bytes())),
        "resource": status.into_value(),
        "request": {"method": "GET", "url": address},
        "response": {"status": "200"},
    })];
    let mut named: Vec<String> = Vec::new();
    for telling in tellings.iter().filter(|_| content != Content::Empty) {
        for (name, resource) in telling.told(topic) {
            if named.contains(&name) {
                continue;
            }
            let request = json!({"method": "PUT", "url": name});
            let response = json!({"status": "200"});
            let entry = match resource {
                Some(resource) => {
                    json!({"resource": resource, "request": request, "response": response})
                }
                None => json!({"request": request, "response": response}),
            };
            entries.push(entry);
            named.push(name);
        }
    }
    Resource::new("Bundle").with("type", "history").with("entry", entries)
}

/// The Parameters that say which subscription this is, and what happened.
pub(crate) fn status(
    known: &Subscription,
    topic: Topic,
    kind: Kind,
    total: i64,
    tellings: &[Telling],
    content: Content,
) -> Resource {
    let reference = format!("Subscription/{}", known.id);
    let state = if kind == Kind::Handshake { "requested" } else { known.status.code() };
    let mut parameters = vec![
        json!({"name": "subscription", "valueReference": {"reference": reference}}),
        json!({"name": "topic", "valueCanonical": canonical(topic)}),
        json!({"name": "status", "valueCode": state}),
        json!({"name": "type", "valueCode": kind.code()}),
        json!({"name": "events-since-subscription-start", "valueString": total.to_string()}),
    ];
    parameters.extend(tellings.iter().map(|one| one.parameter(topic, content)));
    Resource::new("Parameters")
        .with("meta", json!({"profile": [STATUS]}))
        .with("parameter", parameters)
}

impl Telling {
    /// What is named of it, whom it is about first; with what it says, where all is to be told.
    fn told(&self, topic: Topic) -> Vec<(String, Option<Value>)> {
        let of_type = |name: &str| {
            let found = self.resources.iter().find(|one| one.resource_type() == name);
            found.map(Resource::to_value)
        };
        let mut told = vec![(self.patient(), of_type("Patient"))];
        if topic != Topic::Died {
            told.push((self.focus(topic), of_type(topic.resource_type())));
        }
        told
    }

    fn patient(&self) -> String {
        format!("Patient/{}", self.person)
    }

    /// Of a death, the person: not one organisation's record of them.
    fn focus(&self, topic: Topic) -> String {
        match topic {
            Topic::Died => self.patient(),
            _ => format!("{}/{}", topic.resource_type(), self.event.focus),
        }
    }

    fn parameter(&self, topic: Topic, content: Content) -> Value {
        let mut parts = vec![
            json!({"name": "event-number", "valueString": self.number.to_string()}),
            json!({"name": "timestamp", "valueInstant": self.event.at.to_string()}),
        ];
        if content != Content::Empty {
            let reference =
                |name: &str, to: String| json!({"name": name, "valueReference": {"reference": to}});
            parts.push(reference("focus", self.focus(topic)));
            if topic != Topic::Died {
                parts.push(reference("additional-context", self.patient()));
            }
        }
        json!({"name": "notification-event", "part": parts})
    }
}
