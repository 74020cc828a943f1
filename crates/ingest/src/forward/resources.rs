//! FHIR for other servers: what a message wrote, and whatever that leads to.

use std::collections::BTreeSet;

use db::Tx;
use engine::Received;
use fhir::{Resource, reference};
use model::stable_id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Error;

/// The table of HL7 v2 events (THO).
const V2_EVENT: &str = "http://terminology.hl7.org/CodeSystem/v2-0003";
/// Resources that come after what they refer to; others come last.
const ORDER: [&str; 9] = [
    "Organization",
    "Practitioner",
    "Location",
    "Patient",
    "RelatedPerson",
    "Encounter",
    "ServiceRequest",
    "Specimen",
    "Observation",
];
/// A guard against a web of references; no message comes near it.
const MOST: usize = 1_000;

/// The resources that a message wrote, and the current versions of what they refer to: a receiver that
/// does not know the patient yet needs the patient too. What is referred to comes first.
pub(super) fn told_by(tx: &mut Tx, message: i64) -> Result<Vec<Resource>, Error> {
    let mut told = repository::written_by(tx, message)?;
    let mut known: BTreeSet<String> = told.iter().map(name).collect();
    let mut at = 0;
    while let Some(resource) = told.get_mut(at).filter(|_| at < MOST) {
        at += 1;
        for target in targets(resource) {
            let Some((resource_type, id)) = reference::split(&target) else { continue };
            let Ok(id) = id.parse::<Uuid>() else { continue };
            if !known.insert(format!("{resource_type}/{id}")) {
                continue;
            }
            if let Some(version) = repository::current(tx, resource_type, id)? {
                told.push(version.resource);
            }
        }
    }
    let rank = |one: &Resource| {
        ORDER.iter().position(|name| *name == one.resource_type()).unwrap_or(ORDER.len())
    };
    told.sort_by_key(rank);
    Ok(told)
}

/// `Patient/…`
fn name(resource: &Resource) -> String {
    format!("{}/{}", resource.resource_type(), resource.id().unwrap_or_default())
}

/// What a resource refers to.
fn targets(resource: &mut Resource) -> Vec<String> {
    let mut targets = Vec::new();
    reference::each_mut(resource, &mut |one| {
        targets.extend(one.get("reference").and_then(Value::as_str).map(str::to_owned));
    });
    targets
}

/// `PUT` of each, which is an update or a creation under our id (FHIR R4 §3.1.0.10.1).
pub(super) fn single(resources: &[Resource]) -> Vec<(String, Vec<u8>)> {
    resources.iter().map(|one| (format!("PUT {}", name(one)), one.to_bytes())).collect()
}

/// A transaction that puts each under our id.
pub(super) fn transaction(resources: Vec<Resource>, received: &Received) -> (String, Vec<u8>) {
    let entry = |one: Resource| {
        let url = name(&one);
        json!({"resource": one.into_value(), "request": {"method": "PUT", "url": url}})
    };
    let entries: Vec<Value> = resources.into_iter().map(entry).collect();
    let bundle = Resource::new("Bundle")
        .with("type", "transaction")
        .with("timestamp", received.received_at.to_string())
        .with("entry", entries);
    ("POST".to_owned(), bundle.to_bytes())
}

/// A message (FHIR R4 §2.4) about the event, with what it wrote as its focus.
pub(super) fn message(
    mut resources: Vec<Resource>,
    received: &Received,
    event: &str,
    destination: &str,
) -> (String, Vec<u8>) {
    let inside: BTreeSet<String> = resources.iter().map(name).collect();
    let full_url = |name: &str| {
        let id = name.split_once('/').map_or(name, |(_, id)| id);
        format!("urn:uuid:{id}")
    };
    for resource in &mut resources {
        reference::each_mut(resource, &mut |one| {
            let target = one.get("reference").and_then(Value::as_str).map(str::to_owned);
            if let Some(target) = target.filter(|target| inside.contains(target)) {
                one["reference"] = full_url(&target).into();
            }
        });
    }
    let id = stable_id(&["Outbound", destination, &received.id.to_string()]);
    let focus: Vec<Value> =
        inside.iter().map(|name| json!({"reference": full_url(name)})).collect();
    let mut header = Resource::new("MessageHeader").with_id(id);
    match event.split_once('^') {
        Some((_, code)) => header.set("eventCoding", json!({"system": V2_EVENT, "code": code})),
        None => header.set("eventUri", format!("urn:chesil:event:{event}")),
    }
    let header = header
        .with("destination", json!([{"name": destination, "endpoint": format!("urn:chesil:destination:{destination}")}]))
        .with("source", json!({"name": "Chesil", "endpoint": format!("urn:chesil:channel:{}", received.channel)}))
        .with("focus", focus);
    let entry = |one: Resource| {
        let url = full_url(&name(&one));
        json!({"fullUrl": url, "resource": one.into_value()})
    };
    let entries: Vec<Value> = std::iter::once(header).chain(resources).map(entry).collect();
    let bundle = Resource::new("Bundle")
        .with("type", "message")
        .with("timestamp", received.received_at.to_string())
        .with("entry", entries);
    ("POST $process-message".to_owned(), bundle.to_bytes())
}
