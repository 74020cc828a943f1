//! `$status` and `$events` of a subscription to a topic (Subscriptions R5 Backport 1.1.0): how it
//! stands, and what it was told, again.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use fhir::Resource;
use serde_json::json;
use subscriptions::{Content, Subscription, Topic};

use crate::disclose::write_job;
use crate::event_notification::{Kind, notification, status as status_of, telling};
use crate::negotiate::{Pairs, pairs, values};
use crate::subscription::{own, permit};
use crate::{ApiState, Error, caller, fhir_answer};

/// Events that are told again at once; ask for the rest by number.
const MOST: u32 = 100;

/// `GET /fhir/Subscription/{id}/$status`
pub(crate) async fn status(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let _permit = permit(&state, &client, "read how a subscription stands").await?;
    let known = write_job(&state, move |tx| own(tx, &client, &id)).await?;
    let topic = topic_of(&known)?;
    let parameters = status_of(&known, topic, Kind::QueryStatus, known.told, &[], Content::Empty);
    let bundle = Resource::new("Bundle")
        .with("type", "searchset")
        .with("total", 1)
        .with("entry", json!([{"resource": parameters.into_value(), "search": {"mode": "match"}}]));
    Ok(fhir_answer(StatusCode::OK, &bundle))
}

/// `GET /fhir/Subscription/{id}/$events`, with `eventsSinceNumber`, `eventsUntilNumber` and `content`.
/// What may no longer be told is left out; its number stays.
pub(crate) async fn events(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let asked = pairs(&uri)?;
    let from = number(&asked, "eventsSinceNumber")?.unwrap_or(1);
    let until = number(&asked, "eventsUntilNumber")?.unwrap_or(i64::MAX);
    let content = match values(&asked, "content").last() {
        None => None,
        Some(code) => Some(
            Content::parse(code)
                .ok_or_else(|| Error::parameter("content", "is empty, id-only or full-resource"))?,
        ),
    };
    let _permit = permit(&state, &client, "read the events of a subscription").await?;
    let (inner, now) = (state.clone(), state.clock.now());
    let answer = write_job(&state, move |tx| {
        let mut known = own(tx, &client, &id)?;
        let topic = topic_of(&known)?;
        // More than was wished for is not told.
        known.wish.content = content.into_iter().chain(known.wish.content).min();
        let mut tellings = BTreeMap::new();
        for (number, event) in subscriptions::numbered_events(tx, known.id, from, until, MOST)? {
            let named = (topic, number, event);
            if let Some(one) = telling(tx, &inner, &client, &known, named, now)? {
                tellings.insert(number, one);
            }
        }
        let tellings: Vec<_> = tellings.into_values().collect();
        Ok(notification(&known, topic, Kind::QueryEvent, known.told, &tellings))
    });
    Ok(fhir_answer(StatusCode::OK, &answer.await?))
}

fn topic_of(known: &Subscription) -> Result<Topic, Error> {
    known.wish.topic.ok_or(Error::NoSuch("operation of a subscription to changes of identity"))
}

fn number(asked: &Pairs, name: &str) -> Result<Option<i64>, Error> {
    let Some(text) = values(asked, name).last().copied() else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number >= 0);
    number.map(Some).ok_or_else(|| Error::parameter(name, "is a whole number"))
}
