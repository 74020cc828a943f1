//! `chesil mpi`: the index of people, from the outside.

mod load;
mod simulate;
mod train;
mod repair;
mod rebuild;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::config::{self, Settings};

use super::Folder;

/// `chesil mpi PART`
#[derive(Debug, Args)]
pub(crate) struct Mpi {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Bring an organisation's index of patients into the record, from a CSV file
    Load(load::Load),
    /// Say what another model would link, part or ask about; changes nothing, and may run beside a server
    Simulate(simulate::Simulate),
    /// Learn weights from a CSV file or from the index, to a new model; changes nothing else
    Train(train::Train),
    /// Put everybody together anew, so that the order in which records came makes no difference
    Repair(Folder),
    /// Replay every link from its events and put right what is stored otherwise
    Rebuild(rebuild::Rebuild),
}

pub(super) fn run(mpi: Mpi) -> Result<()> {
    match mpi.part {
        Part::Load(load) => load::run(load),
        Part::Simulate(simulate) => simulate::run(&simulate),
        Part::Train(train) => train::run(&train),
        Part::Repair(folder) => repair::run(&folder),
        Part::Rebuild(rebuild) => rebuild::run(&rebuild),
    }
}

fn settings(folder: &Folder) -> Result<Settings> {
    config::load(&folder.config).map_err(|problems| anyhow::anyhow!("{problems}"))
}
