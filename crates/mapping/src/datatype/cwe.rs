//! CE and CWE, a code with its words, to CodeableConcept.

use fhir::{datatype, system};
use hl7v2::Repetition;
use serde_json::Value;

use crate::concept;
use crate::feed::Feed;
use crate::read::part;

/// The concept: its code, its alternative code, and the words as sent (CWE.9, else CWE.2 or .5).
pub(crate) fn concept(coded: &Repetition<'_>, feed: &Feed) -> Value {
    let codings = vec![coding(coded, 1, feed), coding(coded, 4, feed)];
    let words = [part(coded, 9), part(coded, 2), part(coded, 5)];
    let text = words.into_iter().find(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| part(coded, 1));
    datatype::concept_of(codings, &text)
}

/// The coding whose code stands in component `at`, its words and system in the two after.
fn coding(coded: &Repetition<'_>, at: usize, feed: &Feed) -> Value {
    let (code, display, scheme) = (part(coded, at), part(coded, at + 1), part(coded, at + 2));
    if code.is_empty() {
        return Value::Null;
    }
    datatype::coding(&code_system(&scheme, feed), &code, &display)
}

/// Table 0396 and what UK feeds call their systems; anything else is the feed's own.
pub(crate) fn code_system(scheme: &str, feed: &Feed) -> String {
    match concept::lookup("coding_system", scheme) {
        Some(found) => found.code.to_owned(),
        None if system::is_oid(scheme) => format!("urn:oid:{scheme}"),
        None if let Some(number) = hl7_table_number(scheme) => hl7_table(number),
        None => system::local_code(&feed.authority, scheme),
    }
}

/// The words for people, or the code.
pub(crate) fn words(coded: &Repetition<'_>) -> String {
    let said = [part(coded, 2), part(coded, 5), part(coded, 1), part(coded, 9)];
    said.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// The system of an HL7 v2 table: `0162`.
pub(crate) fn hl7_table(number: &str) -> String {
    format!("http://terminology.hl7.org/CodeSystem/v2-{number}")
}

/// `HL70162`, as table 0396 names HL7's own tables.
fn hl7_table_number(scheme: &str) -> Option<&str> {
    let number = scheme.strip_prefix("HL7")?;
    (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}
