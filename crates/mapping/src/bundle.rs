//! A FHIR Bundle from a provider: whose each resource is, and ids that stay the same on every replay.
//!
//! 1. Every Patient gets its identity from its identifiers, as any other source's patients do.
//! 2. Every other resource gets an id made from the sender's own, and must lead to a patient.
//! 3. References follow: to the new ids; to people, places and medicines by name, since those are
//!    not kept as resources.

mod target;

use std::collections::BTreeMap;

use fhir::bundle::Entry;
use fhir::{Bundle, Resource, When, datatype, reference, system};
use jiff::Timestamp;
use model::{LocalIdentity, NhsNumberStatus};
use serde_json::Value;

use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{PatientNumber, local_identity};
use crate::mapped::{Mapped, Merge, PatientStatement, Statement};
use target::Targets;

/// Resources that are about nobody in particular: named in references, not kept.
const DIRECTORY: [&str; 9] = [
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "Medication",
    "Device",
    "MessageHeader",
    "Provenance",
];

/// The elements of a Patient that a conditional update replaces whole. Identifiers and extensions are
/// replaced one by one, as everywhere: one that is no longer sent is not thereby withdrawn.
const REPLACED: [&str; 14] = [
    "active",
    "name",
    "telecom",
    "gender",
    "birthDate",
    "deceasedBoolean",
    "deceasedDateTime",
    "address",
    "maritalStatus",
    "multipleBirthBoolean",
    "multipleBirthInteger",
    "contact",
    "communication",
    "generalPractitioner",
];

/// Maps a Bundle (transaction, collection, batch…).
pub fn bundle(bytes: &[u8], feed: &Feed, received_at: Timestamp) -> Result<Mapped, Error> {
    let bundle = Bundle::parse(bytes)?;
    if bundle.entries.is_empty() {
        let (path, problem) = ("entry".to_owned(), "is empty, so nothing is said".to_owned());
        return Err(fhir::Error::Bundle { path, problem }.into());
    }
    let occurred_at = bundle.timestamp.unwrap_or(received_at);
    let mut mapped = Mapped::new("Bundle", occurred_at);
    let patients = patients(&bundle, feed)?;
    let targets = Targets::of(&bundle, &patients, &feed.authority);
    for entry in &bundle.entries {
        let said_at = said_at(&entry.resource).unwrap_or(occurred_at);
        if let Some(identity) = patients.get(&entry.number) {
            let resource = patient(&entry.resource, identity, &targets);
            let cleared = unsaid(entry);
            mapped.merges.extend(replacements(entry, identity, feed)?);
            state(&mut mapped, identity, resource, cleared, said_at);
        } else if DIRECTORY.contains(&entry.resource.resource_type()) {
            let name = entry.resource.resource_type();
            // A message's header says how it came, not what happened to anybody.
            let is_header = bundle.kind == "message" && entry.number == 1;
            if !is_header && !targets.is_named(entry) {
                mapped.unmapped.push(format!("entry[{}].{name}", entry.number));
            }
        } else {
            let (subject, known) = subject(entry, &patients, &targets, feed)?;
            if !known && !mapped.patients.iter().any(|one| one.identity == subject) {
                let resource = patient(&named_patient(entry), &subject, &targets);
                state(&mut mapped, &subject, resource, Vec::new(), said_at);
            }
            let resource = about(entry, &subject, &targets);
            mapped.resources.push(Statement { subject, resource, event_time: said_at });
        }
    }
    Ok(mapped.received(received_at))
}

fn state(
    mapped: &mut Mapped,
    identity: &LocalIdentity,
    resource: Resource,
    cleared: Vec<String>,
    said_at: Timestamp,
) {
    mapped.patients.push(PatientStatement {
        identity: identity.clone(),
        resource,
        cleared,
        event_time: said_at,
    });
}

/// What a conditional update takes back by not saying it: it holds the whole Patient (FHIR R4
/// §3.1.0.4.3). A protection (`meta.security`) is never lifted by silence.
fn unsaid(entry: &Entry) -> Vec<String> {
    let is_conditional = entry.method.as_deref() == Some("PUT")
        && entry.url.as_deref().is_some_and(|url| url.starts_with("Patient?identifier="));
    let unsaid = REPLACED.into_iter().filter(|name| entry.resource.get(name).is_none());
    if is_conditional { unsaid.map(str::to_owned).collect() } else { Vec::new() }
}

/// The numbers that this patient's number was merged into (FHIR R4 §8.1.3.2, `replaced-by`).
fn replacements(entry: &Entry, subsumed: &LocalIdentity, feed: &Feed) -> Result<Vec<Merge>, Error> {
    let links = entry.resource.list("link").iter();
    let mut merges = Vec::new();
    for link in links.filter(|link| link.get("type").and_then(Value::as_str) == Some("replaced-by"))
    {
        let place = "resource.link.other.identifier";
        let number = link.pointer("/other/identifier").and_then(|one| patient_number(one, feed));
        let Some(number) = number else {
            let problem = "is missing, so it cannot be told whom the patient was merged into";
            return Err(entry.error(place, problem).into());
        };
        let survivor = local_identity(&[number], NhsNumberStatus::NotStated, feed, place)?;
        if survivor != *subsumed {
            let subsumed = subsumed.clone();
            merges.push(Merge { survivor, subsumed, other_nhs_number: None });
        }
    }
    Ok(merges)
}

fn said_at(resource: &Resource) -> Option<Timestamp> {
    resource.text("meta.lastUpdated").and_then(When::parse).map(When::timestamp)
}

/// Step 1: the identity of every Patient, by entry number.
fn patients(bundle: &Bundle, feed: &Feed) -> Result<BTreeMap<usize, LocalIdentity>, Error> {
    let entries = bundle.entries.iter().filter(|one| one.resource.resource_type() == "Patient");
    entries.map(|entry| Ok((entry.number, identity_of(entry, feed)?))).collect()
}

fn identity_of(entry: &Entry, feed: &Feed) -> Result<LocalIdentity, Error> {
    let numbers: Vec<PatientNumber> = entry
        .resource
        .list("identifier")
        .iter()
        .filter_map(|one| patient_number(one, feed))
        .collect();
    let status = crate::demographics(&entry.resource).nhs_number_status;
    let place = "resource.identifier";
    local_identity(&numbers, status, feed, place).map_err(|error| {
        entry.error(place, error.to_string().replace(&format!("{place} "), "")).into()
    })
}

/// An Identifier as one of a patient's numbers. One that is over (`old`) names nobody.
fn patient_number(identifier: &Value, feed: &Feed) -> Option<PatientNumber> {
    let text = |path: &str| identifier.pointer(path).and_then(Value::as_str).unwrap_or("");
    if text("/use") == "old" || text("/value").is_empty() {
        return None;
    }
    let system = text("/system");
    let mut authorities: Vec<String> = [system, text("/assigner/identifier/value")]
        .into_iter()
        .filter(|one| !one.is_empty())
        .map(|one| one.strip_prefix("urn:oid:").unwrap_or(one).to_owned())
        .collect();
    if system == system::local_patient(&feed.authority) {
        authorities.push(feed.authority.clone());
    }
    Some(PatientNumber {
        value: text("/value").to_owned(),
        authorities,
        kind: text("/type/coding/0/code").to_owned(),
        status: NhsNumberStatus::NotStated,
        ended: None,
    })
}

/// Step 2: whose an entry is, and whether that patient stands in this Bundle.
fn subject(
    entry: &Entry,
    patients: &BTreeMap<usize, LocalIdentity>,
    targets: &Targets,
    feed: &Feed,
) -> Result<(LocalIdentity, bool), Error> {
    let Some((path, to)) = reference::subject(&entry.resource) else {
        let problem = "is missing, so it cannot be told whose this is";
        return Err(entry.error("resource.subject", problem).into());
    };
    let path = format!("resource.{path}");
    let target = to.get("reference").and_then(Value::as_str).unwrap_or("");
    if let Some(identity) = targets.entry(target).and_then(|number| patients.get(&number)) {
        return Ok((identity.clone(), true));
    }
    let Some(number) = to.get("identifier").and_then(|one| patient_number(one, feed)) else {
        let problem = "leads to no Patient of this Bundle and carries no identifier";
        return Err(entry.error(&path, problem).into());
    };
    let identity = local_identity(&[number], NhsNumberStatus::NotStated, feed, &path);
    identity.map(|one| (one, false)).map_err(|error| {
        entry.error(&path, error.to_string().replace(&format!("{path} "), "")).into()
    })
}

/// A Patient known only by the identifier a reference carries.
fn named_patient(entry: &Entry) -> Resource {
    let named = reference::subject(&entry.resource).and_then(|(_, to)| to.get("identifier"));
    Resource::new("Patient").with("identifier", named.map(|one| vec![one.clone()]))
}

fn patient(said: &Resource, identity: &LocalIdentity, targets: &Targets) -> Resource {
    let mut resource = said.clone().with_id(identity.local_patient());
    reference::each_mut(&mut resource, &mut |one| targets.redirect(one));
    resource
}

/// Step 3: a resource about a patient, with its new id and references.
fn about(entry: &Entry, subject: &LocalIdentity, targets: &Targets) -> Resource {
    let mut resource = entry.resource.clone().with_id(targets.id(entry));
    if let Some(medication) = resource.get("medicationReference").cloned()
        && let Some(concept) = targets.medication(&medication)
    {
        resource.remove("medicationReference");
        resource.set("medicationCodeableConcept", concept);
    }
    reference::each_mut(&mut resource, &mut |one| targets.redirect(one));
    let patient = datatype::reference("Patient", subject.local_patient());
    if let Some((path, _)) = reference::subject(&resource)
        && !path.contains('.')
    {
        resource.set(path, patient);
    }
    resource
}

#[cfg(test)]
mod tests;
