//! Builders of FHIR datatypes (FHIR R4 §2.24). What is empty is left out.

use serde_json::{Number, Value};

use crate::element::Element;
use crate::system;

/// `Coding`.
pub fn coding(system: &str, code: &str, display: &str) -> Value {
    Element::new().with("system", system).with("code", code).with("display", display).build()
}

/// `CodeableConcept` with one coding; `text` is what the source called it.
pub fn codeable_concept(system: &str, code: &str, display: &str, text: &str) -> Value {
    concept_of(vec![coding(system, code, display)], text)
}

/// `CodeableConcept` of several codings.
pub fn concept_of(codings: Vec<Value>, text: &str) -> Value {
    let codings: Vec<Value> =
        codings.into_iter().filter(|coding| !crate::is_empty(coding)).collect();
    Element::new().with("coding", codings).with("text", text).build()
}

/// `CodeableConcept` with words only.
pub fn concept_text(text: &str) -> Value {
    Element::new().with("text", text).build()
}

/// `Identifier`.
pub fn identifier(system: &str, value: &str) -> Value {
    Element::new().with("system", system).with("value", value).build()
}

/// `Reference` to a resource we hold: `Patient/<id>`.
pub fn reference(resource_type: &str, id: impl std::fmt::Display) -> Value {
    Element::new().with("reference", format!("{resource_type}/{id}")).build()
}

/// `Reference` to something known only by its business identifier, with its name.
pub fn logical_reference(resource_type: &str, identifier: Value, display: &str) -> Value {
    Element::new()
        .with("type", resource_type)
        .with("identifier", identifier)
        .with("display", display)
        .build()
}

/// `Reference` to an organisation by its ODS code.
pub fn organisation(ods_code: &str, display: &str) -> Value {
    let identifier = if ods_code.is_empty() {
        Value::Null
    } else {
        identifier(system::ODS_ORGANISATION, ods_code)
    };
    logical_reference("Organization", identifier, display)
}

/// `Period`; either end may be empty.
pub fn period(start: Option<&str>, end: Option<&str>) -> Value {
    Element::new().with("start", start.unwrap_or("")).with("end", end.unwrap_or("")).build()
}

/// `Quantity` whose value keeps the digits as written: `5.10` stays `5.10`.
pub fn quantity(value: &Number, comparator: &str, unit: &str, ucum: &str) -> Value {
    let system = if ucum.is_empty() { "" } else { system::UCUM };
    Element::new()
        .with("value", Value::Number(value.clone()))
        .with("comparator", comparator)
        .with("unit", unit)
        .with("system", system)
        .with("code", ucum)
        .build()
}

/// A decimal as FHIR writes it, its digits kept: `+5.10` → `5.10`, `.5` → `0.5`, `007` → `7`.
/// `None` for anything that is not a plain decimal.
pub fn decimal(text: &str) -> Option<Number> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    serde_json::from_str(&format!("{sign}{whole}{point}{fraction}")).ok()
}

/// An `Extension` with one value: `extension(url, "valueCode", "A")`.
pub fn extension(url: &str, value_name: &str, value: impl Into<Value>) -> Value {
    Element::new().with("url", url).with(value_name, value).build()
}

/// `Annotation` of plain words.
pub fn annotation(text: &str) -> Value {
    Element::new().with("text", text).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_with_the_digits_they_came_with() {
        for (text, expected) in [
            ("5.10", Some("5.10")),
            (" +5.10 ", Some("5.10")),
            ("-0.50", Some("-0.50")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("007", Some("7")),
            ("0", Some("0")),
            ("00.1", Some("0.1")),
            ("123456789012345678901234.5", Some("123456789012345678901234.5")),
            ("1,234", None),
            ("1e5", None),
            ("", None),
            (".", None),
            ("--1", None),
            ("<5", None),
        ] {
            assert_eq!(
                decimal(text).map(|number| number.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_reference_without_an_identifier_is_its_name() {
        assert_eq!(
            organisation("", "The Quay Surgery").to_string(),
            r#"{"type":"Organization","display":"The Quay Surgery"}"#
        );
    }
}
