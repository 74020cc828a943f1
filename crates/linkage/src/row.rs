//! The fields of one row as clean text, numbers and dates, with every problem noted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use csv::ByteRecord;
use jiff::civil::Date;

use crate::problem::{Problem, ProblemKind};
use crate::{Columns, DateShape, date};

/// No name is longer.
pub(crate) const NAME_CHARACTERS: usize = 100;
/// No other value is longer.
pub(crate) const VALUE_CHARACTERS: usize = 500;
/// What databases write where there is nothing.
const NOTHING: [&str; 5] = ["NULL", "null", "\\N", "#N/A", "N/A"];

/// How the dates of each column were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateTally {
    /// Dates by column and shape.
    pub shapes: BTreeMap<(u16, DateShape), u64>,
    /// Dates of numbers in which day and month could change places, by column.
    pub either_order: BTreeMap<u16, u64>,
}

impl DateTally {
    /// Adds what another part of the file had.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (key, count) in &other.shapes {
            *self.shapes.entry(*key).or_default() += count;
        }
        for (column, count) in &other.either_order {
            *self.either_order.entry(*column).or_default() += count;
        }
    }
}

/// What reading some rows turned up, besides people.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) problems: Vec<Problem>,
    pub(crate) dates: DateTally,
}

/// One row.
pub(crate) struct Row<'a> {
    pub(crate) record: &'a ByteRecord,
    pub(crate) line: u64,
    pub(crate) columns: &'a Columns,
    pub(crate) today: Date,
    pub(crate) notes: &'a mut Notes,
}

impl<'a> Row<'a> {
    /// Notes a problem.
    pub(crate) fn note(&mut self, column: Option<u16>, kind: ProblemKind) {
        self.notes.problems.push(Problem { line: self.line, column, kind });
    }

    /// The text of a column: decoded, without control characters, blanks around it or stand-ins.
    pub(crate) fn text(&mut self, column: u16) -> Cow<'a, str> {
        let bytes = self.record.get(usize::from(column)).unwrap_or_default();
        if bytes.is_empty() {
            return Cow::Borrowed("");
        }
        let (mut text, fell_back) = decode(bytes);
        if fell_back {
            self.note(Some(column), ProblemKind::NotUtf8);
        }
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            let (cleaned, found) = without_controls(&text);
            if found {
                self.note(Some(column), ProblemKind::ControlCharacter);
            }
            text = Cow::Owned(cleaned);
        }
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if NOTHING.contains(&text.as_ref()) { Cow::Borrowed("") } else { text }
    }

    /// The columns joined by one blank; `None` where all are empty, or one is longer than it can be.
    pub(crate) fn joined(&mut self, columns: &[u16], limit: usize) -> Option<String> {
        let mut value = String::new();
        for column in columns {
            let text = self.text(*column);
            // Bytes are never fewer than characters: most values need no counting.
            if text.len() > limit && text.chars().count() > limit {
                let kind = if limit == NAME_CHARACTERS {
                    ProblemKind::NameTooLong
                } else {
                    ProblemKind::ValueTooLong
                };
                self.note(Some(*column), kind);
                continue;
            }
            if !value.is_empty() && !text.is_empty() {
                value.push(' ');
            }
            value.push_str(&text);
        }
        (!value.is_empty()).then_some(value)
    }

    /// A value that `read` understands; what it does not is noted as `kind` and unknown.
    pub(crate) fn read<T>(
        &mut self,
        columns: &[u16],
        kind: ProblemKind,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.joined(columns, VALUE_CHARACTERS)?;
        let value = read(&text);
        if value.is_none() {
            self.note(columns.first().copied(), kind);
        }
        value
    }

    /// A date; day, month and year may stand in columns of their own.
    pub(crate) fn date(&mut self, columns: &[u16]) -> Option<Date> {
        let order = self.columns.date_order;
        let today = self.today;
        let written =
            self.read(columns, ProblemKind::NotADate, |text| date::read(text, order, today))?;
        let column = columns.first().copied()?;
        if written.date > today {
            self.note(Some(column), ProblemKind::FutureDate);
            return None;
        }
        if written.shape == DateShape::ShortYear {
            self.note(Some(column), ProblemKind::ShortYear);
        }
        if written.other_order {
            self.note(Some(column), ProblemKind::OtherDateOrder);
        }
        let dates = &mut self.notes.dates;
        *dates.shapes.entry((column, written.shape)).or_default() += 1;
        if written.either_order {
            *dates.either_order.entry(column).or_default() += 1;
        }
        Some(written.date)
    }
}

/// UTF-8, or Windows-1252 where it cannot be; and whether it could not.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
    }
}

/// Line ends and tabs become blanks; anything else a keyboard does not write is taken out, which the
/// second value says.
fn without_controls(text: &str) -> (String, bool) {
    let mut found = false;
    let cleaned = text
        .chars()
        .filter_map(|letter| match letter {
            '\n' | '\r' | '\t' => Some(' '),
            letter if letter.is_ascii_control() => {
                found = true;
                None
            }
            letter => Some(letter),
        })
        .collect();
    (cleaned, found)
}
