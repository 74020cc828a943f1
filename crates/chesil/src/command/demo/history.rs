//! Plays what happened before today, each source by its own protocol, all at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use simulator::{County, Payload, Source};

use super::settings::Ways;
use crate::running::Running;

/// Messages of one hospital that may wait for their acknowledgement at once.
const WINDOW: usize = 32;

/// How often the progress bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Plays every source's history and returns when all of it is in the record.
pub(super) async fn play(county: &Arc<County>, running: &Running, ways: &Ways) -> Result<()> {
    let total: usize = Source::ALL.iter().map(|source| county.history(*source).len()).sum();
    let bar = ProgressBar::new(u64::try_from(total)?);
    bar.set_style(ProgressStyle::with_template(
        "Loading history {bar:40} {pos}/{len} messages, {elapsed}",
    )?);
    let sent = Arc::new(AtomicU64::new(0));
    let playing = async {
        let (hospitals, bundles) = tokio::join!(
            hospitals(county, running, ways, &sent),
            bundles(county, running.portal, ways, &sent)
        );
        hospitals?;
        bundles?;
        council(county, ways, &sent)
    };
    tokio::pin!(playing);
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            played = &mut playing => break played?,
            _ = tick.tick() => move_bar(&bar, &sent, running),
        }
    }
    while !is_in_record(running, ways) {
        tick.tick().await;
        move_bar(&bar, &sent, running);
    }
    bar.finish();
    Ok(())
}

fn move_bar(bar: &ProgressBar, sent: &AtomicU64, running: &Running) {
    let waiting = u64::try_from(running.inbox.waiting()).unwrap_or(0);
    bar.set_position(sent.load(Ordering::Relaxed).saturating_sub(waiting));
}

/// Nothing waits in the log, and the council's files have been picked up.
fn is_in_record(running: &Running, ways: &Ways) -> bool {
    let is_empty = |folder| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
    running.inbox.waiting() <= 0 && ways.folders.iter().all(|(_, folder)| is_empty(folder))
}

async fn hospitals(
    county: &Arc<County>,
    running: &Running,
    ways: &Ways,
    sent: &Arc<AtomicU64>,
) -> Result<()> {
    let mut players = tokio::task::JoinSet::new();
    for (hospital, channel) in &ways.hospitals {
        let address = listener(running, channel)?;
        let (county, sent, source) =
            (Arc::clone(county), Arc::clone(sent), Source::Hospital(*hospital));
        players.spawn(async move {
            let mut before = 0;
            let history = county.history(source);
            simulator::play_mllp(address, history, WINDOW, |progress| {
                sent.fetch_add(progress.answered() - before, Ordering::Relaxed);
                before = progress.answered();
            })
            .await
        });
    }
    while let Some(played) = players.join_next().await {
        played??;
    }
    Ok(())
}

/// Where a hospital's channel listens.
pub(super) fn listener(running: &Running, channel: &str) -> Result<SocketAddr> {
    let found = running.listeners.iter().find(|(name, _)| name == channel);
    found.map(|(_, address)| *address).with_context(|| format!("no listener for {channel}"))
}

async fn bundles(
    county: &Arc<County>,
    portal: SocketAddr,
    ways: &Ways,
    sent: &AtomicU64,
) -> Result<()> {
    let client = reqwest::Client::new();
    for outgoing in county.history(Source::MentalHealth) {
        if let Payload::Bundle(bytes) = outgoing.payload {
            post(&client, portal, ways, bytes).await?;
        }
        sent.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Posts one bundle as the mental-health provider.
pub(super) async fn post(
    client: &reqwest::Client,
    portal: SocketAddr,
    ways: &Ways,
    bytes: Vec<u8>,
) -> Result<()> {
    let (path, token) = &ways.bundles;
    simulator::post_bundle(client, &format!("http://{portal}{path}"), Some(token), bytes).await?;
    Ok(())
}

fn council(county: &Arc<County>, ways: &Ways, sent: &AtomicU64) -> Result<()> {
    for outgoing in county.history(Source::Council) {
        drop_file(ways, outgoing.payload)?;
        sent.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Drops one of the council's files.
pub(super) fn drop_file(ways: &Ways, payload: Payload) -> Result<()> {
    let Payload::Csv { table, name, bytes } = payload else { return Ok(()) };
    let folder = ways.folders.iter().find(|(of, _)| *of == table).map(|(_, folder)| folder);
    simulator::drop_csv(folder.with_context(|| format!("no folder for {table}"))?, &name, &bytes)?;
    Ok(())
}
