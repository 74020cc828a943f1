//! Medicines: the statement with its dosage, and when it was last issued (GP Connect hazard 85).

use model::Section;
use serde_json::Value;

use super::{capital, detail, line as new_line};
use crate::author;
use crate::bundle::Bundle;
use crate::element::{
    concept, each, extension, extension_words, extensions, notes, text, words, written,
};
use crate::moment::{self, Moment};
use crate::{GpItem, Precision};

/// One medicine: a MedicationStatement, read together with its plan and its issues.
pub(super) fn line(bundle: &Bundle, statement: &Value) -> GpItem {
    let at = moment::first(
        statement,
        &["/effectivePeriod/start", "/effectiveDateTime", "/dateAsserted"],
    );
    let plan = plan(bundle, statement);
    let parts = [
        plan.and_then(|plan| extension_words(plan, "PrescriptionType")).map(|kind| capital(&kind)),
        Some(last_issued(bundle, statement, plan)),
        plan.and_then(quantity),
        plan.and_then(issues_so_far),
        prescribed_elsewhere(statement),
        plan.and_then(stopped_because),
    ];
    let instructions =
        each(statement, "dosage").filter_map(|dosage| text(dosage, "/patientInstruction"));
    let detail = detail(
        parts.into_iter().flatten().chain(instructions.map(str::to_owned)).chain(notes(statement)),
    );
    let mut line = named(bundle, statement, at);
    line.end = moment::first(statement, &["/effectivePeriod/end"]).map(|end| end.at);
    line.value = dosage(statement, "dosage");
    line.detail = detail;
    line.author = plan
        .and_then(|plan| author::named(bundle, plan, &["/recorder", "/requester/agent"]))
        .or_else(|| author::named(bundle, statement, &["/informationSource"]));
    line
}

/// An issue or plan met on its own, inside a consultation.
pub(super) fn issue(bundle: &Bundle, request: &Value) -> GpItem {
    let mut line = named(bundle, request, moment::first(request, &["/authoredOn"]));
    line.value = dosage(request, "dosageInstruction");
    line.detail = detail(quantity(request).into_iter().chain(notes(request)));
    line.author = author::named(bundle, request, &["/recorder", "/requester/agent"]);
    line
}

/// A line with the name of the medicine, which stands in a resource of its own.
fn named(bundle: &Bundle, resource: &Value, at: Option<Moment>) -> GpItem {
    let medication = bundle.follow(resource, "/medicationReference/reference");
    let named = medication.and_then(|medication| medication.get("code")).and_then(concept);
    let mut line = new_line(Section::Medicines, resource, &["/medicationCodeableConcept"], at);
    if let Some(named) = named {
        (line.code, line.code_system, line.text) = (named.code, named.system, named.text);
    } else if let Some(display) = text(resource, "/medicationReference/display") {
        display.clone_into(&mut line.text);
    }
    line
}

/// The authorisation that a statement is based on.
fn plan<'a>(bundle: &'a Bundle, statement: &Value) -> Option<&'a Value> {
    // basedOn is a list in STU3; some samples hold a single reference.
    bundle
        .follow(statement, "/basedOn/0/reference")
        .or_else(|| bundle.follow(statement, "/basedOn/reference"))
}

fn dosage(resource: &Value, name: &str) -> Option<String> {
    let doses: Vec<&str> =
        each(resource, name).filter_map(|dosage| text(dosage, "/text")).collect();
    (!doses.is_empty()).then(|| doses.join("; "))
}

/// The statement's own date, or else the newest issue of the same plan. "Not stated" is worth
/// saying: the reader must not take silence for "still taking".
fn last_issued(bundle: &Bundle, statement: &Value, plan: Option<&Value>) -> String {
    let said = extension(statement, "MedicationStatementLastIssueDate")
        .and_then(|extension| moment::first(extension, &["/valueDateTime", "/valueDate"]));
    let issue = said.or_else(|| plan.and_then(|plan| newest_issue(bundle, plan)));
    issue.map_or_else(
        || "Last issue not stated".to_owned(),
        |issue| {
            format!("Last issued {}", moment::spoken(Moment { precision: day(issue), ..issue }))
        },
    )
}

fn day(moment: Moment) -> Precision {
    if moment.precision == Precision::Instant { Precision::Day } else { moment.precision }
}

fn newest_issue(bundle: &Bundle, plan: &Value) -> Option<Moment> {
    let plan_id = text(plan, "/id")?;
    bundle
        .of_type("MedicationRequest")
        .filter(|request| text(request, "/intent") == Some("order"))
        .filter(|request| {
            ["/basedOn/0/reference", "/basedOn/reference"]
                .iter()
                .filter_map(|pointer| text(request, pointer))
                .any(|reference| reference.rsplit('/').next() == Some(plan_id))
        })
        .filter_map(|request| {
            moment::first(request, &["/authoredOn", "/dispenseRequest/validityPeriod/start"])
        })
        .max_by_key(|moment| moment.at)
}

/// `28 capsule(s)`.
fn quantity(request: &Value) -> Option<String> {
    let quantity = request.pointer("/dispenseRequest/quantity")?;
    let unit = extension_words(quantity, "MedicationQuantityText")
        .or_else(|| text(quantity, "/unit").map(str::to_owned));
    match (written(quantity, "/value"), unit) {
        (Some(value), Some(unit)) => Some(format!("{value} {unit}")),
        (value, unit) => value.or(unit),
    }
}

/// `2 of 6 issues`.
fn issues_so_far(plan: &Value) -> Option<String> {
    let repeat = extensions(plan, "MedicationRepeatInformation").next()?;
    let part = |name: &str| {
        let part = each(repeat, "extension").find(|part| text(part, "/url") == Some(name))?;
        written(part, "/valuePositiveInt").or_else(|| written(part, "/valueUnsignedInt"))
    };
    let issued = part("numberOfRepeatPrescriptionsIssued");
    match (issued, part("numberOfRepeatPrescriptionsAllowed")) {
        (Some(issued), Some(allowed)) => Some(format!("{issued} of {allowed} issues")),
        (Some(issued), None) => Some(format!("{issued} issues")),
        (None, _) => None,
    }
}

/// Who prescribes must be clear where it is not the practice (hazard 86).
fn prescribed_elsewhere(statement: &Value) -> Option<String> {
    let agency =
        extension(statement, "PrescribingAgency")?.get("valueCodeableConcept").and_then(concept)?;
    (agency.code.as_deref() != Some("prescribed-at-gp-practice")).then_some(agency.text)
}

fn stopped_because(plan: &Value) -> Option<String> {
    let status = extension(plan, "MedicationStatusReason")?;
    let part = each(status, "extension").find(|part| text(part, "/url") == Some("statusReason"))?;
    words(part, "/valueCodeableConcept").map(|reason| format!("Stopped: {reason}"))
}
