//! `chesil mpi repair`: after it, any order of arrival would have given the same people.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use model::{Clock, SystemClock};

use crate::command::Folder;
use crate::data_folder::DataFolder;
use crate::running;

/// Records looked at in one transaction.
const AT_ONCE: u32 = 2_000;
const TICK: Duration = Duration::from_millis(200);

pub(super) fn run(folder: &Folder) -> Result<()> {
    let settings = super::settings(folder)?;
    let _folder = DataFolder::take(&settings.data)?;
    let db = running::open_database(&settings)?;
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("Repairing: {pos} records, {elapsed}")?);
    bar.enable_steady_tick(TICK);
    let (mut after, mut records, mut joined, mut parted) = (0, 0, 0, 0);
    loop {
        let model = Arc::clone(&settings.model);
        let done = db.write(move |tx| {
            let (links, now) = (empi::last_change(tx)?, SystemClock.now());
            let done = empi::repair(tx, &model, after, AT_ONCE, now)?;
            ingest::refold_since(tx, &model, links, now)?;
            Ok::<_, ingest::Error>(done)
        })?;
        after = done.after;
        records += done.records;
        joined += done.joined;
        parted += done.parted;
        bar.set_position(u64::try_from(records)?);
        if done.complete {
            break;
        }
    }
    let model = Arc::clone(&settings.model);
    db.write(move |tx| empi::swept(tx, &model, (joined, parted), SystemClock.now()))?;
    bar.finish_and_clear();
    println!(
        "{records} records looked at: {joined} joined to another person, {parted} taken out of one (a \
         steward is asked about each)"
    );
    Ok(())
}
