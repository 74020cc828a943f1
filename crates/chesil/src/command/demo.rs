//! `chesil demo`: a county on one machine.
//!
//! 1. make the county, or the one this folder had before;
//! 2. start its GP practices, then Chesil itself;
//! 3. play the history of every source, with a progress bar;
//! 4. say where to look and whom to sign in as;
//! 5. let life go on until Ctrl-C.

mod announcement;
mod story;
mod settings;
mod history;
mod life;
mod users;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use accounts::Cost;
use anyhow::{Context, Result};
use clap::Args;
use model::{Clock, SystemClock};
use simulator::County;

use super::serve::until_told_to_stop;
use crate::running::{self, Mode, Running};
use settings::Ways;
use story::Story;
pub(super) use users::PASSWORD;

/// `chesil demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many people live in the county
    #[arg(long, default_value_t = 5000)]
    people: usize,
    /// The seed: the same seed gives the same county
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep everything in this folder, and go on from it next time
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Port of the portal
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the first hospital's MLLP listener; the others take the next two
    #[arg(long, default_value_t = 2575)]
    mllp_port: u16,
    /// Seconds between two things that happen in the county
    #[arg(long, default_value_t = 4)]
    pace: u64,
    /// A database in the place of SQLite: postgres://USER@HOST/DATABASE
    #[arg(long)]
    database: Option<String>,
    /// Listen on all addresses, not only on this machine: for a demonstration on a private network
    #[arg(long)]
    open: bool,
}

impl Demo {
    /// A county nobody need know the ports of.
    pub(super) fn on_free_ports(people: usize) -> Self {
        let (seed, pace) = (1, 4);
        Self { people, seed, data: None, port: 0, mllp_port: 0, pace, database: None, open: false }
    }

    /// The folder's story, or a new one.
    pub(super) fn story(&self, folder: &Path) -> Result<Story> {
        std::fs::create_dir_all(folder).with_context(|| {
            format!("the data folder {} cannot be written; choose another", folder.display())
        })?;
        Story::open(folder, self, SystemClock.now())
    }

    fn address(&self, port: u16) -> SocketAddr {
        let host = if self.open { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        SocketAddr::new(IpAddr::V4(host), port)
    }
}

pub(super) fn run(demo: Demo) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        tokio::select! {
            result = play(&demo) => result,
            // Before the county is ready there is nothing to finish: what was stored is stored.
            stopped = until_told_to_stop() => stopped,
        }
    })
}

async fn play(demo: &Demo) -> Result<()> {
    let temporary = Temporary::unless(demo.data.is_some());
    let folder = demo.data.clone().unwrap_or_else(|| temporary.path());
    let mut story = demo.story(&folder)?;
    say(&format!("Making a county of {} people (seed {}).", story.people, story.seed));
    let AtWork { county, running, ways, .. } = start(demo, &folder, &mut story).await?;
    announcement::announce(demo, &county, &running, &folder);
    tokio::select! {
        lived = life::live(&county, &running, &ways, &mut story, &folder, demo.pace) => lived?,
        stopped = until_told_to_stop() => stopped?,
    }
    say("Stopping.");
    running.stop().await;
    Ok(())
}

/// A county at work, with all its history in the record.
pub(super) struct AtWork {
    pub(super) county: Arc<County>,
    pub(super) running: Running,
    ways: Ways,
    /// How long its history took; `None` where an earlier start had loaded it.
    pub(super) loading: Option<Duration>,
}

/// Steps 1 to 3.
pub(super) async fn start(demo: &Demo, folder: &Path, story: &mut Story) -> Result<AtWork> {
    let county = Arc::new(County::new(story.seed, story.people, story.began_at));
    let practices = settings::start_practices(&county).await?;
    let (settings, ways) = settings::settings(demo, folder, &county, practices)?;
    let mode = Mode { demo_hint: Some(users::hint(&county)), password_cost: Cost::QUICK };
    let running = running::start(settings, mode, Arc::new(SystemClock)).await?;
    users::add(&running.db, &county)?;

    let mut loading = None;
    if !story.history_played {
        let began = Instant::now();
        history::play(&county, &running, &ways).await?;
        loading = Some(began.elapsed());
        story.history_played = true;
        story.keep(folder)?;
    }
    Ok(AtWork { county, running, ways, loading })
}

/// A line for the person at the terminal; a closed terminal is no reason to stop.
fn say(text: &str) {
    let mut out = std::io::stdout();
    drop(writeln!(out, "{text}"));
    drop(out.flush());
}

/// A folder that goes with the process, unless the user named one.
pub(super) struct Temporary(Option<PathBuf>);

impl Temporary {
    pub(super) fn unless(named: bool) -> Self {
        let unique = format!("chesil-demo-{}", std::process::id());
        Self((!named).then(|| std::env::temp_dir().join(unique)))
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.clone().unwrap_or_default()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // What cannot be removed is in the system's temporary folder.
            drop(std::fs::remove_dir_all(path));
        }
    }
}
