//! What a file holds, as messages for the log.

use jiff::Timestamp;

use super::csv_file::CsvFile;
use super::folder::Claimed;
use super::hl7_file::Hl7File;
use super::ndjson_file::NdjsonFile;
use super::{csv_file, hl7_file, ndjson_file};
use crate::source::bundle::short_hash;
use crate::{Arrival, Channel, FileContent, Format, Receipt};

/// A file that was read and can be taken.
pub(super) enum Content<'a> {
    Hl7(Hl7File<'a>),
    Csv(CsvFile<'a>),
    Ndjson(NdjsonFile<'a>),
}

/// Where a file came from, for its messages' ids.
pub(super) struct Origin<'a> {
    pub(super) channel: &'a Channel,
    pub(super) claimed: &'a Claimed,
    pub(super) received_at: Timestamp,
}

impl Origin<'_> {
    /// The id of the `number`th message, for those that have none of their own. It follows from the file:
    /// one that is read again after a crash gives the same. Another file of that name has another time.
    pub(super) fn control_id(&self, number: usize, body: &[u8]) -> String {
        let Claimed { name, modified_ns, .. } = self.claimed;
        format!("{number}:{}:{modified_ns}:{name}", short_hash(body))
    }
}

/// Reads the whole file before anything of it is stored; the error is a sentence that says what to do.
pub(super) fn read<'a>(bytes: &'a [u8], wanted: &FileContent) -> Result<Content<'a>, String> {
    match wanted {
        FileContent::Hl7 => hl7_file::read(bytes).map(Content::Hl7),
        FileContent::Hl7Batch => hl7_file::read_batch(bytes).map(Content::Hl7),
        FileContent::Csv(table) => csv_file::read(bytes, table).map(Content::Csv),
        FileContent::Ndjson => ndjson_file::read(bytes).map(Content::Ndjson),
    }
}

/// The format of what such files hold.
pub(super) fn format(wanted: &FileContent) -> Format {
    match wanted {
        FileContent::Hl7 | FileContent::Hl7Batch => Format::Hl7v2,
        FileContent::Csv(table) => Format::Csv { table: table.name.clone() },
        FileContent::Ndjson => Format::FhirBundle,
    }
}

impl<'a> Content<'a> {
    /// Its messages, made one by one: a file may be long.
    pub(super) fn arrivals(
        &'a self,
        origin: &'a Origin<'a>,
    ) -> Box<dyn Iterator<Item = Arrival> + 'a> {
        match self {
            Self::Hl7(file) => Box::new(file.arrivals(origin)),
            Self::Csv(file) => Box::new(file.messages(origin).map(Arrival::Message)),
            Self::Ndjson(file) => Box::new(file.messages(origin).map(Arrival::Message)),
        }
    }

    /// What the sender finds beside the file: HL7 v2 has acknowledgements, the others have none.
    pub(super) fn acknowledgement(
        &self,
        origin: &Origin<'_>,
        stored: &[Receipt],
    ) -> Option<Vec<u8>> {
        match self {
            Self::Hl7(file) => Some(file.acknowledgement(origin, stored)),
            Self::Csv(_) | Self::Ndjson(_) => None,
        }
    }
}
