//! The one writer of a process: takes every job that is waiting, commits once, answers them all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::checkpoint::Checkpointer;
use crate::lane::Lane;
use crate::tx::{Use, Waiting};
use crate::{Error, Location, Tx};

/// A group is closed after this long, so that the first job's sender is not kept waiting.
const GROUP: Duration = Duration::from_millis(10);

/// Runs in the transaction (or is told that there is none); what it returns is called with the
/// commit's outcome.
type Job = Box<dyn FnOnce(Result<&mut Tx, Error>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

pub(crate) struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    waiting: Waiting,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(location: Arc<Location>, lane: Lane) -> Result<Self, Error> {
        let waiting = Waiting::default();
        let tx = Tx::connect(&location, Use::Write, lane)?.with_waiting(&waiting);
        let checkpointer = Checkpointer::start(&location, lane)?;
        let (sender, receiver) = channel();
        let jobs = Jobs { receiver, waiting: Arc::clone(&waiting) };
        let thread = std::thread::Builder::new()
            .name(lane.thread().into())
            .spawn(move || {
                lane.take_its_turn();
                run((&location, lane), tx, &jobs, checkpointer.as_ref());
            })
            .map_err(|error| Error::Open {
                location: "writer thread".into(),
                reason: error.to_string(),
            })?;
        Ok(Self { jobs: Mutex::new(Some(sender)), waiting, thread: Some(thread) })
    }

    pub(crate) fn submit<T, E>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let guarded = |tx: &mut Tx| {
            let ran = catch_unwind(AssertUnwindSafe(|| job(tx)));
            ran.unwrap_or_else(|_| Err(Error::Panicked.into()))
        };
        let job: Job = Box::new(move |tx| {
            let result = tx.map_err(E::from).and_then(|tx| tx.savepoint(guarded));
            Box::new(move |committed| {
                done(match (result, committed) {
                    // A job's own error stands whether or not its neighbours could be committed.
                    (Err(error), _) => Err(error),
                    (Ok(_), Err(error)) => Err(error.into()),
                    (Ok(value), Ok(())) => Ok(value),
                });
            })
        });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Some(Err(refused)) = jobs.as_ref().map(|jobs| jobs.send(job)) {
            // The writer thread is gone: dropping the job drops `done`, which closes its channel.
            drop(refused);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // An error here is the writer's panic, which its jobs' senders have been told of.
            let _ = thread.join();
        }
    }
}

/// The jobs in their order, and how many there are.
struct Jobs {
    receiver: Receiver<Job>,
    waiting: Waiting,
}

impl Jobs {
    /// Waits for the next; `None` when the database is closed.
    fn next(&self) -> Option<Job> {
        self.receiver.recv().ok().inspect(|_| self.taken())
    }

    fn next_at_once(&self) -> Option<Job> {
        self.receiver.try_recv().ok().inspect(|_| self.taken())
    }

    fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn run(
    (location, lane): (&Location, Lane),
    mut tx: Tx,
    jobs: &Jobs,
    checkpointer: Option<&Checkpointer>,
) {
    while let Some(first) = jobs.next() {
        if tx.is_broken() {
            match Tx::connect(location, Use::Write, lane) {
                Ok(fresh) => tx = fresh.with_waiting(&jobs.waiting),
                Err(error) => {
                    refuse(first, &error);
                    continue;
                }
            }
        }
        group(&mut tx, first, jobs);
        if let Some(checkpointer) = checkpointer {
            checkpointer.after_commit(&tx);
        }
    }
}

/// One transaction: the first job, then all that are waiting until [`GROUP`] has passed.
fn group(tx: &mut Tx, first: Job, jobs: &Jobs) {
    if let Err(error) = tx.begin(Use::Write) {
        return refuse(first, &error);
    }
    let began = Instant::now();
    let mut answers = vec![first(Ok(tx))];
    while !tx.is_lost()
        && began.elapsed() < GROUP
        && let Some(job) = jobs.next_at_once()
    {
        answers.push(job(Ok(tx)));
    }
    let committed =
        if tx.is_lost() { Err(Error::lost()) } else { tx.commit().map_err(commit_error) };
    if let Err(error) = &committed {
        tracing::error!("a group of {} writes was not committed: {error}", answers.len());
        if let Err(error) = tx.rollback() {
            tracing::error!("rollback failed: {error}");
        }
    }
    for answer in answers {
        answer(committed.clone());
    }
}

/// Answers a job that has no transaction to run in.
fn refuse(job: Job, error: &Error) {
    tracing::error!("the database cannot be written: {error}");
    job(Err(error.clone()))(Err(error.clone()));
}

fn commit_error(error: Error) -> Error {
    match error {
        Error::Statement { reason, kind, .. } => Error::Commit { reason, kind },
        other => other,
    }
}
