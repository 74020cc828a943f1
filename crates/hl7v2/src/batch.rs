//! Many messages in one file: FHS, BHS, messages, BTS, FTS (HL7 v2.5.1 §2.10.3).

use memchr::memchr2;

use crate::message::skip_blanks;

/// A batch or file taken apart. Each message is parsed, and may fail, on its own.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Batch<'a> {
    /// The bytes of each message, from its MSH to the next header or trailer.
    pub messages: Vec<&'a [u8]>,
    /// How many messages the trailers (BTS-1) say there are; `None` where none says.
    pub declared: Option<usize>,
    /// Bytes of lines that belong to no header, trailer or message.
    pub stray_bytes: usize,
}

/// Lengths only: what a message says has no place in a log.
impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("messages", &self.messages.len())
            .field("declared", &self.declared)
            .field("stray_bytes", &self.stray_bytes)
            .finish()
    }
}

/// Splits a file into its messages. Header and trailers may be missing: a file of messages one
/// after the other is read too.
pub fn split(bytes: &[u8]) -> Batch<'_> {
    let mut batch = Batch::default();
    let mut message_start = None;
    let mut at = skip_blanks(bytes);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let kind = kind_of(line);
        if kind != Line::Other {
            batch.messages.extend(message_start.take().and_then(|start| bytes.get(start..at)));
        }
        match kind {
            Line::Message => message_start = Some(at),
            Line::Trailer => batch.count_declared(line),
            Line::Other if message_start.is_none() => {
                batch.stray_bytes += line.trim_ascii().len();
            }
            Line::Envelope | Line::Other => {}
        }
        at += length + 1;
    }
    batch.messages.extend(message_start.and_then(|start| bytes.get(start..)));
    batch
}

impl Batch<'_> {
    fn count_declared(&mut self, trailer: &[u8]) {
        let separator = trailer.get(3).copied().unwrap_or(b'|');
        let count = trailer.split(|c| *c == separator).nth(1).unwrap_or_default().trim_ascii();
        let count = std::str::from_utf8(count).ok().and_then(|count| count.parse::<usize>().ok());
        if let Some(count) = count {
            self.declared = Some(self.declared.unwrap_or(0).saturating_add(count));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Message,
    /// BTS, which counts the batch's messages.
    Trailer,
    /// FHS, BHS or FTS.
    Envelope,
    Other,
}

/// A name counts only with a separator or nothing behind it, so no line of text is taken for one.
fn kind_of(line: &[u8]) -> Line {
    let Some((name, rest)) = line.split_at_checked(3) else { return Line::Other };
    let separated = rest.first().is_some_and(u8::is_ascii_punctuation);
    match name {
        b"MSH" if separated => Line::Message,
        b"FHS" | b"BHS" if separated => Line::Envelope,
        b"FTS" if separated || rest.trim_ascii().is_empty() => Line::Envelope,
        b"BTS" if separated || rest.trim_ascii().is_empty() => Line::Trailer,
        _ => Line::Other,
    }
}
