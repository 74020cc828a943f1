//! SIGKILL under load, with merges among the messages.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::site::Site;
use super::{MOST_BEFORE, promises, sending};
use crate::command::demo::Temporary;

/// `chesil drill kill`
#[derive(Debug, Args)]
pub(super) struct Kill {
    /// How often the server is killed
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// When it is killed: after how many acknowledgements, drawn by this seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep everything in this folder, to look at it
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(kill: &Kill) -> Result<()> {
    ensure!(kill.rounds > 0, "there must be a round");
    let temporary = Temporary::unless(kill.folder.is_some());
    let site = Site::new(&kill.folder.clone().unwrap_or_else(|| temporary.path()))?;
    let mut dice = ChaCha8Rng::seed_from_u64(kill.seed);
    let mut rounds = Vec::new();
    for round in 0..kill.rounds {
        let after = usize::try_from(1 + dice.next_u32() % MOST_BEFORE)?;
        let server = site.start(&[])?;
        let hospital = server.hospital;
        let sent = sending::until_gone(hospital, round, after, || server.kill())?;
        let acknowledged: usize = sent.iter().map(|lane| lane.acknowledged).sum();
        eprintln!("round {}: killed after {acknowledged} acknowledgements", round + 1);
        rounds.push(sent);
    }
    let server = site.start(&[])?;
    server.wait_until_processed()?;
    server.kill()?;
    let kept = promises::check(&site.database(), &rounds)?;
    println!(
        "{} kills: {} messages acknowledged, {} processed, {} numbers merged; none lost, none twice, \
         every patient's in order",
        kill.rounds, kept.acknowledged, kept.processed, kept.merged
    );
    Ok(())
}
