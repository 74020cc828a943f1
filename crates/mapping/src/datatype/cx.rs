//! CX, a patient number, to a FHIR Identifier.

use fhir::{Element, datatype, system, uk_core};
use hl7v2::Repetition;
use model::{LocalIdentity, NhsNumber, NhsNumberError, NhsNumberStatus, OdsCode};
use serde_json::Value;

use crate::concept;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::read::{part, sub};

/// A number with its authority (both spellings of CX.4) and type.
pub(crate) fn patient_number(number: &Repetition<'_>) -> Option<PatientNumber> {
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
            nhs(&number.value, status)
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
fn nhs(value: &str, status: NhsNumberStatus) -> Option<Value> {
    match NhsNumber::parse(value) {
        Ok(number) => Some(
            Element::new()
                .with("extension", verification(status))
                .with("system", system::NHS_NUMBER)
                .with("value", number.to_string())
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
        .with("type", kind(&number.kind))
        .with("system", authority.map(|one| system::local_patient(one)))
        .with("value", number.value.as_str())
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
