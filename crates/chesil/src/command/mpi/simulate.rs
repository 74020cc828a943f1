//! `chesil mpi simulate`: what would another model make of the index?
//!
//! 1. read every record, as one moment's snapshot;
//! 2. find the pairs worth comparing, and compare them under the new model;
//! 3. where the pairs give other people than there are, put those records together as the index
//!    itself would, stewards' and sources' words included;
//! 4. say what differs, in numbers and, if wanted, by local number.

mod groups;
mod difference;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use db::{Db, Location, Tx};
use empi::Held;
use indicatif::{ProgressBar, ProgressStyle};
use matching::{Batch, Model, Outcome};

use crate::command::Folder;
use crate::command::link::model;
use crate::command::people_file::threads;
use crate::new_file::{Existing, NewFile};
use difference::Difference;
use groups::Groups;

/// Records read in one question.
const AT_ONCE: u32 = 20_000;
/// More records than these are not put together: something is wrong with them already.
const MOST_TOGETHER: usize = 400;
const TICK: Duration = Duration::from_millis(200);

/// `chesil mpi simulate`
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    folder: Folder,
    /// The model to try
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Where to write every pair that would change, by local number
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// How many threads compare; all cores if not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace a file of pairs that is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(simulate: &Simulate) -> Result<()> {
    let settings = super::settings(&simulate.folder)?;
    let model = model(Some(&simulate.model))?;
    model.for_patients().with_context(|| simulate.model.display().to_string())?;
    let existing = if simulate.force { Existing::Replace } else { Existing::Keep };
    let mut file =
        simulate.pairs.as_deref().map(|path| NewFile::create(path, existing)).transpose()?;
    if let Location::Sqlite(path) = &settings.database
        && !path.exists()
    {
        bail!("there is no index at {} yet", path.display());
    }
    let db = Db::open(&settings.database)?;
    let threads = threads(simulate.threads);
    let told = Told::new()?;
    db.read(|tx| {
        let records = read(tx, &told)?;
        let difference = difference(tx, &records, &model, threads, &told)?;
        if let Some(file) = &mut file {
            difference.write(file, &model)?;
        }
        told.done();
        print!("{}", difference.summary(&settings.model, &model));
        Ok::<_, anyhow::Error>(())
    })?;
    file.map_or(Ok(()), NewFile::keep)
}

/// Steps 2 to 4.
fn difference<'a>(
    tx: &mut Tx,
    records: &'a [Held],
    model: &Model,
    threads: usize,
    told: &Told,
) -> Result<Difference<'a>> {
    told.say("Comparing");
    let pairs = compare(records, model, threads);
    told.say("Putting together");
    let mut difference = Difference::new(records);
    let mut groups = Groups::today(records);
    for pair in pairs.iter().filter(|pair| matches!(pair.outcome, Outcome::Link(_))) {
        groups.tie(pair.a, pair.b);
    }
    for together in groups.changed(records) {
        if together.len() > MOST_TOGETHER {
            difference.too_large(&together);
            continue;
        }
        let ids: Vec<_> = together.iter().filter_map(|at| Some(records.get(*at)?.id)).collect();
        difference.regroup(&together, &empi::put_together(tx, model, &ids)?);
    }
    difference.questions(&pairs, &empi::open_questions(tx)?, &empi::answered(tx)?);
    Ok(difference)
}

/// Step 1.
pub(super) fn read(tx: &mut Tx, told: &Told) -> Result<Vec<Held>> {
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let (some, next) = empi::held(tx, after, AT_ONCE)?;
        if some.is_empty() {
            return Ok(records);
        }
        records.extend(some);
        after = next;
        told.say(&format!("Reading: {} records", records.len()));
    }
}

/// Two records, by their places, and what the new model says of them.
struct Compared {
    a: usize,
    b: usize,
    outcome: Outcome,
}

/// Step 2. The batch finds the pairs; it weighs names by how common they are among these records,
/// which the index does not, so each pair is then weighed as the index would.
fn compare(records: &[Held], model: &Model, threads: usize) -> Vec<Compared> {
    let mut batch = Batch::new(model);
    for record in records {
        batch.add(record.profile.clone());
    }
    let pairs = batch.link(threads, &|_| {}).pairs;
    let weigh = |pair: &matching::Pair| {
        let (a, b) = (usize::try_from(pair.a).ok()?, usize::try_from(pair.b).ok()?);
        let weight = model.compare(&records.get(a)?.profile, &records.get(b)?.profile);
        let outcome = model.decide(&weight);
        let compared = Compared { a, b, outcome };
        (compared.outcome != Outcome::New).then_some(compared)
    };
    let part = pairs.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = pairs
            .chunks(part)
            .map(|some| scope.spawn(move || some.iter().filter_map(weigh).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().filter_map(|part| part.join().ok()).flatten().collect()
    })
}

/// What is being done, on a terminal.
pub(super) struct Told(ProgressBar);

impl Told {
    pub(super) fn new() -> Result<Self> {
        let style = ProgressStyle::with_template("{msg}, {elapsed}")?;
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(TICK);
        Ok(Self(bar))
    }

    pub(super) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}
