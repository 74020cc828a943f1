//! `chesil simulate-index`: people who never were, as four organisations have written them down.

use std::fs::File;
use std::io::{BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressIterator};
use simulator::{IndexPopulation, index_population};

/// `chesil simulate-index`
#[derive(Debug, Args)]
pub(crate) struct SimulateIndex {
    /// How many records; about half as many people
    #[arg(long, default_value_t = 20_000)]
    records: u32,
    /// The seed: the same seed and number give the same files
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the records, as CSV
    #[arg(long, value_name = "FILE", default_value = "records.csv")]
    output: PathBuf,
    /// Where to write who is who: record_id, person_id and what makes the record hard
    #[arg(long, value_name = "FILE", default_value = "truth.csv")]
    truth: PathBuf,
}

pub(super) fn run(simulate: &SimulateIndex) -> Result<()> {
    let population = IndexPopulation::new(simulate.seed, simulate.records);
    let bar = ProgressBar::new(u64::from(simulate.records));
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let written = index_population::write_csv(
        population.progress_with(bar),
        create(&simulate.output)?,
        create(&simulate.truth)?,
    )
    .context("the files could not be written")?;
    println!(
        "{} records in {}, the truth about them in {}. Nobody in them is real.",
        written.records,
        simulate.output.display(),
        simulate.truth.display()
    );
    Ok(())
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}
