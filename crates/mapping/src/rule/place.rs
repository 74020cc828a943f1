//! Where a rule acts: `PID-3`, `PID-3.4`, `OBX[2]-5`, `PID-3[1].4.2`, or a whole segment, `ZU1`.

use std::fmt;
use std::str::FromStr;

use hl7v2::Path;

/// The highest number of a field, a repetition or a part: far above any in use, and low enough that
/// nobody makes a message of empty fields by a slip.
const HIGHEST: usize = 999;

/// A place in a message, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub(super) segment: String,
    /// Which of several segments; each, if nothing is said.
    pub(super) occurrence: Option<usize>,
    /// Nothing: the whole segment.
    pub(super) field: Option<usize>,
    /// Which repetition; each, if nothing is said.
    pub(super) repetition: Option<usize>,
    pub(super) component: Option<usize>,
    pub(super) subcomponent: Option<usize>,
}

impl Place {
    /// It is a whole segment.
    pub fn is_segment(&self) -> bool {
        self.field.is_none()
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mistake =
            || format!("{text} is no place in a message; write PID-3, PID-3.4, OBX[2]-5 or ZU1");
        let whole = |name: &str| {
            name.len() == 3
                && name.starts_with(|one: char| one.is_ascii_uppercase())
                && name.bytes().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit())
        };
        if whole(text) {
            let (occurrence, field, repetition) = (None, None, None);
            let (component, subcomponent) = (None, None);
            let segment = text.to_owned();
            return Ok(Self { segment, occurrence, field, repetition, component, subcomponent });
        }
        // The grammar is hl7v2's; its parts are read off the text it has approved.
        text.parse::<Path>().map_err(|_| mistake())?;
        let (segment, field) = text.split_once('-').ok_or_else(mistake)?;
        let (segment, occurrence) = bracketed(segment);
        let mut parts = field.split('.');
        let (number, repetition) = bracketed(parts.next().unwrap_or_default());
        let field: usize = number.parse().map_err(|_| mistake())?;
        let too_high = |text: &str| text.parse::<usize>().is_ok_and(|number| number > HIGHEST);
        if text.split(|one: char| !one.is_ascii_digit()).any(too_high) {
            return Err(format!(
                "{text} names a place that no message has: {HIGHEST} is the highest"
            ));
        }
        if segment == "MSH" && field <= 2 {
            return Err("MSH-1 and MSH-2 are the separators, which no rule can change".to_owned());
        }
        let mut part = || parts.next().and_then(|one| one.parse().ok());
        Ok(Self {
            segment: segment.to_owned(),
            occurrence,
            field: Some(field),
            repetition,
            component: part(),
            subcomponent: part(),
        })
    }
}

/// `OBX[2]` in its two parts.
fn bracketed(text: &str) -> (&str, Option<usize>) {
    match text.split_once('[') {
        Some((name, number)) => (name, number.trim_end_matches(']').parse().ok()),
        None => (text, None),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segment)?;
        self.occurrence.map_or(Ok(()), |number| write!(f, "[{number}]"))?;
        self.field.map_or(Ok(()), |number| write!(f, "-{number}"))?;
        self.repetition.map_or(Ok(()), |number| write!(f, "[{number}]"))?;
        self.component.map_or(Ok(()), |number| write!(f, ".{number}"))?;
        self.subcomponent.map_or(Ok(()), |number| write!(f, ".{number}"))
    }
}
