//! Refuses a Patient that we would read past: a date, a code or a number that is none.
//!
//! Whoever asks would take "nobody found" for an answer about the person, and whoever feeds would
//! wipe out what was known with what nobody can read.

use fhir::{Resource, When, system};
use jiff::{SignedDuration, Timestamp};
use model::{Gender, NhsNumber};
use serde_json::Value;

use crate::Error;
use crate::body::wrong;

/// The longest text of a name, a number, an address or a telephone, in characters.
pub(crate) const LONGEST: usize = 200;

/// The Patient says what it says so that it can be understood.
///
/// # Errors
/// The first element that cannot, as a FHIRPath; never its value.
pub(crate) fn readable(patient: &Resource, now: Timestamp) -> Result<(), Error> {
    let is_time = |text: &str| When::parse(text).is_some();
    if patient.text("birthDate").is_some_and(|text| text.contains('T') || !is_time(text)) {
        let problem = "birthDate is not a date: YYYY-MM-DD, YYYY-MM or YYYY";
        return Err(wrong("value", problem, "Patient.birthDate"));
    }
    let born = patient.text("birthDate").and_then(When::parse);
    // A clock elsewhere may be a little ahead, and a day begins somewhere before it does here.
    if born.is_some_and(|born| born.timestamp() > now + SignedDuration::from_hours(24)) {
        return Err(wrong("value", "birthDate is in the future", "Patient.birthDate"));
    }
    if patient.text("deceasedDateTime").is_some_and(|text| !is_time(text)) {
        return Err(wrong("value", "deceasedDateTime is not a date", "Patient.deceased"));
    }
    if patient.text("gender").is_some_and(|text| Gender::parse(text).is_none()) {
        let problem = "gender is male, female, other or unknown";
        return Err(wrong("code-invalid", problem, "Patient.gender"));
    }
    if patient.list("identifier").iter().any(is_false_number) {
        let problem = "the NHS number is not one: ten digits, of which the last is a check";
        return Err(wrong("value", problem, "Patient.identifier"));
    }
    for (element, place) in [
        ("identifier", "Patient.identifier"),
        ("name", "Patient.name"),
        ("telecom", "Patient.telecom"),
        ("address", "Patient.address"),
        ("link", "Patient.link"),
    ] {
        if !patient.list(element).iter().all(is_storable) {
            let problem = "a text is longer than 200 characters, or holds a control character";
            return Err(wrong("value", problem, place));
        }
    }
    Ok(())
}

/// Nothing that a store or a page would stumble over.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}

fn is_false_number(identifier: &Value) -> bool {
    let text = |name: &str| identifier.get(name).and_then(Value::as_str).unwrap_or_default();
    text("system") == system::NHS_NUMBER && NhsNumber::parse(text("value")).is_err()
}

fn is_storable(value: &Value) -> bool {
    match value {
        Value::String(text) => is_plain(text),
        Value::Array(all) => all.iter().all(is_storable),
        // Extensions may hold what they like: they are kept, and not read.
        Value::Object(all) => all.iter().all(|(name, one)| name == "extension" || is_storable(one)),
        _ => true,
    }
}
