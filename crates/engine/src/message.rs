//! What a message is to the engine: a format, a state, and bytes it does not look into.

use std::fmt;

use jiff::Timestamp;

/// What the bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// One HL7 v2 message.
    Hl7v2,
    /// One FHIR bundle as JSON.
    FhirBundle,
    /// A CSV header line and one row.
    Csv {
        /// Which table the row is of: `care_packages`.
        table: String,
    },
}

impl Format {
    /// The word kept in the log: `hl7v2`, `fhir`, `csv:care_packages`.
    pub fn code(&self) -> String {
        match self {
            Self::Hl7v2 => "hl7v2".to_owned(),
            Self::FhirBundle => "fhir".to_owned(),
            Self::Csv { table } => format!("csv:{table}"),
        }
    }

    /// Reads [`Format::code`].
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "hl7v2" => Some(Self::Hl7v2),
            "fhir" => Some(Self::FhirBundle),
            _ => code.strip_prefix("csv:").map(|table| Self::Csv { table: table.to_owned() }),
        }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Will be taken in its turn.
    Waiting,
    /// Failed for a reason that may pass; will be tried again by itself.
    Retrying,
    /// Behind an earlier message of the same patient that is retrying, parked or held.
    Held,
    /// Failed for a reason that will not pass by itself: an operator decides.
    Parked,
    /// Delivered; its effect and this mark are one commit.
    Processed,
    /// An operator decided that it shall have no effect, and said why.
    Skipped,
    /// Nobody could read it: kept as it came.
    Quarantined,
}

impl State {
    /// Every state, in the order of a message's way.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Retrying,
        Self::Held,
        Self::Parked,
        Self::Processed,
        Self::Skipped,
        Self::Quarantined,
    ];

    /// The word kept in the log and used in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Retrying => "retrying",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Processed => "processed",
            Self::Skipped => "skipped",
            Self::Quarantined => "quarantined",
        }
    }

    /// Reads [`State::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A stored message, as a [`Destination`](crate::Destination) gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Its number in the log.
    pub id: i64,
    /// The channel it came by.
    pub channel: String,
    /// What the bytes are.
    pub format: Format,
    /// When it was stored.
    pub received_at: Timestamp,
    /// The bytes as they came.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Received {
    /// A message's content is a patient's: logs get its number and length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} from {}, {} bytes)", self.id, self.channel, self.bytes.len())
    }
}
