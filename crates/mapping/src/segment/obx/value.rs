//! OBX-5 by its type (OBX-2) to `value[x]`. Digits are kept as sent; what cannot be read as its type
//! is kept as text.

use fhir::{Element, When, datatype, system};
use hl7v2::{Repetition, Segment};
use serde_json::Value;

use super::whole_text;
use crate::concept;
use crate::datatype::cwe;
use crate::feed::Feed;
use crate::read::{part, repetitions, text};

/// The element's name and value; nothing if nothing was sent.
pub(super) fn value(lines: &[&Segment<'_>], feed: &Feed) -> Option<(&'static str, Value)> {
    let first = lines.first()?;
    let sent = repetitions(first, 5);
    let only = if lines.len() == 1 && sent.len() == 1 { sent.first() } else { None };
    let typed = only.and_then(|one| match text(first, 2).to_uppercase().as_str() {
        "NM" => number(&part(one, 1), first, ""),
        "SN" => structured(one, first),
        "ST" if !unit(first).is_empty() => number(&part(one, 1), first, ""),
        "CE" | "CWE" | "CNE" | "CF" | "IS" | "ID" => {
            let concept = cwe::concept(one, feed);
            (!fhir::is_empty(&concept)).then_some(("valueCodeableConcept", concept))
        }
        "DT" | "TS" | "DTM" => {
            let at = When::parse(&part(one, 1))?;
            Some(("valueDateTime", at.fhir_date_time().into()))
        }
        _ => None,
    });
    typed.or_else(|| words(lines).map(|text| ("valueString", text.into())))
}

/// The text of all lines, in order; blank lines within it stay.
fn words(lines: &[&Segment<'_>]) -> Option<String> {
    let lines: Vec<String> = lines.iter().map(|line| whole_text(line, 5)).collect();
    let text = lines.join("\n");
    let text = text.trim_end();
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// A number with its unit, perhaps after a comparator: `5.10`, `<0.1`, `>= 120`.
fn number(sent: &str, obx: &Segment<'_>, comparator: &str) -> Option<(&'static str, Value)> {
    let (found, digits) = split_comparator(sent);
    let comparator = if comparator.is_empty() { found } else { comparator };
    let value = datatype::decimal(digits)?;
    let (unit, ucum) = (unit(obx), ucum(obx));
    Some(("valueQuantity", datatype::quantity(&value, comparator, &unit, &ucum)))
}

fn split_comparator(sent: &str) -> (&'static str, &str) {
    let sent = sent.trim();
    for comparator in ["<=", ">=", "<", ">"] {
        if let Some(rest) = sent.strip_prefix(comparator) {
            return (comparator, rest.trim());
        }
    }
    ("", sent)
}

/// SN: `>^100`, `^1^:^128` (a ratio), `^5^-^10` (a range).
fn structured(sent: &Repetition<'_>, obx: &Segment<'_>) -> Option<(&'static str, Value)> {
    let (comparator, first) = (part(sent, 1), part(sent, 2));
    let (separator, second) = (part(sent, 3), part(sent, 4));
    let quantity = |text: &str| {
        datatype::decimal(text).map(|one| datatype::quantity(&one, "", &unit(obx), &ucum(obx)))
    };
    match separator.as_str() {
        "" => {
            let known = ["<", "<=", ">", ">="].contains(&comparator.as_str());
            let plain = comparator.is_empty() || comparator == "=";
            if !known && !plain {
                return None;
            }
            number(&first, obx, if plain { "" } else { &comparator })
        }
        ":" | "/" => {
            let (top, bottom) = (quantity(&first)?, quantity(&second)?);
            let ratio = Element::new().with("numerator", top).with("denominator", bottom);
            Some(("valueRatio", ratio.build()))
        }
        "-" => {
            let (low, high) = (quantity(&first)?, quantity(&second)?);
            Some(("valueRange", Element::new().with("low", low).with("high", high).build()))
        }
        _ => None,
    }
}

/// OBX-6 in words.
pub(super) fn unit(obx: &Segment<'_>) -> String {
    let Some(sent) = repetitions(obx, 6).into_iter().next() else { return String::new() };
    let words = part(&sent, 2);
    if words.is_empty() { part(&sent, 1) } else { words }
}

/// OBX-6.1, if OBX-6.3 says that it is UCUM.
fn ucum(obx: &Segment<'_>) -> String {
    let Some(sent) = repetitions(obx, 6).into_iter().next() else { return String::new() };
    let scheme = concept::lookup("coding_system", &part(&sent, 3));
    let is_ucum = scheme.is_some_and(|found| found.code == system::UCUM);
    if is_ucum { part(&sent, 1) } else { String::new() }
}
