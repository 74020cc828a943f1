//! The rows of a table, read once.

use hl7v2::{Presence, Segment};

use super::how::How;
use crate::read::{repetitions, sub};

/// A table of rows.
pub(crate) struct Table(Vec<Row>);

/// One row: what it makes, of what, how, and when.
pub(super) struct Row {
    pub(super) to: &'static str,
    pub(super) from: Option<Place>,
    pub(super) how: How,
    pub(super) when: Option<When>,
}

/// A field or a component of it: `ORC-7.4`, a sub-component of that: `OBR-15.1.2`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: &'static str,
    pub(super) field: usize,
    pub(super) component: usize,
    pub(super) subcomponent: usize,
}

/// What must be so for a row to count.
pub(super) enum When {
    Said(Place),
    NotSaid(Place),
    Is(Place, &'static str),
    IsNot(Place, &'static str),
}

impl Table {
    /// Reads a table of ours; a row that cannot be read is left out (a test sees to it that there is
    /// none).
    pub(crate) fn read(text: &'static str) -> Self {
        Self(text.lines().skip(1).filter_map(Row::read).collect())
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.0
    }
}

impl Row {
    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.splitn(5, ',').map(str::trim);
        let to = cells.next().filter(|to| !to.is_empty())?;
        let from = cells.next()?;
        let how = How::read(cells.next()?)?;
        let when = cells.next().unwrap_or_default();
        let from = if from.is_empty() { None } else { Some(Place::read(from)?) };
        let when = if when.is_empty() { None } else { Some(When::read(when)?) };
        Some(Self { to, from, how, when })
    }

    /// Every place the row looks at.
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        let when = self.when.as_ref().map(When::place);
        self.from.iter().chain(when).chain(self.how.unit())
    }
}

impl Place {
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let (segment, rest) = text.split_once('-')?;
        let mut numbers = rest.split('.').map(str::parse::<usize>);
        let field = numbers.next()?.ok()?;
        let component = numbers.next().transpose().ok()?.unwrap_or(0);
        let subcomponent = numbers.next().transpose().ok()?.unwrap_or(1);
        (segment.len() == 3).then_some(Self { segment, field, component, subcomponent })
    }

    /// The first segment of its name.
    pub(super) fn segment<'g, 'm>(&self, group: &'g [Segment<'m>]) -> Option<&'g Segment<'m>> {
        group.iter().find(|one| one.is_named(self.segment))
    }

    /// Its text: of the component named, else of the first.
    pub(super) fn text(&self, group: &[Segment<'_>]) -> String {
        let segment = self.segment(group);
        let first = segment.and_then(|one| repetitions(one, self.field).into_iter().next());
        first.map(|one| sub(&one, self.component.max(1), self.subcomponent)).unwrap_or_default()
    }

    fn is_said(&self, group: &[Segment<'_>]) -> bool {
        match self.component {
            0 => self
                .segment(group)
                .and_then(|one| one.field(self.field))
                .is_some_and(|field| field.presence() == Presence::Value),
            _ => !self.text(group).is_empty(),
        }
    }
}

impl When {
    fn read(text: &'static str) -> Option<Self> {
        let (not, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (place, word) = text.split_once('=').unwrap_or((text, ""));
        let place = Place::read(place)?;
        Some(match (not, word) {
            (false, "") => Self::Said(place),
            (true, "") => Self::NotSaid(place),
            (false, word) => Self::Is(place, word),
            (true, word) => Self::IsNot(place, word),
        })
    }

    fn place(&self) -> &Place {
        let (Self::Said(at) | Self::NotSaid(at) | Self::Is(at, _) | Self::IsNot(at, _)) = self;
        at
    }

    pub(super) fn holds(&self, group: &[Segment<'_>]) -> bool {
        match self {
            Self::Said(place) => place.is_said(group),
            Self::NotSaid(place) => !place.is_said(group),
            Self::Is(place, word) => place.text(group).eq_ignore_ascii_case(word),
            Self::IsNot(place, word) => !place.text(group).eq_ignore_ascii_case(word),
        }
    }
}
