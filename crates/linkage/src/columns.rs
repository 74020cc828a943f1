//! A header line and a map (or none) to where in a row each field stands.

use std::fmt::Write as _;
use std::sync::Arc;

use csv::ByteRecord;

use crate::column_map::Named;
use crate::row::decode;
use crate::{ColumnMap, DateOrder, Error, Field, MapProblem, field};

/// The headings of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings(Vec<String>);

/// A heading longer than this is cut where it is shown.
const SHOWN: usize = 40;

impl Headings {
    /// These headings, in the order of the columns.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        Self(headings.into_iter().map(|heading| heading.trim().to_owned()).collect())
    }

    /// As the header says it; a column without a heading by its number.
    pub fn name(&self, column: u16) -> String {
        match self.0.get(usize::from(column)).map(String::as_str) {
            None | Some("") => format!("column {}", column + 1),
            Some(heading) => heading.chars().take(SHOWN).collect(),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    fn each(&self) -> impl Iterator<Item = (u16, &str)> {
        (0..).zip(self.0.iter().map(String::as_str))
    }
}

/// Where each field stands in a row.
#[derive(Debug, Clone)]
pub struct Columns {
    headings: Headings,
    /// Each field with its values; each value with the columns joined to make it.
    pub(crate) fields: Vec<(Field, Vec<Vec<u16>>)>,
    pub(crate) extra: Vec<(Arc<str>, u16)>,
    pub(crate) date_order: DateOrder,
}

impl Columns {
    /// Finds the map's columns in the header, or recognises well-known headings.
    pub(crate) fn find(
        header: &ByteRecord,
        line: u64,
        map: Option<&ColumnMap>,
    ) -> Result<Self, Error> {
        let headings: Vec<_> = header.iter().map(|field| decode(field).0).collect();
        let headings = Headings::new(headings.iter().map(AsRef::as_ref));
        let columns = match map {
            Some(map) => Self::by_map(headings, map).map_err(Error::Map)?,
            None => Self::recognised(headings),
        };
        let found = columns.fields.iter().any(|(field, _)| field.tells_people_apart());
        if found { Ok(columns) } else { Err(Error::NothingRecognised { line }) }
    }

    fn by_map(headings: Headings, map: &ColumnMap) -> Result<Self, Vec<MapProblem>> {
        let mut problems = Vec::new();
        let mut column =
            |named: &Named| place(&headings, named).map_err(|problem| problems.push(problem)).ok();
        let mut fields: Vec<(Field, Vec<Vec<u16>>)> = map
            .fields
            .iter()
            .map(|(field, values)| {
                let mut places =
                    |parts: &Vec<Named>| parts.iter().filter_map(&mut column).collect();
                (*field, values.iter().map(&mut places).collect())
            })
            .collect();
        fields.sort_by_key(|(field, _)| *field);
        let extra = map
            .extra
            .iter()
            .filter_map(|(name, named)| Some((Arc::from(name.as_str()), column(named)?)))
            .collect();
        let date_order = map.date_order;
        if problems.is_empty() {
            Ok(Self { headings, fields, extra, date_order })
        } else {
            Err(problems)
        }
    }

    /// The first column stands for a field of one value; the lines of an address stand in the
    /// file's order, a house number on the line of the column after it.
    fn recognised(headings: Headings) -> Self {
        let mut fields: Vec<(Field, Vec<Vec<u16>>)> = Vec::new();
        let mut house_number = None;
        for (column, heading) in headings.each() {
            let Some(field) = Field::recognise(heading) else { continue };
            let mut value = vec![column];
            if field == Field::Address {
                if field::is_house_number(heading) && house_number.is_none() {
                    house_number = Some(column);
                    continue;
                }
                value.splice(0..0, house_number.take());
            }
            match fields.iter_mut().find(|(found, _)| *found == field) {
                None => fields.push((field, vec![value])),
                Some((_, values)) if field.holds_several() => values.push(value),
                Some(_) => {}
            }
        }
        Self { headings, fields, extra: Vec::new(), date_order: DateOrder::default() }
    }

    /// The headings of the file.
    pub fn headings(&self) -> &Headings {
        &self.headings
    }

    /// Records are known by this field; `false` means by their line.
    pub fn has(&self, field: Field) -> bool {
        self.fields.iter().any(|(found, _)| *found == field)
    }

    /// What stands first in a date of numbers.
    pub fn date_order(&self) -> DateOrder {
        self.date_order
    }

    /// Headings of columns that feed nothing.
    pub fn ignored(&self) -> Vec<String> {
        let used: Vec<u16> = self
            .fields
            .iter()
            .flat_map(|(_, values)| values.iter().flatten().copied())
            .chain(self.extra.iter().map(|(_, column)| *column))
            .collect();
        self.headings
            .each()
            .filter(|(column, _)| !used.contains(column))
            .map(|(column, _)| self.headings.name(column))
            .collect()
    }

    /// The map in use, as a file that gives the same again.
    pub fn as_toml(&self) -> String {
        let mut text = String::new();
        for (field, values) in &self.fields {
            let value: Vec<String> = values.iter().map(|parts| self.quoted(parts)).collect();
            // Writing to a string cannot fail.
            let _ = match value.as_slice() {
                [one] if *field != Field::Address => writeln!(text, "{} = {one}", field.key()),
                _ => writeln!(text, "{} = [{}]", field.key(), value.join(", ")),
            };
        }
        if self.date_order == DateOrder::MonthFirst {
            text.push_str("date_order = \"month_first\"\n");
        }
        for (at, (name, column)) in self.extra.iter().enumerate() {
            let head = if at == 0 { "\n[extra]\n" } else { "" };
            let _ = writeln!(text, "{head}{} = {}", key(name), self.quoted(&[*column]));
        }
        text
    }

    fn quoted(&self, parts: &[u16]) -> String {
        let parts: Vec<String> = parts
            .iter()
            .filter_map(|column| self.headings.0.get(usize::from(*column)))
            .map(|heading| quote(heading))
            .collect();
        match parts.as_slice() {
            [one] => one.clone(),
            _ => format!("[{}]", parts.join(", ")),
        }
    }
}

/// A TOML key, quoted only where it must be.
fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quote(name) }
}

/// A TOML string.
fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The one column with this heading, in just this writing or in either case.
fn place(headings: &Headings, named: &Named) -> Result<u16, MapProblem> {
    let find = |same: &dyn Fn(&str) -> bool| -> Vec<u16> {
        headings.each().filter(|(_, heading)| same(heading)).map(|(column, _)| column).collect()
    };
    let mut found = find(&|heading| heading == named.heading);
    if found.is_empty() {
        found = find(&|heading| heading.eq_ignore_ascii_case(&named.heading));
    }
    let sentence = match found.as_slice() {
        [one] => return Ok(*one),
        [] => format!("the file has no column {}", named.heading),
        _ => format!("the file has {} columns {}; rename all but one", found.len(), named.heading),
    };
    Err(MapProblem { line: named.line, sentence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &str, map: Option<&str>) -> Result<Columns, Error> {
        let record: ByteRecord = header.split(',').collect();
        Columns::find(&record, 1, map.map(|map| ColumnMap::parse(map).unwrap()).as_ref())
    }

    #[test]
    fn well_known_headings_need_no_map_and_the_rest_is_named() {
        let columns = find(
            "rec_id,given_name,Surname,street_number,address_1,address_2,suburb,DOB,ward,forename",
            None,
        )
        .unwrap();
        assert_eq!(
            columns.as_toml(),
            "record_id = \"rec_id\"\nforename = \"given_name\"\nsurname = \"Surname\"\n\
             address = [[\"street_number\", \"address_1\"], \"address_2\"]\ntown = \"suburb\"\n\
             birth_date = \"DOB\"\n"
        );
        assert_eq!(columns.ignored(), ["ward", "forename"]);
    }

    #[test]
    fn a_map_that_is_printed_says_the_same_again() {
        let header = "a,b \"c\",d,e,f";
        let map = "date_order = \"month_first\"\nsurname = \"a\"\nforename = ['b \"c\"', \"d\"]\nphone = [\"d\", \"e\"]\n[extra]\nplace = \"f\"\n";
        let printed = find(header, Some(map)).unwrap().as_toml();
        assert_eq!(find(header, Some(&printed)).unwrap().as_toml(), printed);
    }

    #[test]
    fn what_does_not_fit_is_told_by_the_line_of_the_map_or_of_the_file() {
        for (header, map, said) in [
            ("a,b", Some("surname = \"a\"\nforename = \"c\""), "line 2: the file has no column c"),
            ("a,b,b", Some("surname = \"b\""), "line 1: the file has 2 columns b"),
            ("a,b", Some("town = \"a\""), "no heading of line 1 was recognised"),
            ("1,Jones,1950-12-31", None, "no heading of line 1 was recognised"),
        ] {
            let error = find(header, map).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("Jones"));
        }
    }
}
