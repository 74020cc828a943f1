//! ORC with RXO, RXE, RXD and RXA to medicines asked for, dispensed and given.

use std::sync::LazyLock;

use fhir::Resource;
use hl7v2::Segment;
use serde_json::{Value, json};

use super::{find, first_number};
use crate::error::Error;
use crate::read::text;
use crate::table::{Context, Table};

/// Which field becomes what of a MedicationRequest.
pub(crate) static REQUEST: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/medication_request.csv")));
/// Which field becomes what of a MedicationDispense.
pub(crate) static DISPENSE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/medication_dispense.csv")));
/// Which field becomes what of a MedicationAdministration.
pub(crate) static ADMINISTRATION: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/medication_administration.csv")));

/// The order's number: the requester's, else the pharmacy's, else the prescription's.
pub(crate) fn number(group: &[Segment<'_>]) -> Option<String> {
    first_number(group, &[("ORC", 2), ("ORC", 3), ("RXE", 15)])
}

/// The number of what was dispensed: the prescription's, with which part of it (RXD-1) and when.
pub(crate) fn dispensed_number(group: &[Segment<'_>]) -> Option<String> {
    let number = first_number(group, &[("RXD", 7), ("ORC", 3), ("ORC", 2)])?;
    Some(with_part(number, group, "RXD", [1, 3]))
}

/// The number of what was given: the order's, with which dose of it (RXA-2) and when.
pub(crate) fn given_number(group: &[Segment<'_>]) -> Option<String> {
    let number = first_number(group, &[("ORC", 2), ("ORC", 3)])?;
    Some(with_part(number, group, "RXA", [2, 3]))
}

fn with_part(number: String, group: &[Segment<'_>], name: &str, fields: [usize; 2]) -> String {
    let Some(segment) = find(group, name) else { return number };
    fields.iter().fold(number, |number, field| format!("{number}|{}", text(segment, *field)))
}

/// What was prescribed.
pub(crate) fn request(group: &[Segment<'_>], context: &Context<'_>) -> Result<Resource, Error> {
    let mut request = REQUEST.resource("MedicationRequest", group, context)?;
    named(&request, "RXE-2 or RXO-1")?;
    in_words(&mut request);
    Ok(request.with("subject", context.patient()).with("encounter", context.encounter()))
}

/// What was dispensed.
pub(crate) fn dispense(group: &[Segment<'_>], context: &Context<'_>) -> Result<Resource, Error> {
    let mut dispense = DISPENSE.resource("MedicationDispense", group, context)?;
    named(&dispense, "RXD-2")?;
    in_words(&mut dispense);
    Ok(dispense.with("subject", context.patient()).with("context", context.encounter()))
}

/// What was given, or not given.
pub(crate) fn administration(
    group: &[Segment<'_>],
    context: &Context<'_>,
) -> Result<Resource, Error> {
    let given = ADMINISTRATION.resource("MedicationAdministration", group, context)?;
    named(&given, "RXA-5")?;
    Ok(given.with("subject", context.patient()).with("context", context.encounter()))
}

fn named(resource: &Resource, path: &'static str) -> Result<(), Error> {
    if resource.get("medicationCodeableConcept").is_some() {
        return Ok(());
    }
    Err(Error::Missing { path, name: "the medicine", consequence: "it cannot be told which it is" })
}

/// A dosage that came in parts is also said in words, for pages show words: `100 mg, BID, Oral: with
/// food`. The dose is never left out because somebody also wrote instructions.
fn in_words(resource: &mut Resource) {
    let Some(dosage) = resource.get("dosageInstruction.0") else { return };
    let text = |path: &str| dosage.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let dose = |path: &str| quantity(dosage.pointer(path)?);
    let range = match (dose("/doseAndRate/0/doseRange/low"), dose("/doseAndRate/0/doseRange/high"))
    {
        (Some(low), Some(high)) => {
            // `1 to 2 tablets`, not the unit twice.
            let unit = high.split_once(' ').map_or("", |(_, unit)| unit);
            Some(format!("{} to {high}", low.strip_suffix(unit).unwrap_or(&low).trim_end()))
        }
        (low, high) => low.or(high),
    };
    let route = text("/route/text").or_else(|| text("/route/coding/0/display"));
    let as_needed = dosage.get("asNeededBoolean").map(|_| "as needed".to_owned());
    let parts = [
        dose("/doseAndRate/0/doseQuantity").or(range),
        text("/timing/code/text"),
        route,
        as_needed,
        dose("/doseAndRate/0/rateQuantity").map(|rate| format!("at {rate}")),
    ];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    let said = [words.join(", "), text("/patientInstruction").unwrap_or_default()];
    let said: Vec<String> = said.into_iter().filter(|one| !one.is_empty()).collect();
    let mut dosage = dosage.clone();
    if let Some(dosage) = dosage.as_object_mut().filter(|_| !said.is_empty()) {
        dosage.insert("text".to_owned(), json!(said.join(": ")));
    }
    resource.set("dosageInstruction", vec![dosage]);
}

fn quantity(quantity: &Value) -> Option<String> {
    let number = quantity.get("value")?.to_string();
    let unit = quantity.get("unit").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{number} {unit}").trim().to_owned())
}
