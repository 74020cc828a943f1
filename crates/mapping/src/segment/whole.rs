//! What any message may say beside its own subject: allergies, diagnoses, procedures, observations.

use fhir::{Resource, When, datatype, system};
use hl7v2::Segment;
use jiff::Timestamp;
use model::LocalIdentity;
use serde_json::Value;

use super::obr::Shared;
use super::obx::{self, Line};
use super::{al1, dg1, pr1};
use crate::datatype::cwe;
use crate::error::Error;
use crate::mapped::{Mapped, Statement};
use crate::read::{repetitions, when};
use crate::table::Context;

/// Says the allergies, diagnoses and procedures among these segments. An allergy is the patient's,
/// whichever visit it is told in; a diagnosis and a procedure are the visit's.
pub(crate) fn said(
    mapped: &mut Mapped,
    segments: &[Segment<'_>],
    own: &LocalIdentity,
    context: &Context<'_>,
    event_time: Timestamp,
) {
    for segment in segments {
        let (subject, resource) = match segment.name() {
            "AL1" => (own, al1::allergy(segment, own, context.feed)),
            "IAM" => (own, al1::adverse_reaction(segment, own, context.feed)),
            "DG1" => {
                let visit = context.visit;
                (context.subject, dg1::condition(segment, context.subject, visit, context.feed))
            }
            "PR1" => (context.subject, pr1::procedure(segment, context)),
            _ => continue,
        };
        mapped.resources.extend(resource.map(|resource| Statement {
            subject: subject.clone(),
            resource,
            event_time,
        }));
    }
}

/// A group's OBXs, each with the notes that follow it, apart from the rest of the group.
pub(crate) fn parted<'m>(group: &[Segment<'m>]) -> (Vec<Segment<'m>>, Vec<Line<'m>>) {
    let (mut head, mut lines): (Vec<Segment<'m>>, Vec<Line<'m>>) = (Vec::new(), Vec::new());
    let mut within = false;
    for segment in group {
        match (segment.name(), lines.last_mut()) {
            ("OBX", _) => {
                lines.push(Line { obx: *segment, notes: Vec::new() });
                within = true;
            }
            ("NTE", Some(line)) if within => line.notes.push(*segment),
            _ => {
                head.push(*segment);
                within = false;
            }
        }
    }
    (head, lines)
}

/// The observations told with an order, a vaccination, a problem or a visit; `key` is its number.
/// None of them is a result of it.
pub(crate) fn observations(
    lines: &[Line<'_>],
    key: &str,
    asked: Option<&Segment<'_>>,
    context: &Context<'_>,
    sent_at: Timestamp,
) -> Result<Vec<Resource>, Error> {
    let words = asked.and_then(|obr| repetitions(obr, 4).first().map(cwe::words));
    let request = words.map_or(Value::Null, |words| {
        datatype::logical_reference("ServiceRequest", Value::Null, &words)
    });
    let shared = Shared {
        feed: context.feed,
        subject: context.subject,
        key: format!("told with {key}"),
        encounter: context.encounter(),
        category: Value::Null,
        laboratory: false,
        effective: asked.and_then(|obr| when(obr, 7)).map(When::fhir_date_time),
        issued: fhir::time::instant(sent_at),
        specimen: Value::Null,
        request,
    };
    let (mut found, documents) = obx::observations(lines, &shared)?;
    for (observation, position) in found.iter_mut().zip(1i64..) {
        let position = datatype::extension(system::POSITION, "valueInteger", position);
        observation.set("extension", vec![position]);
    }
    found.extend(documents.into_iter().zip(1..).map(|(document, number)| {
        let id = crate::identity::resource_id(
            "DocumentReference",
            context.subject,
            &format!("told with {key}|document {number}"),
        );
        Resource::new("DocumentReference")
            .with_id(id)
            .with("status", "current")
            .with("subject", context.patient())
            .with("date", fhir::time::instant(sent_at))
            .with("description", document.get("title").cloned().unwrap_or_default())
            .with("content", vec![serde_json::json!({"attachment": document})])
    }));
    Ok(found)
}
