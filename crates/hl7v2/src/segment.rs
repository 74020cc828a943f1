//! Inside a segment: fields, repetitions, components, sub-components, counted from 1 as HL7 does.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use crate::{Charset, Separators, unescape};

/// What a message says about a value (HL7 v2.5.1 §2.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Not sent, or sent empty: nothing changes.
    Absent,
    /// Sent as `""`: what is held is to be deleted.
    Null,
    /// Sent with a value.
    Value,
}

/// How to read the bytes of a message; goes with every part of it.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) separators: Separators,
    pub(crate) charset: Charset,
}

/// One segment of a message.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    raw: &'a [u8],
    context: Context,
}

impl<'a> Segment<'a> {
    pub(crate) fn new(raw: &'a [u8], context: Context) -> Self {
        Self { raw, context }
    }

    /// Its three letters, such as `PID`.
    pub fn name(&self) -> &'a str {
        self.raw.get(..3).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }

    /// Its bytes, without the line end.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// A field by its HL7 number, unless it is empty. In MSH, field 1 is the separator itself and
    /// field 2 the other separators; neither is ever split.
    pub fn field(&self, number: usize) -> Option<Field<'a>> {
        let Self { raw, context } = *self;
        if !self.is_header() {
            let raw = nth(raw, Some(context.separators.field), number)?;
            return (number > 0 && !raw.is_empty()).then_some(Field { raw, context });
        }
        let whole = Context { separators: Separators::NONE, ..context };
        match number {
            0 => None,
            1 => Some(Field { raw: raw.get(3..4)?, context: whole }),
            2 => Some(Field { raw: nth(raw, Some(context.separators.field), 1)?, context: whole }),
            _ => {
                let raw = nth(raw, Some(context.separators.field), number - 1)?;
                (!raw.is_empty()).then_some(Field { raw, context })
            }
        }
    }

    /// Every field with its number, empty ones left out.
    pub fn fields(&self) -> impl Iterator<Item = (usize, Field<'a>)> {
        let Self { raw, context } = *self;
        let header = self.is_header();
        let own = if header { [self.field(1), self.field(2)] } else { [None, None] };
        let own = (1..).zip(own).filter_map(|(number, field)| Some((number, field?)));
        // In a header the first part behind the name is field 2, one on from elsewhere.
        let (first, shift) = if header { (2, 1) } else { (1, 0) };
        let parts = split(raw, Some(context.separators.field)).enumerate().skip(first);
        let parts = parts.filter(|(_, raw)| !raw.is_empty());
        own.chain(parts.map(move |(i, raw)| (i + shift, Field { raw, context })))
    }

    /// A repetition of a field; an empty one where it was not sent.
    pub fn repetition(&self, field: usize, number: usize) -> Repetition<'a> {
        let empty = Repetition { raw: &[], context: self.context };
        self.field(field).map_or(empty, |field| field.repetition(number))
    }

    /// A component of a field's first repetition; an empty one where it was not sent.
    pub fn component(&self, field: usize, number: usize) -> Component<'a> {
        self.repetition(field, 1).component(number)
    }

    /// Whether this is the segment of that name.
    pub fn is_named(&self, name: &str) -> bool {
        self.raw.get(..3) == Some(name.as_bytes())
    }

    pub(crate) fn separators(&self) -> Separators {
        self.context.separators
    }

    pub(crate) fn charset(&self) -> Charset {
        self.context.charset
    }

    fn is_header(&self) -> bool {
        matches!(self.raw.get(..3), Some(b"MSH" | b"BHS" | b"FHS"))
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} bytes)", self.name(), self.raw.len())
    }
}

/// A field: one value or several repetitions of it.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    raw: &'a [u8],
    context: Context,
}

impl<'a> Field<'a> {
    /// Its repetitions; an empty one among them is given too.
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'a>> {
        let context = self.context;
        split(self.raw, context.separators.repetition).map(move |raw| Repetition { raw, context })
    }

    /// A repetition, counted from 1; an empty one where there are not so many.
    pub fn repetition(&self, number: usize) -> Repetition<'a> {
        let raw = pick(self.raw, self.context.separators.repetition, number);
        Repetition { raw, context: self.context }
    }

    /// A component of the first repetition.
    pub fn component(&self, number: usize) -> Component<'a> {
        self.repetition(1).component(number)
    }
}

/// One repetition of a field.
#[derive(Clone, Copy)]
pub struct Repetition<'a> {
    raw: &'a [u8],
    context: Context,
}

impl<'a> Repetition<'a> {
    /// Its components.
    pub fn components(&self) -> impl Iterator<Item = Component<'a>> {
        let context = self.context;
        split(self.raw, context.separators.component).map(move |raw| Component { raw, context })
    }

    /// A component, counted from 1; an empty one where there are not so many.
    pub fn component(&self, number: usize) -> Component<'a> {
        let raw = pick(self.raw, self.context.separators.component, number);
        Component { raw, context: self.context }
    }
}

/// A component of a repetition.
#[derive(Clone, Copy)]
pub struct Component<'a> {
    raw: &'a [u8],
    context: Context,
}

impl<'a> Component<'a> {
    /// Its sub-components.
    pub fn subcomponents(&self) -> impl Iterator<Item = Subcomponent<'a>> {
        let context = self.context;
        split(self.raw, context.separators.subcomponent)
            .map(move |raw| Subcomponent { raw, context })
    }

    /// A sub-component, counted from 1; an empty one where there are not so many.
    pub fn subcomponent(&self, number: usize) -> Subcomponent<'a> {
        let raw = pick(self.raw, self.context.separators.subcomponent, number);
        Subcomponent { raw, context: self.context }
    }
}

/// A sub-component, the smallest part.
#[derive(Clone, Copy)]
pub struct Subcomponent<'a> {
    raw: &'a [u8],
    context: Context,
}

/// What can be asked of a part at every depth.
macro_rules! readable {
    ($($part:ident)*) => { $(
        impl<'a> $part<'a> {
            /// Its bytes as sent, separators and escapes included.
            pub fn raw(&self) -> &'a [u8] {
                self.raw
            }

            /// Its text, escapes and character set read; empty where nothing or `""` was sent.
            pub fn text(&self) -> Cow<'a, str> {
                self.value().unwrap_or_default()
            }

            /// Its text; `None` where nothing or `""` was sent.
            pub fn value(&self) -> Option<Cow<'a, str>> {
                let Context { separators, charset } = self.context;
                let sent = self.presence() == Presence::Value;
                sent.then(|| unescape(self.raw, &separators, charset))
            }

            /// Not sent, sent as `""`, or sent with a value. Separators alone are no value.
            pub fn presence(&self) -> Presence {
                presence(self.raw, &self.context.separators)
            }
        }

        impl fmt::Debug for $part<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($part), "({} bytes)"), self.raw.len())
            }
        }
    )* };
}

readable!(Field Repetition Component Subcomponent);

fn presence(raw: &[u8], separators: &Separators) -> Presence {
    if raw == b"\"\"" {
        return Presence::Null;
    }
    let Separators { component, repetition, subcomponent, .. } = *separators;
    let separates = |c: u8| [component, repetition, subcomponent].contains(&Some(c));
    if raw.iter().all(|c| separates(*c)) { Presence::Absent } else { Presence::Value }
}

/// A part counted from 1, or nothing.
fn pick(raw: &[u8], separator: Option<u8>, number: usize) -> &[u8] {
    number.checked_sub(1).and_then(|index| nth(raw, separator, index)).unwrap_or_default()
}

/// A part counted from 0.
fn nth(raw: &[u8], separator: Option<u8>, index: usize) -> Option<&[u8]> {
    split(raw, separator).nth(index)
}

/// The parts between separators; all of it where there is no such separator.
fn split(raw: &[u8], separator: Option<u8>) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(raw);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = separator.and_then(|separator| find(separator, bytes));
        rest = end.and_then(|end| bytes.get(end + 1..));
        Some(end.and_then(|end| bytes.get(..end)).unwrap_or(bytes))
    })
}

/// How far a separator usually is: fields are short or empty.
const NEAR: usize = 16;

/// Where a separator is. Looking byte by byte is quicker while it is near, for setting out to search
/// costs more than that; a document is then searched at full speed.
fn find(separator: u8, bytes: &[u8]) -> Option<usize> {
    let (near, far) = bytes.split_at(bytes.len().min(NEAR));
    let found = near.iter().position(|one| *one == separator);
    found.or_else(|| Some(NEAR + memchr(separator, far)?))
}
