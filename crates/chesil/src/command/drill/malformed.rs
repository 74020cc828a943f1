//! Messages with something wrong with them, and bytes that are none: each is answered, and what was
//! accepted, refused and parked adds up to what was sent.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use db::{Db, Location, Tx, params};
use hl7v2::mllp::{self, Codec, Frame};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use simulator::{County, Hospital, Payload, Source};

use super::mutate;
use super::site::Site;
use crate::command::demo::Temporary;

/// `chesil drill malformed`
#[derive(Debug, Args)]
pub(super) struct Malformed {
    /// So many malformed messages, and as many real ones with something wrong with them
    #[arg(long, default_value_t = 10_000)]
    messages: usize,
    /// What is wrong with them, drawn by this seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep everything in this folder, to look at it
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// People of the county whose messages are mutated.
const PEOPLE: usize = 200;
/// An answer that takes longer will not come.
const PATIENCE: Duration = Duration::from_mins(1);

/// The answers by their meaning.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answers {
    /// AA and CA.
    accepted: usize,
    /// AR and CR.
    refused: usize,
}

pub(super) fn run(drill: &Malformed) -> Result<()> {
    ensure!(drill.messages > 0, "there must be a message");
    let temporary = Temporary::unless(drill.folder.is_some());
    let site = Site::new(&drill.folder.clone().unwrap_or_else(|| temporary.path()))?;
    let mut dice = ChaCha8Rng::seed_from_u64(drill.seed);
    let real = real(drill.seed)?;
    let mut messages = Vec::new();
    for number in 0..drill.messages {
        messages.push(mutate::malformed(&mut dice));
        let message = real.get(number % real.len()).context("the county has no messages")?;
        messages.push(mutate::mutated(message, &mut dice));
    }
    let server = site.start(&[])?;
    let answers = send(server.hospital, &messages)?;
    server.wait_until_processed()?;
    server.kill()?;
    let sent = messages.len();
    ensure!(answers.accepted + answers.refused == sent, "{answers:?} of {sent}");
    let states = states(&site.database())?;
    let kept = |state: &str| states.get(state).copied().unwrap_or_default();
    let (processed, parked) = (kept("processed"), kept("parked") + kept("held"));
    println!(
        "{sent} messages: {} accepted, {} refused, none unanswered; of those kept {processed} are processed, \
         {parked} parked or held, {} in quarantine; no panic",
        answers.accepted,
        answers.refused,
        kept("quarantined")
    );
    Ok(())
}

/// What one hospital of a small county says.
fn real(seed: u64) -> Result<Vec<Vec<u8>>> {
    let now = "2026-01-15T09:00:00Z".parse().context("the moment of the county")?;
    let county = std::sync::Arc::new(County::new(seed, PEOPLE, now));
    let history = county.history(Source::Hospital(Hospital::Poole));
    Ok(history
        .filter_map(|outgoing| match outgoing.payload {
            Payload::Hl7(bytes) => Some(bytes),
            _ => None,
        })
        .collect())
}

/// Sends one after the other and reads the answer to each: exactly one, that says what became of it.
fn send(hospital: SocketAddr, messages: &[Vec<u8>]) -> Result<Answers> {
    let mut stream = TcpStream::connect(hospital)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut codec = Codec::new(1 << 20);
    let mut answers = Answers::default();
    let mut buffer = [0; 16_384];
    for (number, message) in messages.iter().enumerate() {
        stream.write_all(&mllp::encode(message))?;
        let frame = loop {
            let length = stream.read(&mut buffer).with_context(|| unanswered(number, message))?;
            ensure!(length > 0, unanswered(number, message));
            let mut frames = codec.feed(buffer.get(..length).unwrap_or_default());
            ensure!(frames.len() < 2, "message {number} is answered twice");
            if let Some(frame) = frames.pop() {
                break frame;
            }
        };
        match code(&frame).with_context(|| format!("the answer to message {number}"))?.as_str() {
            "AA" | "CA" => answers.accepted += 1,
            "AR" | "CR" => answers.refused += 1,
            other => return Err(anyhow!("message {number} is answered {other}")),
        }
    }
    Ok(answers)
}

/// The messages are made up, so one may be shown.
fn unanswered(number: usize, message: &[u8]) -> String {
    let shown: String = String::from_utf8_lossy(message).chars().take(300).collect();
    format!("message {number} is not answered: {shown:?}")
}

/// MSA-1.
fn code(frame: &Frame) -> Result<String> {
    let Frame::Message(bytes) = frame else { return Err(anyhow!("a very long answer")) };
    let message = hl7v2::parse(bytes).map_err(|error| anyhow!("{error}"))?;
    message.get("MSA-1").map(std::borrow::Cow::into_owned).context("it has no MSA-1")
}

/// How many messages stand where, each of which is in the log once; a fault of ours is an error.
fn states(database: &Path) -> Result<BTreeMap<String, i64>> {
    let db = Db::open(&Location::Sqlite(database.to_path_buf()))?;
    let count = |tx: &mut Tx, sql: &'static str| {
        Ok::<i64, db::Error>(tx.query_one(sql, params![], |row| row.get(0))?.unwrap_or_default())
    };
    let faults =
        db.read(|tx| count(tx, "select count(*) from message where error_category = 'fault'"))?;
    ensure!(faults == 0, "{faults} messages met a fault of ours");
    let stored = db.read(|tx| tx.in_log(|log| count(log, "select count(*) from arrival")))?;
    let states: BTreeMap<String, i64> = db.read(|tx| {
        let rows =
            tx.query("select state, count(*) from message group by state", params![], |row| {
                Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
            })?;
        Ok::<_, db::Error>(rows.into_iter().collect())
    })?;
    let known: i64 = states.values().sum();
    ensure!(known == stored, "{stored} messages are in the log, the record knows of {known}");
    Ok(states)
}
