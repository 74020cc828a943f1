//! Investigation results and the reports they belong to.

use fhir::Resource;
use model::Section;
use serde_json::Value;

use super::{Line, concept_text, notes, owned};

/// One result; `None` for an observation without any value, which only groups others.
pub(super) fn observation(observation: &Resource) -> Option<Line> {
    let (value, unit) = value(observation)?;
    let at = observation
        .text("effectiveDateTime")
        .or_else(|| observation.text("effectivePeriod.start"))
        .or_else(|| observation.text("issued"));
    let mut line = Line::new(Section::Results, observation, "code")
        .at(at)
        .status(observation.text("status"))
        .author(observation.text("performer.display"))
        .detail(vec![notes(observation)]);
    line.value = Some(value);
    line.unit = unit;
    line.reference_range = range(observation);
    line.flag = owned(observation.text("interpretation.coding.code"));
    line.heading = owned(observation.text("basedOn.display"));
    line.position = position(observation);
    Some(line)
}

/// The report itself: its conclusion, or what it is.
pub(super) fn report(report: &Resource) -> Line {
    let at = report.text("effectiveDateTime").or_else(|| report.text("issued"));
    let mut line = Line::new(Section::Results, report, "code")
        .at(at)
        .status(report.text("status"))
        .author(
            report.text("performer.display").or_else(|| report.text("resultsInterpreter.display")),
        )
        .detail(vec![notes(report)]);
    line.value = owned(report.text("conclusion"));
    line.heading = Some(line.text.clone());
    line
}

fn value(observation: &Resource) -> Option<(String, Option<String>)> {
    if let Some(quantity) = observation.get("valueQuantity") {
        let number = match quantity.get("value")? {
            Value::Number(number) => number.to_string(),
            other => other.as_str()?.to_owned(),
        };
        let comparator = quantity.get("comparator").and_then(Value::as_str).unwrap_or("");
        let unit = quantity.get("unit").or_else(|| quantity.get("code")).and_then(Value::as_str);
        return Some((format!("{comparator}{number}"), owned(unit)));
    }
    let text = owned(observation.text("valueString"))
        .or_else(|| concept_text(observation.get("valueCodeableConcept")))
        .or_else(|| owned(observation.text("valueDateTime")))
        .or_else(|| observation.get("valueInteger").map(ToString::to_string))
        .or_else(|| observation.get("valueBoolean").map(|value| yes_or_no(value).to_owned()))
        .or_else(|| concept_text(observation.get("dataAbsentReason")))?;
    Some((text, None))
}

/// Its place within the report, from 1; 0 where none was said.
fn position(observation: &Resource) -> i64 {
    let extensions = observation.list("extension").iter();
    extensions
        .filter(|extension| {
            extension.get("url").and_then(Value::as_str) == Some(fhir::system::POSITION)
        })
        .find_map(|extension| extension.get("valueInteger")?.as_i64())
        .unwrap_or(0)
}

fn yes_or_no(value: &Value) -> &'static str {
    if value == &Value::Bool(true) { "yes" } else { "no" }
}

fn range(observation: &Resource) -> Option<String> {
    if let Some(text) = observation.text("referenceRange.text") {
        return Some(text.to_owned());
    }
    let bound = |name: &str| {
        observation.get(&format!("referenceRange.{name}.value")).map(ToString::to_string)
    };
    match (bound("low"), bound("high")) {
        (Some(low), Some(high)) => Some(format!("{low}–{high}")),
        (Some(low), None) => Some(format!("at least {low}")),
        (None, Some(high)) => Some(format!("at most {high}")),
        (None, None) => None,
    }
}
