//! What can be wrong with a message or a path. No variant carries a byte of the message.

use thiserror::Error;

/// Why bytes are not one readable HL7 v2 message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Nothing but blanks.
    #[error("the message is empty")]
    Empty,
    /// The first segment is not a header.
    #[error("the message does not begin with an MSH segment")]
    NoHeader,
    /// A batch or file of messages: split it first (`batch::split`).
    #[error("the bytes are a batch (FHS or BHS), not one message")]
    Batch,
    /// A second MSH: reading on would mix two patients.
    #[error("the bytes hold more than one message: segment {segment} is a second MSH")]
    SeveralMessages {
        /// Position of the second header, counted from 1.
        segment: usize,
    },
    /// MSH-1 or MSH-2 is missing, or holds letters, digits, blanks or more than five characters.
    #[error("MSH-1 and MSH-2 do not name the separators")]
    BadSeparators,
    /// One character would have two meanings.
    #[error("MSH-1 and MSH-2 give one separator two meanings")]
    AmbiguousSeparators,
    /// Not one of HL7 table 0008.
    #[error("MSA-1 is not an acknowledgement code")]
    BadAckCode,
}

/// Why a text is not a path such as `PID-3[2].4.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a path reads like `PID-3[2].4.1` or `OBX[3]-5`, counting from 1")]
pub struct PathError;
