//! A file from its first byte to its last: the header, then rows in parallel, in the file's order.
//!
//! 1. one thread tells rows apart and hands them on in chunks;
//! 2. workers parse, read and prepare them;
//! 3. the caller's thread takes them in the order of the file.
//!
//! Chunks go to the workers in turn and come back in turn, and each waits where it is not yet
//! wanted, so that memory is bounded by a few chunks for each worker.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use csv::{ByteRecord, ReaderBuilder};
use jiff::civil::Date;

use crate::columns::Columns;
use crate::problem::Problem;
use crate::row::{DateTally, Notes, Row};
use crate::rows::{Chunk, Rows};
use crate::{ColumnMap, Error, Person, person};

/// Chunks that may wait before and after each worker.
const WAITING: usize = 2;

/// A file whose header has been read.
#[derive(Debug)]
pub struct Table<R> {
    rows: Rows<R>,
    columns: Columns,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Workers; at least 1.
    pub threads: usize,
    /// No date of birth or death is later.
    pub today: Date,
    /// Set by another thread to give up.
    pub stop: &'a AtomicBool,
}

/// A part of the file, in its order.
#[derive(Debug)]
pub struct Taken<T> {
    /// What was made of each row that was not refused.
    pub people: Vec<T>,
    /// What was wrong, by line.
    pub problems: Vec<Problem>,
    /// How dates were written.
    pub dates: DateTally,
    /// Rows refused.
    pub refused: u64,
    /// Bytes of the file up to here.
    pub bytes: u64,
}

impl<R: Read + Send> Table<R> {
    /// Reads the header, and finds the columns by the map or by well-known headings.
    pub fn open(input: R, map: Option<&ColumnMap>) -> Result<Self, Error> {
        let mut rows = Rows::new(input).map_err(Error::Read)?;
        if rows.waiting().starts_with(b"\xFF\xFE") || rows.waiting().starts_with(b"\xFE\xFF") {
            return Err(Error::Utf16);
        }
        rows.set_delimiter(
            map.and_then(|map| map.delimiter).unwrap_or_else(|| delimiter(rows.waiting())),
        );
        let is_empty = rows.waiting().trim_ascii().is_empty();
        let Some((header, line)) = rows.header().map_err(Error::Read)? else {
            return Err(if is_empty { Error::Empty } else { Error::Header });
        };
        let mut record = ByteRecord::new();
        parser(&header, rows.delimiter())
            .read_byte_record(&mut record)
            .map_err(|_| Error::Header)?;
        let columns = Columns::find(&record, line, map)?;
        Ok(Self { rows, columns })
    }

    /// Which column feeds which field.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Reads every row: `prepare` works on many threads, `take` on this one, in the file's order.
    pub fn read<T: Send, E: From<Error>>(
        mut self,
        reading: &Reading<'_>,
        prepare: impl Fn(Person) -> T + Sync,
        mut take: impl FnMut(Taken<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (columns, delimiter, today) = (&self.columns, self.rows.delimiter(), reading.today);
        let work = |chunk: Chunk| read_chunk(chunk, columns, delimiter, today, &prepare);
        let rows = &mut self.rows;
        thread::scope(|scope| {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for _ in 0..reading.threads.max(1) {
                let (to_worker, from_rows) = sync_channel::<Chunk>(WAITING);
                let (to_caller, from_worker) = sync_channel(WAITING);
                before.push(to_worker);
                after.push(from_worker);
                scope.spawn(|| {
                    let (from_rows, to_caller) = (from_rows, to_caller);
                    // A closed channel means that nobody wants the rest.
                    from_rows.iter().map(work).try_for_each(|taken| to_caller.send(taken).ok())
                });
            }
            let telling_apart = scope.spawn(move || hand_out(rows, before, reading.stop));
            let taken = take_in_turn(&after, &mut take);
            // Whoever still works for us learns that nobody wants the rest.
            drop(after);
            let read = telling_apart.join().map_err(|_| Error::Fault("a reading thread failed"))?;
            taken.and(read.map_err(E::from))
        })
    }
}

/// Step 1: a chunk to each worker in turn.
fn hand_out<R: Read>(
    rows: &mut Rows<R>,
    workers: Vec<SyncSender<Chunk>>,
    stop: &AtomicBool,
) -> Result<(), Error> {
    for worker in workers.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        let Some(chunk) = rows.next_chunk().map_err(Error::Read)? else { break };
        if worker.send(chunk).is_err() {
            break;
        }
    }
    Ok(())
}

/// Step 3: a result from each worker in turn; the first that has none left was the last of all.
fn take_in_turn<T, E: From<Error>>(
    workers: &[Receiver<Result<Taken<T>, Error>>],
    take: &mut impl FnMut(Taken<T>) -> Result<(), E>,
) -> Result<(), E> {
    for worker in workers.iter().cycle() {
        let Ok(taken) = worker.recv() else { break };
        take(taken?)?;
    }
    Ok(())
}

/// Step 2.
fn read_chunk<T>(
    chunk: Chunk,
    columns: &Columns,
    delimiter: u8,
    today: Date,
    prepare: &impl Fn(Person) -> T,
) -> Result<Taken<T>, Error> {
    const DISAGREE: Error = Error::Fault("the parser found other rows than were told apart");
    let mut parser = parser(&chunk.bytes, delimiter);
    let mut record = ByteRecord::new();
    let mut notes = Notes { problems: chunk.refused, ..Notes::default() };
    let mut refused = count(notes.problems.len());
    let mut people = Vec::with_capacity(chunk.lines.len());
    for line in chunk.lines {
        if !parser.read_byte_record(&mut record).is_ok_and(|found| found) {
            return Err(DISAGREE);
        }
        let mut row = Row { record: &record, line, columns, today, notes: &mut notes };
        match person::read(&mut row) {
            Some(person) => people.push(prepare(person)),
            None => refused += 1,
        }
    }
    if parser.read_byte_record(&mut record).is_ok_and(|found| found) {
        return Err(DISAGREE);
    }
    notes.problems.sort_unstable();
    Ok(Taken { people, problems: notes.problems, dates: notes.dates, refused, bytes: chunk.passed })
}

fn parser(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// The character that parts the first line into most fields; a comma if in doubt.
fn delimiter(bytes: &[u8]) -> u8 {
    let bytes = bytes.trim_ascii_start();
    let end = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let line = bytes.get(..end).unwrap_or_default();
    let found = |delimiter: u8| memchr::memchr_iter(delimiter, line).count();
    // `max_by_key` keeps the last of equals.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| found(*delimiter)).unwrap_or(b',')
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
