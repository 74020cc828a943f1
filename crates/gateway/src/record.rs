//! What a practice answered, or why it did not.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use model::{OdsCode, Section};
use serde::{Deserialize, Serialize};

use crate::GpItem;

/// A GP record at one moment. Made for one reader and one page; never stored by the gateway.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpRecord {
    /// The practice that was asked.
    pub practice: Option<OdsCode>,
    /// Its name.
    pub practice_name: Option<String>,
    /// What became of the call as a whole.
    pub state: RecordState,
    /// When the answer was complete (GP Connect hazard 46: always show it).
    pub fetched_at: Timestamp,
    /// How long it took.
    pub took_ms: u64,
    /// Sections that were asked for only from this day on: say so beside them, or their lines will
    /// be taken for all there is (hazard 33).
    pub asked_since: BTreeMap<Section, Date>,
    /// The state of every section that was asked for.
    pub sections: BTreeMap<Section, SectionState>,
    /// The lines, newest first within a section; lines of one heading stand together in their own order.
    pub items: Vec<GpItem>,
    /// What the banner may say about allergies.
    pub allergies: AllergyState,
    /// The practice's own warnings, word for word: show all of them.
    pub warnings: Vec<String>,
    /// How the practice's name, birth date, gender or number differ from ours: show all of them.
    pub demographics_mismatch: Vec<String>,
}

impl GpRecord {
    /// The lines of one section.
    pub fn items_of(&self, section: Section) -> impl Iterator<Item = &GpItem> {
        self.items.iter().filter(move |item| item.section == section)
    }
}

impl fmt::Debug for GpRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpRecord")
            .field("practice", &self.practice)
            .field("state", &self.state.code())
            .field("items", &self.items.len())
            .field("warnings", &self.warnings.len())
            .finish_non_exhaustive()
    }
}

/// What became of the call as a whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RecordState {
    /// The practice answered; see each section.
    Answered,
    /// No practice is known for this person, or it is not one of ours.
    NoPractice {
        /// One sentence for the page.
        why: String,
    },
    /// The practice shares no record under this NHS number.
    NotFound {
        /// One sentence for the page.
        why: String,
    },
    /// The practice refused.
    Refused {
        /// One sentence for the page.
        why: String,
    },
    /// No complete answer by the deadline.
    TimedOut,
    /// The practice could not be reached or did not answer sensibly.
    Unavailable {
        /// One sentence for the page.
        why: String,
    },
    /// An answer came but is not shown, for it may be about somebody else.
    NotShown {
        /// One sentence for the page.
        why: String,
    },
}

impl RecordState {
    /// A word for logs, styles and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NoPractice { .. } => "no_practice",
            Self::NotFound { .. } => "not_found",
            Self::Refused { .. } => "refused",
            Self::TimedOut => "timed_out",
            Self::Unavailable { .. } => "unavailable",
            Self::NotShown { .. } => "not_shown",
        }
    }

    /// One sentence for the page.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Answered => "The practice answered.",
            Self::TimedOut => "The practice has not answered in time.",
            Self::NoPractice { why }
            | Self::NotFound { why }
            | Self::Refused { why }
            | Self::Unavailable { why }
            | Self::NotShown { why } => why,
        }
    }
}

impl fmt::Debug for RecordState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What can be said of one section: GP Connect's four "no data" states, and two that only a live
/// source can be in. Only `NothingRecorded` may ever read as "none".
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "with", rename_all = "snake_case")]
pub enum SectionState {
    /// This many lines, and nothing known to be missing.
    Items(usize),
    /// The practice answered that it has recorded nothing.
    NothingRecorded,
    /// It may have something, but it could not be retrieved.
    NotRetrievable {
        /// One sentence for the page.
        why: String,
    },
    /// The practice denied access.
    AccessDenied {
        /// One sentence for the page.
        why: String,
    },
    /// The practice's system cannot send this section.
    NotSupported,
    /// No complete answer by the deadline.
    TimedOut,
    /// Lines may be missing: confidential, in transit or not filed yet. There may be lines or none.
    PartlyWithheld {
        /// The practice's own words.
        banner: String,
    },
    /// The practice could not be reached or did not answer sensibly.
    Unavailable {
        /// One sentence for the page.
        why: String,
    },
}

impl SectionState {
    /// A word for logs, styles and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Items(_) => "items",
            Self::NothingRecorded => "nothing_recorded",
            Self::NotRetrievable { .. } => "not_retrievable",
            Self::AccessDenied { .. } => "access_denied",
            Self::NotSupported => "not_supported",
            Self::TimedOut => "timed_out",
            Self::PartlyWithheld { .. } => "partly_withheld",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// One sentence for the page.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Items(_) => "From the GP practice.",
            Self::NothingRecorded => "The GP practice has recorded nothing here.",
            Self::NotSupported => "The GP practice's system cannot send this.",
            Self::TimedOut => "The GP practice has not answered in time.",
            Self::NotRetrievable { why }
            | Self::AccessDenied { why }
            | Self::Unavailable { why } => why,
            Self::PartlyWithheld { banner } => banner,
        }
    }

    /// Whether the practice answered for this section in full: only then may a page say "none".
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Items(_) | Self::NothingRecorded)
    }
}

impl fmt::Debug for SectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The four states of a banner's allergy line (NHS CUI PAB-0064 to 0072).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllergyState {
    /// There are active allergies.
    Known,
    /// "No known allergies" has been recorded.
    NoneKnown,
    /// Nothing has been recorded either way.
    NotRecorded,
    /// We do not know what is recorded.
    Unavailable,
}
