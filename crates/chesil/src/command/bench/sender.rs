//! A hospital's sending side that counts and takes the time. Each connection has threads of its
//! own, as a sender on another machine would not wait for our runtime either.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use hl7v2::mllp::{self, Codec, Frame};

use super::latencies::Latencies;

/// Connections that send at the same time.
const CONNECTIONS: usize = 4;
/// The longest acknowledgement that is read.
const LONGEST_ACK_BYTES: usize = 65_536;
/// An acknowledgement that takes longer will not come.
const PATIENCE: Duration = Duration::from_mins(1);

/// The message of a number.
pub(super) type Messages<'a> = &'a (dyn Fn(usize) -> Vec<u8> + Sync);

/// How many messages were accepted, and in how long.
pub(super) struct Sent {
    pub(super) accepted: u64,
    pub(super) took: Duration,
}

/// Sends as fast as answers come for `during`, on every connection with at most `window` messages
/// unanswered. Messages are numbered from `first`.
pub(super) fn flood(
    address: SocketAddr,
    messages: Messages<'_>,
    first: usize,
    window: usize,
    during: Duration,
) -> Result<Sent> {
    let began = Instant::now();
    let accepted = on_all_connections(|lane| {
        let mut connection = Connection::open(address)?;
        let mut numbers = (first + lane..).step_by(CONNECTIONS);
        let (mut waiting, mut accepted) = (0, 0);
        loop {
            if began.elapsed() < during {
                let mut batch = Vec::new();
                for number in numbers.by_ref().take(window - waiting) {
                    batch.extend_from_slice(&mllp::encode(&messages(number)));
                }
                connection.stream.write_all(&batch)?;
                waiting = window;
            }
            if waiting == 0 {
                return Ok(accepted);
            }
            let answers = connection.answers()?;
            waiting = waiting.saturating_sub(answers);
            accepted += u64::try_from(answers)?;
        }
    })?;
    Ok(Sent { accepted: accepted.iter().sum(), took: began.elapsed() })
}

/// Sends `rate` messages a second whether answers come or not, for `during`. Each time is taken from
/// when the message was due, so that a late answer also counts for those behind it.
pub(super) fn open_loop(
    address: SocketAddr,
    messages: Messages<'_>,
    first: usize,
    rate: u32,
    during: Duration,
) -> Result<Latencies> {
    let total = usize::try_from(u64::from(rate) * during.as_secs())?;
    let began = Instant::now();
    let due = |number: usize| -> Result<Instant> {
        Ok(began + Duration::from_secs(1) * u32::try_from(number)? / rate)
    };
    let measured = on_all_connections(|lane| {
        let mut connection = Connection::open(address)?;
        let mut writing = connection.stream.try_clone()?;
        thread::scope(|scope| {
            let writer = scope.spawn(move || -> Result<()> {
                for number in (lane..total).step_by(CONNECTIONS) {
                    thread::sleep(due(number)?.saturating_duration_since(Instant::now()));
                    writing.write_all(&mllp::encode(&messages(first + number)))?;
                }
                Ok(())
            });
            let mut latencies = Latencies::default();
            let mut numbers = (lane..total).step_by(CONNECTIONS);
            while numbers.len() > 0 {
                let answers = connection.answers()?;
                let now = Instant::now();
                for number in numbers.by_ref().take(answers) {
                    latencies.add(now.saturating_duration_since(due(number)?));
                }
            }
            writer.join().map_err(|_| anyhow!("a sending thread failed"))??;
            Ok(latencies)
        })
    })?;
    let mut all = Latencies::default();
    for one in measured {
        all.append(one);
    }
    Ok(all)
}

/// Sends `total` messages on one connection, `rate` of them a second from `began` on, and reads each answer.
pub(super) fn one_by_one(
    address: SocketAddr,
    messages: Messages<'_>,
    total: usize,
    rate: u32,
    began: Instant,
) -> Result<()> {
    let mut connection = Connection::open(address)?;
    for number in 0..total {
        let due = began + Duration::from_secs(1) * u32::try_from(number)? / rate;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        connection.stream.write_all(&mllp::encode(&messages(number)))?;
        while connection.answers()? == 0 {}
    }
    Ok(())
}

fn on_all_connections<T: Send>(work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let work = &work;
        let lanes: Vec<_> = (0..CONNECTIONS).map(|lane| scope.spawn(move || work(lane))).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().map_err(|_| anyhow!("a sending thread failed"))?)
            .collect()
    })
}

struct Connection {
    stream: TcpStream,
    codec: Codec,
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, codec: Codec::new(LONGEST_ACK_BYTES) })
    }

    /// Reads once; how many messages were accepted. An answer other than AA ends the measurement:
    /// its figures would be of something else.
    fn answers(&mut self) -> Result<usize> {
        let mut buffer = [0; 16_384];
        let length = self.stream.read(&mut buffer)?;
        ensure!(length > 0, "the listener closed the connection");
        let frames = self.codec.feed(buffer.get(..length).unwrap_or_default());
        for frame in &frames {
            let Frame::Message(bytes) = frame else { return Err(anyhow!("a very long answer")) };
            ensure!(bytes.windows(6).any(|word| word == b"MSA|AA"), "a message was not accepted");
        }
        Ok(frames.len())
    }
}
