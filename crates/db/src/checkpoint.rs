//! Carries what SQLite's write-ahead log holds over into the database file, beside the writer.
//!
//! SQLite would do it inside the commit that fills the log, and that one commit would wait for
//! the whole transfer to reach the disk: tens of milliseconds for whoever asked for it. Here a
//! thread of its own does the transfer while the writer goes on appending; the writer itself
//! carries over only the few pages that came meanwhile, after which the log begins anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::lane::Lane;
use crate::tx::{Transfer, Use};
use crate::{Error, Location, Tx};

/// Time between two transfers, while there are commits: more often, and pages that change all the
/// time are carried over again and again; less often, and each transfer disturbs for longer.
const EVERY: Duration = Duration::from_millis(200);
/// A log of more pages than this begins anew as soon as it can (4 KiB a page: 32 MiB).
const LONG: u64 = 8_000;
/// The same for the lane that is acknowledged (8 MiB): a commit that writes where something has
/// been written before reaches the disk in half the time, because the file does not grow.
const LONG_FOR_THE_LOG: u64 = 2_000;
/// So few pages the writer carries over by itself, in about a millisecond.
const FEW: u64 = 400;
/// Each pass is shorter than the one before, unless the writer is faster than the disk.
const MOST_PASSES: u32 = 8;
/// At this length (1 GiB) the writer makes room, whatever it costs.
const TOO_LONG: u64 = 256_000;

/// The thread, and the writer's side of it.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The writer is asked to carry over the rest.
    finish: AtomicBool,
}

#[derive(Default)]
struct State {
    committed: bool,
    closed: bool,
}

impl Checkpointer {
    /// Starts the thread; `None` for PostgreSQL, which looks after its own log.
    pub(crate) fn start(location: &Location, lane: Lane) -> Result<Option<Self>, Error> {
        if matches!(location, Location::Postgres { .. }) {
            return Ok(None);
        }
        let tx = Tx::connect(location, Use::Write, lane)?;
        let long = if lane == Lane::Log { LONG_FOR_THE_LOG } else { LONG };
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("db-checkpoint".into())
            .spawn(move || theirs.run(&tx, long))
            .map_err(|error| Error::Open {
                location: "checkpoint thread".into(),
                reason: error.to_string(),
            })?;
        Ok(Some(Self { shared, thread: Some(thread) }))
    }

    /// The writer has committed and answered, and has no transaction open now.
    pub(crate) fn after_commit(&self, writer: &Tx) {
        if self.shared.finish.swap(false, Ordering::AcqRel) {
            transfer(writer);
        }
        let mut state = self.shared.lock();
        if !state.committed {
            state.committed = true;
            self.shared.changed.notify_one();
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // Its panic, if any, has been printed, and the log is complete without it.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, tx: &Tx, long: u64) {
        loop {
            let idle = |state: &mut State| !state.committed && !state.closed;
            let waited = self.changed.wait_while(self.lock(), idle);
            let mut state = waited.unwrap_or_else(PoisonError::into_inner);
            state.committed = false;
            drop(state);
            self.finish.store(is_for_the_writer(tx, long), Ordering::Release);
            let open = |state: &mut State| !state.closed;
            let paused = self.changed.wait_timeout_while(self.lock(), EVERY, open);
            if paused.unwrap_or_else(PoisonError::into_inner).0.closed {
                return;
            }
        }
    }
}

/// Carries over what is in the log; if that is long, again and again until the writer adds no more
/// than it can carry over by itself. Whether it should.
fn is_for_the_writer(tx: &Tx, long: u64) -> bool {
    let mut before = 0;
    for _ in 0..MOST_PASSES {
        let Some(Transfer { log, carried }) = transfer(tx) else { return false };
        let came_meanwhile = log.saturating_sub(before);
        if log <= long || carried < log || came_meanwhile < FEW {
            return log > long && came_meanwhile < FEW || log > TOO_LONG;
        }
        before = log;
    }
    false
}

fn transfer(tx: &Tx) -> Option<Transfer> {
    let said = |error: &Error| {
        tracing::error!("the write-ahead log could not be carried over, and grows: {error}");
    };
    tx.transfer_log().inspect_err(said).ok()
}
