//! `chesil demo`: a county on one machine.
//!
//! 1. make the county, or the one this folder had before;
//! 2. start its GP practices, then Chesil itself;
//! 3. play the history of every source, with a progress bar;
//! 4. say where to look and whom to sign in as;
//! 5. let life go on until Ctrl-C.

mod story;
mod settings;
mod history;
mod life;
mod users;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use accounts::Cost;
use anyhow::{Context, Result};
use clap::Args;
use model::{Clock, SystemClock};
use simulator::County;

use super::serve::until_told_to_stop;
use crate::running::{self, Mode, Running};
use story::Story;

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
    std::fs::create_dir_all(&folder).with_context(|| {
        format!("the data folder {} cannot be written; choose another", folder.display())
    })?;
    let mut story = Story::open(&folder, demo, SystemClock.now())?;
    say(&format!("Making a county of {} people (seed {}).", story.people, story.seed));
    let county = Arc::new(County::new(story.seed, story.people, story.began_at));

    let practices = settings::start_practices(&county).await?;
    let (settings, ways) = settings::settings(demo, &folder, &county, practices)?;
    let mode = Mode { demo_hint: Some(users::hint(&county)), password_cost: Cost::QUICK };
    let running = running::start(settings, mode, Arc::new(SystemClock)).await?;
    users::add(&running.db, &county)?;

    if !story.history_played {
        history::play(&county, &running, &ways).await?;
        story.history_played = true;
        story.keep(&folder)?;
    }
    announce(demo, &county, &running, &folder);
    tokio::select! {
        lived = life::live(&county, &running, &ways, &mut story, &folder, demo.pace) => lived?,
        stopped = until_told_to_stop() => stopped?,
    }
    say("Stopping.");
    running.stop().await;
    Ok(())
}

fn announce(demo: &Demo, county: &County, running: &Running, folder: &std::path::Path) {
    let portal = running.portal;
    let mut text =
        format!("\nReady.\n\n  Portal     http://{portal}/\n  FHIR base  http://{portal}/fhir\n");
    for (channel, address) in &running.listeners {
        text.push_str(&format!("  {channel:<10} mllp://{address}\n"));
    }
    text.push_str(&format!("\nSign in as (the password is always {}):\n", users::PASSWORD));
    for user in county.users() {
        let role = user.role.label();
        text.push_str(&format!(
            "  {:<18} {role}, {} at {}\n",
            user.username, user.name, user.organisation
        ));
    }
    text.push_str("\nWorth opening:\n");
    for person in county.people_worth_opening() {
        text.push_str(&format!(
            "  {}  {}\n      {}\n",
            person.nhs_number.spaced(),
            person.name,
            person.sentence
        ));
    }
    let kept = if demo.data.is_some() { "kept in" } else { "in the temporary folder" };
    text.push_str(&format!(
        "\nEverybody here is invented. Data is {kept} {}. Ctrl-C stops.",
        folder.display()
    ));
    say(&text);
}

/// A line for the person at the terminal; a closed terminal is no reason to stop.
fn say(text: &str) {
    let mut out = std::io::stdout();
    drop(writeln!(out, "{text}"));
    drop(out.flush());
}

/// A folder that goes with the process, unless the user named one.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn unless(named: bool) -> Self {
        let unique = format!("chesil-demo-{}", std::process::id());
        Self((!named).then(|| std::env::temp_dir().join(unique)))
    }

    fn path(&self) -> PathBuf {
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
