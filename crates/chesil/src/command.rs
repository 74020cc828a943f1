//! What the program can be told to do.

mod accept_log_loss;
mod bench;
mod channel;
mod check;
mod compare;
mod demo;
mod drill;
mod explain;
mod link;
mod mpi;
mod people_file;
mod replay;
mod serve;
mod simulate_index;
mod user;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

/// `chesil COMMAND`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a whole county's care record, simulated, on this machine
    Demo(demo::Demo),
    /// Run with the configuration of a folder
    Serve(Folder),
    /// Say what is wrong with a configuration, by file and line
    Check(Folder),
    /// Say what the messages of a file become, element by element, and what came of each field
    Explain(explain::Explain),
    /// Compare what messages become with FHIR bundles that others made of them, fact by fact
    Compare(compare::Compare),
    /// Try a channel on messages: golden files, and what of them nobody understands
    Channel(channel::Channel),
    /// Make the record anew from the log, beside the one that is there, and say where they differ
    Replay(replay::Replay),
    /// Add a user, with a password read from standard input
    AddUser(user::AddUser),
    /// Go on without the log of what came, where it is lost for good
    AcceptLogLoss(accept_log_loss::AcceptLogLoss),
    /// Link the records of a CSV file that are of one person
    Link(link::Link),
    /// The index of people: load an organisation's, try a new model, check and repair
    Mpi(mpi::Mpi),
    /// Measure how fast it is on this machine: one JSON line for each figure, with its goal
    Bench(bench::Bench),
    /// Try what the engine promises on this machine: kill it under load, and count what it kept
    Drill(drill::Drill),
    /// Make patient indexes of four organisations with all their mistakes, and the truth about who
    /// is who: to test how well an index links
    SimulateIndex(simulate_index::SimulateIndex),
}

/// Where the configuration is.
#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) config: PathBuf,
}

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(demo) => demo::run(demo),
        Command::Serve(folder) => serve::run(&folder),
        Command::Check(folder) => check::run(&folder),
        Command::Explain(explain) => explain::run(&explain),
        Command::Compare(compare) => compare::run(&compare),
        Command::Channel(channel) => channel::run(&channel),
        Command::Replay(replay) => replay::run(&replay),
        Command::AddUser(user) => user::run(user),
        Command::AcceptLogLoss(accept) => accept_log_loss::run(&accept),
        Command::Link(link) => link::run(link),
        Command::Mpi(mpi) => mpi::run(mpi),
        Command::Bench(bench) => bench::run(bench),
        Command::Drill(drill) => drill::run(&drill),
        Command::SimulateIndex(simulate) => simulate_index::run(&simulate),
    }
}
