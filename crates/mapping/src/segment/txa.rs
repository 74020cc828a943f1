//! TXA with its OBXs to DocumentReference (UK Core), the document inside.

use fhir::{Element, Resource, When, datatype, system, time};
use hl7v2::Segment;
use model::LocalIdentity;
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, ed, xcn};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::read::{repetitions, text, when};
use crate::segment::obx::whole_text;
use crate::spell::encounter_id;

/// What an event brings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    /// The document.
    Document,
    /// Only word of it.
    Notice,
    /// The word that it is taken back (T11); it may come with it.
    Retracted,
}

/// The document.
pub(crate) fn document(
    txa: &Segment<'_>,
    lines: &[Segment<'_>],
    brought: Brought,
    subject: &LocalIdentity,
    visit: Option<&str>,
    feed: &Feed,
) -> Result<Resource, Error> {
    let number = text(txa, 12);
    if number.is_empty() {
        return Err(Error::Missing {
            path: "TXA-12",
            name: "unique document number",
            consequence: "a new version could not be told from a new document",
        });
    }
    let retracted = brought == Brought::Retracted;
    let status = status(txa, retracted);
    let title = title(txa, lines);
    let contents = contents(lines, &title)?;
    if contents.is_empty() && status == "current" && brought == Brought::Document {
        return Err(Error::Missing {
            path: "OBX-5",
            name: "observation value",
            consequence: "the document has no content",
        });
    }
    let placeholder = || vec![Element::new().with("title", title.as_str()).build()];
    let attachments = if contents.is_empty() { placeholder() } else { contents };
    let content: Vec<Value> =
        attachments.into_iter().map(|one| Element::new().with("attachment", one).build()).collect();
    let kind = repetitions(txa, 2).first().map(|one| cwe::concept(one, feed));
    let identifier = datatype::identifier(&document_system(feed), &number);
    Ok(Resource::new("DocumentReference")
        .with_id(resource_id("DocumentReference", subject, &number))
        .with("masterIdentifier", identifier)
        .with("status", status)
        .with("docStatus", doc_status(txa, retracted))
        .with("type", kind)
        .with("subject", datatype::reference("Patient", subject.local_patient()))
        .with("date", date(txa))
        .with("author", authors(txa, feed))
        .with("custodian", datatype::organisation(feed.organisation.as_str(), ""))
        .with("relatesTo", relates_to(txa, subject))
        .with("description", title.as_str())
        .with("securityLabel", security(txa))
        .with("content", content)
        .with("context", context(txa, subject, visit)))
}

fn document_system(feed: &Feed) -> String {
    system::local_number("document", &feed.authority)
}

/// TXA-19: cancelled is retracted, obsolete superseded.
fn status(txa: &Segment<'_>, retracted: bool) -> &'static str {
    match text(txa, 19).to_uppercase().as_str() {
        _ if retracted => "entered-in-error",
        "CA" => "entered-in-error",
        "OB" => "superseded",
        _ => "current",
    }
}

/// TXA-17 (table 0271).
fn doc_status(txa: &Segment<'_>, retracted: bool) -> Option<&'static str> {
    if retracted {
        return Some("entered-in-error");
    }
    concept::lookup("0271", &text(txa, 17)).map(|found| found.code)
}

/// TXA-25, else the words of OBX-3 or TXA-2.
fn title(txa: &Segment<'_>, lines: &[Segment<'_>]) -> String {
    let of = |segment: Option<&Segment<'_>>, field| {
        let first = segment.and_then(|one| repetitions(one, field).into_iter().next());
        first.map(|one| cwe::words(&one)).unwrap_or_default()
    };
    let candidates = [text(txa, 25), of(lines.first(), 3), of(Some(txa), 2), text(txa, 16)];
    candidates.into_iter().find(|one| !one.is_empty()).unwrap_or_else(|| "Document".to_owned())
}

/// ED documents as they are; text lines together as one plain text.
fn contents(lines: &[Segment<'_>], title: &str) -> Result<Vec<Value>, Error> {
    let mut contents = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for obx in lines {
        match text(obx, 2).to_uppercase().as_str() {
            "ED" => {
                for data in repetitions(obx, 5) {
                    contents.extend(ed::attachment(&data, title)?);
                }
            }
            "TX" | "FT" | "ST" | "" => words.push(whole_text(obx, 5)),
            _ => {}
        }
    }
    let words = words.join("\n");
    if !words.trim().is_empty() {
        contents.push(ed::plain_text(words.trim_end(), title));
    }
    Ok(contents)
}

/// TXA-6 when it was written, else TXA-4.
fn date(txa: &Segment<'_>) -> Option<String> {
    [6, 4].into_iter().find_map(|field| when(txa, field)).map(|at| time::instant(at.timestamp()))
}

/// TXA-9 who wrote it, else TXA-5 whose work it is about.
fn authors(txa: &Segment<'_>, feed: &Feed) -> Vec<Value> {
    let people = |field| -> Vec<Value> {
        let people = repetitions(txa, field);
        let people = people.iter().filter_map(|one| xcn::professional(one, feed));
        people.map(|one| xcn::reference(&one)).collect()
    };
    let authors = people(9);
    if authors.is_empty() { people(5) } else { authors }
}

/// TXA-13: the document this one adds to.
fn relates_to(txa: &Segment<'_>, subject: &LocalIdentity) -> Vec<Value> {
    match text(txa, 13) {
        parent if parent.is_empty() => Vec::new(),
        parent => {
            let id = resource_id("DocumentReference", subject, &parent);
            let target = datatype::reference("DocumentReference", id);
            vec![Element::new().with("code", "appends").with("target", target).build()]
        }
    }
}

/// TXA-18: very restricted, restricted; usual is not worth a label.
fn security(txa: &Segment<'_>) -> Vec<Value> {
    match text(txa, 18).to_uppercase().as_str() {
        code @ ("V" | "R") => {
            vec![datatype::codeable_concept(system::CONFIDENTIALITY, code, "", "")]
        }
        _ => Vec::new(),
    }
}

fn context(txa: &Segment<'_>, subject: &LocalIdentity, visit: Option<&str>) -> Value {
    let encounter: Vec<Value> = visit
        .map(|one| datatype::reference("Encounter", encounter_id(subject, one)))
        .into_iter()
        .collect();
    let start = when(txa, 4).map(When::fhir_date_time);
    Element::new()
        .with("encounter", encounter)
        .with("period", datatype::period(start.as_deref(), None))
        .build()
}
