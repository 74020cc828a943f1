//! What became of each field of a message, found out by experiment: every value is blanked in turn, the
//! message is mapped again, and what then differs came of that value.
//!
//! So it is true of mappings, rules, tables and scripts alike, and cannot fall behind any of them. What
//! makes no difference is left out on purpose, with the reason (`maps/ignored.csv` and the channel's
//! `[[ignore]]`), is said elsewhere too, or is not understood.

mod suppose;
mod ignored;
mod output;

use std::collections::BTreeMap;

use hl7v2::Message;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::Mapped;
use crate::message::hl7_v2;
use crate::rule::draft::{Draft, Target};
use output::Output;
use suppose::{Supposed, suppose};

/// A message explained.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// `ADT^A01`.
    pub event: String,
    /// Why the channel would not take it: the sentence it would be parked with. Where that is only
    /// that nobody is named, the rest is explained as if somebody were.
    pub refused: Option<String>,
    /// Why its kind changes nothing.
    pub out_of_scope: Option<&'static str>,
    /// What it becomes, element by element.
    pub elements: Vec<Element>,
    /// What each of its values comes to.
    pub fields: Vec<Field>,
    /// The resources, whole.
    pub resources: Vec<Value>,
}

/// An element of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// `Patient.name[0].family`, `Observation[2].status`.
    pub path: String,
    /// Its value.
    pub value: String,
    /// The fields it came of; none where it is always so, or follows from what is not said.
    pub from: Vec<String>,
}

/// A value of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `PID-5.1`, `OBX[2]-5`.
    pub path: String,
    /// As it was sent.
    pub value: String,
    /// What it comes to.
    pub fate: Fate,
}

/// What a value comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// These elements differ without it.
    Becomes(Vec<String>),
    /// Without it the message would be refused, with this sentence.
    Needed(String),
    /// It is read, and what it says follows from the rest of the message anyway.
    Follows,
    /// Another field with the same value is used.
    SaidBy(String),
    /// It is left out on purpose, because.
    Ignored(String),
    /// Nobody knows what to do with it.
    NotUnderstood,
}

impl Explanation {
    /// How many values nobody understands.
    pub fn not_understood(&self) -> usize {
        self.fields.iter().filter(|one| one.fate == Fate::NotUnderstood).count()
    }
}

/// A code and a time that no message holds. What makes a difference once it says one of these is read,
/// though it could be left out as it is: it says what holds without it.
const ODD: &[&str] = &["QZX9", "20010203040506"];

/// Explains a message as this feed's.
pub fn explain(message: &Message<'_>, feed: &Feed, received_at: Timestamp) -> Explanation {
    let original = Draft::of(message);
    let supposed = match suppose(&original, feed, received_at) {
        Ok(supposed) => supposed,
        Err(sentence) => return unmapped(message, &original, feed, sentence),
    };
    let Supposed { draft, mapped, refused, made_up } = supposed;
    let is_made_up = |path: &str| made_up.contains(&without_occurrence(path).as_str());
    let sentence = refused.clone().unwrap_or_default();
    let replaced = original.leaves().into_iter().filter(|(path, _)| is_made_up(path));
    let mut fields: Vec<Field> = replaced
        .map(|(path, target)| Field {
            value: original.raw(&target),
            path,
            fate: Fate::Needed(sentence.clone()),
        })
        .collect();
    let mut from: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let base = Output::of(&mapped);
    let experiment = Experiment { draft: &draft, mapped: &mapped, base: &base, feed, received_at };
    for (path, target) in draft.leaves().into_iter().filter(|(path, _)| !is_made_up(path)) {
        let (fate, elements) = experiment.upon(&path, &target);
        for element in elements {
            from.entry(element).or_default().push(path.clone());
        }
        fields.push(Field { value: draft.raw(&target), path, fate });
    }
    said_elsewhere(&mut fields);
    let elements = base.elements.iter().map(|(path, value)| Element {
        path: path.clone(),
        value: value.clone(),
        from: from.remove(path).unwrap_or_default(),
    });
    Explanation {
        event: mapped.event.clone(),
        refused,
        out_of_scope: mapped.out_of_scope,
        elements: elements.collect(),
        fields,
        resources: base.resources,
    }
}

/// The resources a message becomes, without a reason for each; and the sentence it would be parked
/// with. Where that is only that it lacks a name or a number of somebody, they are what the rest of it
/// becomes.
pub fn resources(
    message: &Message<'_>,
    feed: &Feed,
    received_at: Timestamp,
) -> (Vec<Value>, Option<String>) {
    match suppose(&Draft::of(message), feed, received_at) {
        Ok(supposed) => (Output::of(&supposed.mapped).resources, supposed.refused),
        Err(sentence) => (Vec::new(), Some(sentence)),
    }
}

/// Why a field (`PV1-22`, `ZU1-3`) is left out on purpose, where it is.
pub fn left_out_because(path: &str, feed: &Feed) -> Option<String> {
    ignored::because(path, feed)
}

/// `PID[2]-3[1].4` as `PID-3`.
fn without_occurrence(path: &str) -> String {
    let (segment, rest) = path.split_once('-').unwrap_or((path, ""));
    let segment = segment.split('[').next().unwrap_or_default();
    let field = rest.split(['.', '[']).next().unwrap_or_default();
    format!("{segment}-{field}")
}

/// A message that can be mapped, to be mapped again with one value otherwise.
struct Experiment<'a> {
    draft: &'a Draft,
    mapped: &'a Mapped,
    base: &'a Output,
    feed: &'a Feed,
    received_at: Timestamp,
}

impl Experiment<'_> {
    /// What comes of one value, and which elements say what it says.
    fn upon(&self, path: &str, target: &Target) -> (Fate, Vec<String>) {
        let without = match self.with(target, "") {
            Ok(without) => without,
            Err(error) => {
                return (Fate::Needed(error.to_string()), self.by_odd(target).unwrap_or_default());
            }
        };
        let differing = self.base.differing(&Output::of(&without));
        if !differing.is_empty() {
            return (Fate::Becomes(differing.clone()), differing);
        }
        let by_odd = self.by_odd(target);
        let fate = match ignored::because(path, self.feed) {
            _ if by_odd.as_ref().is_some_and(|elements| !elements.is_empty()) => Fate::Follows,
            Some(because) => Fate::Ignored(because),
            None if by_odd.is_some() => Fate::Follows,
            None if self.mapped.out_of_scope.is_none() && is_read(self.mapped, path) => {
                Fate::Follows
            }
            None => Fate::NotUnderstood,
        };
        (fate, by_odd.unwrap_or_default())
    }

    /// What differs when a value is one of [`ODD`]; nothing, where none of them makes a difference.
    fn by_odd(&self, target: &Target) -> Option<Vec<String>> {
        let mut matters = None;
        for odd in ODD {
            let elements = self.with(target, odd).map(|one| self.base.differing(&Output::of(&one)));
            match elements {
                Ok(elements) if elements.is_empty() => {}
                Ok(elements) => return Some(elements),
                Err(_) => matters = Some(Vec::new()),
            }
        }
        matters
    }

    fn with(&self, target: &Target, raw: &str) -> Result<Mapped, Error> {
        let mut draft = self.draft.clone();
        draft.set_raw(target, raw);
        map(&draft, self.feed, self.received_at)
    }
}

fn map(draft: &Draft, feed: &Feed, received_at: Timestamp) -> Result<Mapped, Error> {
    let bytes = draft.finish();
    let message = hl7v2::parse(&bytes).map_err(|error| Error::Rule(error.to_string()))?;
    hl7_v2(&message, feed, received_at)
}

/// The value, or the first part of it, stands in a field that the mapping reads.
fn is_read(mapped: &Mapped, path: &str) -> bool {
    let Some((segment, rest)) = path.split_once('-') else { return false };
    let segment = segment.split('[').next().unwrap_or_default();
    let field = rest.split(['.', '[']).next().unwrap_or_default();
    let first = rest.split('.').skip(1).all(|part| part == "1");
    first && !mapped.unmapped.contains(&format!("{segment}-{field}"))
}

/// What nobody seemed to use but says what another field says that is used.
fn said_elsewhere(fields: &mut [Field]) {
    let used = |fate: &Fate| matches!(fate, Fate::Becomes(_) | Fate::Needed(_));
    let mut by_value: BTreeMap<String, String> = BTreeMap::new();
    for field in fields.iter().filter(|one| used(&one.fate) && one.value.len() > 1) {
        by_value.entry(field.value.clone()).or_insert_with(|| field.path.clone());
    }
    for field in fields.iter_mut().filter(|one| one.fate == Fate::NotUnderstood) {
        if let Some(other) = by_value.get(&field.value) {
            field.fate = Fate::SaidBy(other.clone());
        }
    }
}

/// A message that cannot be mapped at all: nothing came of anything.
fn unmapped(message: &Message<'_>, draft: &Draft, feed: &Feed, sentence: String) -> Explanation {
    let kind = message.message_type();
    let field = |(path, target): (String, Target)| {
        let because = ignored::because(&path, feed);
        let fate = because.map_or(Fate::NotUnderstood, Fate::Ignored);
        Field { value: draft.raw(&target), path, fate }
    };
    Explanation {
        event: format!("{}^{}", kind.code, kind.event),
        refused: Some(sentence),
        out_of_scope: None,
        elements: Vec::new(),
        fields: draft.leaves().into_iter().map(field).collect(),
        resources: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
