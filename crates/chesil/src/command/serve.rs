//! `chesil serve`: runs until it is told to stop.

use std::sync::Arc;

use accounts::Cost;
use anyhow::{Result, bail};
use model::SystemClock;
use tokio::signal::unix::{SignalKind, signal};

use super::Folder;
use crate::config;
use crate::running::{self, Mode};

pub(super) fn run(folder: &Folder) -> Result<()> {
    let settings = match config::load(&folder.config) {
        Ok(settings) => settings,
        Err(problems) => bail!("the configuration has mistakes:\n{problems}"),
    };
    tokio::runtime::Runtime::new()?.block_on(async {
        let mode = Mode { demo_hint: None, password_cost: Cost::STANDARD };
        let running = running::start(settings, mode, Arc::new(SystemClock)).await?;
        tracing::info!("portal: http://{}", running.portal);
        for (channel, address) in &running.listeners {
            tracing::info!("{channel}: mllp://{address}");
        }
        let mut hangup = signal(SignalKind::hangup())?;
        let mut told = std::pin::pin!(until_told_to_stop());
        loop {
            tokio::select! {
                told = &mut told => break told?,
                // What certbot and systemctl reload send once a certificate is renewed.
                _ = hangup.recv() => running.reload_certificates(),
            }
        }
        tracing::info!("stopping");
        running.stop().await;
        Ok(())
    })
}

/// Returns at Ctrl-C or SIGTERM.
pub(super) async fn until_told_to_stop() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
