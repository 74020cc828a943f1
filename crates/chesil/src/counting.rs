//! Counts, beside the messages, what came when and which fields nobody used: for the channels' pages.

use std::sync::Arc;
use std::time::Duration;

use db::Db;
use engine::ShutdownSignal;
use ingest::Ingest;
use model::Clock;

/// Between two looks at the log.
const REST: Duration = Duration::from_secs(10);
/// Between two slices of a long log.
const SHORT_REST: Duration = Duration::from_millis(50);

/// What is counted, and where.
#[derive(Clone)]
pub(crate) struct Counting {
    pub(crate) db: Db,
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Counting {
    /// Counts until the program stops.
    pub(crate) async fn run(self, mut signal: ShutdownSignal) {
        loop {
            let own = self.clone();
            let rest = match tokio::task::spawn_blocking(move || own.count()).await {
                Ok(Ok(true)) => SHORT_REST,
                Ok(Ok(false)) => REST,
                Ok(Err(error)) => {
                    tracing::warn!("counting what came rests {REST:?}: {error}");
                    REST
                }
                Err(panic) => return tracing::error!("counting what came stopped: {panic}"),
            };
            tokio::select! {
                () = signal.given() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    fn count(&self) -> Result<bool, engine::Error> {
        let not_used = self.ingest.take_not_used();
        if !not_used.is_empty() {
            self.db.write(move |tx| {
                let counted = not_used.iter().map(|(field, (count, last))| (field, *count, *last));
                engine::add_unmapped(tx, counted)
            })?;
        }
        engine::count_arrivals(&self.db, self.clock.now())
    }
}
