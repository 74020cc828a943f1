//! `chesil accept-log-loss`: the disk with the log is gone, and there is no copy.

use anyhow::{Result, ensure};
use audit::{By, Event, Note};
use clap::Args;
use model::{Clock, SystemClock};

use crate::command::Folder;
use crate::config;
use crate::data_folder::DataFolder;
use crate::running;

/// `chesil accept-log-loss`
#[derive(Debug, Args)]
pub(crate) struct AcceptLogLoss {
    #[command(flatten)]
    folder: Folder,
    /// Why, for the trail
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Who does it, in the trail.
const ACTOR: &str = "chesil accept-log-loss";

pub(super) fn run(accept: &AcceptLogLoss) -> Result<()> {
    let because = accept.because.trim().to_owned();
    ensure!(!because.is_empty(), "say why, with --because: the trail keeps it");
    let settings =
        config::load(&accept.folder.config).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let _folder = DataFolder::take(&settings.data)?;
    let db = running::open_database(&settings)?;
    let newest = engine::accept_log_loss(&db)?;
    let now = SystemClock.now();
    db.write(move |tx| {
        let detail = format!("after message {newest}: {because}");
        let by = By::System(ACTOR);
        audit::note(tx, &Note::new(by, Event::LogLossAccepted, &detail), now)?;
        Ok::<_, anyhow::Error>(())
    })?;
    println!(
        "the record goes on after message {newest} with an empty log\n\
         what had been acknowledged and not processed is lost: ask the senders to send again what they sent \
         since the last message that the Messages page shows as processed\n\
         the bytes of earlier messages are gone: they cannot be read or tried again"
    );
    Ok(())
}
