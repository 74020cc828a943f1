//! Parsing and mapping on one core; then a served record with one hospital's MLLP channel, and a sender in the same process.
//!
//! 1. one at a time: four connections that wait for each answer;
//! 2. acknowledgement: 1,000 messages a second, sent when they are due;
//! 3. pipelined: four connections with 64 messages under way each;
//! 4. drain: nobody sends, and what has been accepted is processed;
//! 5. end to end: 200 messages a second, until each is in the record;
//! 6. results: the same as 3 and 4 with blood counts of six values.
//!
//! The processor works all the while, on the same cores; between the steps the backlog empties.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use accounts::{Cost, Organisation, OrganisationKind};
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use empi::Model;
use engine::{ChannelKind, Mllp, State};
use model::{Clock, OdsCode, SystemClock};

use super::adt::Adt;
use super::latencies::Latencies;
use super::{Figure, oru, parse, rate, sender};
use crate::command::demo::Temporary;
use crate::config::{ChannelSettings, Settings};
use crate::running::{self, Mode, Running};

/// `chesil bench engine`
#[derive(Debug, Args)]
pub(super) struct Engine {
    /// Seconds for which each kind of sender sends
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// A database in the place of SQLite: postgres://USER@HOST/DATABASE
    #[arg(long)]
    database: Option<String>,
}

const CHANNEL: &str = "poole";
/// Messages a second while acknowledgements are timed.
const ACK_RATE: u32 = 1000;
/// Messages that a pipelining connection has under way.
const WINDOW: usize = 64;
/// Messages a second while they are followed into the record.
const END_TO_END_RATE: u32 = 200;
/// Results are sent for so long at most: they take longer to process than to accept.
const MOST_OF_RESULTS: Duration = Duration::from_secs(1);
/// How often we look whether the backlog is empty.
const LOOK_EVERY: Duration = Duration::from_millis(5);

pub(super) fn run(engine: &Engine) -> Result<()> {
    parse::run(&parse::Parse::default())?;
    let adt = Adt::new(SystemClock.now())?;
    tracing::info!("{} different ADT messages of one hospital", adt.len());
    let temporary = Temporary::unless(false);
    let settings = settings(&temporary.path(), engine.database.as_deref())?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mode = Mode { demo_hint: None, password_cost: Cost::STANDARD };
    let running = runtime.block_on(running::start(settings, mode, Arc::new(SystemClock)))?;
    let measured = measure(&running, &adt, Duration::from_secs(engine.seconds.max(1)));
    runtime.block_on(running.stop());
    measured
}

fn measure(running: &Running, adt: &Adt, during: Duration) -> Result<()> {
    let (_, address) = running.listeners.first().context("no listener")?;
    let adt_message = |number| adt.message(number);
    let single = sender::flood(*address, &adt_message, 0, 1, during)?;
    let name = "accept, 4 connections, one at a time";
    let per_second = rate(single.accepted, single.took)?;
    Figure::higher(name, per_second, "messages/s", Some(5000.0)).print()?;
    drain(running)?;

    let first = usize::try_from(single.accepted)? + ROOM_BETWEEN_STEPS;
    let mut acks = sender::open_loop(*address, &adt_message, first, ACK_RATE, during)?;
    let p99 = acks.percentile_ms(99).context("no acknowledgements")?;
    Figure::lower("acknowledgement p99 at 1,000 messages/s", p99, "ms", Some(5.0)).print()?;
    drain(running)?;

    let first = first + acks.len() + ROOM_BETWEEN_STEPS;
    let piped = sender::flood(*address, &adt_message, first, WINDOW, during)?;
    let name = "accept, 4 connections, 64 under way each";
    let per_second = rate(piped.accepted, piped.took)?;
    Figure::higher(name, per_second, "messages/s", Some(20_000.0)).print()?;
    let drained = drain(running)?;
    Figure::higher("processed while the backlog drains", drained, "messages/s", Some(2000.0))
        .print()?;

    let first = first + usize::try_from(piped.accepted)? + ROOM_BETWEEN_STEPS;
    let mut whole = end_to_end(running, *address, &|number| adt.message(first + number), during)?;
    let p99 = whole.percentile_ms(99).context("no messages")?;
    Figure::lower("end to end p99 at 200 messages/s", p99, "ms", Some(50.0)).print()?;

    sender::flood(*address, &oru::message, 0, WINDOW, during.min(MOST_OF_RESULTS))?;
    let drained = drain(running)?;
    let name = "processed while results with six values drain";
    Figure::higher(name, drained, "messages/s", Some(1000.0)).print()
}

/// Sends on one connection, so that the log has the order of sending, and looks a thousand times a
/// second how far the record is. A time runs from when a message was due until it was in the record.
fn end_to_end(
    running: &Running,
    address: SocketAddr,
    messages: sender::Messages<'_>,
    during: Duration,
) -> Result<Latencies> {
    let total = usize::try_from(u64::from(END_TO_END_RATE) * during.as_secs())?;
    let before = running.db.read(engine::position)?;
    let last = before + i64::try_from(total)?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let sent =
            scope.spawn(|| sender::one_by_one(address, messages, total, END_TO_END_RATE, began));
        let mut latencies = Latencies::default();
        let mut known = before;
        while known < last {
            let is_over = sent.is_finished() && running.inbox.waiting() == 0;
            let position = running.db.read(engine::position)?;
            let now = began.elapsed();
            for number in known..position.min(last) {
                let due =
                    Duration::from_secs(1) * u32::try_from(number - before)? / END_TO_END_RATE;
                latencies.add(now.saturating_sub(due));
            }
            known = known.max(position);
            if is_over {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        sent.join().map_err(|_| anyhow!("the sending thread failed"))??;
        ensure!(latencies.len() == total, "not every message came into the record");
        Ok(latencies)
    })
}

/// Connections do not send equally many, so the numbers they use run apart by some.
const ROOM_BETWEEN_STEPS: usize = 1_000_000;

/// Waits until nothing waits; messages processed a second meanwhile.
fn drain(running: &Running) -> Result<f64> {
    let (before, began) = (processed(running)?, Instant::now());
    while running.inbox.waiting() > 0 {
        std::thread::sleep(LOOK_EVERY);
    }
    let took = began.elapsed();
    rate(u64::try_from(processed(running)? - before)?, took)
}

/// Messages processed so far; none may be anything but processed or waiting.
fn processed(running: &Running) -> Result<i64> {
    let found = running.db.read(|tx| engine::summary(tx, &[CHANNEL]))?;
    let counts = &found.first().context("the channel has no summary")?.counts;
    for state in [State::Parked, State::Held, State::Quarantined] {
        let count = counts.get(&state).copied().unwrap_or_default();
        ensure!(count == 0, "{count} messages are {state:?}: this is not the usual work");
    }
    Ok(counts.get(&State::Processed).copied().unwrap_or_default())
}

fn settings(folder: &Path, database: Option<&str>) -> Result<Settings> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let poole = OdsCode::parse("RD3")?;
    let kind = ChannelKind::Mllp(Mllp::on(any_port));
    Ok(Settings {
        title: "Bench".to_owned(),
        data: folder.to_path_buf(),
        high_water: engine::Limits::default().high_water,
        database: match database {
            Some(address) => db::Location::parse(address)?,
            None => db::Location::Sqlite(folder.join("chesil.db")),
        },
        listen: any_port,
        metrics: None,
        organisations: vec![Organisation {
            ods: poole.clone(),
            name: "Poole Hospital".to_owned(),
            kind: OrganisationKind::Hospital,
        }],
        channels: vec![ChannelSettings::new(CHANNEL, poole, "RD3", Vec::new(), kind)],
        destinations: Vec::new(),
        gateway: gateway::Config::default(),
        clients: Vec::new(),
        policies: None,
        model: Arc::new(Model::standard().clone()),
        hash: "bench".to_owned(),
    })
}
