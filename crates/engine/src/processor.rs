//! The processor: one thread that gives each waiting message its turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;

use crate::ahead::{Ahead, Portion};
use crate::batch::{Batch, Ended};
use crate::{Destination, Error, Inbox, Retry};

/// Other processes on the same database cannot wake this one, so it looks by itself this often.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);

/// The longest wait after the database failed.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// How much one transaction takes on: more is faster, less lets senders be answered sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Messages at most.
    pub messages: usize,
    /// Time after which no further message is begun.
    pub time: Duration,
    /// The same while somebody waits for the writer: a sender for its acknowledgement, a reader for
    /// the audit entry without which no page is shown.
    pub waited_for: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            messages: 512,
            time: Duration::from_millis(100),
            waited_for: Duration::from_millis(2),
        }
    }
}

/// What was done, and what is left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Delivered.
    pub processed: u64,
    /// Failed for good.
    pub parked: u64,
    /// Failed for now.
    pub retrying: u64,
    /// Found behind another message of the same patient.
    pub held: u64,
    /// Held no longer.
    pub released: u64,
    /// There may be more to do at once.
    pub more: bool,
    /// When the next retry is due.
    pub next_attempt_at: Option<Timestamp>,
    pub(crate) taken_from_waiting: u64,
}

/// Takes what waits in `inbox` to its destination.
#[derive(Clone)]
pub struct Processor {
    inbox: Inbox,
    destination: Arc<dyn Destination>,
    config_hash: String,
    pace: Pace,
    retries: Arc<BTreeMap<String, Retry>>,
}

impl Processor {
    /// A processor that marks each message with `config_hash`: under which configuration it was
    /// delivered.
    pub fn new(
        inbox: Inbox,
        destination: Arc<dyn Destination>,
        config_hash: impl Into<String>,
        pace: Pace,
    ) -> Self {
        let (config_hash, retries) = (config_hash.into(), Arc::default());
        Self { inbox, destination, config_hash, pace, retries }
    }

    /// The same with other waits for the messages of these channels.
    #[must_use]
    pub fn with_retries(self, retries: BTreeMap<String, Retry>) -> Self {
        Self { retries: Arc::new(retries), ..self }
    }

    /// Gives every message that is due now its turn, and returns what came of it.
    pub fn process_waiting(&self) -> Result<Progress, Error> {
        let (mut total, mut ahead) = (Progress::default(), Ahead::default());
        loop {
            let step = self.step_on(&mut ahead)?;
            total = total.and(step);
            if !step.more {
                return Ok(total);
            }
        }
    }

    /// One transaction.
    pub fn step(&self) -> Result<Progress, Error> {
        self.step_on(&mut Ahead::default())
    }

    /// One transaction on the writer's thread; meanwhile this thread prepares the next.
    fn step_on(&self, ahead: &mut Ahead) -> Result<Progress, Error> {
        let (db, destination, most) = (self.inbox.db(), &*self.destination, self.pace.messages);
        ahead.fill(db, destination, most)?;
        let portion = ahead.take(most);
        let is_full = portion.more;
        let done = self.submit(portion);
        let read = if is_full { ahead.fill(db, destination, most) } else { Ok(()) };
        let ended = done.recv().unwrap_or_else(|_| Err(db::Error::WriterStopped.into()));
        match ended {
            Ok(Ended { progress, left: Some((left, position)) }) if read.is_ok() => {
                ahead.put_back(left, position);
                Ok(self.counted(progress))
            }
            Ok(Ended { progress, .. }) => {
                ahead.forget();
                read.map(|()| self.counted(progress))
            }
            Err(error) => {
                ahead.forget();
                Err(error)
            }
        }
    }

    fn submit(&self, portion: Portion) -> Receiver<Result<Ended, Error>> {
        let batch = Batch {
            destination: Arc::clone(&self.destination),
            now: self.inbox.now(),
            pace: self.pace,
            config_hash: self.config_hash.clone(),
            retries: Arc::clone(&self.retries),
        };
        let (sender, receiver) = sync_channel(1);
        self.inbox.db().submit(
            move |tx| batch.run(tx, portion),
            move |ended| {
                // The processor waits for it.
                let _ = sender.send(ended);
            },
        );
        receiver
    }

    fn counted(&self, progress: Progress) -> Progress {
        let signed = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let change = signed(progress.released) - signed(progress.taken_from_waiting);
        self.inbox.backlog().add(change);
        progress
    }

    /// Starts the thread. It ends, after the transaction it is in, when [`Running`] is dropped.
    pub fn start(self) -> Result<Running, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let inbox = self.inbox.clone();
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("processor".into())
            .spawn(move || self.run(&stopped))
            .map_err(Error::Thread)?;
        Ok(Running { stop, inbox, thread: Some(thread) })
    }

    fn run(&self, stop: &AtomicBool) {
        let (mut rest, mut ahead) = (Duration::from_secs(1), Ahead::default());
        while !stop.load(Ordering::Acquire) {
            let wait = match self.step_on(&mut ahead) {
                Ok(Progress { more: true, .. }) => continue,
                Ok(progress) => {
                    rest = Duration::from_secs(1);
                    self.until_next(progress.next_attempt_at)
                }
                Err(error) => {
                    tracing::error!("cannot process messages, trying again in {rest:?}: {error}");
                    let wait = rest;
                    rest = (rest * 2).min(LONGEST_REST);
                    wait
                }
            };
            self.inbox.backlog().wait_for_work(wait);
        }
    }

    fn until_next(&self, next_attempt_at: Option<Timestamp>) -> Duration {
        next_attempt_at
            .map(|at| at.duration_since(self.inbox.now()))
            .map_or(LOOK_ANYWAY, |left| Duration::try_from(left).unwrap_or_default())
            .min(LOOK_ANYWAY)
    }
}

impl Progress {
    fn and(self, step: Self) -> Self {
        Self {
            processed: self.processed + step.processed,
            parked: self.parked + step.parked,
            retrying: self.retrying + step.retrying,
            held: self.held + step.held,
            released: self.released + step.released,
            more: step.more,
            next_attempt_at: step.next_attempt_at,
            taken_from_waiting: self.taken_from_waiting + step.taken_from_waiting,
        }
    }
}

/// A processor at work.
#[derive(Debug)]
pub struct Running {
    stop: Arc<AtomicBool>,
    inbox: Inbox,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.inbox.wake();
        if let Some(thread) = self.thread.take() {
            // Its panic, if any, has been printed where it happened.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Processor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Processor({:?}, {:?})", self.inbox, self.pace)
    }
}
