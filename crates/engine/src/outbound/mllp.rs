//! HL7 v2 to a listener: one message at a time on each connection, which stays open.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hl7v2::mllp::{Codec, Frame, encode};
use hl7v2::{AckCode, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Failure, Tls};

/// The longest acknowledgement that is read.
const LONGEST_ACK_BYTES: usize = 1 << 20;
/// Answers to something else that are passed over before the connection is given up.
const OTHERS: usize = 16;

/// An MLLP listener of another system (HL7 "Transport Specification: MLLP, Release 1").
#[derive(Debug)]
pub struct Mllp {
    address: String,
    tls: Option<Tls>,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

struct Connection {
    stream: Box<dyn Stream>,
    codec: Codec,
    frames: Vec<Frame>,
}

/// Why there is no acknowledgement.
enum Silence {
    Io(io::Error),
    Closed,
    TooLong,
    Others,
}

impl Mllp {
    /// The listener at `address` (`host:port`), which has `timeout` for each acknowledgement.
    pub fn new(address: impl Into<String>, tls: Option<Tls>, timeout: Duration) -> Self {
        Self { address: address.into(), tls, timeout, idle: Mutex::default() }
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends a message and waits for its acknowledgement.
    pub(super) async fn send(&self, body: &[u8]) -> Result<(), Failure> {
        let control_id = hl7v2::parse(body).map(|message| message.control_id().into_owned());
        let Ok(control_id) = &control_id else {
            return Err(Failure::Refused("it is no HL7 v2 message, and was not sent".into()));
        };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = idle {
            // A listener may close what is idle; only then is it tried on a fresh one at once.
            match self.exchange(connection, body, control_id).await {
                Some(Err(Silence::Io(_) | Silence::Closed)) => {}
                ended => return self.judge(ended),
            }
        }
        let connection = self.dial().await?;
        let ended = self.exchange(connection, body, control_id).await;
        self.judge(ended)
    }

    async fn dial(&self) -> Result<Connection, Failure> {
        let unreachable = |why: String| {
            Failure::Unreachable(format!("{} cannot be reached: {why}", self.address))
        };
        let dialled = tokio::time::timeout(self.timeout, async {
            let stream = TcpStream::connect(&self.address).await.map_err(|why| why.to_string())?;
            // Without it a message may wait for the peer's next packet.
            let _ = stream.set_nodelay(true);
            let host = self.address.rsplit_once(':').map_or(&*self.address, |(host, _)| host);
            let stream: Box<dyn Stream> = match &self.tls {
                Some(tls) => Box::new(tls.over(host, stream).await?),
                None => Box::new(stream),
            };
            Ok::<_, String>(stream)
        });
        let stream = match dialled.await {
            Ok(dialled) => dialled.map_err(unreachable)?,
            Err(_) => return Err(unreachable("it does not answer".into())),
        };
        Ok(Connection { stream, codec: Codec::new(LONGEST_ACK_BYTES), frames: Vec::new() })
    }

    /// `None`: no acknowledgement in time. A connection that went well is kept.
    async fn exchange(
        &self,
        mut connection: Connection,
        body: &[u8],
        control_id: &str,
    ) -> Option<Result<Vec<u8>, Silence>> {
        let asked = connection.ask(body, control_id);
        let answer = tokio::time::timeout(self.timeout, asked).await.ok()?;
        if answer.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        Some(answer)
    }

    fn judge(&self, ended: Option<Result<Vec<u8>, Silence>>) -> Result<(), Failure> {
        let address = &self.address;
        let unreachable = |why: &str| Err(Failure::Unreachable(format!("{address} {why}")));
        let answer = match ended {
            Some(Ok(answer)) => answer,
            Some(Err(Silence::Io(error))) => {
                return unreachable(&format!("broke the connection: {error}"));
            }
            Some(Err(Silence::Closed)) => return unreachable("closed the connection unanswered"),
            Some(Err(Silence::TooLong)) => return unreachable("sent an endless acknowledgement"),
            Some(Err(Silence::Others)) => return unreachable("acknowledges other messages"),
            None => {
                let seconds = self.timeout.as_secs_f32();
                return unreachable(&format!("sent no acknowledgement within {seconds} s"));
            }
        };
        let message = hl7v2::parse(&answer);
        let code = message.ok().and_then(|message| code(&message));
        match code {
            Some(AckCode::AA | AckCode::CA) => Ok(()),
            // MSA-3 and ERR are the receiver's own words: they may hold what we sent.
            Some(AckCode::AE | AckCode::CE) => {
                Err(Failure::Later(format!("{address} answered with an error (AE)")))
            }
            Some(AckCode::AR | AckCode::CR) => {
                Err(Failure::Refused(format!("{address} rejected it (AR)")))
            }
            None => unreachable("sent an acknowledgement without a known code (MSA-1)"),
        }
    }
}

fn code(message: &Message<'_>) -> Option<AckCode> {
    message.get("MSA-1")?.parse().ok()
}

impl Connection {
    /// Sends, and reads until there is an acknowledgement of this message (MSA-2).
    async fn ask(&mut self, body: &[u8], control_id: &str) -> Result<Vec<u8>, Silence> {
        self.stream.write_all(&encode(body)).await.map_err(Silence::Io)?;
        self.stream.flush().await.map_err(Silence::Io)?;
        let mut chunk = [0; 4096];
        let mut others = 0;
        loop {
            while !self.frames.is_empty() {
                let Frame::Message(answer) = self.frames.remove(0) else {
                    return Err(Silence::TooLong);
                };
                // A later answer to an earlier message (an application's, after CA) is not ours.
                let own = match hl7v2::parse(&answer) {
                    Ok(answer) => answer.get("MSA-2").is_none_or(|id| id == control_id),
                    Err(_) => true,
                };
                if own {
                    return Ok(answer);
                }
                others += 1;
                if others == OTHERS {
                    return Err(Silence::Others);
                }
            }
            let length = self.stream.read(&mut chunk).await.map_err(Silence::Io)?;
            if length == 0 {
                return Err(Silence::Closed);
            }
            self.frames.extend(self.codec.feed(chunk.get(..length).unwrap_or_default()));
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}
