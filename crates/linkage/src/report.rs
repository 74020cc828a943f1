//! What became of every row, in numbers that add up.

use crate::problem::{Problem, Problems};
use crate::row::DateTally;
use crate::{Columns, Field, Taken};

/// What reading a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows in the file, without the header and blank lines.
    pub read: u64,
    /// Rows that could not be used.
    pub refused: u64,
    /// What was wrong, counted.
    pub problems: Problems,
    /// How dates were written.
    pub dates: DateTally,
}

impl Report {
    /// Adds a part of the file.
    pub fn add<T>(&mut self, taken: &Taken<T>) {
        let used = u64::try_from(taken.people.len()).unwrap_or(u64::MAX);
        self.read += used + taken.refused;
        self.refused += taken.refused;
        taken.problems.iter().for_each(|problem| self.problems.add(*problem));
        self.dates.merge(&taken.dates);
    }

    /// Refuses a row that had been read.
    pub fn refuse(&mut self, problem: Problem) {
        self.refused += 1;
        self.problems.add(problem);
    }

    /// How each date column was written, a line for each: `dob: 19,874 × yyyy-mm-dd, 126 × dd/mm/yyyy`,
    /// with a warning where day and month may have changed places.
    pub fn date_lines(&self, columns: &Columns) -> Vec<String> {
        let dated = columns.fields.iter().filter(|(field, _)| {
            matches!(field, Field::BirthDate | Field::DeathDate | Field::Registered)
        });
        dated.filter_map(|(_, values)| self.date_line(columns, *values.first()?.first()?)).collect()
    }

    fn date_line(&self, columns: &Columns, column: u16) -> Option<String> {
        let order = columns.date_order();
        let shapes: Vec<String> = self
            .dates
            .shapes
            .iter()
            .filter(|((of, _), _)| *of == column)
            .map(|((_, shape), count)| format!("{count} × {}", shape.sentence(order)))
            .collect();
        if shapes.is_empty() {
            return None;
        }
        let heading = columns.headings().name(column);
        let either = self.dates.either_order.get(&column).copied().unwrap_or(0);
        let other = self.problems.count(crate::ProblemKind::OtherDateOrder);
        let warning = if other > 0 && either > 0 {
            format!(
                "; {either} could have day and month the other way round, as {other} of this file \
                 must have: say date_order in the column map"
            )
        } else {
            String::new()
        };
        Some(format!("{heading}: {}{warning}", shapes.join(", ")))
    }
}
