//! CX, a patient number, to a FHIR Identifier.

use fhir::{Element, When, datatype, system, uk_core};
use hl7v2::{Repetition, Segment};
use jiff::Timestamp;
use model::{LocalIdentity, NhsNumber, NhsNumberError, NhsNumberStatus, OdsCode};
use serde_json::Value;

use crate::concept;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::read::{part, repetitions, sub};

/// The numbers of a field as they stood on the day of `at`.
pub(crate) fn patient_numbers(
    segment: &Segment<'_>,
    field: usize,
    at: Timestamp,
) -> Vec<PatientNumber> {
    let today = at.to_zoned(fhir::time::london()).date();
    let mut numbers: Vec<PatientNumber> =
        repetitions(segment, field).iter().filter_map(patient_number).collect();
    for number in &mut numbers {
        // Systems write 31 December 9999 and the like for a number without an end.
        number.ended = number.ended.filter(|day| *day <= today);
    }
    numbers
}

/// A number with its authority (both spellings of CX.4) and type.
fn patient_number(number: &Repetition<'_>) -> Option<PatientNumber> {
    let value = part(number, 1);
    if value.is_empty() {
        return None;
    }
    let authorities = [sub(number, 4, 1), sub(number, 4, 2)];
    let kind = part(number, 5);
    // PIMS sends `2083964527^06^^^NI`: CX.2 is a trace status there, not a check digit.
    let status = if kind == "NI" { part(number, 2) } else { String::new() };
    Some(PatientNumber {
        value,
        authorities: authorities.into_iter().filter(|one| !one.is_empty()).collect(),
        kind,
        status: NhsNumberStatus::parse(&status),
        ended: When::parse_day(&part(number, 8)).and_then(When::date),
    })
}

/// The identifiers of a patient: the local one first, then NHS numbers with how sure the source is,
/// then everything else it sent.
pub(crate) fn identifiers(
    numbers: &[PatientNumber],
    status: NhsNumberStatus,
    identity: &LocalIdentity,
    feed: &Feed,
) -> Vec<Value> {
    let (_, status) = identity::nhs_numbers(numbers, status);
    let mut identifiers = Vec::new();
    if identity.authority == feed.authority {
        identifiers.push(own(identity));
    }
    for number in numbers {
        let made = if number.is_nhs() {
            nhs(number, status)
        } else if number.value == identity.value && is_own_or_bare(number, feed) {
            None
        } else {
            Some(other(number))
        };
        identifiers
            .extend(made.filter(|one| !identifiers.contains(one)).into_iter().collect::<Vec<_>>());
    }
    identifiers
}

fn is_own_or_bare(number: &PatientNumber, feed: &Feed) -> bool {
    number.authorities.is_empty() || number.authorities.iter().any(|one| feed.is_own(one))
}

/// The number by which the source knows its patient.
fn own(identity: &LocalIdentity) -> Value {
    let assigner = OdsCode::parse(&identity.authority).ok();
    Element::new()
        .with("use", "usual")
        .with("type", kind("MR"))
        .with("system", system::local_patient(&identity.authority))
        .with("value", identity.value.as_str())
        .with("assigner", assigner.map(|code| datatype::organisation(code.as_str(), "")))
        .build()
}

/// An NHS number. One whose check digit is wrong is shown as sent but never called an NHS number;
/// a placeholder is nothing.
fn nhs(number: &PatientNumber, status: NhsNumberStatus) -> Option<Value> {
    let value = number.value.as_str();
    match NhsNumber::parse(value) {
        Ok(valid) if number.is_over() => Some(
            Element::new()
                .with("use", "old")
                .with("system", system::NHS_NUMBER)
                .with("value", valid.to_string())
                .with("period", ended(number))
                .build(),
        ),
        Ok(valid) => Some(
            Element::new()
                .with("extension", verification(status))
                .with("system", system::NHS_NUMBER)
                .with("value", valid.to_string())
                .build(),
        ),
        Err(NhsNumberError::Placeholder) => None,
        Err(_) => Some(
            Element::new()
                .with(
                    "type",
                    datatype::concept_text("Sent as an NHS number, but it is not a valid one"),
                )
                .with("value", value)
                .build(),
        ),
    }
}

fn ended(number: &PatientNumber) -> Value {
    let end = number.ended.map(|day| day.to_string());
    datatype::period(None, end.as_deref())
}

fn verification(status: NhsNumberStatus) -> Vec<Value> {
    let found = status.code().and_then(|code| concept::lookup("verification_status", code));
    let coding = found.map(|found| {
        let system = uk_core::VERIFICATION_STATUS_ENGLAND;
        datatype::codeable_concept(system, found.code, found.display, "")
    });
    let url = uk_core::NHS_NUMBER_VERIFICATION_STATUS;
    coding
        .map(|value| datatype::extension(url, "valueCodeableConcept", value))
        .into_iter()
        .collect()
}

fn other(number: &PatientNumber) -> Value {
    let authority = number.authorities.first();
    Element::new()
        .with("use", number.is_over().then_some("old"))
        .with("type", kind(&number.kind))
        .with("system", authority.map(|one| system::local_patient(one)))
        .with("value", number.value.as_str())
        .with("period", ended(number))
        .build()
}

/// Table 0203, or the words as sent.
fn kind(code: &str) -> Value {
    match concept::lookup("0203", code) {
        Some(found) => {
            datatype::codeable_concept(system::IDENTIFIER_TYPE, found.code, found.display, "")
        }
        None => datatype::concept_text(code),
    }
}
