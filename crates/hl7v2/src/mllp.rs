//! MLLP: where one message ends and the next begins on a TCP connection.
//!
//! A frame is VT, the message, FS, CR (HL7 v2 Transport: MLLP release 1). No socket here: bytes
//! are fed in as they arrive, split anywhere, and frames come out.

use memchr::memchr;
use memchr::memmem;

const VT: u8 = 0x0B;
const FS: u8 = 0x1C;
const CR: u8 = 0x0D;

/// A message as the wire sends it: VT, message, FS, CR.
pub fn encode(message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(message.len() + 3);
    frame.push(VT);
    frame.extend_from_slice(message);
    frame.extend_from_slice(&[FS, CR]);
    frame
}

/// What a connection brought.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// The bytes of one frame, without VT, FS and CR.
    Message(Vec<u8>),
    /// A frame grew past the limit. Its bytes are dropped up to its end; the next one is read
    /// again. Said once for each such frame, as soon as it is known.
    TooLong {
        /// The limit it passed.
        limit_bytes: usize,
    },
}

/// Lengths only: what a message says has no place in a log.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(bytes) => write!(f, "Message({} bytes)", bytes.len()),
            Self::TooLong { limit_bytes } => write!(f, "TooLong({limit_bytes} bytes)"),
        }
    }
}

/// Reads frames out of one connection's bytes; keeps at most the limit in memory.
///
/// An FS ends a frame only with a CR (or a careless LF, or the next VT) behind it. A VT followed
/// by `MSH` inside a frame means the sender gave up on a message and began again: the
/// unfinished part is dropped and counted, never joined to the next patient's message.
pub struct Codec {
    limit_bytes: usize,
    state: State,
    content: Vec<u8>,
    skipped_bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    /// Behind an FS inside a frame, its end if a CR follows.
    AfterFs,
    /// Inside a frame that is too long.
    Dropping,
    /// Behind an FS inside a frame that is too long.
    DroppingAfterFs,
}

impl Codec {
    /// A codec whose messages may have `limit_bytes` bytes.
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, state: State::Outside, content: Vec::new(), skipped_bytes: 0 }
    }

    /// Takes what arrived and gives the frames it completed.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let [first, after_first @ ..] = bytes {
            bytes = match self.state {
                State::Outside => self.look_for_start(bytes),
                State::Inside | State::Dropping => self.take_content(bytes, &mut frames),
                State::AfterFs | State::DroppingAfterFs => match *first {
                    CR | b'\n' => self.end_frame(after_first, &mut frames),
                    VT => self.end_frame(bytes, &mut frames),
                    _ => self.go_on_behind_fs(bytes, &mut frames),
                },
            };
        }
        frames
    }

    /// Bytes that belonged to no frame, line ends between frames left out of the count.
    pub fn skipped_bytes(&self) -> u64 {
        self.skipped_bytes
    }

    /// Whether a frame has begun and not ended: a connection closed now lost a message its
    /// sender must send again.
    pub fn is_mid_frame(&self) -> bool {
        self.state != State::Outside
    }

    fn look_for_start<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (garbage, rest, found) = cut(bytes, VT);
        self.count_skipped(garbage);
        if found {
            self.state = State::Inside;
        }
        rest
    }

    fn take_content<'b>(&mut self, bytes: &'b [u8], frames: &mut Vec<Frame>) -> &'b [u8] {
        let (content, rest, found) = cut(bytes, FS);
        self.keep(content, frames);
        if found {
            let dropping = self.state == State::Dropping;
            self.state = if dropping { State::DroppingAfterFs } else { State::AfterFs };
        }
        rest
    }

    fn go_on_behind_fs<'b>(&mut self, bytes: &'b [u8], frames: &mut Vec<Frame>) -> &'b [u8] {
        let dropping = self.state == State::DroppingAfterFs;
        self.state = if dropping { State::Dropping } else { State::Inside };
        self.keep(&[FS], frames);
        bytes
    }

    fn keep(&mut self, content: &[u8], frames: &mut Vec<Frame>) {
        if self.state == State::Dropping {
            return;
        }
        if content.len() > self.limit_bytes - self.content.len() {
            self.content = Vec::new();
            self.state = State::Dropping;
            frames.push(Frame::TooLong { limit_bytes: self.limit_bytes });
            return;
        }
        self.content.extend_from_slice(content);
    }

    fn end_frame<'b>(&mut self, rest: &'b [u8], frames: &mut Vec<Frame>) -> &'b [u8] {
        if self.state == State::AfterFs {
            let mut content = std::mem::take(&mut self.content);
            if let Some(begun_again) = memmem::rfind(&content, b"\x0BMSH") {
                let given_up: Vec<u8> = content.drain(..=begun_again).collect();
                self.count_skipped(&given_up);
            }
            frames.push(Frame::Message(content));
        }
        self.state = State::Outside;
        rest
    }

    fn count_skipped(&mut self, garbage: &[u8]) {
        let counted = garbage.iter().filter(|c| !matches!(c, b'\r' | b'\n')).count();
        self.skipped_bytes += u64::try_from(counted).unwrap_or(u64::MAX);
    }
}

/// What stands before a mark, what behind it, and whether the mark was there.
fn cut(bytes: &[u8], mark: u8) -> (&[u8], &[u8], bool) {
    match memchr(mark, bytes) {
        Some(at) => {
            let (before, rest) = bytes.split_at_checked(at).unwrap_or_default();
            (before, rest.get(1..).unwrap_or_default(), true)
        }
        None => (bytes, &[], false),
    }
}
