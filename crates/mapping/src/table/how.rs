//! How a field is read into an element: the words of a table's column `as`.

use fhir::{Element, When, datatype, system};
use hl7v2::{Repetition, Segment};
use serde_json::Value;

use super::row::{Place, Row};
use crate::concept;
use crate::datatype::{cwe, pl, xcn};
use crate::error::Error;
use crate::feed::Feed;
use crate::read::{part, repetitions, sub};
use crate::segment::obx;

/// How a field is read.
#[derive(Clone, Copy)]
pub(super) enum How {
    /// `text`: the first component (or the one named).
    Text,
    /// `whole`: all of a free-text field.
    Whole,
    /// `const WORD`: the word, whatever the field says.
    Const(&'static str),
    /// `code TABLE`: by a table of `concept/`; nothing for what it does not hold.
    Code(&'static str),
    /// `code! TABLE`: the same, but what it does not hold is refused: a guess would do harm.
    Strict(&'static str),
    /// `flag TABLE`: `true` or `false` by a table.
    Flag(&'static str),
    /// `concept`: CWE, the first repetition; `concepts`: all.
    Concept,
    Concepts,
    /// `table NNNN`: a code of an HL7 table, as a concept.
    Hl7Table(&'static str),
    /// `words`: the words of a CWE.
    Words,
    /// `when`: a date or time; `day`: a date.
    When,
    Day,
    /// `number KIND`: EI or CX as an identifier of the feed's own; `number KIND TYPE` with a type of
    /// table 0203.
    Number(&'static str, &'static str),
    /// `professional`: XCN, the first; `professionals`: all.
    Professional,
    Professionals,
    /// `organisation`: XON or CWE, by name.
    Organisation,
    /// `place`: PL, by name.
    Location,
    /// `integer`, `decimal`.
    Integer,
    Decimal,
    /// `quantity UNITS`: a number with the unit of another field.
    Quantity(Place),
    /// `note`: NTE-3 of every NTE, as one annotation.
    Note,
    /// `comment`: all of a free-text field, as an annotation; `remark`: the words of a CWE.
    Comment,
    Remark,
    /// `coded NNNN CODE`: a code of an HL7 table, whatever the field says.
    Coded(&'static str, &'static str),
}

impl How {
    pub(super) fn read(cell: &'static str) -> Option<Self> {
        let (word, with) = cell.split_once(' ').unwrap_or((cell, ""));
        Some(match word {
            "text" => Self::Text,
            "whole" => Self::Whole,
            "const" => Self::Const(with),
            "code" => Self::Code(with),
            "code!" => Self::Strict(with),
            "flag" => Self::Flag(with),
            "concept" => Self::Concept,
            "concepts" => Self::Concepts,
            "table" => Self::Hl7Table(with),
            "words" => Self::Words,
            "when" => Self::When,
            "day" => Self::Day,
            "number" => {
                let (kind, of_type) = with.split_once(' ').unwrap_or((with, ""));
                Self::Number(kind, of_type)
            }
            "professional" => Self::Professional,
            "professionals" => Self::Professionals,
            "organisation" => Self::Organisation,
            "place" => Self::Location,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal,
            "quantity" => Self::Quantity(Place::read(with)?),
            "note" => Self::Note,
            "comment" => Self::Comment,
            "remark" => Self::Remark,
            "coded" => {
                let (number, code) = with.split_once(' ')?;
                Self::Coded(number, code)
            }
            _ => return None,
        })
    }

    /// The other field that is read.
    pub(super) fn unit(&self) -> Option<&Place> {
        if let Self::Quantity(place) = self { Some(place) } else { None }
    }

    #[cfg(test)]
    pub(super) fn table(&self) -> Option<&'static str> {
        match self {
            Self::Code(table) | Self::Strict(table) | Self::Flag(table) => Some(table),
            _ => None,
        }
    }
}

/// What a row makes of these segments; null where it makes nothing.
pub(super) fn read(row: &Row, group: &[Segment<'_>], feed: &Feed) -> Result<Value, Error> {
    let Some(place) = &row.from else {
        return Ok(if let How::Const(word) = row.how { constant(word) } else { Value::Null });
    };
    let segment = place.segment(group);
    let sent = segment.map(|one| repetitions(one, place.field)).unwrap_or_default();
    let first = sent.first();
    let each =
        |read: &dyn Fn(&Repetition<'_>) -> Value| -> Value { sent.iter().map(read).collect() };
    let person = |one: &Repetition<'_>| {
        xcn::professional(one, feed).map_or(Value::Null, |one| xcn::reference(&one))
    };
    Ok(match row.how {
        How::Text => place.text(group).into(),
        How::Whole => segment.map(|one| obx::whole_text(one, place.field)).into(),
        How::Const(word) => first.map_or(Value::Null, |_| constant(word)),
        How::Code(table) => looked_up(table, &place.text(group)).into(),
        How::Strict(table) => strict(table, place, group)?.into(),
        How::Flag(table) => looked_up(table, &place.text(group)).map(|one| one == "true").into(),
        How::Concept => first.map(|one| cwe::concept(one, feed)).into(),
        How::Concepts => each(&|one| cwe::concept(one, feed)),
        How::Hl7Table(number) => hl7_concept(number, first),
        How::Words => first.map(cwe::words).into(),
        How::When => When::parse(&place.text(group)).map(When::fhir_date_time).into(),
        How::Day => When::parse_day(&place.text(group)).map(When::fhir_date).into(),
        How::Number(kind, of_type) => identifier(kind, of_type, &place.text(group), feed),
        How::Professional => sent.iter().map(person).find(|one| !one.is_null()).into(),
        How::Professionals => each(&person),
        How::Organisation => {
            first.map_or(Value::Null, |one| datatype::organisation("", &cwe::words(one)))
        }
        How::Location => first.map_or(Value::Null, |one| location(one, feed)),
        How::Integer => place.text(group).parse::<u32>().map_or(Value::Null, Value::from),
        How::Decimal => datatype::decimal(&place.text(group)).map(Value::Number).into(),
        How::Quantity(unit) => quantity(&place.text(group), &unit, group),
        How::Note => annotation(&obx::note_text(&notes(group))),
        How::Comment => {
            annotation(&segment.map_or_else(String::new, |one| obx::whole_text(one, place.field)))
        }
        How::Remark => annotation(&first.map_or_else(String::new, cwe::words)),
        How::Coded(number, code) => {
            datatype::codeable_concept(&cwe::hl7_table(number), code, "", "")
        }
    })
}

fn annotation(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { datatype::annotation(text) }
}

fn constant(word: &str) -> Value {
    match word {
        "true" => true.into(),
        "false" => false.into(),
        word => word.into(),
    }
}

fn looked_up(table: &str, code: &str) -> Option<&'static str> {
    concept::lookup(table, code).map(|found| found.code).filter(|code| !code.is_empty())
}

/// Nothing where nothing is said; an error for a word nobody knows.
fn strict(
    table: &'static str,
    place: &Place,
    group: &[Segment<'_>],
) -> Result<Option<&'static str>, Error> {
    let code = place.text(group);
    match looked_up(table, &code) {
        None if !code.is_empty() => Err(Error::Unreadable {
            path: format!("{}-{}", place.segment, place.field),
            problem: "it is no code of its table, and what it means cannot be guessed; translate it \
                      by a [[rule]] of the channel",
        }),
        found => Ok(found),
    }
}

/// A code of an HL7 table (v2 tables of HL7 terminology), with the words sent.
fn hl7_concept(number: &str, sent: Option<&Repetition<'_>>) -> Value {
    let Some(sent) = sent else { return Value::Null };
    let (code, words) = (part(sent, 1), part(sent, 2));
    if code.is_empty() {
        return datatype::concept_text(&words);
    }
    datatype::codeable_concept(&cwe::hl7_table(number), &code, &words, &words)
}

fn identifier(kind: &str, of_type: &str, value: &str, feed: &Feed) -> Value {
    if value.is_empty() {
        return Value::Null;
    }
    let name = concept::lookup("0203", of_type);
    let coded = name.map(|found| {
        datatype::codeable_concept(system::IDENTIFIER_TYPE, found.code, found.display, "")
    });
    Element::new()
        .with("type", coded)
        .with("system", system::local_number(kind, &feed.authority))
        .with("value", value)
        .build()
}

fn location(sent: &Repetition<'_>, feed: &Feed) -> Value {
    let Some(place) = pl::place(sent) else { return Value::Null };
    let words = [&place.description, &place.ward, &place.building, &place.facility];
    let words = words.into_iter().find(|one| !one.is_empty()).map_or("", String::as_str);
    let number = datatype::identifier(&system::local_location(&feed.authority), &place.ward);
    let number = if place.ward.is_empty() { Value::Null } else { number };
    datatype::logical_reference("Location", number, words)
}

/// A number and its unit. 999 is what some systems write for an amount nobody knows (RXA-6).
fn quantity(number: &str, unit: &Place, group: &[Segment<'_>]) -> Value {
    let Some(value) = datatype::decimal(number).filter(|_| number != "999") else {
        return Value::Null;
    };
    let sent = unit.segment(group).and_then(|one| repetitions(one, unit.field).into_iter().next());
    let Some(sent) = sent else { return datatype::quantity(&value, "", "", "") };
    let (code, words, scheme) = (part(&sent, 1), part(&sent, 2), sub(&sent, 3, 1));
    let is_ucum =
        concept::lookup("coding_system", &scheme).is_some_and(|one| one.code == system::UCUM);
    let words = if words.is_empty() { code.as_str() } else { words.as_str() };
    datatype::quantity(&value, "", words, if is_ucum { &code } else { "" })
}

fn notes<'m>(group: &[Segment<'m>]) -> Vec<Segment<'m>> {
    group.iter().filter(|one| one.is_named("NTE")).copied().collect()
}
