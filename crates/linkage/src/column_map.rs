//! The column map: a TOML file that says which column feeds which field.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{DateOrder, Field};

/// Which column feeds which field, as written by a person.
#[derive(Debug, Clone, Default)]
pub struct ColumnMap {
    /// Each field with its values; each value with the columns joined to make it.
    pub(crate) fields: Vec<(Field, Vec<Vec<Named>>)>,
    /// Further columns that a model may weigh, by the name the model knows them by.
    pub(crate) extra: Vec<(String, Named)>,
    pub(crate) date_order: DateOrder,
    /// The byte between fields; found out where it is not said.
    pub(crate) delimiter: Option<u8>,
}

/// A column, and the line of the map that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) heading: String,
    pub(crate) line: usize,
}

/// A mistake in a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapProblem {
    /// Line of the map, counted from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub sentence: String,
}

impl fmt::Display for MapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.sentence)
    }
}

impl ColumnMap {
    /// Reads a map.
    ///
    /// # Errors
    /// Every mistake with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<MapProblem>> {
        let mut reading = Reading { text, map: Self::default(), problems: Vec::new() };
        match DeTable::parse(text) {
            Ok(table) => reading.table(table.get_ref()),
            Err(error) => reading.wrong(error.span().unwrap_or(0..0).start, error.message()),
        }
        if reading.problems.is_empty() { Ok(reading.map) } else { Err(reading.problems) }
    }
}

/// A map being read, with the mistakes found so far.
struct Reading<'a> {
    text: &'a str,
    map: ColumnMap,
    problems: Vec<MapProblem>,
}

impl Reading<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "date_order" => self.date_order(value),
                "delimiter" => self.delimiter(value),
                "extra" => self.extra(value),
                name => match Field::from_key(name) {
                    Some(field) => self.field(field, value),
                    None => self.unknown(key.span().start, name),
                },
            }
        }
        if self.map.fields.is_empty() && self.problems.is_empty() {
            self.wrong(0, "names no column; a map has lines such as: surname = \"last_name\"");
        }
    }

    /// `"a"` is one column, `["a", "b"]` two, `[["a", "b"], "c"]` a pair joined and one more.
    fn field(&mut self, field: Field, value: &Spanned<DeValue<'_>>) {
        let mut values: Vec<Vec<Named>> = match value.get_ref() {
            DeValue::Array(parts) => parts
                .iter()
                .map(|part| match part.get_ref() {
                    DeValue::Array(joined) => {
                        joined.iter().filter_map(|one| self.heading(one)).collect()
                    }
                    _ => self.heading(part).into_iter().collect(),
                })
                .collect(),
            _ => vec![self.heading(value).into_iter().collect()],
        };
        if !field.holds_several() {
            values = vec![values.into_iter().flatten().collect()];
        }
        self.map.fields.push((field, values));
    }

    fn heading(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Named> {
        let start = value.span().start;
        match value.get_ref() {
            DeValue::String(heading) if !heading.trim().is_empty() => {
                Some(Named { heading: heading.trim().to_owned(), line: self.line(start) })
            }
            _ => {
                self.wrong(start, "a column is named by its heading in quotation marks");
                None
            }
        }
    }

    fn extra(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span().start, "[extra] is a table: name = \"column\"");
            return;
        };
        for (name, value) in table {
            if let Some(named) = self.heading(value) {
                self.map.extra.push((name.get_ref().to_string(), named));
            }
        }
    }

    fn date_order(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref().as_str() {
            Some("day_first") => self.map.date_order = DateOrder::DayFirst,
            Some("month_first") => self.map.date_order = DateOrder::MonthFirst,
            _ => {
                let start = value.span().start;
                self.wrong(start, "date_order is \"day_first\" or \"month_first\"");
            }
        }
    }

    fn delimiter(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref().as_str().map(str::as_bytes) {
            Some([byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => {
                self.map.delimiter = Some(*byte);
            }
            _ => {
                let start = value.span().start;
                self.wrong(start, "delimiter is one character: \",\", \";\", \"\\t\" or \"|\"");
            }
        }
    }

    fn unknown(&mut self, start: usize, name: &str) {
        let known: Vec<&str> = Field::all().map(Field::key).collect();
        let sentence = format!(
            "{name} is not a field; the fields are {}, date_order, delimiter and [extra]",
            known.join(", ")
        );
        self.wrong(start, sentence);
    }

    fn wrong(&mut self, start: usize, sentence: impl Into<String>) {
        let line = self.line(start);
        self.problems.push(MapProblem { line, sentence: sentence.into() });
    }

    fn line(&self, start: usize) -> usize {
        self.text.get(..start).unwrap_or_default().matches('\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read() {
        let map = ColumnMap::parse(
            "record_id = \"rec_id\"\naddress = [[\"street_number\", \"address_1\"], \"address_2\"]\n\
             birth_date = [\"year\", \"month\", \"day\"]\ndate_order = \"month_first\"\n\
             delimiter = \"\\t\"\n[extra]\nbirth_place = \"born_in\"\n",
        )
        .unwrap();
        let shape: Vec<(Field, Vec<usize>)> = map
            .fields
            .iter()
            .map(|(field, values)| (*field, values.iter().map(Vec::len).collect()))
            .collect();
        assert!(shape.contains(&(Field::Address, vec![2, 1])), "{shape:?}");
        assert!(shape.contains(&(Field::BirthDate, vec![3])), "{shape:?}");
        assert_eq!((map.delimiter, map.date_order), (Some(b'\t'), DateOrder::MonthFirst));
        let born_in = Named { heading: "born_in".into(), line: 7 };
        assert_eq!(map.extra, [("birth_place".to_owned(), born_in)]);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, line, said) in [
            (
                "surname = \"a\"\nforenam = \"b\"",
                2,
                "forenam is not a field; the fields are record_id",
            ),
            ("surname = 3", 1, "a column is named by its heading"),
            ("surname = \"a\"\n\nforename = [\"b\", 3]", 3, "a column is named by its heading"),
            ("surname = \"a\"\ndate_order = \"mdy\"", 2, "\"day_first\" or \"month_first\""),
            ("surname = \"a\"\ndelimiter = \"ab\"", 2, "delimiter is one character"),
            ("surname = \"a\"\nsurname = \"b\"", 2, "duplicate key"),
            ("surname = \"a\nforename = \"b\"", 1, "invalid basic string"),
            ("# nothing", 1, "names no column"),
            ("surname = \"a\"\nextra = 1", 2, "[extra] is a table"),
        ] {
            let problems = ColumnMap::parse(text).unwrap_err();
            let found = &problems[0];
            assert!(found.sentence.contains(said), "{text}: {found}");
            assert_eq!(found.line, line, "{text}: {found}");
        }
        assert_eq!(ColumnMap::parse("a = 1\nb = 2").unwrap_err().len(), 2);
    }
}
