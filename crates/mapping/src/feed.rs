//! What is known about a source before its message is read.

use model::OdsCode;

/// A source of messages: whose it is, and how it names its own patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The organisation that speaks.
    pub organisation: OdsCode,
    /// The assigning authority (CX.4) of its own patient numbers: `RD3`.
    pub authority: String,
    /// Other spellings of that authority: OIDs, old codes, `""` for a number without authority.
    pub aliases: Vec<String>,
    /// The character set of messages that do not name one (MSH-18): `windows-1252`. Whoever parses
    /// the message uses it; mapping sees decoded text.
    pub default_charset: Option<String>,
}

impl Feed {
    /// A feed whose authority has one spelling.
    pub fn new(organisation: OdsCode, authority: impl Into<String>) -> Self {
        Self {
            organisation,
            authority: authority.into(),
            aliases: Vec::new(),
            default_charset: None,
        }
    }

    /// The text names this feed's own authority, in any of its spellings and either case.
    pub fn is_own(&self, authority: &str) -> bool {
        let spellings = std::iter::once(&self.authority).chain(&self.aliases);
        spellings.into_iter().any(|spelling| spelling.eq_ignore_ascii_case(authority.trim()))
    }
}
