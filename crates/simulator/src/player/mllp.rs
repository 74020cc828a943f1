//! Plays a source's messages to an MLLP listener as a sending system does: several under way at
//! once, acknowledgements checked in order, and after a broken connection everything that was not
//! acknowledged is sent again.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hl7v2::mllp::{Codec, Frame, encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::error::Error;
use crate::source::Outgoing;

/// How often in a row a connection may fail before the player gives up.
const ATTEMPTS: u32 = 12;
/// The longest acknowledgement that is read.
const LONGEST_ACK_BYTES: usize = 65_536;

/// How far a player has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Messages answered with AA or CA.
    pub accepted: u64,
    /// Messages answered otherwise: the listener has them, or does not want them.
    pub refused: u64,
    /// Messages sent again after a broken connection.
    pub resent: u64,
}

impl Progress {
    /// Messages that need not be sent again.
    pub fn answered(&self) -> u64 {
        self.accepted + self.refused
    }
}

/// Sends `messages` to `addr`, at most `window` of them unacknowledged, and tells `progress` after
/// every batch of acknowledgements. Ends when the last one is answered.
pub async fn play_mllp(
    addr: SocketAddr,
    messages: impl IntoIterator<Item = Outgoing>,
    window: usize,
    mut progress: impl FnMut(Progress),
) -> Result<Progress, Error> {
    let mut play = Play {
        messages: messages.into_iter(),
        underway: VecDeque::new(),
        window: window.max(1),
        so_far: Progress::default(),
    };
    let mut failures = 0;
    loop {
        let before = play.so_far.answered();
        match play.over_one_connection(addr, &mut progress).await {
            Ok(()) => return Ok(play.so_far),
            Err(Broken::OutOfOrder) => {
                return Err(Error::OutOfOrder { addr: addr.to_string() });
            }
            Err(Broken::Io(source)) => {
                failures = if play.so_far.answered() > before { 1 } else { failures + 1 };
                if failures >= ATTEMPTS {
                    let addr = addr.to_string();
                    return Err(Error::Unreachable { addr, attempts: failures, source });
                }
                let pause_ms = 10 << failures.min(8);
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
        }
    }
}

/// Why a connection ended early.
enum Broken {
    Io(io::Error),
    OutOfOrder,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Messages with those that are under way.
struct Play<I> {
    messages: I,
    underway: VecDeque<Outgoing>,
    window: usize,
    so_far: Progress,
}

impl<I: Iterator<Item = Outgoing>> Play<I> {
    async fn over_one_connection(
        &mut self,
        addr: SocketAddr,
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), Broken> {
        let mut again = Vec::new();
        for message in &self.underway {
            again.extend_from_slice(&encode(message.payload.bytes()));
        }
        let count = u64::try_from(self.underway.len()).unwrap_or(0);
        let mut stream = None;
        loop {
            let batch = if again.is_empty() { self.fill() } else { std::mem::take(&mut again) };
            if self.underway.is_empty() {
                return Ok(());
            }
            let (stream, codec) = match &mut stream {
                Some(open) => open,
                none => {
                    let open = TcpStream::connect(addr).await?;
                    open.set_nodelay(true)?;
                    self.so_far.resent += count;
                    none.insert((open, Codec::new(LONGEST_ACK_BYTES)))
                }
            };
            stream.write_all(&batch).await?;
            self.take_answers(stream, codec).await?;
            progress(self.so_far);
        }
    }

    /// Frames of new messages until the window is full.
    fn fill(&mut self) -> Vec<u8> {
        let mut batch = Vec::new();
        while self.underway.len() < self.window
            && let Some(message) = self.messages.next()
        {
            batch.extend_from_slice(&encode(message.payload.bytes()));
            self.underway.push_back(message);
        }
        batch
    }

    /// Reads once, and crosses off what was answered.
    async fn take_answers(
        &mut self,
        stream: &mut TcpStream,
        codec: &mut Codec,
    ) -> Result<(), Broken> {
        let mut buffer = [0; 8192];
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        for frame in codec.feed(buffer.get(..length).unwrap_or_default()) {
            let Frame::Message(bytes) = frame else { return Err(Broken::OutOfOrder) };
            let answer = hl7v2::parse(&bytes).map_err(|_| Broken::OutOfOrder)?;
            let oldest = self.underway.pop_front().ok_or(Broken::OutOfOrder)?;
            if answer.get("MSA-2").as_deref() != Some(oldest.control_id.as_str()) {
                self.underway.push_front(oldest);
                return Err(Broken::OutOfOrder);
            }
            match answer.get("MSA-1").as_deref() {
                Some("AA" | "CA") => self.so_far.accepted += 1,
                _ => self.so_far.refused += 1,
            }
        }
        Ok(())
    }
}
