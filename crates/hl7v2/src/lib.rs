//! HL7 v2: bytes to message and back, lossless; MLLP frames; acknowledgements.
//!
//! In: the bytes a trust's system sent. Out: spans into those bytes, read by HL7's own numbering
//! (`PID-3[2].4.1`), and messages and acknowledgements to send.
//! Never: sockets, FHIR, the meaning of a field. Never a panic, whatever the bytes.
//!
//! A message is accepted by its structure, not its version: unknown segments, extra fields and
//! odd line ends are read as far as they can be without guessing.

mod message;
mod segment;
mod path;
mod separators;
mod escape;
mod charset;
mod encode;
mod ack;
pub mod mllp;
pub mod batch;
pub mod names;
mod error;

pub use ack::{AckCode, acknowledge};
pub use charset::Charset;
pub use encode::{Builder, SegmentBuilder};
pub use error::{ParseError, PathError};
pub use escape::{escape, unescape};
pub use message::{Message, MessageType, parse};
pub use path::Path;
pub use segment::{Component, Field, Presence, Repetition, Segment, Subcomponent};
pub use separators::Separators;
