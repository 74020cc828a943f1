//! Bytes to whole rows: finds where each row begins and ends, and parts with those that have no end.
//!
//! A quotation mark too many would make the CSV parser swallow the rows after it into one field. So
//! rows are told apart here, before the parser sees them. A row over several lines is kept if its
//! quotation marks are in order and it has as many fields as the header; if not, its first line alone is
//! refused and reading goes on with the next.

use std::io::{self, Read};
use std::ops::Range;

use crate::problem::{Problem, ProblemKind};

/// About as many bytes as are handed to a worker at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// A line without an end is given up here.
const LINE_LIMIT_BYTES: usize = 1024 * 1024;
/// A field in quotation marks may run over several lines, up to here.
const ROW_LIMIT_BYTES: usize = 64 * 1024;

/// Reads a file as whole rows.
#[derive(Debug)]
pub(crate) struct Rows<R> {
    input: R,
    buffer: Vec<u8>,
    /// What is in the buffer before here has been dealt with.
    start: usize,
    at_end: bool,
    /// The line on which `start` stands, counted from 1.
    line: u64,
    delimiter: u8,
    /// Fields of the header; 0 until it has been read.
    fields: usize,
    /// Bytes handed over or skipped so far.
    passed: u64,
}

/// Some whole rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    /// The line on which each of the rows in `bytes` begins.
    pub(crate) lines: Vec<u64>,
    /// Rows that have no end, or no end in sight.
    pub(crate) refused: Vec<Problem>,
    /// Bytes of the file up to the end of this chunk.
    pub(crate) passed: u64,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
enum Row {
    /// Nothing but a line end, so many bytes long.
    Blank(usize),
    /// A row with its line end, over so many lines, of so many fields.
    Whole { bytes: usize, lines: u64, fields: usize },
    /// Text after a closing quotation mark, or none that closes.
    Malformed,
    /// Its end is not here yet.
    Unfinished,
}

impl<R: Read> Rows<R> {
    /// Reads from the beginning of a file.
    ///
    /// # Errors
    /// The first read failed.
    pub(crate) fn new(input: R) -> io::Result<Self> {
        let mut rows = Self {
            input,
            buffer: Vec::new(),
            start: 0,
            at_end: false,
            line: 1,
            delimiter: b',',
            fields: 0,
            passed: 0,
        };
        rows.fill()?;
        if rows.waiting().starts_with(b"\xEF\xBB\xBF") {
            rows.start = 3;
        }
        Ok(rows)
    }

    /// What has been read and not been dealt with.
    pub(crate) fn waiting(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// From here on fields are parted by this.
    pub(crate) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The byte that parts fields.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The first row that is not blank, as bytes, with its line; from here on rows are held to its
    /// number of fields. `None` where the file is empty, or its first row has no end.
    pub(crate) fn header(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        loop {
            match scan(self.waiting(), self.delimiter, self.at_end) {
                Row::Blank(bytes) if bytes > 0 => self.pass(bytes, 1),
                Row::Whole { bytes, lines, fields } => {
                    let header = self.waiting().get(..bytes).unwrap_or_default().to_vec();
                    let line = self.line;
                    self.pass(bytes, lines);
                    self.fields = fields;
                    return Ok(Some((header, line)));
                }
                Row::Unfinished if !self.at_end && self.waiting().len() < LINE_LIMIT_BYTES => {
                    self.fill()?;
                }
                _ => return Ok(None),
            }
        }
    }

    /// The next rows; `None` at the end of the file.
    pub(crate) fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        // The line end keeps the parser from looking for a byte order mark in the middle of a file.
        let mut chunk = Chunk { bytes: vec![b'\n'], ..Chunk::default() };
        while chunk.bytes.len() < CHUNK_BYTES {
            match scan(self.waiting(), self.delimiter, self.at_end) {
                Row::Blank(0) => break,
                Row::Blank(bytes) => self.pass(bytes, 1),
                Row::Whole { bytes, lines, fields } if lines == 1 || fields == self.fields => {
                    chunk.lines.push(self.line);
                    chunk.bytes.extend_from_slice(self.waiting().get(..bytes).unwrap_or_default());
                    self.pass(bytes, lines);
                }
                Row::Whole { .. } | Row::Malformed => {
                    self.refuse_line(&mut chunk, ProblemKind::Quotation)?;
                }
                Row::Unfinished if self.waiting().len() < LINE_LIMIT_BYTES => self.fill()?,
                Row::Unfinished => self.refuse_line(&mut chunk, ProblemKind::RowTooLong)?,
            }
        }
        chunk.passed = self.passed;
        let is_last = chunk.lines.is_empty() && chunk.refused.is_empty();
        Ok((!is_last).then_some(chunk))
    }

    /// Leaves out one line, however long.
    fn refuse_line(&mut self, chunk: &mut Chunk, kind: ProblemKind) -> io::Result<()> {
        chunk.refused.push(Problem { line: self.line, column: None, kind });
        loop {
            if let Some(end) = line_end(self.waiting(), self.at_end) {
                self.pass(end, 1);
                return Ok(());
            }
            if self.at_end {
                self.pass(self.waiting().len(), 1);
                return Ok(());
            }
            // A carriage return at the very end waits for its line feed.
            let keep = usize::from(self.waiting().ends_with(b"\r"));
            self.pass(self.waiting().len() - keep, 0);
            self.fill()?;
        }
    }

    fn pass(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.line += lines;
        self.passed += u64::try_from(bytes).unwrap_or(0);
    }

    /// Reads some more into the buffer.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        self.input.by_ref().take(limit).read_to_end(&mut self.buffer)?;
        self.at_end = self.buffer.len() < before + CHUNK_BYTES;
        Ok(())
    }
}

/// Looks at the row at the beginning of `bytes`; `at_end` says that nothing comes after them.
fn scan(bytes: &[u8], delimiter: u8, at_end: bool) -> Row {
    if let Some(length) = break_at(bytes, 0, at_end) {
        return Row::Blank(length);
    }
    let (mut at, mut lines, mut fields) = (0, 1, 0);
    loop {
        fields += 1;
        if bytes.get(at) == Some(&b'"') {
            match quoted(bytes, at + 1, delimiter, at_end) {
                Ok(field) => {
                    lines += breaks_in(bytes, at..field);
                    at = field;
                }
                Err(row) => return row,
            }
        } else {
            let rest = bytes.get(at..).unwrap_or_default();
            at = memchr::memchr3(delimiter, b'\n', b'\r', rest).map_or(bytes.len(), |to| at + to);
        }
        match bytes.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            Some(_) => match break_at(bytes, at, at_end) {
                Some(length) => return Row::Whole { bytes: at + length, lines, fields },
                None => return Row::Unfinished,
            },
            None if at_end => return Row::Whole { bytes: at, lines, fields },
            None => return Row::Unfinished,
        }
    }
}

/// Where a quoted field ends that began before `at`: at a delimiter, a line end or the end of all.
fn quoted(bytes: &[u8], mut at: usize, delimiter: u8, at_end: bool) -> Result<usize, Row> {
    let last = bytes.len().min(at + ROW_LIMIT_BYTES);
    let none = || if at_end || bytes.len() > last { Row::Malformed } else { Row::Unfinished };
    loop {
        let rest = bytes.get(at..last).unwrap_or_default();
        let mark = at + memchr::memchr(b'"', rest).ok_or_else(none)?;
        if bytes.get(mark + 1) == Some(&b'"') {
            at = mark + 2;
            continue;
        }
        let blanks = bytes.get(mark + 1..).unwrap_or_default();
        let blanks = blanks.iter().take_while(|byte| **byte == b' ').count();
        let end = mark + 1 + blanks;
        return match bytes.get(end) {
            Some(byte) if *byte == delimiter || matches!(byte, b'\n' | b'\r') => Ok(end),
            None if at_end => Ok(end),
            None => Err(Row::Unfinished),
            Some(_) => Err(Row::Malformed),
        };
    }
}

/// The length of the line end at `at`: LF, CR LF, or CR alone. Of nothing at all it is 0.
fn break_at(bytes: &[u8], at: usize, at_end: bool) -> Option<usize> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(2),
        // A carriage return at the end of what has been read may be half of a line end.
        (Some(b'\r'), None) if !at_end => None,
        (Some(b'\n' | b'\r'), _) => Some(1),
        (None, _) if at_end => Some(0),
        _ => None,
    }
}

/// Up to and with the first line end, wherever it stands.
fn line_end(bytes: &[u8], at_end: bool) -> Option<usize> {
    let at = memchr::memchr2(b'\n', b'\r', bytes)?;
    Some(at + break_at(bytes, at, at_end)?)
}

/// Line ends within a field.
fn breaks_in(bytes: &[u8], range: Range<usize>) -> u64 {
    let field = bytes.get(range).unwrap_or_default();
    let feeds = memchr::memchr_iter(b'\n', field).count();
    let lone =
        memchr::memchr_iter(b'\r', field).filter(|at| field.get(at + 1) != Some(&b'\n')).count();
    u64::try_from(feeds + lone).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines on which rows begin, and lines refused.
    fn read(file: &[u8]) -> (Vec<u64>, Vec<u64>) {
        let mut rows = Rows::new(file).unwrap();
        let (mut lines, mut refused) = (Vec::new(), Vec::new());
        if rows.header().unwrap().is_some() {
            while let Some(chunk) = rows.next_chunk().unwrap() {
                lines.extend(chunk.lines);
                refused.extend(chunk.refused.iter().map(|problem| problem.line));
            }
        }
        (lines, refused)
    }

    #[test]
    fn a_quotation_mark_too_many_costs_its_own_line_and_no_other() {
        for (file, rows, refused) in [
            ("a,b\n1,x\n2,y", vec![2, 3], vec![]),
            ("a,b\r\n\r\n1,x\r\n\r\n2,y\r\n", vec![3, 5], vec![]),
            ("a,b\r1,x\r2,y\r", vec![2, 3], vec![]),
            ("a,b\n1,\"x\ny\"\n2,z\n", vec![2, 4], vec![]),
            ("a,b\n1,\"x\n2,y\n3,z\n", vec![3, 4], vec![2]),
            ("a,b\n1,\"x\n2,\"y\"\n3,z\n", vec![3, 4], vec![2]),
            ("a,b\n1,\"x\"y\n2,z\n", vec![3], vec![2]),
            ("a,b\n1,x\n2,\"", vec![2], vec![3]),
            ("a,b\n1,\"x, \"\"y\"\"\" \n2,5\" pipe\n", vec![2, 3], vec![]),
            // In order, and of as many fields as the header: nothing says that it is not one row.
            ("a,b\n1,\"x\n2,y,\"\n3,z\n", vec![2, 4], vec![]),
            ("a,b\n1,\"x\n2,y,\",z\n3,z\n", vec![4], vec![2, 3]),
            ("\n\na,b\n1,x\n", vec![4], vec![]),
            ("", vec![], vec![]),
        ] {
            assert_eq!(read(file.as_bytes()), (rows, refused), "{file:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_left_out_without_being_kept() {
        let long = "x".repeat(3 * LINE_LIMIT_BYTES);
        assert_eq!(read(format!("a,b\n1,x\n{long}\n3,z\n").as_bytes()), (vec![2, 4], vec![3]));
        assert_eq!(read(format!("a,b\n1,\"{long}\"\n3,z\n").as_bytes()), (vec![3], vec![2]));
        assert_eq!(read(long.as_bytes()), (vec![], vec![]));
    }
}
