//! Subscriptions to changes of identity (IHE PMIR, ITI-94) and to topics (Subscriptions R5 Backport): FHIR
//! R4 `Subscription` with a REST hook.
//!
//! A system sees and changes its own only; another's does not exist for it.

use access::{Action, Scope};
use audit::Permit;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use model::stable_id;
use serde_json::{Value, json};
use subscriptions::{Status, Subscription, Wish};
use uuid::Uuid;

use crate::body::{resource, wrong};
use crate::disclose::{decide, write_job};
use crate::hook;
use crate::negotiate::Base;
use crate::notification::Criteria;
use crate::topic::Wanted;
use crate::{ApiState, Client, Error, caller, fhir_answer};

const NONE: Error = Error::NoSuch("Subscription");

/// `POST /fhir/Subscription`
pub(crate) async fn create(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "create a subscription").await?;
    let now = state.clock.now();
    let wish = wish(&client, resource(&state, &headers, body).await?, now)?;
    let random = (state.people.random)().map(|byte| char::from(b'a' + byte % 26));
    let id = stable_id(&["Subscription", &client.name, &String::from_iter(random)]);
    let created = write_job(&state, move |tx| {
        let newest = newest(tx, &wish)?;
        subscriptions::create(tx, id, &wish, newest, now)?;
        Ok(subscriptions::subscription(tx, id)?)
    });
    let created = created.await?.ok_or(NONE)?;
    let mut response = fhir_answer(StatusCode::CREATED, &shown(&created)?);
    Base::of(&state, &headers).locate(&mut response, "location", &format!("Subscription/{id}"));
    Ok(response)
}

/// `GET /fhir/Subscription`: the system's own.
pub(crate) async fn list(
    State(state): State<ApiState>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "list its subscriptions").await?;
    let name = client.name.clone();
    let own = write_job(&state, move |tx| Ok(subscriptions::of_client(tx, &name)?)).await?;
    let base = Base::of(&state, &headers);
    let entry = |one: &Subscription| -> Result<Value, Error> {
        let address = base.of_path(&format!("Subscription/{}", one.id));
        let search = json!({"mode": "match"});
        Ok(json!({"fullUrl": address, "resource": shown(one)?.into_value(), "search": search}))
    };
    let entries: Result<Vec<Value>, Error> = own.iter().map(entry).collect();
    let bundle = Resource::new("Bundle").with("type", "searchset").with("total", own.len());
    Ok(fhir_answer(StatusCode::OK, &bundle.with("entry", entries?)))
}

/// `GET /fhir/Subscription/{id}`: how it stands, and what went wrong.
pub(crate) async fn read(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "read a subscription").await?;
    let known = write_job(&state, move |tx| own(tx, &client, &id)).await?;
    Ok(fhir_answer(StatusCode::OK, &shown(&known)?))
}

/// `PUT /fhir/Subscription/{id}`: with the status `off` it is told nothing, with `requested` again.
pub(crate) async fn update(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "change a subscription").await?;
    let now = state.clock.now();
    let wish = wish(&client, resource(&state, &headers, body).await?, now)?;
    let revised = write_job(&state, move |tx| {
        let known = own(tx, &client, &id)?;
        let newest = newest(tx, &wish)?;
        subscriptions::revise(tx, &known, &wish, newest, now)?;
        own(tx, &client, &id)
    });
    Ok(fhir_answer(StatusCode::OK, &shown(&revised.await?)?))
}

/// `DELETE /fhir/Subscription/{id}`
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "end a subscription").await?;
    let deleted = move |tx: &mut Tx| {
        let known = own(tx, &client, &id)?;
        Ok(subscriptions::delete(tx, known.id)?)
    };
    write_job(&state, deleted).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What has happened so far, of what is wished for.
fn newest(tx: &mut Tx, wish: &Wish) -> Result<i64, Error> {
    match wish.topic {
        None => Ok(empi::last_change(tx)?),
        Some(_) => Ok(subscriptions::last_event(tx)?),
    }
}

/// Leave to manage subscriptions, with its entry in the trail.
pub(crate) async fn permit(
    state: &ApiState,
    client: &Client,
    about: &str,
) -> Result<Permit, Error> {
    let now = state.clock.now();
    let decision = decide(state, client, Action::Subscribe, now);
    let decision = decision.with_about(format!("{about} (ITI-94)"));
    let outcome = write_job(state, move |tx| Ok(audit::record(tx, decision, now)?)).await?;
    outcome.permit().map_err(Error::Refused)
}

pub(crate) fn own(tx: &mut Tx, client: &Client, id: &str) -> Result<Subscription, Error> {
    let id: Uuid = id.parse().map_err(|_| NONE)?;
    let known = subscriptions::subscription(tx, id)?;
    known.filter(|known| known.wish.client == client.name).ok_or(NONE)
}

/// What is wished for, checked: a REST hook, to an address that is allowed, by criteria of ITI-94.
fn wish(client: &Client, sent: Resource, now: Timestamp) -> Result<Wish, Error> {
    if sent.resource_type() != "Subscription" {
        return Err(wrong("invalid", "send a Subscription", "Subscription"));
    }
    let text = |path: &str| sent.text(path).unwrap_or_default();
    let criteria = text("criteria");
    let wanted = Wanted::read(&sent)?;
    if wanted.is_none() {
        Criteria::read(criteria)?;
    }
    let needed = if wanted.is_some() { Scope::Events } else { Scope::Subscribe };
    if !client.scopes.contains(&needed) {
        return Err(Error::NotYours(match needed {
            Scope::Events => "this system needs the scope events to hear of a topic",
            _ => "this system needs the scope subscribe to hear of changes of identity",
        }));
    }
    if text("channel.type") != "rest-hook" {
        let problem = "the channel is a rest-hook; no other is supported";
        return Err(wrong("not-supported", problem, "Subscription.channel.type"));
    }
    if !["", "application/fhir+json", "application/json"].contains(&text("channel.payload")) {
        let problem = "the payload is application/fhir+json: ids only";
        return Err(wrong("not-supported", problem, "Subscription.channel.payload"));
    }
    let endpoint = endpoint(client, text("channel.endpoint")).ok_or_else(|| {
        let problem =
            "the endpoint is not one of the addresses that this system may be notified at";
        wrong("forbidden", problem, "Subscription.channel.endpoint")
    })?;
    let on = match text("status") {
        "requested" | "active" | "error" => true,
        "off" => false,
        _ => {
            let problem = "the status is requested, or off";
            return Err(wrong("required", problem, "Subscription.status"));
        }
    };
    hook::headers(&sent)?;
    let ends_at = ends_at(&sent, now)?;
    let (client, criteria) = (client.name.clone(), criteria.to_owned());
    let resource = sent.to_string();
    let (topic, content, heartbeat_seconds) = match wanted {
        None => (None, None, None),
        Some(wanted) => (Some(wanted.topic), Some(wanted.content), wanted.heartbeat_seconds),
    };
    Ok(Wish {
        client,
        criteria,
        endpoint,
        resource,
        on,
        ends_at,
        topic,
        content,
        heartbeat_seconds,
    })
}

/// When it ends by itself: an instant to come, where one is given.
fn ends_at(sent: &Resource, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let Some(text) = sent.text("end") else { return Ok(None) };
    let end: Option<Timestamp> = text.parse().ok();
    let end = end.filter(|end| *end > now).ok_or_else(|| {
        let problem = "end is an instant to come: 2027-01-31T09:00:00Z";
        wrong("value", problem, "Subscription.end")
    })?;
    Ok(Some(end))
}

/// The address, if it is below one that the configuration allows. Read as a browser would, so that
/// `http://allowed@elsewhere` is elsewhere.
fn endpoint(client: &Client, text: &str) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    let plain = plain && matches!(url.scheme(), "http" | "https");
    let url = url.to_string();
    let allowed = client.notify.iter().any(|beginning| url.starts_with(beginning.as_str()));
    (plain && allowed).then_some(url)
}

/// The resource as it was sent, and how it stands.
fn shown(known: &Subscription) -> Result<Resource, Error> {
    let sent = Resource::parse(known.wish.resource.as_bytes());
    let mut resource = sent.map_err(|_| Error::Stopped)?.with_id(known.id);
    resource.remove("error");
    resource.set("status", known.status.code());
    if known.status == Status::Error {
        resource.set("error", known.error.as_str());
    }
    Ok(resource)
}
