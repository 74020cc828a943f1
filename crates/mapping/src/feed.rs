//! What is known about a source before its message is read.

use std::collections::BTreeMap;

use hl7v2::Message;
use model::OdsCode;

use crate::read::{part, repetitions};
use crate::rule::{Place, Rules};

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
    /// How its files call a table's columns, by our names for them, where they differ.
    pub columns: BTreeMap<String, String>,
    /// What is put right in its messages before they are mapped.
    pub rules: Rules,
    /// What of its messages somebody has looked at and left out.
    pub ignored: Vec<Ignored>,
}

/// A field or a segment that is left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Which.
    pub place: Place,
    /// Why.
    pub because: String,
}

impl Feed {
    /// A feed whose authority has one spelling.
    pub fn new(organisation: OdsCode, authority: impl Into<String>) -> Self {
        Self {
            organisation,
            authority: authority.into(),
            aliases: Vec::new(),
            default_charset: None,
            columns: BTreeMap::new(),
            rules: Rules::default(),
            ignored: Vec::new(),
        }
    }

    /// A feed as a message suggests it, to look at messages of no configured channel: the authority of
    /// its first number that is no NHS number (PID-3.4), a bare number being the feed's own. The
    /// organisation is MSH-4 where that is a code.
    pub fn of(message: &Message<'_>) -> Result<Self, model::OdsCodeError> {
        let numbers = message.segment("PID").map(|pid| repetitions(&pid, 3)).unwrap_or_default();
        let authority = numbers.iter().find_map(|number| {
            let is_nhs = matches!(part(number, 5).as_str(), "NH" | "NHS" | "NI");
            let names = [crate::read::sub(number, 4, 1), crate::read::sub(number, 4, 2)];
            names.into_iter().find(|name| !(is_nhs || name.is_empty() || name == "NHS"))
        });
        let sender = message.get("MSH-4.1").and_then(|code| OdsCode::parse(&code).ok());
        let organisation = sender.map_or_else(|| OdsCode::parse("ZZZ"), Ok)?;
        let authority = authority.unwrap_or_else(|| organisation.as_str().to_owned());
        Ok(Self { aliases: vec![String::new()], ..Self::new(organisation, authority) })
    }

    /// The text names this feed's own authority, in any of its spellings and either case.
    pub fn is_own(&self, authority: &str) -> bool {
        let spellings = std::iter::once(&self.authority).chain(&self.aliases);
        spellings.into_iter().any(|spelling| spelling.eq_ignore_ascii_case(authority.trim()))
    }
}
