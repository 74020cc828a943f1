//! `chesil drill`: what the engine promises, tried on this machine until it breaks or holds.
//!
//! A server of its own, in a folder of its own, is sent messages and stopped in the worst ways; then
//! what it had acknowledged is compared with what it holds. A promise that is not kept is an error.

mod kill;
mod malformed;
mod mutate;
mod power_cut;
mod promises;
mod sending;
mod site;
mod story;

use anyhow::Result;
use clap::{Args, Subcommand};

/// `chesil drill PART`
#[derive(Debug, Args)]
pub(crate) struct Drill {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Kill the server under load (SIGKILL), again and again: no acknowledged message may be lost, no
    /// effect doubled, no patient's order changed
    Kill(kill::Kill),
    /// Cut the power under load, again and again: what was not synced is gone, and the same must hold
    PowerCut(power_cut::PowerCut),
    /// Send malformed and mutated messages: each must be answered, and what was accepted, refused and
    /// parked must add up
    Malformed(malformed::Malformed),
}

/// The most acknowledgements that a round waits for before the worst happens.
const MOST_BEFORE: u32 = 600;

pub(super) fn run(drill: &Drill) -> Result<()> {
    match &drill.part {
        Part::Kill(kill) => kill::run(kill),
        Part::PowerCut(cut) => power_cut::run(cut),
        Part::Malformed(malformed) => malformed::run(malformed),
    }
}
