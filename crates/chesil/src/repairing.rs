//! Puts people together anew beside the messages, so that the order in which records came makes no
//! difference for long (`docs/decisions/0005-repair.md`).
//!
//! One bite at a time: a look on a snapshot, which holds up nobody, then a short write. Between two
//! bites it rests, longest while messages wait: whoever is at a bedside comes first.

use std::sync::Arc;
use std::time::Duration;

use db::Db;
use empi::{Model, Repaired};
use engine::{Inbox, ShutdownSignal};
use model::{Category, Clock};

/// Between two bites of what has changed.
const SHORT_REST: Duration = Duration::from_millis(20);
/// Between two bites of the sweep: a million records take some hours, and a tenth of one core.
const SWEEP_REST: Duration = Duration::from_millis(500);
/// While messages wait, and from one look to the next while there is nothing to do.
const LONG_REST: Duration = Duration::from_secs(2);
/// After the database did not answer.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// What the pass works on.
#[derive(Clone)]
pub(crate) struct Repairing {
    pub(crate) inbox: Inbox,
    pub(crate) model: Arc<Model>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What one turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing has changed, and everybody has been looked at.
    Idle,
    /// Something that had changed was looked at.
    Changed,
    /// A part of the sweep.
    Swept,
}

impl Repairing {
    /// Bites until the program stops.
    pub(crate) async fn run(self, mut signal: ShutdownSignal) {
        loop {
            let own = self.clone();
            let turn = match tokio::task::spawn_blocking(move || own.turn()).await {
                Ok(turn) => turn,
                Err(panic) => return tracing::error!("the repair pass stopped: {panic}"),
            };
            let rest = match turn {
                Err(error) => {
                    tracing::error!("the repair pass rests {REST_AFTER_FAILURE:?}: {error}");
                    REST_AFTER_FAILURE
                }
                Ok(_) if self.inbox.waiting() > 0 => LONG_REST,
                Ok(Turn::Changed) => SHORT_REST,
                Ok(Turn::Swept) => SWEEP_REST,
                Ok(Turn::Idle) => LONG_REST,
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = signal.given() => return,
            }
        }
    }

    /// Bites until nothing is left, without a rest: for a record that nobody uses.
    pub(crate) fn to_the_end(&self) -> Result<(), ingest::Error> {
        while self.turn()? != Turn::Idle {}
        Ok(())
    }

    fn turn(&self) -> Result<Turn, ingest::Error> {
        let (db, now) = (self.inbox.db(), self.clock.now());
        let Some(bite) = db.read(|tx| empi::next_bite(tx, &self.model, now))? else {
            return Ok(Turn::Idle);
        };
        let turn = if bite.is_sweep { Turn::Swept } else { Turn::Changed };
        let (model, bite) = (Arc::clone(&self.model), Arc::new(bite));
        let taken = Arc::clone(&bite);
        let mended = db.write(move |tx| {
            let links = empi::last_change(tx)?;
            let done = empi::take_bite(tx, &model, &taken, now)?;
            ingest::refold_since(tx, &model, links, now)?;
            Ok::<_, ingest::Error>(done)
        });
        match mended {
            Ok(done) => say(db, turn, done)?,
            Err(error) if error.category() == Category::Unavailable => return Err(error),
            Err(error) => {
                tracing::error!("a record is passed over by the repair pass: {error}");
                db.write(move |tx| empi::pass_over(tx, &bite, &error.to_string(), now))?;
            }
        }
        Ok(turn)
    }
}

fn say(db: &Db, turn: Turn, done: Repaired) -> empi::Result<()> {
    let Repaired { joined, parted, .. } = done;
    if joined + parted > 0 {
        tracing::info!(
            "repair: {joined} records joined to another person, {parted} taken out of one"
        );
    }
    if turn == Turn::Swept && done.complete {
        let empi::Upkeep { joined, parted, .. } = db.read(empi::upkeep)?;
        tracing::info!(
            "repair: everybody has been looked at again: {joined} records joined to another person, \
             {parted} taken out of one"
        );
    }
    Ok(())
}
