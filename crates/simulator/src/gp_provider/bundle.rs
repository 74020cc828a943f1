//! The answer: a collection bundle with one primary list for each part that was asked for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::OdsCode;
use serde_json::{Value, json};

use super::question::{Asked, Question};
use super::record::{GpRecordData, Part};
use super::resource::{Writer, profile, reference};

/// Writes the bundle for exactly the parts asked for.
pub(super) fn write(ods: &OdsCode, record: &GpRecordData, question: &Question) -> Value {
    let writer = Writer { ods, patient: &record.patient };
    let mut resources = vec![writer.patient_resource(), writer.organisation_resource(record)];
    for name in staff(record) {
        resources.push(writer.practitioner_resource(name));
    }
    let mut unsupported = question.unrecognised.clone();
    for asked in &question.asked {
        if record.unsupported.contains(&asked.part) {
            unsupported.push(asked.part.parameter().to_owned());
        } else {
            resources.extend(part(&writer, record, asked));
        }
    }
    if !unsupported.is_empty() {
        resources.push(not_implemented(&unsupported));
    }
    let entries: Vec<Value> =
        resources.into_iter().map(|resource| json!({"resource": resource})).collect();
    json!({
        "resourceType": "Bundle",
        "meta": profile("GPConnect-StructuredRecord-Bundle-1"),
        "type": "collection",
        "entry": entries,
    })
}

fn staff(record: &GpRecordData) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = BTreeSet::from([record.patient.usual_gp.as_str()]);
    names.extend(record.problems.iter().map(|entry| entry.author.as_str()));
    names.extend(record.medicines.iter().map(|entry| entry.author.as_str()));
    names.extend(record.allergies.iter().map(|entry| entry.author.as_str()));
    names.extend(record.consultations.iter().map(|entry| entry.author.as_str()));
    names.extend(record.immunisations.iter().map(|entry| entry.author.as_str()));
    names.extend(record.investigations.iter().map(|entry| entry.author.as_str()));
    names.extend(record.observations.iter().map(|entry| entry.author.as_str()));
    names
}

/// The list of one part, then the resources it refers to.
fn part(writer: &Writer<'_>, record: &GpRecordData, asked: &Asked) -> Vec<Value> {
    let confidential = record.confidential.contains(&asked.part);
    let groups = groups(writer, record, asked);
    let listed: Vec<&Value> = groups.iter().filter_map(|group| listed(asked.part, group)).collect();
    let mut resources = vec![list(writer, asked.part.list(), &listed, confidential)];
    if asked.part == Part::Allergies {
        resources.push(ended_allergies(writer, record));
    }
    resources.extend(groups.into_iter().flatten());
    resources
}

/// The resources of each entry.
fn groups(writer: &Writer<'_>, record: &GpRecordData, asked: &Asked) -> Vec<Vec<Value>> {
    let index = |number: usize| number.to_string();
    match asked.part {
        Part::Allergies => numbered(&record.allergies)
            .filter(|(_, allergy)| allergy.ended.is_none())
            .map(|(number, allergy)| {
                vec![writer.allergy(&writer.id(&["AllergyIntolerance", &index(number)]), allergy)]
            })
            .collect(),
        Part::Medication => numbered(&record.medicines)
            .map(|(number, medicine)| writer.medicine(&index(number), medicine))
            .collect(),
        Part::Problems => numbered(&record.problems)
            .map(|(number, problem)| vec![writer.problem(&index(number), problem)])
            .collect(),
        Part::Consultations => numbered(&record.consultations)
            .filter(|(_, consultation)| is_since(asked.since, consultation.at))
            .map(|(number, consultation)| writer.consultation(&index(number), consultation))
            .collect(),
        Part::Immunisations => numbered(&record.immunisations)
            .map(|(number, immunisation)| vec![writer.immunisation(&index(number), immunisation)])
            .collect(),
        Part::Investigations => numbered(&record.investigations)
            .filter(|(_, investigation)| is_since(asked.since, investigation.issued))
            .map(|(number, investigation)| writer.investigation(&index(number), investigation))
            .collect(),
        Part::Uncategorised => numbered(&record.observations)
            .filter(|(_, observation)| is_since(asked.since, observation.at))
            .map(|(number, observation)| vec![writer.observation(&index(number), observation)])
            .collect(),
    }
}

fn numbered<T>(entries: &[T]) -> impl Iterator<Item = (usize, &T)> {
    entries.iter().enumerate()
}

fn is_since(since: Option<Date>, at: Timestamp) -> bool {
    since.is_none_or(|since| at.to_zoned(TimeZone::UTC).date() >= since)
}

/// The resource of a group that the part's list names.
fn listed(part: Part, group: &[Value]) -> Option<&Value> {
    let kind = match part {
        Part::Medication => "MedicationStatement",
        _ => return group.first(),
    };
    group.iter().find(|resource| resource.get("resourceType").and_then(Value::as_str) == Some(kind))
}

fn list(
    writer: &Writer<'_>,
    (code, title): (&str, &str),
    entries: &[&Value],
    confidential: bool,
) -> Value {
    let mut list = json!({
        "resourceType": "List",
        "id": writer.id(&["List", code]),
        "meta": profile("CareConnect-GPC-List-1"),
        "status": "current",
        "mode": "snapshot",
        "title": title,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": title}]},
        "subject": writer.subject(),
        "entry": entries.iter().map(|resource| json!({"item": reference(resource)})).collect::<Vec<_>>(),
    });
    let Some(fields) = list.as_object_mut() else { return list };
    let mut notes = Vec::new();
    if entries.is_empty() {
        fields.remove("entry");
        fields.insert(
            "emptyReason".into(),
            json!({"coding": [{
            "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1",
            "code": "no-content-recorded", "display": "No Content Recorded"}]}),
        );
        notes.push(json!({"text": "Information not available."}));
    }
    if confidential {
        fields.insert("extension".into(), json!([{
            "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ListWarningCode-1",
            "valueCode": "confidential-items"}]));
        notes.push(
            json!({"text": "Items excluded due to confidentiality and/or patient preferences."}),
        );
    }
    if !notes.is_empty() {
        fields.insert("note".into(), Value::Array(notes));
    }
    list
}

/// Ended allergies travel inside their list (Allergies guidance).
fn ended_allergies(writer: &Writer<'_>, record: &GpRecordData) -> Value {
    let ended: Vec<Value> = numbered(&record.allergies)
        .filter(|(_, allergy)| allergy.ended.is_some())
        .map(|(number, allergy)| writer.allergy(&format!("ended-{number}"), allergy))
        .collect();
    let mut list = list(
        writer,
        ("1103671000000101", "Ended allergies"),
        &ended.iter().collect::<Vec<_>>(),
        false,
    );
    let inner: Vec<Value> = ended
        .iter()
        .filter_map(|allergy| allergy.get("id").and_then(Value::as_str))
        .map(|id| json!({"item": {"reference": format!("#{id}")}}))
        .collect();
    if let (Some(fields), false) = (list.as_object_mut(), ended.is_empty()) {
        fields.insert("entry".into(), Value::Array(inner));
        fields.insert("contained".into(), Value::Array(ended));
    }
    list
}

/// One warning for each parameter that is not answered (Configuration for supported clinical areas).
fn not_implemented(parameters: &[String]) -> Value {
    let issues: Vec<Value> = parameters
        .iter()
        .map(|parameter| {
            json!({
                "severity": "warning",
                "code": "not-supported",
                "details": {
                    "coding": [{
                        "system": "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1",
                        "code": "NOT_IMPLEMENTED", "display": "Not implemented"}],
                    "text": format!("{parameter} is an unrecognised parameter"),
                },
                "diagnostics": parameter,
            })
        })
        .collect();
    json!({"resourceType": "OperationOutcome", "meta": profile("GPConnect-OperationOutcome-1"), "issue": issues})
}
