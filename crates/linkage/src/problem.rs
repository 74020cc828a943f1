//! What was wrong with a row, by line and column and never by its content, and how often.

use std::collections::BTreeMap;

use model::NhsNumberError;

use crate::Headings;

/// One thing that was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// Column of the header, counted from 0; `None` where the whole row is meant.
    pub column: Option<u16>,
    /// What it was.
    pub kind: ProblemKind,
}

/// What can be wrong with a row or with a field of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A quotation mark is missing or too many, so where the row ends is not known.
    Quotation,
    /// Longer than any row of people.
    RowTooLong,
    /// More fields than headings: a comma too many has moved values into wrong columns.
    TooManyFields,
    /// No record id.
    NoRecordId,
    /// Another line has this record id.
    RepeatedRecordId,
    /// No number within the organisation, where that is needed.
    NoLocalId,
    /// Another line has this number, where a number is one patient.
    RepeatedLocalId,
    /// A record of another organisation, where one organisation's are loaded.
    OtherSource,
    /// Fewer fields than headings.
    TooFewFields,
    /// Not UTF-8.
    NotUtf8,
    /// A NUL or another control character.
    ControlCharacter,
    /// Longer than any name.
    NameTooLong,
    /// Longer than any such value.
    ValueTooLong,
    /// Not ten digits.
    NhsNumberLength,
    /// A wrong check digit.
    NhsNumberCheckDigit,
    /// One digit ten times over.
    NhsNumberPlaceholder,
    /// Not one of 01 to 08.
    NhsStatus,
    /// None of the shapes of a date, or no day of the calendar.
    NotADate,
    /// Only month and day the other way round make it a date.
    OtherDateOrder,
    /// A year of two digits.
    ShortYear,
    /// Not yet.
    FutureDate,
    /// None of the words and codes for sex.
    Sex,
    /// Neither yes nor no.
    YesOrNo,
    /// Neither yes nor no, of somebody who may be sensitive.
    SensitiveFlag,
    /// Not a small number.
    BirthOrder,
    /// Not an ODS code.
    OdsCode,
    /// Neither a name, nor a birth date, nor a number.
    NothingToCompare,
    /// An NHS number that too many records have.
    CrowdedNumber,
}

impl ProblemKind {
    /// The row is not used at all.
    pub fn refuses(self) -> bool {
        use ProblemKind::{
            NoLocalId, NoRecordId, OtherSource, Quotation, RepeatedLocalId, RepeatedRecordId,
            RowTooLong, TooManyFields,
        };
        matches!(
            self,
            Quotation
                | RowTooLong
                | TooManyFields
                | NoRecordId
                | RepeatedRecordId
                | NoLocalId
                | OtherSource
                | RepeatedLocalId
        )
    }

    /// What is wrong and what was made of it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Quotation => "a quotation mark is missing or too many; the row was refused",
            Self::RowTooLong => "longer than any row of people; the row was refused",
            Self::TooManyFields => {
                "more fields than headings, so values may stand in wrong columns; the row was refused"
            }
            Self::NoRecordId => "no record id; the row was refused",
            Self::RepeatedRecordId => {
                "an earlier line has the same record id; this row was refused"
            }
            Self::NoLocalId => "no local patient number; the row was refused",
            Self::RepeatedLocalId => {
                "an earlier line has the same local patient number; this row was refused"
            }
            Self::OtherSource => "a record of another organisation; the row was refused",
            Self::TooFewFields => "fewer fields than headings; those missing were taken as empty",
            Self::NotUtf8 => "not UTF-8; read as Windows-1252",
            Self::ControlCharacter => "a NUL or another control character; taken out",
            Self::NameTooLong => "longer than any name; taken as unknown",
            Self::ValueTooLong => "longer than any such value; taken as unknown",
            Self::NhsNumberLength => "an NHS number has ten digits; taken as unknown",
            Self::NhsNumberCheckDigit => {
                "the check digit of the NHS number is wrong; taken as unknown"
            }
            Self::NhsNumberPlaceholder => {
                "an NHS number of one repeated digit is a placeholder; taken as unknown"
            }
            Self::NhsStatus => "not an NHS number status from 01 to 08; taken as not stated",
            Self::NotADate => "not a date that exists, in any shape we know; taken as unknown",
            Self::OtherDateOrder => {
                "only day and month the other way round make this a date; read so"
            }
            Self::ShortYear => {
                "a year of two digits; the latest century not in the future was taken"
            }
            Self::FutureDate => "a date in the future; taken as unknown",
            Self::Sex => "not a word or code for sex that we know; taken as unknown",
            Self::YesOrNo => "neither yes nor no; taken as not stated",
            Self::SensitiveFlag => "neither yes nor no; taken as sensitive, to be safe",
            Self::BirthOrder => "not a birth order from 1 to 9; taken as unknown",
            Self::OdsCode => "not an ODS code; taken as unknown",
            Self::NothingToCompare => {
                "no name, birth date or number to compare; the record was left alone"
            }
            Self::CrowdedNumber => {
                "more than 400 records have this NHS number; it was not used to find others"
            }
        }
    }
}

impl From<NhsNumberError> for ProblemKind {
    fn from(error: NhsNumberError) -> Self {
        match error {
            NhsNumberError::Length => Self::NhsNumberLength,
            NhsNumberError::CheckDigit => Self::NhsNumberCheckDigit,
            NhsNumberError::Placeholder => Self::NhsNumberPlaceholder,
        }
    }
}

/// Lines named as examples for each kind of problem.
const EXAMPLES: usize = 5;

/// How often each thing was wrong, with the first few lines: however long the file, this stays small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    counts: BTreeMap<(ProblemKind, Option<u16>), Count>,
}

/// One kind of problem in one column: how often, and the first few lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    count: u64,
    lines: Vec<u64>,
}

impl Problems {
    /// Counts one more.
    pub fn add(&mut self, problem: Problem) {
        let entry = self.counts.entry((problem.kind, problem.column)).or_default();
        entry.count += 1;
        if entry.lines.len() < EXAMPLES {
            entry.lines.push(problem.line);
        }
    }

    /// How often `kind` was found, in any column.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        let of_kind = self.counts.iter().filter(|((found, _), _)| *found == kind);
        of_kind.map(|(_, entry)| entry.count).sum()
    }

    /// How many problems there were.
    pub fn total(&self) -> u64 {
        self.counts.values().map(|entry| entry.count).sum()
    }

    /// One line of text for each kind and column, those that cost a row first:
    /// `12 × dob: not a date …: lines 3, 9, 14, …`.
    pub fn lines(&self, headings: &Headings) -> Vec<String> {
        self.counts
            .iter()
            .map(|((kind, column), entry)| {
                let heading =
                    column.map_or(String::new(), |column| format!("{}: ", headings.name(column)));
                let more = if entry.count > u64::try_from(entry.lines.len()).unwrap_or(u64::MAX) {
                    ", …"
                } else {
                    ""
                };
                let lines: Vec<String> = entry.lines.iter().map(u64::to_string).collect();
                let plural = if entry.count == 1 { "" } else { "s" };
                format!(
                    "{} × {heading}{} (line{plural} {}{more})",
                    entry.count,
                    kind.sentence(),
                    lines.join(", ")
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_by_column_and_line_and_the_first_lines_stand_for_many() {
        let headings = Headings::new(["id", "dob"]);
        let mut problems = Problems::default();
        for line in 2..10 {
            problems.add(Problem { line, column: Some(1), kind: ProblemKind::NotADate });
        }
        problems.add(Problem { line: 4, column: None, kind: ProblemKind::Quotation });
        assert_eq!(
            problems.lines(&headings),
            [
                "1 × a quotation mark is missing or too many; the row was refused (line 4)",
                "8 × dob: not a date that exists, in any shape we know; taken as unknown \
                 (lines 2, 3, 4, 5, 6, …)"
            ]
        );
        assert_eq!((problems.count(ProblemKind::NotADate), problems.total()), (8, 9));
    }
}
