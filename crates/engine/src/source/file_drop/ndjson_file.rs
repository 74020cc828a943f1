//! FHIR NDJSON: a resource on each line, as bulk exports write them. What belongs to one patient becomes one
//! bundle, the Patient first, so that references hold and a patient's lines are one step of the record.
//!
//! People, places and medicines that nobody's record is about go into each bundle that refers to them.
//! What refers to a patient who is not in the file becomes a bundle by itself.

use std::collections::BTreeMap;

use serde_json::Value;

use super::content::Origin;
use crate::source::bundle;
use crate::{Format, NewMessage};

/// Elements by which resources say whose they are, in the order they are looked for.
const SUBJECTS: [&str; 5] = ["subject", "patient", "for", "beneficiary", "individual"];

/// A file whose every line is a resource.
pub(super) struct NdjsonFile<'a> {
    groups: Vec<Vec<&'a str>>,
}

struct Line<'a> {
    text: &'a str,
    /// `Patient/7`, where it has an id.
    called: Option<String>,
    is_patient: bool,
    /// Whose it is: `Patient/7`, or a number. `None` for a resource that is about nobody.
    about: Option<String>,
}

/// The error names the line and what to look for, never the content.
pub(super) fn read(bytes: &[u8]) -> Result<NdjsonFile<'_>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1_usize..) {
        if !line.trim_ascii().is_empty() {
            lines.push(read_line(line).map_err(|wrong| format!("Line {number}: {wrong}."))?);
        }
    }
    if lines.is_empty() {
        return Err("The file is empty; it needs a resource on each line.".to_owned());
    }
    Ok(NdjsonFile { groups: groups(&lines) })
}

fn read_line(line: &[u8]) -> Result<Line<'_>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?.trim();
    // The parser's own words may quote the content; the column does not.
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("this is not JSON: see column {}", error.column()))?;
    let word = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let Some(kind) = word("/resourceType") else {
        return Err("this is JSON, but not a FHIR resource: it has no resourceType".to_owned());
    };
    let about = SUBJECTS.iter().find_map(|name| {
        let number = word(&format!("/{name}/identifier/value")).map(|value| {
            let system = word(&format!("/{name}/identifier/system")).unwrap_or_default();
            format!("{system}|{value}")
        });
        word(&format!("/{name}/reference")).map(short).or(number)
    });
    let called = word("/id").map(|id| format!("{kind}/{id}"));
    Ok(Line { text, called, is_patient: kind == "Patient", about })
}

/// `Patient/7` of `https://x/fhir/Patient/7/_history/2`.
fn short(reference: &str) -> String {
    let whole = reference.split("/_history/").next().unwrap_or(reference);
    let mut parts = whole.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(kind)) => format!("{kind}/{id}"),
        _ => whole.to_owned(),
    }
}

/// One group a patient, in the order of the file; then what nothing refers to.
fn groups<'a>(lines: &[Line<'a>]) -> Vec<Vec<&'a str>> {
    let mut groups: Vec<Vec<&Line<'a>>> = Vec::new();
    let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        // A Patient without an id is nobody's subject here.
        let own = if line.is_patient { line.called.as_deref().or(Some("")) } else { None };
        let Some(key) = own.or(line.about.as_deref()) else { continue };
        let known = by_key.get(key).copied().filter(|_| !key.is_empty());
        let number = known.unwrap_or(groups.len());
        if known.is_none() {
            groups.push(Vec::new());
            by_key.insert(key, number);
        }
        let Some(group) = groups.get_mut(number) else { continue };
        // The Patient first, wherever it stands in the file.
        let place = if line.is_patient { 0 } else { group.len() };
        group.insert(place, line);
    }
    let directory: Vec<&Line<'a>> =
        lines.iter().filter(|line| !line.is_patient && line.about.is_none()).collect();
    let mut named = vec![false; directory.len()];
    for group in &mut groups {
        add_named(group, &directory, &mut named);
    }
    let unnamed = directory.iter().zip(&named).filter(|(_, named)| !**named);
    groups.extend(unnamed.map(|(line, _)| vec![*line]));
    groups.into_iter().map(|group| group.into_iter().map(|line| line.text).collect()).collect()
}

/// Adds what the group's lines refer to, and what that refers to.
fn add_named<'l, 'a>(
    group: &mut Vec<&'l Line<'a>>,
    directory: &[&'l Line<'a>],
    named: &mut [bool],
) {
    let mut looked_at = 0;
    let mut added = vec![false; directory.len()];
    while let Some(line) = group.get(looked_at) {
        looked_at += 1;
        let text = line.text;
        for ((one, added), named) in directory.iter().zip(&mut added).zip(named.iter_mut()) {
            let is_named = |called: &String| text.contains(&format!("{called}\""));
            if !*added && one.called.as_ref().is_some_and(is_named) {
                (*added, *named) = (true, true);
                group.push(one);
            }
        }
    }
}

impl NdjsonFile<'_> {
    pub(super) fn messages<'a>(
        &'a self,
        origin: &'a Origin<'a>,
    ) -> impl Iterator<Item = NewMessage> + 'a {
        self.groups.iter().zip(1..).map(move |(lines, number)| {
            let body = bundled(lines).into_bytes();
            let parsed: Value = serde_json::from_slice(&body).unwrap_or_default();
            NewMessage {
                channel: origin.channel.name.clone(),
                format: Format::FhirBundle,
                received_at: origin.received_at,
                sender: origin.channel.organisation.to_string(),
                control_id: origin.control_id(number, &body),
                message_type: "Bundle".to_owned(),
                event_time: String::new(),
                order_keys: bundle::keys(origin.channel, &parsed),
                body,
            }
        })
    }
}

/// The lines as they stand in the file: numbers keep their digits.
fn bundled(lines: &[&str]) -> String {
    let entries: Vec<String> =
        lines.iter().map(|line| format!("{{\"resource\":{line}}}")).collect();
    let entries = entries.join(",");
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{entries}]}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of each group's resources, groups parted by `;`.
    fn check(text: &str, expected: &str) {
        let said = match read(text.as_bytes()) {
            Ok(file) => {
                let group = |lines: &Vec<&str>| {
                    let bundle: Value = serde_json::from_str(&bundled(lines)).unwrap();
                    let entries = bundle["entry"].as_array().unwrap().clone();
                    let id = |entry: &Value| entry["resource"]["id"].as_str().unwrap().to_owned();
                    entries.iter().map(id).collect::<Vec<_>>().join(" ")
                };
                file.groups.iter().map(group).collect::<Vec<_>>().join("; ")
            }
            Err(reason) => reason,
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_patients_lines_are_one_group_and_the_patient_comes_first() {
        check(
            r#"{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},"performer":[{"reference":"PractitionerRole/r1"}]}
{"resourceType":"Patient","id":"p2"}
{"resourceType":"Patient","id":"p1"}

{"resourceType":"Practitioner","id":"d1"}
{"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":"Practitioner/d1"}}
{"resourceType":"AllergyIntolerance","id":"a1","patient":{"reference":"https://x/fhir/Patient/p1/_history/3"}}
{"resourceType":"Condition","id":"c9","subject":{"reference":"Patient/p9"}}
{"resourceType":"Condition","id":"c2","subject":{"identifier":{"system":"s","value":"7"}}}
{"resourceType":"Condition","id":"c3","subject":{"identifier":{"system":"s","value":"7"}}}
{"resourceType":"Location","id":"l1"}
"#,
            "p1 o1 a1 r1 d1; p2; c9; c2 c3; l1",
        );
    }

    #[test]
    fn a_line_that_is_no_resource_has_the_file_refused_with_its_number() {
        let patient = r#"{"resourceType":"Patient","id":"p1"}"#;
        check("\n", "The file is empty; it needs a resource on each line.");
        check(&format!("{patient}\n{{"), "Line 2: this is not JSON: see column 1.");
        let none = "Line 3: this is JSON, but not a FHIR resource: it has no resourceType.";
        check(&format!("{patient}\r\n\n{{}}\n"), none);
    }
}
