//! Investigations and other observations. Test groups keep their headings and order (hazard 28).

use std::collections::HashSet;

use model::Section;
use serde_json::Value;

use super::{detail, line as new_line};
use crate::GpItem;
use crate::author;
use crate::bundle::Bundle;
use crate::element::{concept, each, range, text, words, written};
use crate::moment;

/// How deep test groups may nest; a loop of references ends here.
const DEPTH: usize = 4;

/// A report: its own line, then its results under its name.
pub(super) fn report(bundle: &Bundle, report: &Value) -> Vec<GpItem> {
    let at = moment::first(report, &["/issued", "/effectiveDateTime", "/effectivePeriod/start"]);
    let mut head = new_line(Section::Results, report, &["/code"], at);
    let specimen = bundle
        .follow(report, "/specimen/0/reference")
        .and_then(|specimen| words(specimen, "/type"));
    let parts = [
        specimen.map(|specimen| format!("Specimen: {specimen}")),
        text(report, "/conclusion").map(str::to_owned),
    ];
    head.detail = detail(parts.into_iter().flatten());
    head.author = author::named(bundle, report, &["/performer/0/actor"]);
    let heading = head.text.clone();
    head.heading = Some(heading.clone());
    let mut lines = vec![head];
    let mut seen = HashSet::new();
    for result in each(report, "result").filter_map(|result| bundle.follow(result, "/reference")) {
        group(bundle, result, Some(&heading), DEPTH, &mut seen, &mut lines);
    }
    lines
}

/// An observation with the members of its group.
pub(super) fn observation(bundle: &Bundle, observation: &Value) -> Vec<GpItem> {
    let mut lines = Vec::new();
    group(bundle, observation, None, DEPTH, &mut HashSet::new(), &mut lines);
    lines
}

/// The group's own line, then its members'; none twice.
fn group<'a>(
    bundle: &'a Bundle,
    observation: &'a Value,
    heading: Option<&str>,
    depth: usize,
    seen: &mut HashSet<&'a str>,
    lines: &mut Vec<GpItem>,
) {
    if !seen.insert(text(observation, "/id").unwrap_or_default()) {
        return;
    }
    let mut line = single(bundle, observation);
    let members: Vec<&Value> = each(observation, "related")
        .filter(|related| text(related, "/type") == Some("has-member"))
        .filter_map(|related| bundle.follow(related, "/target/reference"))
        .collect();
    let own_name = (!members.is_empty()).then(|| line.text.clone());
    let heading = heading.map(str::to_owned).or(own_name);
    line.heading.clone_from(&heading);
    lines.push(line);
    if depth > 0 {
        for member in members {
            group(bundle, member, heading.as_deref(), depth - 1, seen, lines);
        }
    }
}

fn single(bundle: &Bundle, observation: &Value) -> GpItem {
    let at =
        moment::first(observation, &["/effectiveDateTime", "/effectivePeriod/start", "/issued"]);
    let mut line = new_line(Section::Results, observation, &["/code"], at);
    (line.value, line.unit) = value(observation);
    line.range = range(observation);
    line.flag = words(observation, "/interpretation");
    line.detail = text(observation, "/comment").map(str::to_owned);
    line.author = author::named(bundle, observation, &["/performer/0"]);
    line
}

/// A value and its unit; a blood pressure is `128/76`.
fn value(observation: &Value) -> (Option<String>, Option<String>) {
    let components: Vec<&Value> = each(observation, "component").collect();
    if components.is_empty() {
        return simple(observation);
    }
    if let Some(pressure) = blood_pressure(&components) {
        return pressure;
    }
    let parts: Vec<String> = components
        .into_iter()
        .filter_map(|component| {
            let (value, unit) = simple(component);
            let name = component.get("code").and_then(concept)?.text;
            Some(format!("{name} {} {}", value?, unit.unwrap_or_default()).trim_end().to_owned())
        })
        .collect();
    ((!parts.is_empty()).then(|| parts.join(", ")), None)
}

fn simple(holder: &Value) -> (Option<String>, Option<String>) {
    if let Some(quantity) = holder.get("valueQuantity") {
        let comparator = text(quantity, "/comparator").unwrap_or_default();
        let value = written(quantity, "/value").map(|value| format!("{comparator}{value}"));
        let unit = text(quantity, "/unit").or_else(|| text(quantity, "/code"));
        return (value, unit.map(str::to_owned));
    }
    let value = text(holder, "/valueString")
        .map(str::to_owned)
        .or_else(|| words(holder, "/valueCodeableConcept"))
        .or_else(|| text(holder, "/valueDateTime").and_then(moment::parse).map(moment::spoken));
    (value, None)
}

/// Systolic 72313002 or 271649006, diastolic 1091811000000102 or 271650006 (SNOMED CT).
fn blood_pressure(components: &[&Value]) -> Option<(Option<String>, Option<String>)> {
    let part = |codes: &[&str]| {
        components.iter().find(|component| {
            component.get("code").is_some_and(|code| {
                each(code, "coding")
                    .filter_map(|coding| text(coding, "/code"))
                    .any(|code| codes.contains(&code))
            })
        })
    };
    let (systolic, unit) = simple(part(&["72313002", "271649006"])?);
    let (diastolic, _) = simple(part(&["1091811000000102", "271650006"])?);
    Some((Some(format!("{}/{}", systolic?, diastolic?)), unit))
}
