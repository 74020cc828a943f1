//! A message taken apart to be changed: text of fields, still escaped, in the message's separators.

use hl7v2::{Charset, Message, Separators, escape, unescape};

use super::place::Place;

/// A copy of a message, open to change.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(super) separators: Separators,
    pub(super) segments: Vec<Segment>,
}

impl Default for Draft {
    /// No message at all.
    fn default() -> Self {
        Self { separators: Separators::STANDARD, segments: Vec::new() }
    }
}

#[derive(Clone)]
pub(super) struct Segment {
    pub(super) name: String,
    /// Parts between field separators, the name first. In MSH the second part is field 2.
    pub(super) parts: Vec<String>,
    pub(super) dropped: bool,
}

/// One place in one segment: which repetition of a field, or the field whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(super) segment: usize,
    pub(super) field: Option<usize>,
    pub(super) repetition: Option<usize>,
    pub(super) component: Option<usize>,
    pub(super) subcomponent: Option<usize>,
}

impl Target {
    /// No part of the field: all of it, or all of a repetition.
    pub(super) fn is_whole_field(&self) -> bool {
        self.component.is_none()
    }
}

impl Draft {
    /// A message's segments, decoded; MSH-18 then says nothing any more, for the copy is UTF-8.
    pub(crate) fn of(message: &Message<'_>) -> Self {
        let (separators, charset) = (message.separators(), message.charset());
        let segments = message.segments().map(|segment| Segment {
            name: segment.name().to_owned(),
            parts: segment
                .raw()
                .split(|one| *one == separators.field)
                .map(|part| charset.decode(part).into_owned())
                .collect(),
            dropped: false,
        });
        let mut draft = Self { separators, segments: segments.collect() };
        if let Some(declared) = draft.segments.first_mut().and_then(|msh| msh.parts.get_mut(17)) {
            declared.clear();
        }
        draft
    }

    /// The bytes, each segment ended by CR.
    pub(crate) fn finish(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for segment in self.segments.iter().filter(|one| !one.dropped) {
            let field = char::from(self.separators.field).to_string();
            bytes.extend_from_slice(segment.parts.join(&field).as_bytes());
            bytes.push(b'\r');
        }
        bytes
    }

    /// Every place in the message that a path names. A field that is not there is one too, for it can
    /// be set.
    pub(super) fn targets(&self, place: &Place) -> Vec<Target> {
        self.each(place).collect()
    }

    /// The same, one after the other.
    pub(super) fn each<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = Target> + 'a {
        let named = self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.dropped && one.name == place.segment);
        let chosen = named
            .enumerate()
            .filter(|(number, _)| place.occurrence.is_none_or(|one| one == number + 1));
        chosen.flat_map(|(_, (segment, _))| self.within(segment, place))
    }

    /// The places in one segment: each repetition, where a part of it is meant.
    fn within(&self, segment: usize, place: &Place) -> Vec<Target> {
        let target = |repetition| Target {
            segment,
            field: place.field,
            repetition,
            component: place.component,
            subcomponent: place.subcomponent,
        };
        match (place.field, place.repetition) {
            (None, _) => vec![target(None)],
            (Some(_), Some(one)) => vec![target(Some(one))],
            (Some(field), None) => {
                let count = self.repetitions(segment, field).len();
                (1..=count).map(|one| target(Some(one))).collect()
            }
        }
    }

    /// Of a path that names no repetition, the same segment's and the same repetition's place.
    pub(super) fn beside(&self, place: &Place, target: Option<&Target>) -> Vec<Target> {
        let same_segment = |one: &&Target| {
            self.segments.get(one.segment).is_some_and(|one| one.name == place.segment)
        };
        let Some(target) = target.filter(same_segment).filter(|_| place.occurrence.is_none())
        else {
            return self.targets(place);
        };
        let same_field = target.field == place.field && place.repetition.is_none();
        let repetition = if same_field { target.repetition } else { place.repetition };
        self.within(target.segment, &Place { repetition, ..place.clone() })
    }

    fn part(&self, segment: usize, field: usize) -> &str {
        let Some(segment) = self.segments.get(segment) else { return "" };
        let index = if segment.name == "MSH" { field.saturating_sub(1) } else { field };
        segment.parts.get(index).map_or("", String::as_str)
    }

    pub(super) fn repetitions(&self, segment: usize, field: usize) -> Vec<String> {
        split(self.part(segment, field), self.separators.repetition)
    }

    /// The text at a target as it was sent.
    pub(crate) fn raw(&self, target: &Target) -> String {
        let Some(field) = target.field else { return String::new() };
        let repetitions = self.repetitions(target.segment, field);
        let Some(number) = target.repetition else {
            return self.part(target.segment, field).to_owned();
        };
        let repetition = nth(&repetitions, number);
        let Some(component) = target.component else { return repetition };
        let component = nth(&split(&repetition, self.separators.component), component);
        let Some(subcomponent) = target.subcomponent else { return component };
        nth(&split(&component, self.separators.subcomponent), subcomponent)
    }

    /// The text at a target as it is meant: escapes replaced, blanks around it and `""` gone.
    pub(super) fn text(&self, target: &Target) -> String {
        let raw = self.raw(target);
        let text = unescape(raw.as_bytes(), &self.separators, Charset::UTF_8);
        let text = text.trim();
        if text == "\"\"" { String::new() } else { text.to_owned() }
    }

    /// The repetition that a target is part of says something.
    pub(super) fn says_anything(&self, target: &Target) -> bool {
        let whole = Target { component: None, subcomponent: None, ..target.clone() };
        let separators = self.separators.encoding_characters().map(char::from);
        let separators: Vec<char> = separators.collect();
        self.raw(&whole).chars().any(|one| !separators.contains(&one))
    }

    /// Writes raw text, making what leads there.
    pub(crate) fn set_raw(&mut self, target: &Target, raw: &str) {
        let Some(field) = target.field else { return };
        let Separators { repetition, component, subcomponent, .. } = self.separators;
        let mut repetitions = self.repetitions(target.segment, field);
        let whole = match target.repetition {
            None => raw.to_owned(),
            Some(number) => {
                let one = match target.component {
                    None => raw.to_owned(),
                    Some(at) => {
                        let mut components = split(&nth(&repetitions, number), component);
                        let part = match target.subcomponent {
                            None => raw.to_owned(),
                            Some(sub) => {
                                let mut subs = split(&nth(&components, at), subcomponent);
                                put(&mut subs, sub, raw);
                                join(&subs, subcomponent)
                            }
                        };
                        put(&mut components, at, &part);
                        join(&components, component)
                    }
                };
                put(&mut repetitions, number, &one);
                join(&repetitions, repetition)
            }
        };
        self.set_part(target.segment, field, whole);
    }

    /// Adds a repetition; the first, where the field says nothing.
    pub(super) fn add(&mut self, target: &Target, raw: &str) {
        let Some(field) = target.field else { return };
        let mut repetitions = self.repetitions(target.segment, field);
        repetitions.retain(|one| !one.is_empty());
        if !repetitions.iter().any(|one| one == raw) {
            repetitions.push(raw.to_owned());
        }
        let whole = join(&repetitions, self.separators.repetition);
        self.set_part(target.segment, field, whole);
    }

    fn set_part(&mut self, segment: usize, field: usize, whole: String) {
        let Some(segment) = self.segments.get_mut(segment) else { return };
        let index = if segment.name == "MSH" { field.saturating_sub(1) } else { field };
        if segment.parts.len() <= index {
            segment.parts.resize(index + 1, String::new());
        }
        if let Some(part) = segment.parts.get_mut(index) {
            *part = whole;
        }
    }

    /// Empties a place, or leaves out a segment.
    pub(super) fn leave_out(&mut self, target: &Target) {
        if target.field.is_some() {
            self.set_raw(target, "");
        } else if let Some(segment) =
            self.segments.get_mut(target.segment).filter(|one| one.name != "MSH")
        {
            segment.dropped = true;
        }
    }

    /// Takes out repetitions that rules have emptied.
    pub(super) fn tidy(&mut self) {
        let Some(repetition) = self.separators.repetition.map(char::from) else { return };
        for segment in &mut self.segments {
            let own = if segment.name == "MSH" { 2 } else { 1 };
            for part in segment.parts.iter_mut().skip(own) {
                if part.starts_with(repetition) || part.ends_with(repetition) {
                    *part = part.trim_matches(repetition).to_owned();
                }
            }
        }
    }

    /// A value as it is written in this message.
    pub(super) fn escaped(&self, value: &str) -> String {
        String::from_utf8_lossy(&escape(value, &self.separators)).into_owned()
    }

    /// Values as the components of a field.
    pub(super) fn joined(&self, values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|one| self.escaped(one)).collect();
        join(&values, self.separators.component)
    }

    /// Components that are written already, as a repetition.
    pub(super) fn join_components(&self, parts: &[String]) -> String {
        join(parts, self.separators.component)
    }

    /// The components of a repetition.
    pub(super) fn components(&self, raw: &str) -> Vec<String> {
        split(raw, self.separators.component)
    }

    /// The first of them, as it is meant.
    pub(super) fn first_component(&self, raw: &str) -> String {
        let first = nth(&self.components(raw), 1);
        unescape(first.as_bytes(), &self.separators, Charset::UTF_8).trim().to_owned()
    }
}

pub(super) fn split(text: &str, separator: Option<u8>) -> Vec<String> {
    match separator {
        Some(separator) => text.split(char::from(separator)).map(str::to_owned).collect(),
        None => vec![text.to_owned()],
    }
}

fn join(parts: &[String], separator: Option<u8>) -> String {
    let separator = separator.map(|one| char::from(one).to_string()).unwrap_or_default();
    let last = parts.iter().rposition(|one| !one.is_empty()).map_or(0, |at| at + 1);
    parts.get(..last).unwrap_or_default().join(&separator)
}

fn nth(parts: &[String], number: usize) -> String {
    number.checked_sub(1).and_then(|index| parts.get(index)).cloned().unwrap_or_default()
}

fn put(parts: &mut Vec<String>, number: usize, value: &str) {
    let Some(index) = number.checked_sub(1) else { return };
    if parts.len() <= index {
        parts.resize(number, String::new());
    }
    if let Some(part) = parts.get_mut(index) {
        value.clone_into(part);
    }
}
