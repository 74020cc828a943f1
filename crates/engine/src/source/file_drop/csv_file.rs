//! A CSV file as messages: one for each row, with the header line that explains it.

use std::ops::Range;

use csv::{ByteRecord, ReaderBuilder};

use model::NhsNumber;

use super::content::Origin;
use super::csv_quotes;
use crate::{CsvTable, Format, NewMessage, OrderKeys};

/// A file whose header is good.
pub(super) struct CsvFile<'a> {
    table: String,
    bytes: &'a [u8],
    header: &'a [u8],
    rows: Vec<Span>,
}

/// Where a row stands, and the number it is ordered by.
struct Span {
    bytes: Range<usize>,
    key: String,
    nhs_number: Option<NhsNumber>,
}

/// Finds header and rows; the error is a sentence that says what to do.
///
/// A row with more or fewer fields than the header is a row: it is stored, and parks by itself with
/// a sentence, so that rows in the file and messages in the log add up.
pub(super) fn read<'a>(bytes: &'a [u8], expected: &CsvTable) -> Result<CsvFile<'a>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    csv_quotes::check(bytes)?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        let found = reader.read_byte_record(record).map_err(|error| error.to_string())?;
        let start = record.position().map_or(0, csv::Position::byte);
        Ok::<_, String>(found.then(|| index(start)..index(reader.position().byte())))
    };
    let Some(header) = next(&mut record)? else {
        return Err("The file is empty; it needs a header line and rows.".to_owned());
    };
    let columns: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    check_columns(&columns, expected)?;
    let column = |wanted: &str| columns.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let key_column = column(&expected.key_column);
    let nhs_number_column = expected.nhs_number_column.as_deref().and_then(column);
    let table = expected.name.clone();
    let mut file = CsvFile { table, bytes, header: line(bytes, &header), rows: Vec::new() };
    while let Some(span) = next(&mut record)? {
        let text = |column: Option<usize>| {
            let field = column.and_then(|column| record.get(column)).unwrap_or_default();
            String::from_utf8_lossy(field).into_owned()
        };
        let nhs_number = NhsNumber::parse(&text(nhs_number_column)).ok();
        file.rows.push(Span { bytes: span, key: text(key_column), nhs_number });
    }
    Ok(file)
}

/// Names what is missing; what is there may be a patient's and is not repeated.
fn check_columns(columns: &[String], expected: &CsvTable) -> Result<(), String> {
    let missing: Vec<&str> = expected
        .required_columns
        .iter()
        .map(String::as_str)
        .filter(|required| columns.iter().all(|name| !name.eq_ignore_ascii_case(required)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The header line (line 1) lacks these columns of the table {}: {}.",
        expected.name,
        missing.join(", ")
    ))
}

impl CsvFile<'_> {
    /// Each row as a message: header line and row, as they stand in the file.
    pub(super) fn messages<'a>(
        &'a self,
        origin: &'a Origin<'a>,
    ) -> impl Iterator<Item = NewMessage> + 'a {
        self.rows.iter().zip(1..).map(move |(row, number)| {
            let body = [self.header, b"\r\n", line(self.bytes, &row.bytes), b"\r\n"].concat();
            NewMessage {
                channel: origin.channel.name.clone(),
                format: Format::Csv { table: self.table.clone() },
                received_at: origin.received_at,
                sender: origin.channel.organisation.to_string(),
                control_id: origin.control_id(number, &body),
                message_type: self.table.clone(),
                event_time: String::new(),
                order_keys: OrderKeys::of(&origin.channel.name, [row.key.as_str()])
                    .with_nhs_number(row.nhs_number),
                body,
            }
        })
    }
}

/// A record's bytes without the line ends around it.
fn line<'a>(bytes: &'a [u8], span: &Range<usize>) -> &'a [u8] {
    let mut line = bytes.get(span.clone()).unwrap_or_default();
    while let [b'\r' | b'\n', rest @ ..] | [rest @ .., b'\r' | b'\n'] = line {
        line = rest;
    }
    line
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
