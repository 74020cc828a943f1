//! RXA with its ORC, RXR and OBXs to Immunization (UK Core).

use std::sync::LazyLock;

use fhir::{Element, Resource, When};
use hl7v2::Segment;
use serde_json::{Value, json};

use super::obx::{Line, whole_text};
use super::{find, first_number};
use crate::datatype::cwe;
use crate::error::Error;
use crate::read::{part, repetitions, text};
use crate::table::{Context, Table};

/// Which field becomes what.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/immunization.csv")));

/// The vaccination's number: the giver's, else the requester's, with the dose of it (RXA-2) where
/// one order has several.
pub(crate) fn number(group: &[Segment<'_>]) -> Option<String> {
    let number = first_number(group, &[("ORC", 3), ("ORC", 2)])?;
    let vaccine = find(group, "RXA").and_then(|rxa| repetitions(rxa, 5).into_iter().next());
    let code = vaccine.map_or_else(String::new, |one| part(&one, 1));
    Some(format!("{number}|{code}"))
}

/// The vaccination; what its OBXs say of it as such is said in its elements too.
pub(crate) fn immunization(
    group: &[Segment<'_>],
    lines: &[Line<'_>],
    context: &Context<'_>,
) -> Result<Resource, Error> {
    let mut given = TABLE.resource("Immunization", group, context)?;
    if given.get("vaccineCode").is_none() {
        return Err(Error::Missing {
            path: "RXA-5",
            name: "the vaccine",
            consequence: "it cannot be told what was given",
        });
    }
    given.set("patient", context.patient());
    given.set("encounter", context.encounter());
    for line in lines {
        add(&mut given, line, context);
    }
    Ok(given)
}

/// The observation is said in an element of the vaccination.
pub(crate) fn uses(line: &Line<'_>) -> bool {
    let dose = |line: &Line<'_>| text(&line.obx, 5).parse::<u32>().is_ok_and(|dose| dose > 0);
    match code(line).as_str() {
        "64994-7" | "30963-3" | "31044-1" | "29768-9" | "29769-7" | "69764-9" => true,
        "30973-2" => dose(line),
        _ => false,
    }
}

fn code(line: &Line<'_>) -> String {
    repetitions(&line.obx, 3).first().map(|one| part(one, 1)).unwrap_or_default()
}

/// LOINC codes of what registers say of a vaccination in OBX.
fn add(given: &mut Resource, line: &Line<'_>, context: &Context<'_>) {
    let obx = &line.obx;
    let code = code(line);
    let concept = || repetitions(obx, 5).first().map(|one| cwe::concept(one, context.feed));
    let date = || When::parse(&text(obx, 5)).map(When::fhir_date_time);
    match code.as_str() {
        "64994-7" => given.set("programEligibility", concept().map(|one| vec![one])),
        "30963-3" => given.set("fundingSource", concept()),
        "30973-2" => {
            if let Ok(dose @ 1..) = text(obx, 5).parse::<u32>() {
                given.set("protocolApplied", vec![json!({"doseNumberPositiveInt": dose})]);
            }
        }
        "31044-1" => {
            let words = repetitions(obx, 5).first().map(cwe::words);
            let words = words.unwrap_or_else(|| whole_text(obx, 5));
            let at = When::parse(&text(obx, 14)).map(When::fhir_date_time);
            let reaction =
                Element::new().with("date", at).with("detail", json!({"display": words}));
            given.set("reaction", vec![reaction.build()]);
        }
        "29768-9" | "29769-7" | "69764-9" => education(given, &code, obx, date()),
        _ => {}
    }
}

/// The leaflet that was handed out: what, of when, and when it was given.
fn education(given: &mut Resource, code: &str, obx: &Segment<'_>, date: Option<String>) {
    let mut list: Vec<Value> = given.list("education").to_vec();
    let about = text(obx, 4);
    let found = list.iter().position(|one| one.get("id").and_then(Value::as_str) == Some(&about));
    let position = found.unwrap_or_else(|| {
        list.push(json!({"id": about.as_str()}));
        list.len() - 1
    });
    let Some(education) = list.get_mut(position) else { return };
    match code {
        "29768-9" => education["publicationDate"] = date.into(),
        "29769-7" => education["presentationDate"] = date.into(),
        _ => education["documentType"] = repetitions(obx, 5).first().map(cwe::words).into(),
    }
    given.set("education", list);
}
