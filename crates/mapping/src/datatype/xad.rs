//! XAD, an address, to Address. UK feeds put several lines, with commas, into XAD.1 and XAD.2.

use fhir::Element;
use hl7v2::Repetition;
use serde_json::Value;

use crate::concept;
use crate::read::{self, part, sub};

/// An address; nothing if no part of it is said.
pub(crate) fn address(address: &Repetition<'_>) -> Option<Value> {
    // SAD.1 is the line as it is written; the street (SAD.2) and its number (SAD.3) may say more.
    let written = sub(address, 1, 1);
    let (street, number) = (sub(address, 1, 2), sub(address, 1, 3));
    let more = if written.contains(&street) { String::new() } else { format!("{number} {street}") };
    let street = [written, more, part(address, 2)].join(",");
    let lines: Vec<Value> = street
        .split([',', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(Value::from)
        .collect();
    let found = concept::lookup("0190", &part(address, 7)).map_or("", |found| found.code);
    let place = Element::new()
        .with("line", lines)
        .with("city", part(address, 3))
        .with("district", part(address, 4))
        .with("postalCode", part(address, 5))
        .with("country", part(address, 6));
    if place.is_empty() {
        return None;
    }
    let period = read::period(address, [13, 14], 12);
    Some(place.with("use", found).with("period", period).build())
}
