//! The sender of one destination: takes what is due, sends it, and writes down how it went.
//!
//! 1. start what may go: nothing of a patient while something earlier of theirs is under way or ahead
//!    of it;
//! 2. one job on the writer: what has ended since the last one is settled, and more is taken;
//! 3. wait for whichever comes first: an answer, the job, the bell, the next retry, the end.
//!
//! What is under way when the process dies still stands in the queue as it did, and is sent again,
//! byte by byte the same: a destination gets everything at least once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use db::Db;
use jiff::Timestamp;
use model::Clock;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use super::circuit::Circuit;
use super::claim::{Claim, Queued, Want, claim};
use super::settle::{Attempt, Ended, settle};
use super::{Bells, Destination, Failure, look, queue};
use crate::{Error, ShutdownSignal};

/// Other processes on the same database cannot ring, so it looks by itself this often.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);
/// How long to wait after the database failed.
const REST: Duration = Duration::from_secs(1);
/// How long what is under way may still take when the program stops.
const PATIENCE: Duration = Duration::from_secs(5);
/// Messages that are taken ahead of their turn.
const AHEAD: usize = 64;
/// How often bodies that were kept long enough are looked for.
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// The sender of one destination.
pub struct Sender {
    db: Db,
    clock: Arc<dyn Clock>,
    destination: Arc<Destination>,
    bell: Arc<Notify>,
}

impl Sender {
    /// A sender that is rung by `bells`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, destination: Destination, bells: &Bells) -> Self {
        let bell = bells.bell(&destination.name);
        Self { db, clock, destination: Arc::new(destination), bell }
    }

    /// Sends until `shutdown`; then what is under way ends or is given up, and this returns.
    pub async fn run(self, mut shutdown: ShutdownSignal) {
        let mut work = Work::of(self);
        loop {
            work.start();
            work.note_what_is_due();
            work.begin_job();
            let wait = work.wait();
            tokio::select! {
                () = shutdown.given() => break,
                Some(ended) = work.sending.join_next() => work.take_ended(ended),
                done = done(&mut work.job) => work.take_job(done),
                () = work.sender.bell.notified() => work.look = true,
                () = tokio::time::sleep(wait) => work.look = true,
            }
        }
        work.finish().await;
    }
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sender({:?})", self.destination)
    }
}

/// What was sent, for whom, and how it went.
type Sent = (i64, Vec<String>, Result<(), Failure>);

type Done = Result<Claim, (Error, Vec<Ended>)>;

async fn done(job: &mut Option<JoinHandle<Done>>) -> Result<Done, JoinError> {
    match job {
        Some(job) => job.await,
        None => std::future::pending().await,
    }
}

/// What a sender has in its hands.
struct Work {
    sender: Sender,
    ready: VecDeque<Queued>,
    under_way: BTreeMap<i64, Vec<String>>,
    sending: JoinSet<Sent>,
    /// Not written down yet.
    ended: Vec<Ended>,
    job: Option<JoinHandle<Done>>,
    /// What the job brings was read before a failure that it did not know of.
    is_outdated: bool,
    look: bool,
    circuit: Circuit,
    /// What pages are to learn of the circuit.
    news: Option<look::Standing>,
    next_attempt_at: Option<Timestamp>,
    /// When a destination that did not answer was last looked for something to try it with.
    tried_from: Option<Timestamp>,
    next_start: Instant,
    rest_until: Option<Instant>,
    tidied: Option<Instant>,
}

impl Work {
    fn of(sender: Sender) -> Self {
        Self {
            sender,
            ready: VecDeque::new(),
            under_way: BTreeMap::new(),
            sending: JoinSet::new(),
            ended: Vec::new(),
            job: None,
            is_outdated: false,
            look: true,
            circuit: Circuit::default(),
            // What a run before had found out is out of date.
            news: Some(look::Standing::default()),
            next_attempt_at: None,
            tried_from: None,
            next_start: Instant::now(),
            rest_until: None,
            tidied: None,
        }
    }

    /// Step 1.
    fn start(&mut self) {
        let now = self.sender.clock.now();
        while self.under_way.len() < self.places(now) && Instant::now() >= self.next_start {
            let Some(queued) = self.next_ready() else { return };
            if let Some(rate) = self.sender.destination.rate {
                let from = self.next_start.max(Instant::now() - Duration::from_secs(1));
                self.next_start = from + Duration::from_secs(1) / rate.max(1);
            }
            self.under_way.insert(queued.id, queued.keys.clone());
            let destination = Arc::clone(&self.sender.destination);
            self.sending.spawn(async move {
                let (id, keys) = (queued.id, queued.keys.clone());
                (id, keys, destination.send(queued).await)
            });
        }
    }

    /// How many may be under way: one, while a destination that did not answer is tried; none, until
    /// then.
    fn places(&self, now: Timestamp) -> usize {
        match self.circuit.open_until() {
            Some(until) if now < until => 0,
            Some(_) => 1,
            None => self.sender.destination.in_flight.max(1),
        }
    }

    /// The first of whose patients nothing is under way or ahead of it.
    fn next_ready(&mut self) -> Option<Queued> {
        let mut busy: BTreeSet<&str> =
            self.under_way.values().flatten().map(String::as_str).collect();
        let mut found = None;
        for (place, queued) in self.ready.iter().enumerate() {
            if !queued.keys.iter().any(|key| busy.contains(key.as_str())) {
                found = Some(place);
                break;
            }
            busy.extend(queued.keys.iter().map(String::as_str));
        }
        self.ready.remove(found?)
    }

    /// A retry's time has come, or that of a destination that did not answer.
    fn note_what_is_due(&mut self) {
        let now = self.sender.clock.now();
        if self.next_attempt_at.is_some_and(|at| at <= now) {
            self.next_attempt_at = None;
            self.look = true;
        }
        let until = self.circuit.open_until().filter(|until| *until <= now);
        if until.is_some() && self.tried_from != until {
            self.tried_from = until;
            self.look = true;
        }
    }

    /// Step 2.
    fn begin_job(&mut self) {
        let resting = self.rest_until.is_some_and(|until| Instant::now() < until);
        let wanted = !self.ended.is_empty() || self.news.is_some() || self.look;
        if self.job.is_some() || resting || !wanted {
            return;
        }
        self.look = false;
        self.is_outdated = false;
        self.rest_until = None;
        let now = self.sender.clock.now();
        let probe = self.circuit.open_until().is_some();
        let most = match self.places(now) {
            0 => 0,
            1 if probe => 1usize.saturating_sub(self.ready.len() + self.under_way.len()),
            _ => AHEAD.saturating_sub(self.ready.len()),
        };
        let taken: BTreeSet<i64> =
            self.ready.iter().map(|one| one.id).chain(self.under_way.keys().copied()).collect();
        let ended = std::mem::take(&mut self.ended);
        let news = self.news.take();
        let tidy = self.tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY);
        if tidy {
            self.tidied = Some(Instant::now());
        }
        let (db, destination) = (self.sender.db.clone(), Arc::clone(&self.sender.destination));
        self.job = Some(tokio::task::spawn_blocking(move || {
            let job =
                Job { destination, ended: Arc::new(ended), news, taken, most, probe, tidy, now };
            job.run(&db)
        }));
    }

    /// Step 3: at most so long.
    fn wait(&self) -> Duration {
        let now = self.sender.clock.now();
        let until = |at: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default();
        let instants = [self.rest_until, (!self.ready.is_empty()).then_some(self.next_start)];
        let left =
            instants.into_iter().flatten().map(|at| at.saturating_duration_since(Instant::now()));
        let moments = [self.next_attempt_at, self.circuit.open_until()];
        let waits = moments.into_iter().flatten().map(until).chain(left);
        // Never none at all: what is due has just been looked at.
        let least = Duration::from_millis(1);
        waits.filter(|wait| !wait.is_zero()).min().unwrap_or(LOOK_ANYWAY).clamp(least, LOOK_ANYWAY)
    }

    fn take_ended(&mut self, ended: Result<Sent, JoinError>) {
        let name = &self.sender.destination.name;
        let Ok((id, keys, sent)) = ended else {
            // Which one it was is not known: all are sent again.
            tracing::error!(destination.name = %name, "sending to {name} panicked; see above");
            self.sending.abort_all();
            self.under_way.clear();
            self.forget_ready();
            self.rest_until = Some(Instant::now() + REST);
            return;
        };
        self.under_way.remove(&id);
        let now = self.sender.clock.now();
        let attempt = match sent {
            Ok(()) => Attempt::Delivered,
            Err(Failure::Refused(sentence)) => {
                tracing::warn!(destination.name = %name, "parked {id} for {name}: {sentence}");
                Attempt::Refused(sentence)
            }
            Err(Failure::Later(sentence)) => Attempt::Later { answered: true, sentence },
            Err(Failure::Unreachable(sentence)) => Attempt::Later { answered: false, sentence },
        };
        if let Attempt::Later { sentence, .. } = &attempt {
            let was_open = self.circuit.open_until().is_some();
            self.circuit.failed(now, &self.sender.destination.retry);
            if !was_open && self.circuit.open_until().is_some() {
                tracing::warn!(destination.name = %name, "{name} takes nothing, and is tried with one message at a time: {sentence}");
            }
            self.news = Some(look::Standing::of(&self.circuit, sentence));
        } else if self.circuit.failing().is_some() {
            if self.circuit.answered() {
                tracing::info!(destination.name = %name, "{name} answers again");
            }
            self.news = Some(look::Standing::default());
        }
        if attempt != Attempt::Delivered {
            // Later ones of the same patients must not go; the next job sees to it.
            self.forget_ready();
        }
        self.ended.push(Ended { id, keys, attempt });
    }

    fn forget_ready(&mut self) {
        self.ready.clear();
        self.is_outdated = true;
        self.look = true;
    }

    fn take_job(&mut self, done: Result<Done, JoinError>) {
        self.job = None;
        let name = &self.sender.destination.name;
        match done {
            Ok(Ok(claim)) => {
                if claim.paused {
                    self.ready.clear();
                } else if self.is_outdated {
                    self.look = true;
                } else {
                    self.ready.extend(claim.rows);
                    // All that was looked at is held now: there may be others behind it.
                    self.look |= claim.more && self.ready.is_empty() && self.under_way.is_empty();
                }
                self.next_attempt_at = claim.next_attempt_at;
            }
            Ok(Err((error, ended))) => {
                tracing::error!(destination.name = %name, "the queue of {name} cannot be read or written, trying again: {error}");
                self.ended.splice(0..0, ended);
                self.look = true;
                self.rest_until = Some(Instant::now() + REST);
            }
            Err(_) => {
                self.look = true;
                self.rest_until = Some(Instant::now() + REST);
            }
        }
    }

    async fn finish(mut self) {
        let ending = async {
            while let Some(ended) = self.sending.join_next().await {
                self.take_ended(ended);
            }
        };
        // What does not end in time is sent again at the next start.
        let _ = tokio::time::timeout(PATIENCE, ending).await;
        if let Some(job) = self.job.take() {
            let done = job.await;
            self.take_job(done);
        }
        self.rest_until = None;
        self.ready.clear();
        self.look = false;
        self.begin_job();
        if let Some(job) = self.job.take() {
            let done = job.await;
            self.take_job(done);
        }
    }
}

/// Everything a sender wants of the writer, in one transaction.
struct Job {
    destination: Arc<Destination>,
    ended: Arc<Vec<Ended>>,
    news: Option<look::Standing>,
    taken: BTreeSet<i64>,
    most: usize,
    probe: bool,
    tidy: bool,
    now: Timestamp,
}

impl Job {
    fn run(self, db: &Db) -> Done {
        let ended = Arc::clone(&self.ended);
        db.write(move |tx| self.write(tx)).map_err(|error| (error, ended.to_vec()))
    }

    fn write(self, tx: &mut db::Tx) -> Result<Claim, Error> {
        let Self { destination, ended, news, taken, most, probe, tidy, now } = self;
        let name = destination.name.as_str();
        settle(tx, name, &destination.retry, &ended, now)?;
        if let Some(news) = news {
            look::note(tx, name, &news, now)?;
        }
        if tidy {
            queue::forget(tx, name, destination.keep_days, now)?;
        }
        claim(tx, &Want { destination: name, taken: &taken, most, probe, now })
    }
}
