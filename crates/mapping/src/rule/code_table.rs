//! A channel's own codes and what they are elsewhere: a CSV file, `from,to,display,system`.

use std::collections::BTreeMap;

use super::draft::{Draft, Target};
use crate::error::Error;

/// What a table makes of each code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeTable {
    name: String,
    rows: BTreeMap<String, Code>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Code {
    to: String,
    display: String,
    system: String,
}

/// What becomes of a code that a table does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// It stays as it was sent.
    #[default]
    Keep,
    /// The message is parked until the table holds it.
    Park,
}

impl CodeTable {
    /// Reads the file's text.
    ///
    /// # Errors
    /// The line and what is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, (usize, String)> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers().map_err(|error| (1, error.to_string()))?.clone();
        let column = |wanted: &str| headers.iter().position(|one| one == wanted);
        let (Some(from), Some(to)) = (column("from"), column("to")) else {
            return Err((
                1,
                "the first line must name the columns from and to, and may name display and system"
                    .to_owned(),
            ));
        };
        let (display, system) = (column("display"), column("system"));
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                (usize::try_from(line).unwrap_or(1), "cannot be read as CSV".to_owned())
            })?;
            let line = record.position().map_or(1, csv::Position::line);
            let line = usize::try_from(line).unwrap_or(1);
            let cell = |column: Option<usize>| {
                column.and_then(|at| record.get(at)).unwrap_or_default().to_owned()
            };
            let key = cell(Some(from)).to_uppercase();
            if key.is_empty() {
                return Err((line, "from is empty".to_owned()));
            }
            let code = Code { to: cell(Some(to)), display: cell(display), system: cell(system) };
            if rows.insert(key, code).is_some() {
                return Err((line, format!("{} is listed twice", cell(Some(from)))));
            }
        }
        Ok(Self { name: name.to_owned(), rows })
    }

    /// Translates the code at a target.
    pub(super) fn translate(
        &self,
        draft: &mut Draft,
        target: &Target,
        unknown: Unknown,
    ) -> Result<(), Error> {
        let raw = draft.raw(target);
        let code =
            if target.is_whole_field() { draft.first_component(&raw) } else { draft.text(target) };
        if code.is_empty() || code == "\"\"" {
            return Ok(());
        }
        let Some(found) = self.rows.get(&code.to_uppercase()) else {
            return match unknown {
                Unknown::Keep => Ok(()),
                Unknown::Park => Err(Error::Rule(format!(
                    "a code is not in {}; add it to the table, then retry",
                    self.name
                ))),
            };
        };
        if !target.is_whole_field() {
            let written = draft.escaped(&found.to);
            draft.set_raw(target, &written);
            return Ok(());
        }
        let mut parts = draft.components(&raw);
        if found.display.is_empty() && found.system.is_empty() {
            // Only the code is another; its words and system stay.
            if let Some(first) = parts.first_mut() {
                *first = draft.escaped(&found.to);
            }
            let written = draft.join_components(&parts);
            draft.set_raw(target, &written);
            return Ok(());
        }
        parts.resize(parts.len().max(6), String::new());
        let (sent, rest) = parts.split_at(3);
        let (alternative, others) = rest.split_at(3);
        // What was sent stays beside it, unless there is an alternative already.
        let kept = if alternative.iter().all(String::is_empty) { sent } else { alternative };
        let sent_words = sent.get(1).cloned().unwrap_or_default();
        let words =
            if found.display.is_empty() { sent_words } else { draft.escaped(&found.display) };
        let own = [draft.escaped(&found.to), words, draft.escaped(&found.system)];
        let all: Vec<String> = own.iter().chain(kept).chain(others).cloned().collect();
        let written = draft.join_components(&all);
        draft.set_raw(target, &written);
        Ok(())
    }
}
