//! SCH with its resource segments (AIS, AIP, AIL, AIG) to Appointment (UK Core).

use fhir::{Element, Resource, When, datatype, system, time};
use hl7v2::{Message, Segment};
use jiff::{SignedDuration, Timestamp};
use model::LocalIdentity;
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, pl, xcn};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::read::{part, repetitions, text, when};
use crate::segment::obx;

/// The appointment; `by_event` is its status as the event says it.
pub(crate) fn appointment(
    message: &Message<'_>,
    subject: &LocalIdentity,
    by_event: &str,
    feed: &Feed,
) -> Result<Resource, Error> {
    let sch = message.segment("SCH").ok_or(Error::Missing {
        path: "SCH",
        name: "schedule activity",
        consequence: "there is no appointment",
    })?;
    let numbers = [text(&sch, 2), text(&sch, 1)];
    let number = numbers.into_iter().find(|one| !one.is_empty()).ok_or(Error::Missing {
        path: "SCH-2",
        name: "filler appointment number",
        consequence: "a change could not be told from a new appointment",
    })?;
    let [tq1, ais] = ["TQ1", "AIS"].map(|name| message.segment(name));
    let times = Times::read(&sch, tq1.as_ref(), ais.as_ref());
    let status = status(&sch, by_event, times.start.is_some());
    let identifier = |kind, number: &str| {
        datatype::identifier(&system::local_number(kind, &feed.authority), number)
    };
    let mut identifiers = vec![identifier("appointment", &number)];
    // SCH-1 is the number of whoever asked for it.
    let asked = text(&sch, 1);
    if !asked.is_empty() && asked != number {
        identifiers.push(identifier("appointment-request", &asked));
    }
    let concepts = |field| -> Vec<Value> {
        repetitions(&sch, field).iter().map(|one| cwe::concept(one, feed)).collect()
    };
    let services: Vec<Value> = message
        .segments_named("AIS")
        .flat_map(|ais| repetitions(&ais, 3))
        .map(|one| cwe::concept(&one, feed))
        .collect();
    let reasons = if repetitions(&sch, 7).is_empty() { concepts(6) } else { concepts(7) };
    let (cancelled, reasons) =
        if status == "cancelled" { (concepts(6), concepts(7)) } else { (Vec::new(), reasons) };
    let notes: Vec<Segment<'_>> = message.segments_named("NTE").collect();
    Ok(Resource::new("Appointment")
        .with_id(resource_id("Appointment", subject, &number))
        .with("identifier", identifiers)
        .with("status", status)
        .with("cancelationReason", cancelled.into_iter().next())
        .with("serviceType", services)
        .with("appointmentType", concepts(8).into_iter().next())
        .with("reasonCode", reasons)
        .with("start", times.start.map(time::instant))
        .with("end", times.end.map(time::instant))
        .with("minutesDuration", times.minutes)
        .with("comment", obx::note_text(&notes))
        .with("participant", participants(message, &sch, subject, status, feed)))
}

/// A cancelling event decides; otherwise SCH-25 (table 0278) may know more, such as attendance.
/// A booked appointment must have a time in FHIR, so without one it is a proposal.
fn status<'a>(sch: &Segment<'_>, by_event: &'a str, timed: bool) -> &'a str {
    if by_event != "booked" {
        return by_event;
    }
    match concept::lookup("0278", &text(sch, 25)) {
        Some(found) if found.code != "booked" => found.code,
        _ if timed => "booked",
        _ => "proposed",
    }
}

/// When it is: TQ1-7 and TQ1-8, which took the place of SCH-11 (HL7 v2.5), else SCH-11 (start TQ.4, end
/// TQ.5), else AIS-4; the length from SCH-9 or AIS-7.
struct Times {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    minutes: Option<i64>,
}

impl Times {
    fn read(sch: &Segment<'_>, tq1: Option<&Segment<'_>>, ais: Option<&Segment<'_>>) -> Self {
        let timing = repetitions(sch, 11).into_iter().next();
        let at = |component| {
            let text = timing.as_ref().map(|one| part(one, component))?;
            When::parse(&text).map(When::timestamp)
        };
        let of_tq1 = |field| tq1.and_then(|tq1| when(tq1, field)).map(When::timestamp);
        let start = of_tq1(7).or_else(|| at(4));
        let start = start.or_else(|| ais.and_then(|ais| when(ais, 4)).map(When::timestamp));
        let said = minutes(&text(sch, 9), &text(sch, 10));
        let said = said.or_else(|| ais.and_then(|ais| minutes(&text(ais, 7), &text(ais, 8))));
        let by_length = || start?.checked_add(SignedDuration::from_mins(said?)).ok();
        let end = if of_tq1(7).is_some() { of_tq1(8) } else { at(5) };
        let end = end.or_else(by_length);
        let between = || Some(end?.duration_since(start?).as_mins());
        let minutes = said.or_else(between).filter(|minutes| *minutes > 0);
        Self { start, end, minutes }
    }
}

/// A length with its unit (`MIN`, `H`, `S`); minutes if it is not said.
fn minutes(length: &str, unit: &str) -> Option<i64> {
    let length: i64 = length.parse().ok().filter(|length| (1..100_000).contains(length))?;
    match unit.to_uppercase() {
        unit if unit.starts_with('H') => Some(length * 60),
        unit if unit.starts_with('S') => Some(length / 60),
        _ => Some(length),
    }
}

fn participants(
    message: &Message<'_>,
    sch: &Segment<'_>,
    subject: &LocalIdentity,
    status: &str,
    feed: &Feed,
) -> Vec<Value> {
    let patient = datatype::reference("Patient", subject.local_patient());
    let people: Vec<Value> = message
        .segments_named("AIP")
        .flat_map(|aip| repetitions(&aip, 3))
        .filter_map(|one| xcn::professional(&one, feed))
        .map(|one| xcn::reference(&one))
        .collect();
    // SCH-16 is whom to ring about it: the clinician, where no AIP says who that is.
    let contact = || {
        let contacts = repetitions(sch, 16);
        let found = contacts.iter().find_map(|one| xcn::professional(one, feed));
        found.map(|one| xcn::reference(&one))
    };
    let people = if people.is_empty() { contact().into_iter().collect() } else { people };
    let groups = message.segments_named("AIG").flat_map(|aig| repetitions(&aig, 3));
    let groups = groups.map(|one| Element::new().with("display", cwe::words(&one)).build());
    let places = message.segments_named("AIL").flat_map(|ail| repetitions(&ail, 3));
    let places = places.filter_map(|one| pl::place(&one)).map(|one| place(&one, feed));
    let accepted = if status == "cancelled" { "declined" } else { "accepted" };
    std::iter::once(patient)
        .chain(people)
        .chain(groups)
        .chain(places)
        .filter(|actor| !fhir::is_empty(actor))
        .map(|actor| Element::new().with("actor", actor).with("status", accepted).build())
        .collect()
}

fn place(place: &crate::spell::Place, feed: &Feed) -> Value {
    let words = [&place.description, &place.ward, &place.building, &place.facility];
    let words = words.into_iter().find(|one| !one.is_empty()).map_or("", String::as_str);
    let system = system::local_location(&feed.authority);
    datatype::logical_reference("Location", datatype::identifier(&system, &place.ward), words)
}
