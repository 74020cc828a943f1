//! A hospital's sending side: MLLP over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use hl7v2::mllp::{self, Codec, Frame};

pub(crate) struct Sender {
    stream: TcpStream,
    codec: Codec,
    answers: Vec<Vec<u8>>,
}

/// One acknowledgement: MSA-1 and MSA-2.
pub(crate) type Answer = (String, String);

impl Sender {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream, codec: Codec::new(1 << 20), answers: Vec::new() }
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Writes one frame.
    pub(crate) fn send(&mut self, message: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(&mllp::encode(message))
    }

    /// The next acknowledgement; `None` when the other side is gone.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut buffer = [0; 4096];
        while self.answers.is_empty() {
            let count = self.stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
            for frame in self.codec.feed(&buffer[..count]) {
                if let Frame::Message(bytes) = frame {
                    self.answers.push(bytes);
                }
            }
        }
        let bytes = self.answers.remove(0);
        let message = hl7v2::parse(&bytes).unwrap();
        let field = |path| message.get(path).map(std::borrow::Cow::into_owned).unwrap_or_default();
        Some((field("MSA-1"), field("MSA-2")))
    }

    /// The next `count` acknowledgements.
    pub(crate) fn answers(&mut self, count: usize) -> Vec<Answer> {
        (0..count).map_while(|_| self.answer()).collect()
    }
}
