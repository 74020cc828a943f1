//! Step 4: the Encounter (UK Core) of a spell.

use fhir::{Element, Resource, datatype, system, time, uk_core};
use jiff::Timestamp;
use serde_json::Value;

use super::believe::whole_day;
use super::class;
use super::fields::{Coded, Place, Professional, Said};
use super::walk::{Placed, State, Stay};
use super::{SpellEvent, encounter_id};
use crate::concept;

/// The Encounter of a stay. `newest` is the event entered last; it says whose spell it is.
pub(super) fn encounter(newest: &SpellEvent, stay: &Stay) -> Resource {
    let authority = newest.subject.authority.as_str();
    let fields = &stay.fields;
    let identifier = datatype::identifier(&system::local_visit(authority), &newest.visit);
    let serves = value(&fields.site).map_or(newest.organisation.as_str(), String::as_str);
    Resource::new("Encounter")
        .with_id(encounter_id(&newest.subject, &newest.visit))
        .with("extension", extensions(stay))
        .with("identifier", vec![identifier])
        .with("status", status(stay.state))
        .with("class", class::class(stay, authority))
        .with("type", types(stay, authority))
        .with("serviceType", coded(value(&fields.specialty), "", Some("specialty"), authority))
        .with("subject", datatype::reference("Patient", newest.subject.local_patient()))
        .with("participant", participants(stay))
        .with("period", period(stay.start, stay.end))
        .with("reasonCode", list(coded(value(&fields.reason), "", None, authority)))
        .with("hospitalization", hospitalisation(stay, authority))
        .with("location", locations(stay, authority))
        .with("serviceProvider", datatype::organisation(serves, ""))
}

fn status(state: State) -> &'static str {
    match state {
        State::Unknown => "unknown",
        State::Planned => "planned",
        State::Arrived => "arrived",
        State::InProgress => "in-progress",
        State::Finished => "finished",
        State::Cancelled => "cancelled",
    }
}

/// PV1-18, and that a day case is one: its class says only that a bed is used.
fn types(stay: &Stay, authority: &str) -> Vec<Value> {
    let mut types = list(coded(value(&stay.fields.patient_type), "", None, authority));
    if class::is_day_case(&stay.fields) {
        types.push(datatype::concept_text("Day case"));
    }
    types
}

fn extensions(stay: &Stay) -> Vec<Value> {
    let expected = value(&stay.fields.expected_discharge);
    expected
        .map(|at| datatype::extension(uk_core::PLANNED_END_DATE, "valueDateTime", at.as_str()))
        .into_iter()
        .collect()
}

fn participants(stay: &Stay) -> Vec<Value> {
    let fields = &stay.fields;
    [
        ("ATND", "attender", &fields.consultant),
        ("REF", "referrer", &fields.referrer),
        ("CON", "consultant", &fields.consulting),
        ("ADM", "admitter", &fields.admitter),
    ]
    .into_iter()
    .filter_map(|(code, words, field)| Some(participant(code, words, value(field)?)))
    .collect()
}

fn participant(code: &str, words: &str, professional: &Professional) -> Value {
    let concept = datatype::codeable_concept(system::PARTICIPATION_TYPE, code, words, "");
    Element::new()
        .with("type", vec![concept])
        .with("individual", crate::datatype::xcn::reference(professional))
        .build()
}

fn hospitalisation(stay: &Stay, authority: &str) -> Value {
    let fields = &stay.fields;
    // How and where a stay ended is said only of one that has ended.
    let ended = stay.state == State::Finished;
    let at_end = |field| if ended { value(field) } else { None };
    let method = |field, url, system, table| {
        let concept = coded(field, system, Some(table), authority);
        if fhir::is_empty(&concept) {
            Value::Null
        } else {
            datatype::extension(url, "valueCodeableConcept", concept)
        }
    };
    let extensions: Vec<Value> = [
        method(
            value(&fields.admission_method),
            uk_core::ADMISSION_METHOD,
            uk_core::ADMISSION_METHOD_ENGLAND,
            "admission_method",
        ),
        method(
            at_end(&fields.discharge_method),
            uk_core::DISCHARGE_METHOD,
            uk_core::DISCHARGE_METHOD_ENGLAND,
            "discharge_method",
        ),
    ]
    .into_iter()
    .filter(|extension| !extension.is_null())
    .collect();
    let source = coded(
        value(&fields.source),
        uk_core::SOURCE_OF_ADMISSION_ENGLAND,
        Some("source_of_admission"),
        authority,
    );
    let destination = coded(
        at_end(&fields.discharge_destination),
        uk_core::DISCHARGE_DESTINATION_ENGLAND,
        Some("discharge_destination"),
        authority,
    );
    Element::new()
        .with("extension", extensions)
        .with("admitSource", source)
        .with("dischargeDisposition", destination)
        .build()
}

/// A code in `system` if our table knows it, else a local code; always with the words that came.
fn coded(field: Option<&Coded>, system: &str, table: Option<&str>, authority: &str) -> Value {
    let Some(coded) = field else { return Value::Null };
    let found = table.and_then(|table| concept::lookup(table, &coded.code));
    let words = |otherwise: &str| {
        if coded.text.is_empty() { otherwise.to_owned() } else { coded.text.clone() }
    };
    match found {
        Some(found) if !system.is_empty() => {
            datatype::codeable_concept(system, found.code, found.display, &words(found.display))
        }
        Some(found) => datatype::codeable_concept(
            &system::local_code(authority, ""),
            &coded.code,
            "",
            &words(found.display),
        ),
        None if coded.code.is_empty() => datatype::concept_text(&coded.text),
        None => datatype::codeable_concept(
            &system::local_code(authority, ""),
            &coded.code,
            "",
            &words(&coded.code),
        ),
    }
}

fn locations(stay: &Stay, authority: &str) -> Vec<Value> {
    let last = stay.places.len().saturating_sub(1);
    let places = stay.places.iter().enumerate();
    places.map(|(index, placed)| location(placed, index == last, stay.state, authority)).collect()
}

fn location(placed: &Placed, last: bool, state: State, authority: &str) -> Value {
    let status = match state {
        State::Planned => "planned",
        State::Arrived | State::InProgress if last => "active",
        _ => "completed",
    };
    let place = &placed.place;
    let parts = [&place.ward, &place.bay, &place.bed];
    let code = parts.map(String::as_str).join("/");
    let system = if place.facility.is_empty() {
        system::local_location(authority)
    } else {
        system::local_location(&place.facility)
    };
    let identifier = datatype::identifier(&system, code.trim_end_matches('/'));
    Element::new()
        .with("location", datatype::logical_reference("Location", identifier, &words(place)))
        .with("status", status)
        .with("period", period(placed.from, placed.to))
        .build()
}

/// `Ward A4, bay 2, bed 7`: the ward's name for people where it came.
fn words(place: &Place) -> String {
    let ward = if !place.description.is_empty() {
        place.description.clone()
    } else if place.ward.is_empty() || place.ward.to_ascii_lowercase().contains("ward") {
        place.ward.clone()
    } else {
        format!("Ward {}", place.ward)
    };
    let part = |name: &str, value: &str| {
        if value.is_empty() { String::new() } else { format!("{name} {value}") }
    };
    let parts = [ward, part("bay", &place.bay), part("bed", &place.bed)];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if said.is_empty() {
        [place.building.clone(), place.facility.clone()].concat()
    } else {
        said.join(", ")
    }
}

/// From when to when; a day whose time was not said is written as that day.
fn period(start: Option<Timestamp>, end: Option<Timestamp>) -> Value {
    let start = start.map(time::instant);
    let end =
        end.map(|end| whole_day(end).map_or_else(|| time::instant(end), |day| day.to_string()));
    datatype::period(start.as_deref(), end.as_deref())
}

fn list(value: Value) -> Vec<Value> {
    if fhir::is_empty(&value) { Vec::new() } else { vec![value] }
}

#[expect(clippy::ref_option, reason = "the fields of SpellFields are options themselves")]
fn value<T>(field: &Option<Said<T>>) -> Option<&T> {
    field.as_ref().and_then(Said::value)
}
