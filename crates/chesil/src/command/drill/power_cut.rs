//! The power goes under load: what was written and not synced is gone.
//!
//! The server runs with a library loaded before libc (`drill/power_cut.c`, compiled here) that keeps
//! beside its data folder a second one, which holds only what was synced. After each kill that is what
//! the server finds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::site::Site;
use super::{MOST_BEFORE, promises, sending};
use crate::command::demo::Temporary;

const LIBRARY: &str = include_str!("../../../drill/power_cut.c");

/// `chesil drill power-cut`
#[derive(Debug, Args)]
pub(super) struct PowerCut {
    /// How often the power goes
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// When it goes: after how many acknowledgements, drawn by this seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Let the disk say that it has synced when it has not: the drill must then find what is lost
    #[arg(long)]
    without_fsync: bool,
    /// Keep everything in this folder, to look at it
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(cut: &PowerCut) -> Result<()> {
    ensure!(cut.rounds > 0, "there must be a round");
    ensure!(
        cfg!(target_os = "linux"),
        "the power-cut drill needs Linux: it loads a library before libc"
    );
    let temporary = Temporary::unless(cut.folder.is_some());
    let folder = cut.folder.clone().unwrap_or_else(|| temporary.path());
    let site = Site::new(&folder)?;
    let disk = Disk::under(&site, &folder, cut.without_fsync)?;
    let mut dice = ChaCha8Rng::seed_from_u64(cut.seed);
    let mut rounds = Vec::new();
    for round in 0..cut.rounds {
        let after = usize::try_from(1 + dice.next_u32() % MOST_BEFORE)?;
        let server = site.start(&disk.environment)?;
        let hospital = server.hospital;
        let sent = sending::until_gone(hospital, round, after, || server.kill())?;
        disk.power_is_back()?;
        let acknowledged: usize = sent.iter().map(|lane| lane.acknowledged).sum();
        eprintln!("round {}: the power went after {acknowledged} acknowledgements", round + 1);
        rounds.push(sent);
    }
    let server = site.start(&disk.environment)?;
    server.wait_until_processed()?;
    server.kill()?;
    let kept = promises::check(&site.database(), &rounds)?;
    println!(
        "{} power cuts: {} messages acknowledged, {} processed, {} numbers merged; none lost, none twice, \
         every patient's in order",
        cut.rounds, kept.acknowledged, kept.processed, kept.merged
    );
    Ok(())
}

/// A data folder and what of it would survive.
struct Disk {
    data: PathBuf,
    durable: PathBuf,
    environment: Vec<(String, String)>,
}

impl Disk {
    fn under(site: &Site, folder: &Path, without_fsync: bool) -> Result<Self> {
        let folder = fs::canonicalize(folder)?;
        let (data, durable) = (folder.join("data"), folder.join("durable"));
        fs::create_dir_all(site.data())?;
        fs::create_dir_all(&durable)?;
        let library = compiled(&folder)?;
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path is not UTF-8");
        let mut environment = vec![
            ("LD_PRELOAD".to_owned(), text(&library)?),
            ("DRILL_DATA".to_owned(), text(&data)?),
            ("DRILL_DURABLE".to_owned(), text(&durable)?),
        ];
        if without_fsync {
            environment.push(("DRILL_WITHOUT_FSYNC".to_owned(), "1".to_owned()));
        }
        Ok(Self { data, durable, environment })
    }

    /// The data folder holds what was synced, and nothing else.
    fn power_is_back(&self) -> Result<()> {
        fs::remove_dir_all(&self.data)?;
        fs::create_dir(&self.data)?;
        for entry in fs::read_dir(&self.durable)? {
            let entry = entry?;
            fs::copy(entry.path(), self.data.join(entry.file_name()))?;
        }
        Ok(())
    }
}

/// The library, ready to be loaded.
fn compiled(folder: &Path) -> Result<PathBuf> {
    let (source, library) = (folder.join("power_cut.c"), folder.join("power_cut.so"));
    fs::write(&source, LIBRARY)?;
    let compiler = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .context("the power-cut drill needs a C compiler (cc)")?;
    if !compiler.status.success() {
        bail!("the library does not compile:\n{}", String::from_utf8_lossy(&compiler.stderr));
    }
    Ok(library)
}
