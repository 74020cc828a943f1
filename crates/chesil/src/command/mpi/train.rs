//! `chesil mpi train`: weights as these records show them.
//!
//! 1. look whether the result can be written, before the work;
//! 2. read the records: of a CSV file, or of the live index as one moment's snapshot;
//! 3. refine the model on them ([`matching::train`]);
//! 4. write the new model, with a word on what it was trained on, and say what moved most.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use clap::Args;
use db::{Db, Location};
use linkage::{ProblemFile, Reading, Report};
use matching::{Model, Moved, Profile, Trained};
use model::{Clock, SystemClock};

use super::simulate::{self, Told};
use crate::command::Folder;
use crate::command::link::model;
use crate::command::people_file::{open, problems, threads, today};
use crate::new_file::{Existing, NewFile};

/// Weights shown, of those that moved most.
const SHOWN: usize = 12;

/// `chesil mpi train`
#[derive(Debug, Args)]
pub(crate) struct Train {
    #[command(flatten)]
    folder: Folder,
    /// A CSV file of people to learn from; the live index if not said
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Where to write every problem of the CSV file by line and column
    #[arg(long, value_name = "FILE", requires = "input")]
    problems: Option<PathBuf>,
    /// Which column of the CSV file holds what
    #[arg(long, value_name = "FILE", requires = "input")]
    map: Option<PathBuf>,
    /// The model to begin from; of a CSV file the built-in one if not said, of the index its own
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Where to write the new model
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// What the new model is called; it is kept with every link made by it
    #[arg(long, value_name = "VERSION")]
    name: String,
    /// How many threads read and find pairs; all cores if not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace a model that is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(train: &Train) -> Result<()> {
    let existing = if train.force { Existing::Replace } else { Existing::Keep };
    existing.check(&train.output)?;
    if train.name.trim().is_empty() || train.name.chars().any(char::is_control) {
        bail!("--name is what the new model is called: one line, such as 2026.4-dorset");
    }
    let told = Told::new()?;
    let (before, profiles) = match &train.input {
        Some(input) => (model(train.model.as_deref())?, of_file(train, input)?),
        None => of_index(train, &told)?,
    };
    told.say("Training");
    let trained = matching::train(&before, &profiles, &train.name, threads(train.threads))?;
    told.done();
    let moved = trained.model.moved_from(&before);
    let mut file = NewFile::create(&train.output, existing)?;
    file.write_all(heading(&trained, &before, profiles.len(), train.input.is_some()).as_bytes())?;
    file.write_all(trained.model.to_text()?.as_bytes())?;
    file.keep()?;
    print!("{}", summary(&trained, &before, profiles.len(), &moved));
    Ok(())
}

/// Step 2, of a file; a row whose record id an earlier one has is left out.
fn of_file(train: &Train, input: &Path) -> Result<Vec<Profile>> {
    let table = open(input, train.map.as_deref())?;
    let columns = table.columns().clone();
    let stop = AtomicBool::new(false);
    let reading = Reading { threads: threads(train.threads), today: today(), stop: &stop };
    let existing = if train.force { Existing::Replace } else { Existing::Keep };
    let file = train.problems.as_deref().map(|path| NewFile::create(path, existing)).transpose()?;
    let mut problem_file =
        file.map(|file| ProblemFile::new(file, columns.headings())).transpose()?;
    let (mut ids, mut profiles, mut report) = (HashSet::new(), Vec::new(), Report::default());
    let mut repeated = 0_usize;
    table.read(
        &reading,
        |person| (person.profile(), person.id),
        |taken| {
            report.add(&taken);
            if let Some(file) = &mut problem_file {
                taken.problems.iter().try_for_each(|problem| file.add(problem))?;
            }
            for (profile, id) in taken.people {
                if ids.insert(id) {
                    profiles.push(profile);
                } else {
                    repeated += 1;
                }
            }
            Ok::<_, anyhow::Error>(())
        },
    )?;
    problem_file.map_or(Ok(()), |file| file.finish()?.keep())?;
    let mut out = std::io::stdout().lock();
    problems(&mut out, &report, &columns, train.problems.as_deref())?;
    if repeated > 0 {
        writeln!(out, "{repeated} rows left out: an earlier line has the record id")?;
    }
    Ok(profiles)
}

/// Step 2, of the index, which may be in use.
fn of_index(train: &Train, told: &Told) -> Result<(Model, Vec<Profile>)> {
    let settings = super::settings(&train.folder)?;
    let before = match &train.model {
        Some(path) => model(Some(path))?,
        None => Model::clone(&settings.model),
    };
    if let Location::Sqlite(path) = &settings.database
        && !path.exists()
    {
        bail!("there is no index at {} yet; --input FILE trains on a CSV file", path.display());
    }
    let held = Db::open(&settings.database)?
        .read(|tx| simulate::read(tx, told))
        .context("the index cannot be read")?;
    Ok((before, held.into_iter().map(|record| record.profile).collect()))
}

/// What stands above the new model.
fn heading(trained: &Trained, before: &Model, records: usize, of_file: bool) -> String {
    let Trained { same, different, weighed, rounds, .. } = trained;
    let records_of = if of_file { "of a file" } else { "of the index" };
    format!(
        "# Trained from model {} at {} on {records} records {records_of}.\n\
         # Pairs that NHS numbers say are one person's: {same}; two people's: {different};\n\
         # weighed by the model: {weighed}. Rounds: {rounds}.\n\n",
        before.version(),
        SystemClock.now(),
    )
}

/// For a person to read.
fn summary(trained: &Trained, before: &Model, records: usize, moved: &[Moved]) -> String {
    let Trained { model, same, different, weighed, rounds } = trained;
    let mut text = format!(
        "{records} records; model {} from {}, {rounds} rounds\n\
         pairs: {same} of one person by their NHS numbers, {different} of two, {weighed} weighed\n",
        model.version(),
        before.version(),
    );
    if moved.is_empty() {
        text.push_str("no weight moved\n");
        return text;
    }
    text.push_str("Weights that moved most:\n");
    for Moved { section, key, before, after } in moved.iter().take(SHOWN) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  [{section}] {key}: {before:+.2} -> {after:+.2}");
    }
    if moved.len() > SHOWN {
        let _ = writeln!(text, "  and {} more", moved.len() - SHOWN);
    }
    text
}
