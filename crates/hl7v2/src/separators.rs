//! The characters a message separates with: MSH-1 and MSH-2.

use memchr::memchr;

use crate::ParseError;

/// A message's separators (HL7 v2.5.1 §2.5.4; truncation: v2.7 §2.5.5.2).
///
/// All are ASCII punctuation and all differ. A role MSH-2 leaves out is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separators {
    /// MSH-1, usually `|`.
    pub field: u8,
    /// First of MSH-2, usually `^`.
    pub component: Option<u8>,
    /// Second of MSH-2, usually `~`.
    pub repetition: Option<u8>,
    /// Third of MSH-2, usually `\`.
    pub escape: Option<u8>,
    /// Fourth of MSH-2, usually `&`.
    pub subcomponent: Option<u8>,
    /// Fifth of MSH-2 since v2.7, usually `#`.
    pub truncation: Option<u8>,
}

impl Separators {
    /// `|^~\&`, what HL7 recommends and nearly everyone sends.
    pub const STANDARD: Self = Self {
        field: b'|',
        component: Some(b'^'),
        repetition: Some(b'~'),
        escape: Some(b'\\'),
        subcomponent: Some(b'&'),
        truncation: None,
    };

    /// For a value that is not split at all: MSH-1 and MSH-2 themselves.
    pub(crate) const NONE: Self = Self {
        field: 0,
        component: None,
        repetition: None,
        escape: None,
        subcomponent: None,
        truncation: None,
    };

    /// Reads them from a header segment (MSH, BHS or FHS).
    pub(crate) fn read(header: &[u8]) -> Result<Self, ParseError> {
        let (_, [field, rest @ ..]) = header.split_at_checked(3).unwrap_or_default() else {
            return Err(ParseError::BadSeparators);
        };
        let end = memchr(*field, rest).unwrap_or(rest.len());
        let others = rest.get(..end).unwrap_or_default().trim_ascii_end();
        let known = (1..=5).contains(&others.len());
        if !known || !is_separator(*field) || !others.iter().copied().all(is_separator) {
            return Err(ParseError::BadSeparators);
        }
        let distinct = |(i, c)| c != field && !others.iter().skip(i + 1).any(|d| d == c);
        if !others.iter().enumerate().all(distinct) {
            return Err(ParseError::AmbiguousSeparators);
        }
        let mut others = others.iter().copied();
        Ok(Self {
            field: *field,
            component: others.next(),
            repetition: others.next(),
            escape: others.next(),
            subcomponent: others.next(),
            truncation: others.next(),
        })
    }

    /// MSH-2 as it is written.
    pub fn encoding_characters(&self) -> impl Iterator<Item = u8> {
        [self.component, self.repetition, self.escape, self.subcomponent, self.truncation]
            .into_iter()
            .map_while(|c| c)
    }
}

/// The double quote is no separator: `""` means "delete this".
fn is_separator(c: u8) -> bool {
    c.is_ascii_punctuation() && c != b'"'
}
