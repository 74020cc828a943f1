//! What a message leaves unsaid of something known, and what it takes along.
//!
//! A resource is kept whole, one version after another. Three kinds of message say less than what
//! they are about, and must not make the rest disappear: word of a document without the document
//! (MDM^T05…), the end of an order without what was ordered (ORC-1 CA, DC, HD…), and a report taken
//! back without its results.

use std::borrow::Cow;

use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use repository::Version;
use serde_json::Value;
use uuid::Uuid;

use crate::Error;

/// The resource with what it leaves unsaid of what is known.
pub(crate) fn completed<'r>(
    tx: &mut Tx,
    resource: &'r Resource,
) -> Result<Cow<'r, Resource>, Error> {
    let says_less = match resource.resource_type() {
        "DocumentReference" => !holds_a_document(resource),
        "ServiceRequest" | "MedicationRequest" => ends(resource),
        "DiagnosticReport" => is_taken_back(resource),
        _ => false,
    };
    let known = if says_less { current(tx, resource)? } else { None };
    let Some(known) = known else { return Ok(Cow::Borrowed(resource)) };
    let mut completed = resource.clone();
    match resource.resource_type() {
        "DocumentReference" => {
            completed.set("content", known.resource.get("content").cloned().unwrap_or_default());
        }
        "DiagnosticReport" => completed.set("result", all_results(resource, &known.resource)),
        _ => {
            for (name, value) in known.resource.elements() {
                if resource.get(name).is_none() {
                    completed.set(name, value.clone());
                }
            }
        }
    }
    Ok(Cow::Owned(completed))
}

/// The results of a report that is taken back which the message does not bring: they are taken back
/// too. Each with its status now. Older news takes nothing back.
pub(crate) fn taken_along(
    tx: &mut Tx,
    report: &Resource,
    at: Timestamp,
) -> Result<Vec<Resource>, Error> {
    if report.resource_type() != "DiagnosticReport" || !is_taken_back(report) {
        return Ok(Vec::new());
    }
    let Some(known) = current(tx, report)?.filter(|known| known.event_time <= at) else {
        return Ok(Vec::new());
    };
    let mut taken = Vec::new();
    for result in known.resource.list("result") {
        let reference = result.get("reference").and_then(Value::as_str).unwrap_or_default();
        let brought = report.list("result").contains(result);
        let id = reference.strip_prefix("Observation/").and_then(|id| id.parse::<Uuid>().ok());
        let Some(id) = id.filter(|_| !brought) else { continue };
        let Some(version) = repository::current(tx, "Observation", id)? else { continue };
        let mut observation = version.resource;
        if !is_taken_back(&observation) {
            observation.set("status", report.text("status").unwrap_or("entered-in-error"));
            taken.push(observation);
        }
    }
    Ok(taken)
}

fn current(tx: &mut Tx, resource: &Resource) -> Result<Option<Version>, Error> {
    let id = resource.id().and_then(|id| id.parse::<Uuid>().ok());
    let Some(id) = id else { return Ok(None) };
    Ok(repository::current(tx, resource.resource_type(), id)?)
}

fn holds_a_document(document: &Resource) -> bool {
    let attachments = document.list("content").iter().filter_map(|one| one.get("attachment"));
    attachments.into_iter().any(|one| one.get("data").is_some() || one.get("url").is_some())
}

fn ends(order: &Resource) -> bool {
    let status = order.text("status").unwrap_or_default();
    ["revoked", "cancelled", "stopped", "on-hold", "completed", "entered-in-error"]
        .contains(&status)
}

fn is_taken_back(resource: &Resource) -> bool {
    matches!(resource.text("status"), Some("entered-in-error" | "cancelled"))
}

fn all_results(report: &Resource, known: &Resource) -> Vec<Value> {
    let mut results = report.list("result").to_vec();
    let others = known.list("result").iter().filter(|one| !report.list("result").contains(one));
    results.extend(others.cloned());
    results
}
