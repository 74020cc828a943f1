//! `chesil link`: which records of a CSV file are of one person.
//!
//! 1. look whether the results can be written, before the work;
//! 2. say which column was taken for what;
//! 3. read, compare, link;
//! 4. write clusters, pairs and problems, each whole or not at all;
//! 5. say what became of every row.

mod progress;
mod summary;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use linkage::{Error, Linkage, Linking, ProblemFile, Reading, Table};
use matching::Model;

use super::people_file::{open, threads, today};
use super::serve::until_told_to_stop;
use crate::new_file::{Existing, NewFile};
use progress::Progress;

/// How long after Ctrl-C an unfinished file may take to be removed.
const PATIENCE: Duration = Duration::from_secs(5);

/// `chesil link`
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// The CSV file, with a header line
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write record_id,cluster_id
    #[arg(long, value_name = "FILE", required_unless_present = "show_columns")]
    output: Option<PathBuf>,
    /// Where to write id_l,id_r,score,decision
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Where to write every problem by line and column
    #[arg(long, value_name = "FILE")]
    problems: Option<PathBuf>,
    /// Which column holds what; well-known headings need none
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Weights and thresholds in the place of the built-in ones
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// How many threads compare; all cores if not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace results that are there
    #[arg(long)]
    force: bool,
    /// Only print the column map that would be used
    #[arg(long)]
    show_columns: bool,
}

/// How the thread that links and the one that hears Ctrl-C know of each other.
#[derive(Debug, Default)]
struct Signals {
    stop: AtomicBool,
    /// Records are being compared: nothing is half-written, and nothing listens.
    comparing: AtomicBool,
}

pub(super) fn run(link: Link) -> Result<()> {
    let table = open(&link.input, link.map.as_deref())?;
    if link.show_columns {
        print!("{}", table.columns().as_toml());
        return Ok(());
    }
    let output = link.output.clone().context("--output is needed")?;
    check_results(&link, &output)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let signals = Arc::new(Signals::default());
    let heard = Arc::clone(&signals);
    let result = runtime.block_on(async {
        let mut work =
            tokio::task::spawn_blocking(move || to_files(table, &link, &output, &signals));
        tokio::select! {
            done = &mut work => return done?,
            stopped = until_told_to_stop() => stopped?,
        }
        heard.stop.store(true, Ordering::SeqCst);
        if heard.comparing.load(Ordering::SeqCst) {
            return Err(Error::Stopped.into());
        }
        // A file that comes from elsewhere may keep us waiting for its next byte.
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done?,
            Err(_) => Err(Error::Stopped.into()),
        }
    });
    runtime.shutdown_background();
    result
}

/// Step 1.
fn check_results(link: &Link, output: &Path) -> Result<()> {
    let existing = existing(link);
    let results = [Some(output), link.pairs.as_deref(), link.problems.as_deref()];
    let results: Vec<&Path> = results.into_iter().flatten().collect();
    for (at, path) in results.iter().enumerate() {
        existing.check(path)?;
        let same = |other: &Path| same_file(path, other);
        if same(&link.input) || results.iter().skip(at + 1).any(|other| same(other)) {
            bail!("{} is named twice; every file needs a name of its own", path.display());
        }
    }
    Ok(())
}

fn same_file(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

fn existing(link: &Link) -> Existing {
    if link.force { Existing::Replace } else { Existing::Keep }
}

/// Steps 2 to 5.
fn to_files(table: Table<File>, link: &Link, output: &Path, signals: &Signals) -> Result<()> {
    let columns = table.columns().clone();
    summary::columns(&columns)?;
    let model = model(link.model.as_deref())?;
    let bytes = std::fs::metadata(&link.input)?.len();
    let linkage = to_clusters(table, link, &model, bytes, signals)?;
    let tally = linkage.tally(model.review_from())?;
    write(link, output, &linkage, &model, signals)?;
    summary::results(&linkage.report, &columns, &tally, link.problems.as_deref())
}

/// Step 3; the problems are a whole file when all is read.
fn to_clusters(
    table: Table<File>,
    link: &Link,
    model: &Model,
    bytes: u64,
    signals: &Signals,
) -> Result<Linkage> {
    let file = link.problems.as_deref().map(|path| NewFile::create(path, existing(link)));
    let file = file.transpose()?;
    let headings = table.columns().headings();
    let mut problems = file.map(|file| ProblemFile::new(file, headings)).transpose()?;
    let progress = Progress::new(bytes);
    let linking = Linking {
        model,
        reading: Reading { threads: threads(link.threads), today: today(), stop: &signals.stop },
        comparing: &signals.comparing,
    };
    let linkage = linkage::link(
        table,
        &linking,
        |problem| problems.as_mut().map_or(Ok(()), |file| file.add(problem)),
        &|step| progress.show(step),
    )?;
    progress.finish();
    if let Some(file) = problems {
        file.finish()?.keep()?;
    }
    Ok(linkage)
}

/// Step 4: both are whole before either is in its place.
fn write(
    link: &Link,
    output: &Path,
    linkage: &Linkage,
    model: &Model,
    signals: &Signals,
) -> Result<()> {
    let mut clusters = NewFile::create(output, existing(link))?;
    linkage.write_clusters(&mut clusters, &signals.stop)?;
    if let Some(path) = &link.pairs {
        let mut pairs = NewFile::create(path, existing(link))?;
        linkage.write_pairs(&mut pairs, model.review_from(), &signals.stop)?;
        pairs.keep()?;
    }
    clusters.keep()
}

/// The model of a file, or the built-in one.
pub(super) fn model(path: Option<&Path>) -> Result<Model> {
    let Some(path) = path else { return Ok(Model::standard().clone()) };
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(name)?;
    Model::parse(&text).with_context(name)
}
