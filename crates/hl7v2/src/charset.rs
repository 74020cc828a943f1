//! The character set of a message: MSH-18, as declared and as really sent.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How bytes become text.
///
/// MSH-18 cannot be trusted: it is often absent, and feeds that say UTF-8 send windows-1252. So a
/// value is read as strict UTF-8 first and, where that fails, as windows-1252, which reads any
/// byte. Only a declared single-byte set (`8859/1` …) is taken at its word. Each value is judged
/// alone, since brokers join parts from systems that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// MSH-18 absent, ASCII or UTF-8: strict UTF-8, else windows-1252.
    pub const UTF_8: Self = Self(UTF_8);
    /// Windows-1252, which holds all of ISO 8859-1's printable characters.
    pub const WINDOWS_1252: Self = Self(WINDOWS_1252);

    /// Reads a name from HL7 table 0211 (`UNICODE UTF-8`, `8859/15`) or an IANA label
    /// (`ISO-8859-1`). An unknown name is read as if MSH-18 were absent.
    ///
    /// Sets whose bytes can look like separators (Shift-JIS, UTF-16 …) are not taken up.
    pub fn named(name: &str) -> Self {
        let name = name.trim();
        let label = match name.strip_prefix("8859/") {
            Some(part) => Cow::Owned(format!("iso-8859-{part}")),
            None => Cow::Borrowed(name),
        };
        match Encoding::for_label(label.as_bytes()) {
            Some(encoding) if encoding.is_single_byte() && !is_ascii(name) => Self(encoding),
            _ => Self::UTF_8,
        }
    }

    /// The IANA name of the set tried first.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Text of these bytes; never fails, and borrows when the bytes already are UTF-8.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        if self.0 != UTF_8 {
            return self.0.decode_without_bom_handling(bytes).0;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }

    /// Bytes of this text; a character the set lacks becomes `?`.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            let one = c.to_string();
            match self.0.encode(&one) {
                (encoded, _, false) => bytes.extend_from_slice(&encoded),
                (_, _, true) => bytes.push(b'?'),
            }
        }
        bytes
    }
}

/// The Web's label "ascii" means windows-1252; HL7's means seven bits, and senders mean UTF-8.
fn is_ascii(name: &str) -> bool {
    name.eq_ignore_ascii_case("ascii") || name.eq_ignore_ascii_case("us-ascii")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8], expected: &str) {
        assert_eq!(Charset::named(name).decode(bytes), expected, "{name:?}");
    }

    #[test]
    fn text_is_read_by_the_declared_set() {
        check("", "Zoë".as_bytes(), "Zoë");
        check("UNICODE UTF-8", "Zoë".as_bytes(), "Zoë");
        check("8859/1", b"Zo\xEB", "Zoë");
        check("8859/15", b"\xA4", "€");
        check("8859/2", b"\xB3", "ł");
        check("ISO-8859-1", b"Zo\xEB", "Zoë");
        check(" 8859/1 ", "Zoë".as_bytes(), "ZoÃ«");
    }

    #[test]
    fn text_that_is_not_what_was_declared_is_read_as_windows_1252() {
        check("", b"Zo\xEB \x80", "Zoë €");
        check("UNICODE UTF-8", b"O\x92Brien", "O’Brien");
        check("ASCII", b"Zo\xEB", "Zoë");
        check("ASCII", "Zoë".as_bytes(), "Zoë");
        check("of our own making", b"Zo\xEB", "Zoë");
        check("UNICODE", b"Zo\xEB", "Zoë");
    }

    #[test]
    fn a_character_the_set_lacks_is_sent_as_a_question_mark() {
        assert_eq!(Charset::named("8859/1").encode("é→"), b"\xE9?");
        assert_eq!(Charset::UTF_8.encode("é→"), "é→".as_bytes());
    }
}
