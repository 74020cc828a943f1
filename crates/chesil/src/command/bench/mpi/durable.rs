//! The index on disk.
//!
//! 1. load an organisation's index after the other, 20,000 records in a transaction;
//! 2. add further records one by one, each in a transaction of its own, and take the time of each;
//! 3. add as many from four threads at once, as channels do: the writer commits them together;
//! 4. repair what the order of arrival has spoilt, and replay the whole history.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use db::{Db, Location};
use empi::NewRecord;
use matching::Model;
use model::{LocalIdentity, OdsCode};
use simulator::IndexRecord;

use super::Mpi;
use crate::command::bench::latencies::Latencies;
use crate::command::bench::{Figure, rate};
use crate::command::demo::Temporary;

/// The database in its folder.
const FILE: &str = "chesil.db";
/// Records in one transaction of a load.
const LOADED_AT_ONCE: usize = 20_000;
/// Records in one transaction of the repair pass.
const REPAIRED_AT_ONCE: u32 = 5000;
/// Threads that add at the same time.
const ADDING: usize = 4;

pub(super) fn run(mpi: &Mpi, stored: u32) -> Result<()> {
    let temporary = Temporary::unless(mpi.index.is_some());
    let folder = mpi.index.clone().unwrap_or_else(|| temporary.path());
    let there = folder.join(FILE).exists();
    let db = open(mpi.database.as_deref(), &folder)?;
    let mut population = mpi.population(stored.saturating_add(mpi.adds));
    if there {
        take(&mut population, usize::try_from(stored)?).try_for_each(|record| record.map(drop))?;
    } else {
        loading(&db, &mut population, stored)?;
    }

    let alone: Vec<NewRecord> =
        take(&mut population, usize::try_from(mpi.adds / 2)?).collect::<Result<_>>()?;
    let mut latencies = one_by_one(&db, alone)?;
    let p50 = latencies.percentile_ms(50).context("no adds")?;
    let p99 = latencies.percentile_ms(99).context("no adds")?;
    Figure::lower("durable add with link p50, one at a time", p50, "ms", None).print()?;
    Figure::lower("durable add with link p99, one at a time", p99, "ms", Some(10.0)).print()?;

    let together: Vec<NewRecord> = take(&mut population, usize::MAX).collect::<Result<_>>()?;
    let (count, began) = (u64::try_from(together.len())?, Instant::now());
    at_once(&db, together)?;
    let name = "durable adds with link from four threads";
    Figure::higher(name, rate(count, began.elapsed())?, "adds/s", Some(1000.0)).print()?;

    let began = Instant::now();
    let (joined, parted) = repair(&db)?;
    let took = began.elapsed().as_secs_f64();
    Figure::lower("repair pass over the whole index", took, "s", None).print()?;
    let moved = u32::try_from(joined + parted)?;
    Figure::lower("records that the repair pass moved", f64::from(moved), "records", None)
        .print()?;

    let began = Instant::now();
    let rebuilt = db.write(empi::rebuild)?;
    let took = began.elapsed().as_secs_f64();
    Figure::lower("replay every link event", took, "s", None).print()?;
    let differed = u32::try_from(rebuilt.differed)?;
    Figure::lower("links that the replay had to put right", f64::from(differed), "links", Some(0.0))
        .print()
}

fn loading(db: &Db, population: &mut impl Iterator<Item = IndexRecord>, stored: u32) -> Result<()> {
    let began = Instant::now();
    let loaded = load(db, population, stored)?;
    let took = began.elapsed();
    let name = "load the index into the store";
    Figure::lower(name, took.as_secs_f64(), "s", None).print()?;
    let per_second = rate(u64::from(loaded), took)?;
    Figure::higher("records loaded", per_second, "records/s", None).print()
}

fn open(database: Option<&str>, folder: &Path) -> Result<Db> {
    let location = if let Some(address) = database {
        Location::parse(address)?
    } else {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot write {}", folder.display()))?;
        Location::Sqlite(folder.join(FILE))
    };
    let db = Db::open(&location)?;
    db.migrate(&[empi::MIGRATIONS])?;
    Ok(db)
}

/// Loads the first `count` records; how many that were.
fn load(db: &Db, population: &mut impl Iterator<Item = IndexRecord>, count: u32) -> Result<u32> {
    let mut left = usize::try_from(count)?;
    while left > 0 {
        let records: Vec<NewRecord> =
            take(population, left.min(LOADED_AT_ONCE)).collect::<Result<_>>()?;
        if records.is_empty() {
            break;
        }
        left -= records.len();
        let at = Mpi::now();
        db.write(move |tx| empi::load(tx, Model::standard(), &records, at))?;
    }
    Ok(count - u32::try_from(left)?)
}

fn take(
    population: &mut impl Iterator<Item = IndexRecord>,
    count: usize,
) -> impl Iterator<Item = Result<NewRecord>> {
    population.take(count).map(|record| {
        Ok(NewRecord {
            identity: LocalIdentity::new(record.organisation, record.local_id.as_str()),
            organisation: OdsCode::parse(record.organisation)?,
            demographics: record.demographics(),
        })
    })
}

fn one_by_one(db: &Db, records: Vec<NewRecord>) -> Result<Latencies> {
    let mut latencies = Latencies::default();
    for record in records {
        latencies.add(add(db, record)?);
    }
    Ok(latencies)
}

/// Adds one record; how long it took until it was on disk.
fn add(db: &Db, record: NewRecord) -> Result<Duration> {
    let at = Mpi::now();
    let began = Instant::now();
    db.write(move |tx| {
        let NewRecord { identity, organisation, demographics } = &record;
        empi::feed(tx, Model::standard(), identity, organisation, demographics, at)
    })?;
    Ok(began.elapsed())
}

fn at_once(db: &Db, records: Vec<NewRecord>) -> Result<()> {
    let mut lanes: Vec<Vec<NewRecord>> = vec![Vec::new(); ADDING];
    for (number, record) in records.into_iter().enumerate() {
        if let Some(lane) = lanes.get_mut(number % ADDING) {
            lane.push(record);
        }
    }
    thread::scope(|scope| {
        let running: Vec<_> =
            lanes.into_iter().map(|lane| scope.spawn(move || one_by_one(db, lane))).collect();
        for lane in running {
            lane.join().map_err(|_| anyhow!("an adding thread failed"))??;
        }
        Ok(())
    })
}

/// Repairs everything; how many records were joined to a person, and parted from one.
fn repair(db: &Db) -> Result<(usize, usize)> {
    let (mut after, mut joined, mut parted) = (0, 0, 0);
    loop {
        let at = Mpi::now();
        let repaired =
            db.write(move |tx| empi::repair(tx, Model::standard(), after, REPAIRED_AT_ONCE, at))?;
        joined += repaired.joined;
        parted += repaired.parted;
        if repaired.complete {
            return Ok((joined, parted));
        }
        after = repaired.after;
    }
}
