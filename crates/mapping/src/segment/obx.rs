//! OBX with its NTEs to Observation (UK Core); documents among them go to the report.
//!
//! Laboratories send a text report as many OBX of one code, a line each: those are joined in order.
//! Other results of one code within one order (two organisms, say) are counted and stay apart.

mod value;

use std::collections::BTreeMap;

use fhir::{Element, Resource, When, datatype, system};
use hl7v2::{Repetition, Segment};
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, ed, xcn};
use crate::error::Error;
use crate::identity::resource_id;
use crate::read::{part, repetitions, text, when};
use crate::segment::obr::Shared;

/// One OBX and the notes that follow it.
pub(crate) struct Line<'m> {
    pub(crate) obx: Segment<'m>,
    pub(crate) notes: Vec<Segment<'m>>,
}

/// The lines that make one result: one OBX, or the lines of a text.
struct Finding<'l, 'm> {
    key: String,
    first: &'l Line<'m>,
    lines: Vec<&'l Line<'m>>,
}

/// The observations of an order, and the documents that came among them.
pub(crate) fn observations(
    lines: &[Line<'_>],
    shared: &Shared<'_>,
) -> Result<(Vec<Resource>, Vec<Value>), Error> {
    let (documents, results): (Vec<&Line<'_>>, Vec<&Line<'_>>) =
        lines.iter().partition(|line| kind(line) == "ED");
    let mut attachments = Vec::new();
    for line in documents {
        let title = repetitions(&line.obx, 3).first().map(cwe::words).unwrap_or_default();
        for data in repetitions(&line.obx, 5) {
            attachments.extend(ed::attachment(&data, &title)?);
        }
    }
    let resources = findings(&results).iter().map(|one| observation(one, shared)).collect();
    Ok((resources, attachments))
}

/// The words of NTE-3, a line each.
pub(crate) fn note_text(notes: &[Segment<'_>]) -> String {
    let lines: Vec<String> = notes.iter().map(|note| whole_text(note, 3)).collect();
    lines.join("\n").trim().to_owned()
}

fn kind(line: &Line<'_>) -> String {
    text(&line.obx, 2).to_uppercase()
}

fn is_text(line: &Line<'_>) -> bool {
    matches!(kind(line).as_str(), "TX" | "FT" | "ST" | "")
}

/// Groups text lines of one code, and a text line without a code with the text before it.
fn findings<'l, 'm>(lines: &[&'l Line<'m>]) -> Vec<Finding<'l, 'm>> {
    let mut findings: Vec<Finding<'l, 'm>> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let code = code_key(&line.obx);
        let key = format!("{code}|{}", text(&line.obx, 4));
        let belongs = |one: &&mut Finding<'l, 'm>| {
            let same =
                one.key == key || (code.is_empty() && one.lines.iter().all(|each| is_text(each)));
            is_text(line) && is_text(one.first) && same
        };
        if let Some(finding) = findings.iter_mut().rev().find(belongs) {
            finding.lines.push(line);
            continue;
        }
        let count = seen.entry(key.clone()).and_modify(|count| *count += 1).or_insert(1);
        let key = if *count == 1 { key } else { format!("{key}|{count}") };
        findings.push(Finding { key, first: line, lines: vec![line] });
    }
    findings
}

fn code_key(obx: &Segment<'_>) -> String {
    repetitions(obx, 3).first().map_or_else(String::new, |one| {
        let code = part(one, 1);
        if code.is_empty() { part(one, 2) } else { code }
    })
}

fn observation(finding: &Finding<'_, '_>, shared: &Shared<'_>) -> Resource {
    let (obx, feed) = (&finding.first.obx, shared.feed);
    let sent_code = repetitions(obx, 3).into_iter().next();
    let code =
        sent_code.map_or_else(|| datatype::concept_text("Result"), |one| cwe::concept(&one, feed));
    let effective = when(obx, 14).map(When::fhir_date_time).or_else(|| shared.effective.clone());
    let key = format!("{}|{}", shared.key, finding.key);
    let mut resource = Resource::new("Observation")
        .with_id(resource_id("Observation", shared.subject, &key))
        .with("status", status(finding))
        .with("basedOn", shared.based_on())
        .with("category", category(shared))
        .with("code", code)
        .with("subject", datatype::reference("Patient", shared.subject.local_patient()))
        .with("encounter", shared.encounter.clone())
        .with("effectiveDateTime", effective)
        .with("issued", shared.issued.as_str())
        .with("performer", performers(obx, shared))
        .with("interpretation", interpretation(obx))
        .with("note", notes(finding))
        .with("specimen", shared.specimen.clone())
        .with("referenceRange", reference_range(obx));
    let lines: Vec<&Segment<'_>> = finding.lines.iter().map(|line| &line.obx).collect();
    match value::value(&lines, feed) {
        Some((name, value)) => resource.set(name, value),
        None => resource.set("dataAbsentReason", absent(&resource)),
    }
    resource
}

/// OBX-11 of the last line; a result whose status is not said is not known to be final.
fn status(finding: &Finding<'_, '_>) -> &'static str {
    let said = finding.lines.iter().rev().map(|line| text(&line.obx, 11));
    let said = said.into_iter().find(|status| !status.is_empty()).unwrap_or_default();
    concept::lookup("0085", &said).map_or("unknown", |found| found.code)
}

/// Imaging by OBR-24 (table 0074); anything else that comes as ORU is taken for laboratory.
fn category(shared: &Shared<'_>) -> Vec<Value> {
    let section = shared.category.pointer("/0/coding/0/code").and_then(Value::as_str);
    let imaging = section.is_some_and(|one| {
        ["RAD", "CT", "NMR", "NMS", "RUS", "CUS", "VUS", "OUS", "XRC", "RX", "MRI"].contains(&one)
    });
    let (code, display) = match imaging {
        true => ("imaging", "Imaging"),
        false if shared.laboratory => ("laboratory", "Laboratory"),
        false => return Vec::new(),
    };
    vec![datatype::codeable_concept(system::OBSERVATION_CATEGORY, code, display, "")]
}

/// OBX-23 the performing organisation, OBX-15 the producer, OBX-16 the observer.
fn performers(obx: &Segment<'_>, shared: &Shared<'_>) -> Vec<Value> {
    let names = [text(obx, 23), repetitions(obx, 15).first().map(cwe::words).unwrap_or_default()];
    let organisation = names.into_iter().find(|name| !name.is_empty());
    let organisation = organisation.map(|name| datatype::organisation("", &name));
    let observer = repetitions(obx, 16).iter().find_map(|one| xcn::professional(one, shared.feed));
    organisation.into_iter().chain(observer.map(|one| xcn::reference(&one))).collect()
}

/// OBX-8 (table 0078); a flag we do not know is kept in words.
fn interpretation(obx: &Segment<'_>) -> Vec<Value> {
    let flags =
        repetitions(obx, 8).into_iter().map(|one| part(&one, 1)).filter(|one| !one.is_empty());
    flags
        .map(|flag| match concept::lookup("0078", &flag) {
            Some(found) => {
                datatype::codeable_concept(system::INTERPRETATION, found.code, found.display, "")
            }
            None => datatype::concept_text(&flag),
        })
        .collect()
}

fn notes(finding: &Finding<'_, '_>) -> Vec<Value> {
    let lines: Vec<String> = finding.lines.iter().map(|line| note_text(&line.notes)).collect();
    match lines.join("\n").trim() {
        "" => Vec::new(),
        text => vec![datatype::annotation(text)],
    }
}

/// OBX-7: always the words as sent, and the two ends where they can be read.
fn reference_range(obx: &Segment<'_>) -> Vec<Value> {
    let sent = whole_text(obx, 7);
    if sent.is_empty() {
        return Vec::new();
    }
    let unit = value::unit(obx);
    let quantity =
        |text: &str| datatype::decimal(text).map(|one| datatype::quantity(&one, "", &unit, ""));
    let mut range = Element::new();
    // A hyphen after the first character parts two numbers; before it, it is a sign.
    let hyphen = sent.char_indices().skip(1).find(|(_, one)| *one == '-').map(|(at, _)| at);
    if let Some((low, high)) = hyphen.and_then(|at| sent.split_at_checked(at)) {
        let (low, high) = (quantity(low), quantity(high.trim_start_matches('-')));
        if low.is_some() && high.is_some() {
            range = range.with("low", low).with("high", high);
        }
    } else if let Some(high) = sent.strip_prefix('<') {
        range = range.with("high", quantity(high.trim_start_matches('=')));
    } else if let Some(low) = sent.strip_prefix('>') {
        range = range.with("low", quantity(low.trim_start_matches('=')));
    }
    vec![range.with("text", sent).build()]
}

fn absent(observation: &Resource) -> Value {
    let (code, display) = match observation.text("status") {
        Some("cancelled") => ("not-performed", "Not performed"),
        Some("registered" | "preliminary") => ("temp-unknown", "Not known yet"),
        _ => ("unknown", "Unknown"),
    };
    datatype::codeable_concept(system::DATA_ABSENT_REASON, code, display, "")
}

/// All of a field as text: a free-text field may hold `^` and `&` that nobody escaped, and `~`
/// where a line ends.
pub(crate) fn whole_text(segment: &Segment<'_>, field: usize) -> String {
    let Some(field) = segment.field(field) else { return String::new() };
    let lines: Vec<String> = field.repetitions().map(|one| line_text(&one)).collect();
    lines.join("\n").trim_end().to_owned()
}

fn line_text(repetition: &Repetition<'_>) -> String {
    repetition.text().trim_end().to_owned()
}
