//! Answering a message, in the sender's own separators.

use std::str::FromStr;

use crate::message::header;
use crate::{Builder, ParseError, Segment, Separators, escape};

/// What the receiver says of a message (HL7 table 0008).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckCode {
    /// Accepted, and safely kept.
    AA,
    /// An error; send it again, or mend it.
    AE,
    /// Rejected; sending it again will not help.
    AR,
    /// Enhanced mode, safely kept.
    CA,
    /// Enhanced mode, could not be kept.
    CE,
    /// Enhanced mode, rejected.
    CR,
}

impl AckCode {
    /// The two letters of MSA-1.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AA => "AA",
            Self::AE => "AE",
            Self::AR => "AR",
            Self::CA => "CA",
            Self::CE => "CE",
            Self::CR => "CR",
        }
    }
}

impl FromStr for AckCode {
    type Err = ParseError;

    /// Reads MSA-1.
    fn from_str(code: &str) -> Result<Self, ParseError> {
        match code {
            "AA" => Ok(Self::AA),
            "AE" => Ok(Self::AE),
            "AR" => Ok(Self::AR),
            "CA" => Ok(Self::CA),
            "CE" => Ok(Self::CE),
            "CR" => Ok(Self::CR),
            _ => Err(ParseError::BadAckCode),
        }
    }
}

/// The answer to `received`, which need not be a readable message.
///
/// Sending and receiving application and facility change places; the trigger event, processing
/// id, version and character set are repeated, and MSA-2 repeats MSH-10 even where it is empty
/// (HL7 v2.5.1 §2.9.2). `control_id` is the answer's own MSH-10 and `at` its MSH-7
/// (`20260504101500+0100`). Where the header cannot be read, the standard separators are used.
///
/// `text` (MSA-3) is shown to the sender's operators: it must not quote the message.
pub fn acknowledge(
    received: &[u8],
    code: AckCode,
    text: Option<&str>,
    control_id: &str,
    at: &str,
) -> Vec<u8> {
    let header = header(received);
    let echo = |field: usize| {
        header.and_then(|header| header.field(field)).map(|field| field.raw()).unwrap_or_default()
    };
    let or = |raw: &'static [u8], sent: &[u8]| if sent.is_empty() { raw } else { sent }.to_vec();
    let separators = header.map_or(Separators::STANDARD, |header| header.separators());
    let mut answer = Builder::new(separators);
    answer
        .segment("MSH")
        .raw(3, echo(5))
        .raw(4, echo(6))
        .raw(5, echo(3))
        .raw(6, echo(4))
        .text(7, at)
        .raw(9, &message_type(header, separators))
        .text(10, control_id)
        .raw(11, &or(b"P", echo(11)))
        .raw(12, &or(b"2.4", echo(12)))
        .raw(18, echo(18));
    let msa = answer.segment("MSA");
    msa.text(1, code.as_str()).raw(2, echo(10));
    if let Some(text) = text {
        msa.raw(3, &in_charset(text, header, &separators));
    }
    answer.finish()
}

/// `ACK^A01^ACK`, or `ACK` where the event is not known.
fn message_type(header: Option<Segment<'_>>, separators: Separators) -> Vec<u8> {
    let event = header.map(|header| header.component(9, 2).raw()).unwrap_or_default();
    match separators.component {
        Some(component) if !event.is_empty() => [b"ACK".as_slice(), event, b"ACK"].join(&component),
        _ => b"ACK".to_vec(),
    }
}

fn in_charset(text: &str, header: Option<Segment<'_>>, separators: &Separators) -> Vec<u8> {
    let escaped = escape(text, separators);
    match header {
        Some(header) => header.charset().encode(&String::from_utf8_lossy(&escaped)),
        None => escaped,
    }
}
