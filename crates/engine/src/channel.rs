//! A channel: one way in for one organisation's messages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use model::OdsCode;

use crate::{Accepts, Network, Tls};

/// A way in. Reading it from a file is `chesil`'s business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name in the log, on pages and in files: `poole-pas`.
    pub name: String,
    /// Whose messages these are.
    pub organisation: OdsCode,
    /// The assigning authority (CX.4) of the organisation's own patient numbers: `RD3`.
    pub authority: String,
    /// Other spellings of that authority: OIDs, old codes, `""` for a number without one.
    pub aliases: Vec<String>,
    /// Which HL7 v2 messages it takes, by their headers.
    pub accepts: Accepts,
    /// How messages come.
    pub kind: ChannelKind,
}

/// How messages come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelKind {
    /// HL7 v2 over MLLP.
    Mllp(Mllp),
    /// Files put into a folder.
    FileDrop(FileDrop),
    /// FHIR bundles, messages and single resources over HTTP.
    Http {
        /// The address below the server's root: `/fhir/mental-health`.
        path: String,
    },
    /// HL7 v2 over HTTP.
    Hl7Http {
        /// The address below the server's root: `/hl7/laboratory`.
        path: String,
    },
}

/// An MLLP listener (HL7 "Transport Specification: MLLP, Release 1").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mllp {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may connect; empty means anybody who can reach the address.
    pub allow: Vec<Network>,
    /// How connections are secured; without it, they are not.
    pub tls: Option<Tls>,
    /// The longest frame that is read.
    pub frame_limit_bytes: usize,
    /// Messages of one connection that may wait for their commit at once.
    pub in_flight: usize,
    /// Bytes of all connections that may wait for their commit at once.
    pub in_flight_bytes: usize,
    /// Connections that may be open at once.
    pub connections: usize,
}

impl Mllp {
    /// A listener with the usual limits: frames of 64 MiB, 64 messages in flight, 512 connections.
    pub fn on(listen: SocketAddr) -> Self {
        Self {
            listen,
            allow: Vec::new(),
            tls: None,
            frame_limit_bytes: 64 << 20,
            in_flight: 64,
            in_flight_bytes: 128 << 20,
            connections: 512,
        }
    }
}

/// Folders that files are put into; `in`, `working`, `done` and `rejected` are their sub-folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDrop {
    /// The folder that holds the four, or a pattern of such folders: `/srv/sftp/*/adt`.
    pub folder: PathBuf,
    /// What the files hold.
    pub content: FileContent,
    /// The longest file that is read.
    pub file_limit_bytes: u64,
    /// How often the folder is looked at.
    pub every: Duration,
}

/// What the files of a drop hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// HL7 v2: a message, or several.
    Hl7,
    /// HL7 v2 in batches: FHS, BHS, messages, BTS, FTS.
    Hl7Batch,
    /// Rows under a header line.
    Csv(CsvTable),
    /// A FHIR resource on each line.
    Ndjson,
}

/// A table, with its columns called as the files call them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// What the rows are: `care_packages`.
    pub name: String,
    /// Columns without which a file is rejected whole.
    pub required_columns: Vec<String>,
    /// The column with the organisation's own number for the person: rows of one number stay in order.
    pub key_column: String,
    /// The column with the NHS number, where the table has one.
    pub nhs_number_column: Option<String>,
}

impl Channel {
    /// Whether `authority` is one of the spellings of this organisation's own.
    pub fn is_own_authority(&self, authority: &str) -> bool {
        let authority = authority.trim();
        std::iter::once(&self.authority)
            .chain(&self.aliases)
            .any(|own| own.trim().eq_ignore_ascii_case(authority))
    }
}
