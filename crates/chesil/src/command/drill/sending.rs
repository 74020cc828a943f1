//! Connections that send as fast as they are answered, and write down what was acknowledged.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use hl7v2::mllp::{self, Codec, Frame};

use super::story::{self, LANES};

/// Messages under way on each connection.
const WINDOW: usize = 16;
/// The longest acknowledgement that is read.
const LONGEST_ACK_BYTES: usize = 65_536;
/// An acknowledgement that takes longer will not come.
const PATIENCE: Duration = Duration::from_mins(1);

/// What one connection has sent in a round.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    /// Messages that were acknowledged: the first so many.
    pub(super) acknowledged: usize,
    /// Messages that were written, the last of them perhaps not whole.
    pub(super) written: usize,
}

/// Sends on every connection until the server is gone. `enough` is called once, when so many have been
/// acknowledged on all of them together.
pub(super) fn until_gone(
    hospital: SocketAddr,
    round: usize,
    after: usize,
    enough: impl FnOnce() -> Result<()>,
) -> Result<[Sent; LANES]> {
    let acknowledged = AtomicUsize::new(0);
    let (told, all_told) = std::sync::mpsc::channel();
    let mut sent = [Sent::default(); LANES];
    std::thread::scope(|scope| {
        let acknowledged = &acknowledged;
        let lanes: Vec<_> = (0..LANES)
            .map(|lane| {
                let told = told.clone();
                let counted = move |more| {
                    let before = acknowledged.fetch_add(more, Ordering::Relaxed);
                    if before < after && before + more >= after {
                        // The other side is waiting for this, and for nothing else.
                        told.send(()).ok();
                    }
                };
                scope.spawn(move || send(hospital, round, lane, counted))
            })
            .collect();
        drop(told);
        let reached = all_told.recv();
        enough()?;
        for (place, lane) in sent.iter_mut().zip(lanes) {
            *place = lane.join().map_err(|_| anyhow!("a sending thread failed"))??;
        }
        reached.map_err(|_| anyhow!("the server closed every connection by itself"))
    })?;
    Ok(sent)
}

/// Sends on one connection until it breaks.
fn send(
    hospital: SocketAddr,
    round: usize,
    lane: usize,
    acknowledged: impl Fn(usize),
) -> Result<Sent> {
    let mut stream = TcpStream::connect(hospital)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut codec = Codec::new(LONGEST_ACK_BYTES);
    let mut sent = Sent::default();
    let mut buffer = [0; 16_384];
    loop {
        let mut batch = Vec::new();
        while sent.written < sent.acknowledged + WINDOW {
            batch.extend(mllp::encode(&story::message(round, lane, sent.written)));
            sent.written += 1;
        }
        if stream.write_all(&batch).is_err() {
            return Ok(sent);
        }
        let length = match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Ok(sent),
            Ok(length) => length,
        };
        let before = sent.acknowledged;
        for frame in codec.feed(buffer.get(..length).unwrap_or_default()) {
            let Frame::Message(bytes) = frame else { return Err(anyhow!("a very long answer")) };
            let id = story::control_id(round, lane, sent.acknowledged);
            ensure!(says(&bytes, &id), "not an acknowledgement of {id}");
            sent.acknowledged += 1;
        }
        acknowledged(sent.acknowledged - before);
    }
}

/// `AA` for this control id (HL7 v2 §2.15.8).
fn says(acknowledgement: &[u8], control_id: &str) -> bool {
    let Ok(message) = hl7v2::parse(acknowledgement) else { return false };
    let is = |path, value: &str| message.get(path).is_some_and(|found| found == value);
    is("MSA-1", "AA") && is("MSA-2", control_id)
}
