//! The patient index: how well it links, how fast, and what an index of a whole region costs.

mod memory;
mod durable;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use jiff::Timestamp;
use model::{Clock, SystemClock};
use simulator::{IndexPopulation, IndexRecord};

/// `chesil bench mpi`
#[derive(Debug, Args)]
pub(super) struct Mpi {
    /// How many records are in the index
    #[arg(long, default_value_t = 1_000_000)]
    records: u32,
    /// How many of them are put on disk; 0 is none [default: all]
    #[arg(long)]
    stored: Option<u32>,
    /// How many are then added on disk one by one
    #[arg(long, default_value_t = 5000)]
    adds: u32,
    /// The seed of the people
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A database in the place of SQLite in a temporary folder: postgres://USER@HOST/DATABASE
    #[arg(long, conflicts_with = "index")]
    database: Option<String>,
    /// Keep the index in this folder; one that is there already is added to, not loaded again
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,
    /// Measure nothing in memory
    #[arg(long)]
    only_stored: bool,
}

impl Mpi {
    /// So many records of people that are always the same.
    fn population(&self, records: u32) -> impl Iterator<Item = IndexRecord> + use<> {
        IndexPopulation::new(self.seed, records)
    }

    fn now() -> Timestamp {
        SystemClock.now()
    }
}

pub(super) fn run(mpi: &Mpi) -> Result<()> {
    ensure!(mpi.records > 0 && mpi.adds > 0, "there must be records to add, and some to add to");
    if !mpi.only_stored {
        memory::run(mpi)?;
    }
    match mpi.stored.unwrap_or(mpi.records) {
        0 => Ok(()),
        stored => durable::run(mpi, stored),
    }
}
