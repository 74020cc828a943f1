//! One line of the record, whoever said it.

use gateway::GpItem;
use jiff::Timestamp;
use model::OdsCode;
use repository::Row;
use uuid::Uuid;

pub use repository::Precision;

/// One line of a section.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Who said it.
    pub source: LineSource,
    /// When it happened, began or was asserted.
    pub at: Option<Timestamp>,
    /// How much of `at` was said: show no more than that.
    pub at_precision: Precision,
    /// When it ended.
    pub until: Option<Timestamp>,
    /// Code as sent.
    pub code: Option<String>,
    /// The code's system.
    pub code_system: Option<String>,
    /// What it is, in the source's words.
    pub text: String,
    /// Result, dosage; for a document the kind of file that can be opened.
    pub value: Option<String>,
    /// Unit of `value`.
    pub unit: Option<String>,
    /// Reference range as text.
    pub reference_range: Option<String>,
    /// Interpretation of a result: `H`, `L`, `High`.
    pub flag: Option<String>,
    /// FHIR status: `active`, `final`, `booked`…
    pub status: Option<String>,
    /// What else must be read with it.
    pub detail: Option<String>,
    /// What it stands under: the report of a result, the topic of a consultation.
    pub heading: Option<String>,
    /// Who recorded it.
    pub author: Option<String>,
    /// Where it came from, for "where does this line come from?".
    pub origin: Origin,
}

/// Who said a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineSource {
    /// An organisation that feeds the record; its messages are stored here.
    Stored {
        /// Its ODS code.
        organisation: OdsCode,
        /// Its name.
        name: String,
    },
    /// The GP practice, asked live.
    Gp {
        /// Its ODS code.
        practice: Option<OdsCode>,
        /// Its name.
        name: String,
    },
}

impl LineSource {
    /// The source's name on the page.
    pub fn name(&self) -> &str {
        match self {
            Self::Stored { name, .. } | Self::Gp { name, .. } => name,
        }
    }

    /// It came from the GP practice.
    pub fn is_gp(&self) -> bool {
        matches!(self, Self::Gp { .. })
    }
}

/// Where a line came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A stored resource.
    Stored {
        /// FHIR type.
        resource_type: String,
        /// Its id: what a document is opened by.
        id: Uuid,
        /// Its version.
        version: i64,
        /// The message in the engine's log.
        message: i64,
        /// When it was written.
        recorded_at: Timestamp,
    },
    /// A GP practice's answer.
    Fetched {
        /// When the answer was complete.
        at: Timestamp,
        /// FHIR type at the practice.
        resource_type: String,
        /// Id at the practice.
        id: String,
    },
}

impl Line {
    pub(crate) fn stored(row: Row, name: String) -> Self {
        Self {
            source: LineSource::Stored { organisation: row.organisation, name },
            at: row.at,
            at_precision: row.at_precision,
            until: row.until,
            code: row.code,
            code_system: row.code_system,
            text: row.text,
            value: row.value,
            unit: row.unit,
            reference_range: row.reference_range,
            flag: row.flag,
            status: row.status,
            detail: row.detail,
            heading: row.heading,
            author: row.author,
            origin: Origin::Stored {
                resource_type: row.resource_type,
                id: row.id,
                version: row.version,
                message: row.message,
                recorded_at: row.recorded_at,
            },
        }
    }

    pub(crate) fn fetched(
        item: GpItem,
        practice: Option<OdsCode>,
        name: String,
        fetched_at: Timestamp,
    ) -> Self {
        Self {
            source: LineSource::Gp { practice, name },
            at: item.at,
            at_precision: match item.at_precision {
                gateway::Precision::Year => Precision::Year,
                gateway::Precision::Month => Precision::Month,
                gateway::Precision::Day => Precision::Day,
                gateway::Precision::Instant => Precision::Instant,
            },
            until: item.end,
            code: item.code,
            code_system: item.code_system,
            text: item.text,
            value: item.value,
            unit: item.unit,
            reference_range: item.range,
            flag: item.flag,
            status: item.status,
            detail: item.detail,
            heading: item.heading,
            author: item.author,
            origin: Origin::Fetched {
                at: fetched_at,
                resource_type: item.resource_type,
                id: item.resource_id,
            },
        }
    }

    /// The document behind the line, if it can be opened.
    pub fn document(&self) -> Option<Uuid> {
        match &self.origin {
            Origin::Stored { resource_type, id, .. } if resource_type == "DocumentReference" => {
                self.value.is_some().then_some(*id)
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({:?})", self.origin)
    }
}
