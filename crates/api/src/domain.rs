//! Whose patient numbers there are, and what a number's system is called (IHE ITI TF-2 Appendix E).

use engine::Channel;
use fhir::system;
use model::OdsCode;

use crate::Client;

/// An authority that numbers patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The authority of its local patients: `RD3`.
    pub authority: String,
    /// The organisation whose numbers these are.
    pub organisation: OdsCode,
    /// Other spellings of the authority.
    pub aliases: Vec<String>,
}

impl Domain {
    /// The domain that a channel's messages number their patients in.
    pub fn of(channel: &Channel) -> Self {
        Self {
            authority: channel.authority.clone(),
            organisation: channel.organisation.clone(),
            aliases: channel.aliases.clone(),
        }
    }

    /// The system under which its numbers are given out.
    pub(crate) fn system(&self) -> String {
        system::local_patient(&self.authority)
    }

    /// Whether a system in a request names this domain: our own name for it, or any it has itself.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        let text = text.trim();
        let bare = text.strip_prefix("urn:oid:").unwrap_or(text);
        let spellings = std::iter::once(&self.authority).chain(&self.aliases);
        let mut spellings = spellings.filter(|spelling| !spelling.is_empty());
        text == self.system() || spellings.any(|spelling| spelling.eq_ignore_ascii_case(bare))
    }

    /// Whether this client may learn its numbers at all: of its own organisation, or allowed to it.
    pub(crate) fn is_open_to(&self, client: &Client) -> bool {
        self.organisation == client.organisation || client.domains.contains(&self.authority)
    }
}

/// A domain that a request names and the client may ask about. For the client the others do not
/// exist, so that nothing tells which organisations there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// The NHS number.
    Nhs,
    /// An authority's own numbers.
    Local(Domain),
}

impl Named {
    /// The system under which its numbers are given out.
    pub(crate) fn system(&self) -> String {
        match self {
            Self::Nhs => system::NHS_NUMBER.to_owned(),
            Self::Local(domain) => domain.system(),
        }
    }
}

/// What `text` names for this client; `None` for what does not exist or is not open to it.
pub(crate) fn named(domains: &[Domain], client: &Client, text: &str) -> Option<Named> {
    let bare = text.trim().strip_prefix("urn:oid:").unwrap_or(text.trim());
    if bare == system::NHS_NUMBER || bare == system::NHS_NUMBER_OID {
        return Some(Named::Nhs);
    }
    let mut open = domains.iter().filter(|domain| domain.is_open_to(client));
    open.find(|domain| domain.is_called(text)).cloned().map(Named::Local)
}
