//! The organisations that feed the record, and how fresh each one's news is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::OdsCode;

/// An organisation that feeds the record, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its ODS code.
    pub organisation: OdsCode,
    /// Its name on the page.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// The engine's channels it sends by.
    pub channels: Vec<String>,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// An acute hospital: its messages answer "in hospital now?".
    Hospital,
    /// Mental health and community services.
    Community,
    /// A council's social care.
    Council,
    /// Something else.
    Other,
}

/// One chip of the source strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// Its ODS code.
    pub organisation: OdsCode,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// It holds a record that is linked to this person.
    pub knows_person: bool,
    /// When it last sent anything about anybody; `None` if it never has.
    pub last_heard_at: Option<Timestamp>,
    /// Messages about this person that have come and are not in the record yet.
    pub not_in_record: u64,
}

/// When each organisation was last heard, by any of its channels.
pub(crate) fn last_heard(
    sources: &[Source],
    channels: &BTreeMap<String, Timestamp>,
) -> BTreeMap<OdsCode, Timestamp> {
    let mut heard = BTreeMap::new();
    for source in sources {
        let newest = source.channels.iter().filter_map(|channel| channels.get(channel)).max();
        if let Some(newest) = newest {
            heard.insert(source.organisation.clone(), *newest);
        }
    }
    heard
}
