//! Where in a message: `PID-3[2].4.1`, `OBX[3]-5`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::{Component, Field, Message, PathError, Presence, Repetition, Subcomponent};

/// A place in a message, counted from 1 throughout.
///
/// `OBX[3]-5[2].4.1` is the third OBX, its field 5, repetition 2, component 4, sub-component 1.
/// Left out, the segment is the first of its name, and the field is meant with all its
/// repetitions, unless a component is named: then the first repetition's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    segment: [u8; 3],
    occurrence: Option<usize>,
    field: usize,
    repetition: Option<usize>,
    component: Option<usize>,
    subcomponent: Option<usize>,
}

impl Path {
    /// The segment's name.
    pub fn segment(&self) -> &str {
        std::str::from_utf8(&self.segment).unwrap_or_default()
    }

    /// The field's number.
    pub fn field(&self) -> usize {
        self.field
    }

    pub(crate) fn find<'a>(&self, message: &Message<'a>) -> Option<Found<'a>> {
        let before = self.occurrence.unwrap_or(1).checked_sub(1)?;
        let segment = message.segments_named(self.segment()).nth(before)?;
        let field = segment.field(self.field)?;
        if self.repetition.is_none() && self.component.is_none() {
            return Some(Found::Field(field));
        }
        let repetition = field.repetition(self.repetition.unwrap_or(1));
        let Some(component) = self.component else { return Some(Found::Repetition(repetition)) };
        let component = repetition.component(component);
        let Some(number) = self.subcomponent else { return Some(Found::Component(component)) };
        Some(Found::Subcomponent(component.subcomponent(number)))
    }
}

/// What stands at a path, at the depth the path goes to.
pub(crate) enum Found<'a> {
    Field(Field<'a>),
    Repetition(Repetition<'a>),
    Component(Component<'a>),
    Subcomponent(Subcomponent<'a>),
}

impl<'a> Found<'a> {
    pub(crate) fn value(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Field(part) => part.value(),
            Self::Repetition(part) => part.value(),
            Self::Component(part) => part.value(),
            Self::Subcomponent(part) => part.value(),
        }
    }

    pub(crate) fn presence(&self) -> Presence {
        match self {
            Self::Field(part) => part.presence(),
            Self::Repetition(part) => part.presence(),
            Self::Component(part) => part.presence(),
            Self::Subcomponent(part) => part.presence(),
        }
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let (segment, rest) = text.split_at_checked(3).ok_or(PathError)?;
        let capitals = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit();
        let segment: [u8; 3] = segment.as_bytes().try_into().map_err(|_| PathError)?;
        if !segment.iter().copied().all(capitals) {
            return Err(PathError);
        }
        let (occurrence, rest) = bracketed(rest)?;
        let (field, rest) = number(rest.strip_prefix('-').ok_or(PathError)?)?;
        let (repetition, rest) = bracketed(rest)?;
        let (component, rest) = dotted(rest)?;
        let (subcomponent, rest) = dotted(rest)?;
        if !rest.is_empty() {
            return Err(PathError);
        }
        Ok(Self { segment, occurrence, field, repetition, component, subcomponent })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())?;
        self.occurrence.map_or(Ok(()), |n| write!(f, "[{n}]"))?;
        write!(f, "-{}", self.field)?;
        self.repetition.map_or(Ok(()), |n| write!(f, "[{n}]"))?;
        self.component.map_or(Ok(()), |n| write!(f, ".{n}"))?;
        self.subcomponent.map_or(Ok(()), |n| write!(f, ".{n}"))
    }
}

fn bracketed(text: &str) -> Result<(Option<usize>, &str), PathError> {
    let Some(inside) = text.strip_prefix('[') else { return Ok((None, text)) };
    let (count, rest) = number(inside)?;
    Ok((Some(count), rest.strip_prefix(']').ok_or(PathError)?))
}

fn dotted(text: &str) -> Result<(Option<usize>, &str), PathError> {
    let Some(behind) = text.strip_prefix('.') else { return Ok((None, text)) };
    let (count, rest) = number(behind)?;
    Ok((Some(count), rest))
}

/// A number from 1 to 99,999 at the start of a text.
fn number(text: &str) -> Result<(usize, &str), PathError> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).ok_or(PathError)?;
    match digits.parse() {
        Ok(number @ 1..=99_999) => Ok((number, rest)),
        _ => Err(PathError),
    }
}
