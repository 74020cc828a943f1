//! What a source of the county sends: a message with its time.

use std::fmt;

use jiff::Timestamp;

use crate::organisation::{COUNCIL, Hospital, MENTAL_HEALTH};

/// A source of the county with a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// HL7 v2 over MLLP.
    Hospital(Hospital),
    /// FHIR transaction bundles over HTTP.
    MentalHealth,
    /// CSV files in a folder.
    Council,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 5] = [
        Self::Hospital(Hospital::DorsetCounty),
        Self::Hospital(Hospital::Poole),
        Self::Hospital(Hospital::Bournemouth),
        Self::MentalHealth,
        Self::Council,
    ];

    /// The ODS code of the sending organisation.
    pub fn ods(self) -> &'static str {
        match self {
            Self::Hospital(hospital) => hospital.ods(),
            Self::MentalHealth => MENTAL_HEALTH,
            Self::Council => COUNCIL,
        }
    }

    /// The authority that names the source's local patients (CX.4 and its kin).
    pub fn authority(self) -> &'static str {
        match self {
            Self::Council => "DORSET",
            _ => self.ods(),
        }
    }
}

/// A message on its way. Its debug text says only how long it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Who sends it.
    pub source: Source,
    /// When what it tells happened.
    pub at: Timestamp,
    /// MSH-10, or the name of the file or bundle; unique in the county.
    pub control_id: String,
    /// What is sent.
    pub payload: Payload,
}

/// The bytes of a message, by protocol.
#[derive(Clone, PartialEq, Eq)]
pub enum Payload {
    /// One HL7 v2 message, without MLLP's frame.
    Hl7(Vec<u8>),
    /// One FHIR transaction bundle.
    Bundle(Vec<u8>),
    /// One file for the table's drop folder.
    Csv {
        /// `care_packages` or `contacts`.
        table: &'static str,
        /// File name.
        name: String,
        /// A heading and its rows.
        bytes: Vec<u8>,
    },
}

impl Payload {
    /// The bytes, whatever the protocol.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Hl7(bytes) | Self::Bundle(bytes) | Self::Csv { bytes, .. } => bytes,
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("source", &self.source)
            .field("control_id", &self.control_id)
            .field("bytes", &self.payload.bytes().len())
            .finish_non_exhaustive()
    }
}
