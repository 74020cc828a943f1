//! OBR with its OBXs to DiagnosticReport and Observations (UK Core).
//!
//! A report is known by the laboratory's number (OBR-3) and what was asked (OBR-4); a result by
//! those and OBX-3 and OBX-4; both for one patient only. So a correction, sent again under the same numbers, supersedes; and two
//! tests that share an accession number stay apart.

use fhir::{Resource, When, datatype, system, time};
use hl7v2::Segment;
use jiff::Timestamp;
use model::LocalIdentity;
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, xcn};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::read::{part, repetitions, text, when};
use crate::segment::obx::{self, Line};
use crate::spell::encounter_id;

/// One OBR and what follows it.
pub(crate) struct Order<'m> {
    pub(crate) obr: Segment<'m>,
    pub(crate) orc: Option<Segment<'m>>,
    pub(crate) notes: Vec<Segment<'m>>,
    pub(crate) lines: Vec<Line<'m>>,
    pub(crate) specimen: Option<Segment<'m>>,
}

impl<'m> Order<'m> {
    pub(crate) fn new(obr: Segment<'m>, orc: Option<Segment<'m>>) -> Self {
        Self { obr, orc, notes: Vec::new(), lines: Vec::new(), specimen: None }
    }
}

/// What the observations of an order have in common.
pub(crate) struct Shared<'a> {
    pub(crate) feed: &'a Feed,
    pub(crate) subject: &'a LocalIdentity,
    /// The words that make ids within this order.
    pub(crate) key: String,
    pub(crate) encounter: Value,
    pub(crate) category: Value,
    /// They are results; else what was told with an order or a visit.
    pub(crate) laboratory: bool,
    /// OBR-7, for an OBX without a time of its own.
    pub(crate) effective: Option<String>,
    pub(crate) issued: String,
    pub(crate) specimen: Value,
    /// What was asked for (OBR-4), by the laboratory's number.
    pub(crate) request: Value,
}

impl Shared<'_> {
    /// What was asked for, as a list of one or none.
    pub(crate) fn based_on(&self) -> Vec<Value> {
        if self.request.is_null() { Vec::new() } else { vec![self.request.clone()] }
    }
}

/// When the sender last changed its mind: OBR-22, or for a correction or retraction whichever of
/// OBR-22 and MSH-7 is later, so that a correction is never taken for old news.
pub(crate) fn event_time(order: &Order<'_>, sent_at: Timestamp) -> Timestamp {
    let corrected =
        |status: String| matches!(status.to_uppercase().as_str(), "C" | "D" | "W" | "X");
    let reported = when(&order.obr, 22).map_or(sent_at, When::timestamp);
    let any = corrected(text(&order.obr, 25))
        || order.lines.iter().any(|line| corrected(text(&line.obx, 11)));
    if any { reported.max(sent_at) } else { reported }
}

/// The observations, then the report that holds them.
pub(crate) fn resources(
    order: &Order<'_>,
    subject: &LocalIdentity,
    visit: Option<&str>,
    sent_at: Timestamp,
    feed: &Feed,
) -> Result<Vec<Resource>, Error> {
    let (obr, filler) = (&order.obr, filler(order)?);
    let asked = repetitions(obr, 4).into_iter().next();
    let asked_code = asked.as_ref().map_or_else(String::new, |one| {
        let code = part(one, 1);
        if code.is_empty() { part(one, 2) } else { code }
    });
    let issued = when(obr, 22).map_or(sent_at, When::timestamp);
    let shared = Shared {
        feed,
        subject,
        key: format!("{filler}|{asked_code}"),
        encounter: visit.map_or(Value::Null, |one| {
            datatype::reference("Encounter", encounter_id(subject, one))
        }),
        category: category(obr),
        laboratory: true,
        effective: when(obr, 7).map(When::fhir_date_time),
        issued: time::instant(issued),
        specimen: specimen(order),
        request: request(&filler, asked.as_ref(), feed),
    };
    let (mut resources, attachments) = obx::observations(&order.lines, &shared)?;
    let code =
        asked.map_or_else(|| datatype::concept_text("Report"), |one| cwe::concept(&one, feed));
    let status = status(obr, &resources);
    for (observation, position) in resources.iter_mut().zip(1i64..) {
        retract_with(observation, status);
        let position = datatype::extension(system::POSITION, "valueInteger", position);
        observation.set("extension", vec![position]);
    }
    let results: Vec<Value> = resources
        .iter()
        .filter_map(|one| Some(datatype::reference("Observation", one.id()?)))
        .collect();
    let report = Resource::new("DiagnosticReport")
        .with_id(resource_id("DiagnosticReport", subject, &shared.key))
        .with("identifier", identifiers(&filler, order, feed))
        .with("status", status)
        .with("category", shared.category.as_array().cloned().unwrap_or_default())
        .with("code", code)
        .with("subject", datatype::reference("Patient", subject.local_patient()))
        .with("encounter", shared.encounter.clone())
        .with("effectiveDateTime", shared.effective.clone())
        .with("issued", shared.issued.as_str())
        .with("performer", vec![datatype::organisation(feed.organisation.as_str(), "")])
        .with(
            "specimen",
            if fhir::is_empty(&shared.specimen) { vec![] } else { vec![shared.specimen.clone()] },
        )
        .with("extension", requester(order, feed))
        .with("result", results)
        .with("conclusion", obx::note_text(&order.notes))
        .with("presentedForm", attachments);
    resources.push(report);
    Ok(resources)
}

/// The laboratory's number: OBR-3, else ORC-3, else the requester's.
fn filler(order: &Order<'_>) -> Result<String, Error> {
    let orc = |field| order.orc.as_ref().map_or_else(String::new, |orc| text(orc, field));
    [text(&order.obr, 3), orc(3), text(&order.obr, 2), orc(2)]
        .into_iter()
        .find(|number| !number.is_empty())
        .ok_or(Error::Missing {
            path: "OBR-3",
            name: "filler order number",
            consequence: "a correction could not be told from a new result",
        })
}

/// What was asked for: a panel's results are read under its name.
fn request(filler: &str, asked: Option<&hl7v2::Repetition<'_>>, feed: &Feed) -> Value {
    let number = datatype::identifier(&system::local_number("report", &feed.authority), filler);
    let words = asked.map(cwe::words).unwrap_or_default();
    datatype::logical_reference("ServiceRequest", number, &words)
}

fn identifiers(filler: &str, order: &Order<'_>, feed: &Feed) -> Vec<Value> {
    let placer = text(&order.obr, 2);
    let mut identifiers =
        vec![datatype::identifier(&system::local_number("report", &feed.authority), filler)];
    if !placer.is_empty() && placer != filler {
        let system = system::local_number("request", &feed.authority);
        identifiers.push(datatype::identifier(&system, &placer));
    }
    identifiers
}

/// OBR-25; where it is not said, what the results say.
fn status(obr: &Segment<'_>, observations: &[Resource]) -> &'static str {
    if let Some(found) = concept::lookup("0123", &text(obr, 25)) {
        return found.code;
    }
    let any = |wanted: &str| observations.iter().any(|one| one.text("status") == Some(wanted));
    match () {
        () if any("corrected") => "corrected",
        () if any("preliminary") || any("registered") => "preliminary",
        () if any("final") => "final",
        () => "unknown",
    }
}

/// A report that is taken back takes its results with it, whatever they say of themselves: nobody
/// may read a result as final whose report was wrong or never made.
fn retract_with(observation: &mut Resource, report: &str) {
    let own = observation.text("status").unwrap_or_default();
    if report == "entered-in-error" || (report == "cancelled" && own != "entered-in-error") {
        observation.set("status", report);
    }
}

/// OBR-24 (table 0074).
fn category(obr: &Segment<'_>) -> Value {
    match text(obr, 24) {
        code if code.is_empty() => Value::Null,
        code => {
            Value::from(vec![datatype::codeable_concept(system::DIAGNOSTIC_SERVICE, &code, "", "")])
        }
    }
}

/// SPM-4, else OBR-15: what was looked at, in words.
fn specimen(order: &Order<'_>) -> Value {
    let spm = order.specimen.and_then(|spm| repetitions(&spm, 4).into_iter().next());
    let source = spm.or_else(|| repetitions(&order.obr, 15).into_iter().next());
    let words = source.map_or_else(String::new, |one| {
        let words = cwe::words(&one);
        words.replace('&', " ").trim().to_owned()
    });
    fhir::Element::new().with("display", words).build()
}

/// OBR-16: who asked. R4's report has no element for it.
fn requester(order: &Order<'_>, feed: &Feed) -> Vec<Value> {
    const BASED_ON_REQUESTER: &str = "urn:chesil:extension:requester";
    let who = repetitions(&order.obr, 16).iter().find_map(|one| xcn::professional(one, feed));
    let who = who.map(|one| xcn::reference(&one));
    who.map(|one| datatype::extension(BASED_ON_REQUESTER, "valueReference", one))
        .into_iter()
        .collect()
}
