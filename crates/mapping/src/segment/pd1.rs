//! PD1: the GP practice (PD1-3), the GP (PD1-4) and whether to keep the person from view (PD1-12).

use fhir::{Element, datatype, system};
use hl7v2::{Repetition, Segment};
use serde_json::Value;

use crate::read::{is_null, part, repetitions, text};
use crate::segment::pid::Patient;

/// Adds what PD1 says to a Patient.
pub(crate) fn add(patient: &mut Patient, pd1: &Segment<'_>) {
    let mut practices: Vec<Value> = repetitions(pd1, 3).iter().filter_map(practice).collect();
    for gp in repetitions(pd1, 4) {
        for made in general_practitioner(&gp) {
            // PD1-4 repeats the practice of PD1-3 in some feeds.
            let same = |one: &Value| one.get("identifier") == made.get("identifier");
            if made.get("identifier").is_none() || !practices.iter().any(same) {
                practices.push(made);
            }
        }
    }
    let null = is_null(pd1, 3) || is_null(pd1, 4);
    patient.say("generalPractitioner", null, practices);
    match text(pd1, 12).to_uppercase().as_str() {
        // `S` is what PDS called a sensitive record; R and V are the confidentiality codes themselves.
        said @ ("Y" | "S" | "R" | "V") => {
            let (code, words) =
                if said == "V" { ("V", "Very restricted") } else { ("R", "Restricted") };
            let label = datatype::coding(system::CONFIDENTIALITY, code, words);
            patient.resource.set("meta", Element::new().with("security", vec![label]));
        }
        said => patient.say("meta", said == "N" || is_null(pd1, 12), Value::Null),
    }
}

/// The ODS code stands in XON.3, XON.10 or XON.1, in either case.
fn practice(organisation: &Repetition<'_>) -> Option<Value> {
    let candidates = [part(organisation, 3), part(organisation, 10), part(organisation, 1)];
    let code = candidates.iter().map(|one| one.to_uppercase()).find(|one| is_practice_code(one));
    let first = part(organisation, 1);
    let name = if code.as_deref() == Some(first.to_uppercase().as_str()) { "" } else { &first };
    let made = datatype::organisation(code.as_deref().unwrap_or(""), name);
    (code.is_some() || !name.is_empty()).then_some(made)
}

/// XCN of a GP; feeds also put the practice here, packed with `~` or in XCN.2 (Homerton).
fn general_practitioner(gp: &Repetition<'_>) -> Vec<Value> {
    let (number, second) = (part(gp, 1).to_uppercase(), part(gp, 2).to_uppercase());
    if is_practice_code(&number) {
        return vec![datatype::organisation(&number, "")];
    }
    if is_practice_code(&second) {
        return vec![datatype::organisation(&second, &part(gp, 1))];
    }
    let words = [part(gp, 6), part(gp, 3), crate::read::sub(gp, 2, 1)];
    let said: Vec<&str> = words.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
    let is_code = number.starts_with('G') && number.len() == 8;
    let identifier = if is_code { datatype::identifier(system::GMP, &number) } else { Value::Null };
    if identifier.is_null() && said.is_empty() {
        return Vec::new();
    }
    vec![datatype::logical_reference("Practitioner", identifier, &said.join(" "))]
}

/// `J81012`: a letter and five digits or letters.
fn is_practice_code(code: &str) -> bool {
    let mut bytes = code.bytes();
    code.len() == 6
        && bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_digit())
}
