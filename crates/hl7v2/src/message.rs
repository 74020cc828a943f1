//! A message: the bytes as they came and where each segment stands in them.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memchr2};

use crate::segment::Context;
use crate::{Charset, ParseError, Path, Presence, Segment, Separators};

/// Reads one message. Nothing is copied: the result points into `bytes`.
///
/// 1. A byte-order mark, blanks and an MLLP start byte before the header are passed over.
/// 2. MSH-1 and MSH-2 give the separators, MSH-18 the character set.
/// 3. Segments end at CR, LF or CRLF, mixed as they may be; blanks before the end are dropped.
/// 4. A line that does not begin like a segment is the rest of the line before it: senders let
///    line ends slip into report text, and no part of a report may get lost.
/// 5. A second MSH is refused, for its segments would be read as the first patient's.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>, ParseError> {
    let start = skip_blanks(bytes);
    let text = bytes.get(start..).unwrap_or_default();
    let separators = match text {
        [] => return Err(ParseError::Empty),
        [b'M', b'S', b'H', ..] => Separators::read(line_at(text, 0))?,
        [b'F' | b'B', b'H', b'S', ..] => return Err(ParseError::Batch),
        _ => return Err(ParseError::NoHeader),
    };
    let segments = index(bytes, start, separators.field)?;
    let context = Context { separators, charset: Charset::UTF_8 };
    let mut message = Message { bytes, context, segments };
    message.context.charset = message.declared_charset().unwrap_or(Charset::UTF_8);
    Ok(message)
}

/// One HL7 v2 message, borrowed from the bytes it was read from.
#[derive(Clone)]
pub struct Message<'a> {
    bytes: &'a [u8],
    context: Context,
    segments: Vec<Span>,
}

/// Where a segment stands: never empty, always inside the message.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// MSH-9: what kind of message this is. A part not sent is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageType<'a> {
    /// MSH-9.1, such as `ADT`.
    pub code: Cow<'a, str>,
    /// MSH-9.2, such as `A08`.
    pub event: Cow<'a, str>,
    /// MSH-9.3, such as `ADT_A01`; older versions do not send it.
    pub structure: Cow<'a, str>,
}

impl<'a> Message<'a> {
    /// The bytes the message was read from, unchanged.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// MSH-1 and MSH-2.
    pub fn separators(&self) -> Separators {
        self.context.separators
    }

    /// The character set values are read in: the first of MSH-18, unless overridden.
    pub fn charset(&self) -> Charset {
        self.context.charset
    }

    /// The same message where an absent MSH-18 means `charset`, as agreed with its sender.
    #[must_use]
    pub fn with_default_charset(mut self, charset: Charset) -> Self {
        self.context.charset = self.declared_charset().unwrap_or(charset);
        self
    }

    /// Every segment, in order; the first is MSH.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'a>> + '_ {
        self.segments.iter().map(|span| {
            let raw = self.bytes.get(span.start..span.end).unwrap_or_default();
            Segment::new(raw, self.context)
        })
    }

    /// The segments of one name (`OBX`), in order.
    pub fn segments_named(&self, name: &str) -> impl Iterator<Item = Segment<'a>> {
        self.segments().filter(move |segment| segment.is_named(name))
    }

    /// The first segment of a name.
    pub fn segment(&self, name: &str) -> Option<Segment<'a>> {
        self.segments_named(name).next()
    }

    /// Text at a path such as `PID-3[2].4.1`; `None` where nothing or `""` was sent, or where
    /// `path` is not a path. What the path names is given whole: `PID-5` holds its `^`s.
    pub fn get(&self, path: &str) -> Option<Cow<'a, str>> {
        self.get_path(&path.parse().ok()?)
    }

    /// As `get`, for a path read beforehand.
    pub fn get_path(&self, path: &Path) -> Option<Cow<'a, str>> {
        path.find(self).and_then(|found| found.value())
    }

    /// Whether a path was not sent, sent as `""` (delete) or sent with a value.
    pub fn presence(&self, path: &Path) -> Presence {
        path.find(self).map_or(Presence::Absent, |found| found.presence())
    }

    /// MSH-10, which an acknowledgement repeats; empty where none was sent.
    pub fn control_id(&self) -> Cow<'a, str> {
        self.get("MSH-10").unwrap_or_default()
    }

    /// MSH-9.
    pub fn message_type(&self) -> MessageType<'a> {
        MessageType {
            code: self.get("MSH-9.1").unwrap_or_default(),
            event: self.get("MSH-9.2").unwrap_or_default(),
            structure: self.get("MSH-9.3").unwrap_or_default(),
        }
    }

    /// MSH-12.1, such as `2.4`; empty where none was sent.
    pub fn version(&self) -> Cow<'a, str> {
        self.get("MSH-12.1").unwrap_or_default()
    }

    fn declared_charset(&self) -> Option<Charset> {
        let declared = self.segments().next()?.repetition(18, 1).value()?;
        Some(Charset::named(&declared))
    }
}

/// Names and lengths only: what a message says has no place in a log.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("bytes", &self.bytes.len())
            .field("segments", &self.segments().collect::<Vec<_>>())
            .finish()
    }
}

fn index(bytes: &[u8], start: usize, field_separator: u8) -> Result<Vec<Span>, ParseError> {
    let mut spans: Vec<Span> = Vec::with_capacity(16);
    let mut at = start;
    while at < bytes.len() {
        let line = line_at(bytes, at);
        let after_cr = at.checked_sub(1).and_then(|i| bytes.get(i)) == Some(&b'\r');
        let span = Span { start: at, end: at + trim_end(line).len() };
        at += line.len() + 1;
        if span.start == span.end {
            continue;
        }
        match spans.last_mut() {
            Some(before) if !begins_segment(line, field_separator, after_cr) => {
                before.end = span.end;
            }
            Some(_) if line.starts_with(b"MSH") => {
                return Err(ParseError::SeveralMessages { segment: spans.len() + 1 });
            }
            _ => spans.push(span),
        }
    }
    Ok(spans)
}

/// A name alone is a segment only after a CR, the standard's own end: after an LF it is as likely
/// a line of a report ("CRP") inside OBX-5.
fn begins_segment(line: &[u8], field_separator: u8, after_cr: bool) -> bool {
    let Some((name, rest)) = line.split_at_checked(3) else { return false };
    let named = matches!(name, [first, others @ ..] if first.is_ascii_uppercase()
        && others.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    match rest {
        [separator, ..] if *separator == field_separator => named,
        rest => named && after_cr && trim_end(rest).is_empty(),
    }
}

/// From `at` up to the next CR or LF.
fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Without blanks, and the FS a framed file may have left, at the end.
fn trim_end(mut line: &[u8]) -> &[u8] {
    while let [before @ .., b' ' | b'\t' | 0x1C] = line {
        line = before;
    }
    line
}

/// How many bytes of blanks, byte-order mark and frame start come before the header.
pub(crate) fn skip_blanks(bytes: &[u8]) -> usize {
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let blank = |c: &u8| c.is_ascii_whitespace() || *c == 0x0B;
    let rest = rest.iter().position(|c| !blank(c)).and_then(|i| rest.get(i..)).unwrap_or_default();
    let rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
    bytes.len() - rest.len()
}

/// The header line of what may not be a message at all, for an acknowledgement.
pub(crate) fn header(bytes: &[u8]) -> Option<Segment<'_>> {
    let text = bytes.get(skip_blanks(bytes)..).unwrap_or_default();
    let line = trim_end(line_at(text, 0));
    if !line.starts_with(b"MSH") || memchr(b'\0', line).is_some() {
        return None;
    }
    let separators = Separators::read(line).ok()?;
    let mut context = Context { separators, charset: Charset::UTF_8 };
    let declared = Segment::new(line, context).repetition(18, 1).text();
    context.charset = Charset::named(&declared);
    Some(Segment::new(line, context))
}
