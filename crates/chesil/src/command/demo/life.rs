//! Life goes on: one event every few seconds, sent by its source's own protocol.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use model::{Clock, SystemClock};
use simulator::{County, LifeStart, Outgoing, Payload, Source};

use super::history::{drop_file, listener, post};
use super::settings::Ways;
use super::story::Story;
use crate::running::Running;

/// Lives until the process is told to stop. An event that does not arrive is tried again with the next.
pub(super) async fn live(
    county: &Arc<County>,
    running: &Running,
    ways: &Ways,
    story: &mut Story,
    folder: &Path,
    pace_seconds: u64,
) -> Result<()> {
    let client = reqwest::Client::new();
    let mut life = county.life(LifeStart { stamp: "L".to_owned(), played: story.played });
    let mut tick = tokio::time::interval(Duration::from_secs(pace_seconds.max(1)));
    loop {
        tick.tick().await;
        let outgoing = life.next(SystemClock.now());
        if let Err(error) = send(outgoing, &client, running, ways).await {
            tracing::warn!("an event of the demonstration did not arrive: {error:#}");
        }
        story.played = life.played();
        story.keep(folder)?;
    }
}

async fn send(
    outgoing: Outgoing,
    client: &reqwest::Client,
    running: &Running,
    ways: &Ways,
) -> Result<()> {
    let hospital = match outgoing.source {
        Source::Hospital(hospital) => ways.hospitals.iter().find(|(of, _)| *of == hospital),
        Source::MentalHealth | Source::Council => None,
    };
    if let Some((_, channel)) = hospital {
        let address = listener(running, channel)?;
        simulator::play_mllp(address, [outgoing], 1, |_| {}).await?;
        return Ok(());
    }
    match outgoing.payload {
        Payload::Bundle(bytes) => post(client, running.portal, ways, bytes).await,
        payload => drop_file(ways, payload),
    }
}
