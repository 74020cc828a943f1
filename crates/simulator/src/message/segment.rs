//! Builds a message segment by segment, as text; fields by their HL7 number.

use hl7v2::{Builder, Separators, escape};

/// A message being written. Segments end with CR until the hospital's dialect is applied.
pub(crate) struct Draft(Builder);

impl Draft {
    /// An empty message.
    pub(crate) fn new() -> Self {
        Self(Builder::new(Separators::STANDARD))
    }

    /// Adds a segment with these fields by number, already escaped; empty ones are left empty.
    pub(crate) fn segment(&mut self, name: &str, fields: &[(usize, &str)]) {
        let segment = self.0.segment(name);
        for (number, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            segment.raw(*number, value.as_bytes());
        }
    }

    /// The text, in UTF-8.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.finish()
    }
}

/// A value in which nothing is taken for a separator.
pub(crate) fn plain(value: &str) -> String {
    String::from_utf8(escape(value, &Separators::STANDARD)).unwrap_or_default()
}

/// Components, each escaped: `HARDY^Thomasina`. Empty ones at the end are left out.
pub(crate) fn components(values: &[&str]) -> String {
    let end = values.iter().rposition(|value| !value.is_empty()).map_or(0, |place| place + 1);
    let kept: Vec<String> = values.iter().take(end).map(|value| plain(value)).collect();
    kept.join("^")
}

/// Repetitions that say something: `one~another`.
pub(crate) fn repetitions(values: &[String]) -> String {
    let kept: Vec<&str> =
        values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    kept.join("~")
}
