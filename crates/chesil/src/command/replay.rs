//! `chesil replay`: the log delivered once more, into a record of its own.
//!
//! What the record holds follows from the log and the configuration. So a record that is made anew shows what
//! a changed mapping would have made of everything that came; with the configuration unchanged it is
//! the same, or something in it did not come from the log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use clap::Args;
use db::{Db, Location, Tx, params};
use engine::{DeliveryError, Destination, Pace, Prepared, Processor, Received};
use indicatif::{ProgressBar, ProgressStyle};
use ingest::Ingest;
use model::{Clock, SystemClock};
use repository::{Fingerprint, Standing};

use super::Folder;
use crate::config::{self, Settings};
use crate::repairing::Repairing;
use crate::running;

/// `chesil replay`
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    folder: Folder,
    /// A new folder for the copy of the log and the record that is made of it
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

/// How often the progress bar moves.
const TICK: Duration = Duration::from_millis(200);

/// Differences of one type that are named.
const NAMED: usize = 5;

pub(super) fn run(replay: &Replay) -> Result<()> {
    let mut settings = match config::load(&replay.folder.config) {
        Ok(settings) => settings,
        Err(problems) => bail!("the configuration has mistakes:\n{problems}"),
    };
    let old = opened(&settings)?;
    let record = replay.into.join("chesil.db");
    ensure!(!record.exists(), "{} is there already; choose a new folder", record.display());
    fs::create_dir_all(&replay.into)?;
    settings.data.clone_from(&replay.into);
    settings.database = Location::Sqlite(record);
    old.copy_log(&settings.database)?;

    let began = Instant::now();
    let skipped = old.read(skipped)?;
    let new = delivered(&settings, skipped)?;
    let took = began.elapsed();
    let states = new.read(states)?;
    let total: i64 = states.values().sum();
    println!("{total} messages in {:.1} s", took.as_secs_f64());
    for (state, count) in &states {
        println!("  {count} {state}");
    }
    compare(&old, &new)
}

/// The record that is there. Its server may be running: it is only read.
fn opened(settings: &Settings) -> Result<Db> {
    let Location::Sqlite(path) = &settings.database else {
        bail!("replay makes a copy of the log's file; a record on PostgreSQL has none");
    };
    ensure!(path.exists(), "there is no record at {}", path.display());
    Ok(Db::open(&settings.database)?)
}

/// Makes the new record.
fn delivered(settings: &Settings, skipped: BTreeSet<i64>) -> Result<Db> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (db, inbox) = running::keepers(settings, &clock)?;
    let total = u64::try_from(inbox.waiting())?;
    let bar = ProgressBar::new(total);
    bar.set_style(ProgressStyle::with_template(
        "Delivering {bar:40} {pos}/{len} messages, {elapsed}, {eta} left",
    )?);
    let destination = Arc::new(Again { ingest: running::ingest(settings, &clock), skipped });
    let processor = Processor::new(inbox.clone(), destination, &settings.hash, Pace::default());
    let processing = processor.start()?;
    while inbox.waiting() > 0 {
        bar.set_position(total.saturating_sub(u64::try_from(inbox.waiting())?));
        std::thread::sleep(TICK);
    }
    drop(processing);
    bar.finish_and_clear();
    let model = Arc::clone(&settings.model);
    Repairing { inbox, model, clock }.to_the_end()?;
    Ok(db)
}

/// The way into the record, except for what an operator has decided to skip. Nothing is sent on.
struct Again {
    ingest: Ingest,
    skipped: BTreeSet<i64>,
}

impl Destination for Again {
    fn prepare(&self, received: &Received) -> Option<Prepared> {
        self.ingest.prepare(received)
    }

    fn deliver(
        &self,
        tx: &mut Tx,
        received: &Received,
        prepared: Option<Prepared>,
    ) -> Result<(), DeliveryError> {
        if self.skipped.contains(&received.id) {
            return Ok(());
        }
        self.ingest.deliver(tx, received, prepared)
    }
}

fn skipped(tx: &mut Tx) -> Result<BTreeSet<i64>> {
    let sql = "select seq from message where state = 'skipped'";
    Ok(tx.query(sql, params![], |row| row.get(0))?.into_iter().collect())
}

fn states(tx: &mut Tx) -> Result<BTreeMap<String, i64>> {
    let sql = "select state, count(*) from message group by state";
    Ok(tx.query(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// The resources of a record, in order.
struct Resources<'a> {
    db: &'a Db,
    portion: std::vec::IntoIter<Standing>,
    last: Option<Standing>,
    fingerprint: Fingerprint,
}

impl<'a> Resources<'a> {
    fn of(db: &'a Db) -> Self {
        let portion = Vec::new().into_iter();
        Self { db, portion, last: None, fingerprint: Fingerprint::default() }
    }

    fn next(&mut self) -> Result<Option<Standing>> {
        if self.portion.len() == 0 {
            let last = self.last.as_ref();
            self.portion = self.db.read(|tx| repository::standing(tx, last))?.into_iter();
        }
        let next = self.portion.next();
        if let Some(next) = &next {
            self.fingerprint.add(next);
            self.last = Some(next.clone());
        }
        Ok(next)
    }
}

/// How many resources of a type differ, and some of them.
#[derive(Default)]
struct Difference {
    only_old: usize,
    only_new: usize,
    changed: usize,
    some: Vec<String>,
}

/// Says where the two differ. That is no error: a mapping may have been mended.
fn compare(old: &Db, new: &Db) -> Result<()> {
    let (mut olds, mut news) = (Resources::of(old), Resources::of(new));
    let mut differences: BTreeMap<String, Difference> = BTreeMap::new();
    let (mut one, mut other) = (olds.next()?, news.next()?);
    loop {
        let place = |standing: &Standing| (standing.resource_type.clone(), standing.id.clone());
        let (is_old, is_new) = match (&one, &other) {
            (None, None) => break,
            (Some(_), None) => (true, false),
            (None, Some(_)) => (false, true),
            (Some(one), Some(other)) => (place(one) <= place(other), place(other) <= place(one)),
        };
        let differs = !is_old || !is_new || one != other;
        if let Some(found) = (if is_old { &one } else { &other }).as_ref().filter(|_| differs) {
            let entry = differences.entry(found.resource_type.clone()).or_default();
            match (is_old, is_new) {
                (true, false) => entry.only_old += 1,
                (false, _) => entry.only_new += 1,
                (true, true) => entry.changed += 1,
            }
            if entry.some.len() < NAMED {
                entry.some.push(found.id.clone());
            }
        }
        if is_old {
            one = olds.next()?;
        }
        if is_new {
            other = news.next()?;
        }
    }
    println!("fingerprint of the record     {}", olds.fingerprint.finish());
    println!("fingerprint of the new record {}", news.fingerprint.finish());
    for (resource_type, Difference { only_old, only_new, changed, some }) in &differences {
        println!(
            "{resource_type}: {only_old} only in the record, {only_new} only in the new one, {changed} differ; {}",
            some.join(" ")
        );
    }
    println!(
        "{}",
        if differences.is_empty() { "they are the same" } else { "they are not the same" }
    );
    Ok(())
}
