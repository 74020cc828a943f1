//! The identity feed (IHE PIXm, ITI-104): `PUT` and `DELETE /fhir/Patient?identifier=SYSTEM|VALUE`.
//!
//! What a source says is stored as a message of its channel, a bundle of one Patient, before it is
//! answered, and takes effect in the order of that patient's messages like any other. Replaying the
//! log replays the feed.
//!
//! - PUT: this is all the source holds of the patient now; what it no longer says is gone.
//! - PUT with `link.type` = `replaced-by`: the source has merged this number into another.
//! - DELETE: the source no longer uses this number; clinical data that came under it stays.

use access::Action;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::{Channel, Receipt};
use fhir::outcome::{Issue, outcome};
use fhir::{Resource, system};
use jiff::Timestamp;
use model::{LocalIdentity, stable_id};
use serde_json::{Value, json};

use crate::body::{resource, wrong};
use crate::disclose::{decide, write_job};
use crate::negotiate::{Base, pairs, values};
use crate::readable::{is_plain, readable};
use crate::{ApiState, Client, Domain, Error, caller, fhir_answer};

const NOT_ITS_OWN: &str =
    "a system says who its own organisation's patients are, and nobody else's";

/// Adds or revises a patient, or resolves a duplicate.
pub(crate) async fn put(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let channel = channel(&state, &client).await?;
    let identity = condition(&uri, &channel)?;
    let patient = resource(&state, &headers, body).await?;
    check(&patient, &channel, &identity, state.clock.now())?;
    // An ended number keeps what was known of its patient, which a merge is judged by and an unmerge
    // gives back; whoever says that it ended says little else (ITI-104 section 3.104.4.1.2.1).
    let method = if is_replaced(&patient) { "PATCH" } else { "PUT" };
    let receipt = store(&state, channel, patient, method, &identity).await?;
    let known = is_known(&state, &identity).await?;
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = stored(status, receipt);
    let path = format!("Patient/{}", identity.local_patient());
    Base::of(&state, &headers).locate(&mut response, "location", &path);
    Ok(response)
}

/// Removes a patient from use (the Remove Patient option).
pub(crate) async fn delete(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let channel = channel(&state, &client).await?;
    let identity = condition(&uri, &channel)?;
    if !is_known(&state, &identity).await? {
        return Err(Error::NoSuch("Patient"));
    }
    let system = system::local_patient(&identity.authority);
    let number = json!([{"system": system, "value": identity.value}]);
    let patient = Resource::new("Patient").with("identifier", number).with("active", false);
    // Only that it is out of use is said, so this is a patch: all else stays as it was.
    let receipt = store(&state, channel, patient, "PATCH", &identity).await?;
    Ok(stored(StatusCode::OK, receipt))
}

/// The client's channel, if the policies let it feed. A refusal is kept; a message is kept anyway.
async fn channel(state: &ApiState, client: &Client) -> Result<Channel, Error> {
    let now = state.clock.now();
    let decision = decide(state, client, Action::FeedPeople, now).with_about("feed (ITI-104)");
    if !decision.allowed() {
        let job = move |tx: &mut db::Tx| Ok(audit::record(tx, decision, now)?);
        write_job(state, job).await?.permit().map_err(Error::Refused)?;
    }
    if !state.inbox.has_room() {
        return Err(Error::Full);
    }
    let channel = client.channel.as_deref().and_then(|name| state.channel_named(name));
    channel.cloned().ok_or(Error::NotYours("this system has no channel to feed"))
}

/// The one patient that `identifier=SYSTEM|VALUE` names, of the channel's own domain.
fn condition(uri: &Uri, channel: &Channel) -> Result<LocalIdentity, Error> {
    let pairs = pairs(uri)?;
    let wrong = || {
        let (name, code) = ("identifier".to_owned(), "required");
        let problem = "must be given once, as SYSTEM|VALUE, and nothing else".to_owned();
        Error::Parameter { name, code, problem }
    };
    let conditions = pairs.iter().filter(|(name, _)| name != "_format").count();
    let given = values(&pairs, "identifier");
    let [identifier] = given.as_slice() else { return Err(wrong()) };
    let (system, value) = identifier.split_once('|').ok_or_else(wrong)?;
    if conditions != 1 || system.is_empty() || value.trim().is_empty() || !is_plain(value) {
        return Err(wrong());
    }
    if !Domain::of(channel).is_called(system) {
        return Err(Error::NotYours(NOT_ITS_OWN));
    }
    Ok(LocalIdentity::new(&channel.authority, value.trim()))
}

/// The Patient is the one the address names, and if it was merged, into another of the same domain.
fn check(
    patient: &Resource,
    channel: &Channel,
    identity: &LocalIdentity,
    now: Timestamp,
) -> Result<(), Error> {
    if patient.resource_type() != "Patient" {
        return Err(wrong("invalid", "send a Patient", "Patient"));
    }
    readable(patient, now)?;
    let own: Vec<&str> =
        patient.list("identifier").iter().filter_map(|one| own_value(one, channel)).collect();
    if own != [identity.value.as_str()] {
        let problem =
            "the Patient carries the identifier of the address, and no other of its system";
        return Err(wrong("invariant", problem, "Patient.identifier"));
    }
    for link in replacements(patient) {
        let survivor = link.pointer("/other/identifier").and_then(|one| own_value(one, channel));
        if survivor.is_none_or(|survivor| survivor == identity.value) {
            let problem = "a Patient is replaced by another identifier of its own system";
            return Err(wrong("invariant", problem, "Patient.link.other.identifier"));
        }
    }
    Ok(())
}

/// The links to what has taken this Patient's place.
fn replacements(patient: &Resource) -> impl Iterator<Item = &Value> {
    patient.list("link").iter().filter(|link| link["type"] == "replaced-by")
}

fn is_replaced(patient: &Resource) -> bool {
    replacements(patient).next().is_some()
}

/// The number that an Identifier of the channel's own domain gives.
fn own_value<'a>(identifier: &'a Value, channel: &Channel) -> Option<&'a str> {
    let text = |name: &str| identifier.get(name).and_then(Value::as_str);
    let is_own = text("use") != Some("old") && Domain::of(channel).is_called(text("system")?);
    text("value").filter(|_| is_own)
}

/// Stores the Patient as a bundle of its channel; returns when that is durable.
async fn store(
    state: &ApiState,
    channel: Channel,
    patient: Resource,
    method: &str,
    identity: &LocalIdentity,
) -> Result<Receipt, Error> {
    let now = state.clock.now();
    let system = system::local_patient(&identity.authority);
    // The same Patient sent again later is news again: something else may have been said meanwhile.
    let id = stable_id(&["ITI-104", &channel.name, &now.to_string(), &patient.to_string()]);
    let bundle = Resource::new("Bundle")
        .with_id(id)
        .with("type", "transaction")
        .with("timestamp", now.to_string())
        .with("entry", json!([{
            "resource": patient.into_value(),
            "request": {"method": method, "url": format!("Patient?identifier={system}|{}", identity.value)},
        }]));
    let bytes = bundle.to_bytes();
    fhir::Bundle::parse(&bytes).map_err(|wrong| Error::Body {
        code: "invalid",
        problem: wrong.to_string(),
        expression: Some("Patient"),
    })?;
    let inbox = state.inbox.clone();
    let stored = move || engine::accept_bundle(&inbox, &channel, bytes);
    Ok(tokio::task::spawn_blocking(stored).await.map_err(|_| Error::Stopped)??)
}

async fn is_known(state: &ApiState, identity: &LocalIdentity) -> Result<bool, Error> {
    let (db, id) = (state.inbox.db().clone(), identity.local_patient());
    let known = move || db.read(|tx| empi::person_of(tx, id));
    let known = tokio::task::spawn_blocking(known).await.map_err(|_| Error::Stopped)??;
    Ok(known.is_some())
}

/// The promise is "stored", not "processed": that follows in the order of the patient's messages.
fn stored(status: StatusCode, receipt: Receipt) -> Response {
    let told = format!("stored as message {}; it will be processed in order", receipt.seq);
    fhir_answer(status, &outcome(&[Issue::information(told)]))
}
