//! A file of people to clusters: which records are of one person.
//!
//! 1. read the file, each row made ready for comparing by many threads;
//! 2. refuse a record id that an earlier line has;
//! 3. compare and link all of them;
//! 4. count what became of every row, and see that it adds up.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use matching::{Batch, Linked, Model, Profile, Step};

use crate::ids::{Ids, NewIds};
use crate::problem::{Problem, ProblemKind};
use crate::{Error, Person, Reading, Report, Table, Taken};

/// The kind of an identifier that is not the NHS number.
const NATIONAL: &str = "national";

/// How to link a file.
#[derive(Debug, Clone, Copy)]
pub struct Linking<'a> {
    /// The weights and thresholds.
    pub model: &'a Model,
    /// How to read the file, on as many threads as are then used for comparing.
    pub reading: Reading<'a>,
    /// Set while records are compared: then `reading.stop` is heard only afterwards.
    pub comparing: &'a AtomicBool,
}

/// How far the work has come.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Bytes of the file read.
    Read(u64),
    /// All is read, and so many records are being compared.
    Compare(Step),
}

/// The records of a file, and which belong together.
#[derive(Debug)]
pub struct Linkage {
    /// What the file calls each record.
    pub ids: Ids,
    /// Clusters and pairs by record number.
    pub linked: Linked,
    /// What became of every row.
    pub report: Report,
}

/// A record made ready: its line, what the file calls it, and what is compared.
struct Ready {
    line: u64,
    id: String,
    profile: Profile,
}

/// Reads and links a file. Every problem goes to `problem` in the order of the file, and what only
/// the whole file shows after that; `progress` is told now and then how far the work has come.
pub fn link<R: Read + Send>(
    table: Table<R>,
    linking: &Linking<'_>,
    mut problem: impl FnMut(&Problem) -> Result<(), Error>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Linkage, Error> {
    let (mut batch, mut ids) = (Batch::new(linking.model), NewIds::default());
    let (mut report, mut lines) = (Report::default(), Vec::new());
    table.read(&linking.reading, ready, |mut taken| {
        report.add(&taken);
        add(&mut taken, &mut batch, (&mut ids, &mut lines), &mut report)?;
        progress(Progress::Read(taken.bytes));
        taken.problems.iter().try_for_each(&mut problem)
    })?;
    let ids = ids.finish();
    let linked = compare(batch, linking, progress)?;
    if linked.clusters.len() != ids.len() {
        return Err(Error::Fault("the clusters do not hold every record once"));
    }
    let line = |record: &u32| lines.get(usize::try_from(*record).ok()?).copied();
    for line in linked.crowded.iter().filter_map(line) {
        let crowded = Problem { line, column: None, kind: ProblemKind::CrowdedNumber };
        report.problems.add(crowded);
        problem(&crowded)?;
    }
    Ok(Linkage { ids, linked, report })
}

/// Step 1, for one row.
fn ready(person: Person) -> Ready {
    let profile = person.profile();
    Ready { line: person.line, id: person.id, profile }
}

impl Person {
    /// Ready to be compared, with all that the row says.
    pub fn profile(&self) -> Profile {
        let source = self.source.as_deref().unwrap_or_default();
        let identifiers: Vec<(&str, &str)> =
            self.national_id.iter().map(|value| (NATIONAL, value.as_str())).collect();
        let extras: Vec<(&str, &str)> =
            self.extras.iter().map(|(name, value)| (&**name, value.as_str())).collect();
        Profile::said_by(&self.demographics, source)
            .with_identifiers(&identifiers)
            .with_extras(&extras)
    }
}

/// Step 2, and into the batch with the rest.
fn add(
    taken: &mut Taken<Ready>,
    batch: &mut Batch,
    (ids, lines): (&mut NewIds, &mut Vec<u64>),
    report: &mut Report,
) -> Result<(), Error> {
    for Ready { line, id, profile } in taken.people.drain(..) {
        match ids.add(&id) {
            Some(number) => {
                if batch.add(profile) != number {
                    return Err(Error::Fault("a record was numbered twice"));
                }
                lines.push(line);
            }
            None if report.read >= u64::from(u32::MAX) => return Err(Error::TooMany),
            None => {
                let kind = ProblemKind::RepeatedRecordId;
                let repeated = Problem { line, column: None, kind };
                report.refuse(repeated);
                taken.problems.push(repeated);
            }
        }
    }
    taken.problems.sort_unstable();
    Ok(())
}

/// Step 3.
fn compare(
    batch: Batch,
    linking: &Linking<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Linked, Error> {
    let Linking { reading, comparing, .. } = linking;
    // Whoever sets `stop` looks at `comparing` next: one of the two is always seen.
    comparing.store(true, Ordering::SeqCst);
    let stop = || reading.stop.load(Ordering::SeqCst);
    if stop() {
        return Err(Error::Stopped);
    }
    let linked = batch.link(reading.threads.max(1), &|step| progress(Progress::Compare(step)));
    comparing.store(false, Ordering::SeqCst);
    if stop() { Err(Error::Stopped) } else { Ok(linked) }
}

/// What became of every row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows in the file.
    pub read: u64,
    /// Records that share a cluster with others.
    pub linked: u64,
    /// Records in a cluster of their own.
    pub left_alone: u64,
    /// Rows that could not be used.
    pub refused: u64,
    /// How many clusters there are of each size.
    pub sizes: std::collections::BTreeMap<u32, u64>,
    /// Pairs that were linked.
    pub linked_pairs: u64,
    /// Pairs for a person to look at.
    pub review_pairs: u64,
}

impl Linkage {
    /// Step 4; from `review_from` on a pair that was not linked is for a person to look at.
    ///
    /// # Errors
    /// The numbers do not add up: then something is wrong with us, and nothing should be kept.
    pub fn tally(&self, review_from: f64) -> Result<Tally, Error> {
        let mut tally =
            Tally { read: self.report.read, refused: self.report.refused, ..Tally::default() };
        let mut members = vec![0_u32; self.ids.len()];
        for first in &self.linked.clusters {
            let slot = usize::try_from(*first).ok().and_then(|first| members.get_mut(first));
            *slot.ok_or(Error::Fault("a cluster has an unknown record"))? += 1;
        }
        for size in members.into_iter().filter(|size| *size > 0) {
            *tally.sizes.entry(size).or_default() += 1;
            if size == 1 {
                tally.left_alone += 1;
            } else {
                tally.linked += u64::from(size);
            }
        }
        for pair in &self.linked.pairs {
            if pair.linked {
                tally.linked_pairs += 1;
            } else if f64::from(pair.weight) >= review_from {
                tally.review_pairs += 1;
            }
        }
        if tally.read != tally.linked + tally.left_alone + tally.refused {
            return Err(Error::Fault("rows read are not rows linked, left alone and refused"));
        }
        Ok(tally)
    }
}
