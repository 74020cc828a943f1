//! Writing a message: values in, escaped bytes out.

use crate::{Message, Separators, escape};

/// A message being written, segment by segment.
///
/// ```
/// let mut message = hl7v2::Builder::new(hl7v2::Separators::STANDARD);
/// message.segment("MSH").text(3, "PAS").components(9, &["ADT", "A28"]).text(10, "1");
/// message.segment("PID").components(5, &["O'Brien & Sons", "Zoë"]);
/// assert_eq!(
///     String::from_utf8(message.finish()).unwrap(),
///     "MSH|^~\\&|PAS||||||ADT^A28|1\rPID|||||O'Brien \\T\\ Sons^Zoë\r"
/// );
/// ```
#[derive(Clone)]
pub struct Builder {
    separators: Separators,
    segments: Vec<SegmentBuilder>,
}

impl Builder {
    /// An empty message with these separators. Text is written as UTF-8; say so in MSH-18.
    pub fn new(separators: Separators) -> Self {
        Self { separators, segments: Vec::new() }
    }

    /// A copy of a message to change or add to. Written out unchanged it has the same bytes,
    /// but for blanks dropped and CR as the end of every segment.
    pub fn from_message(message: &Message<'_>) -> Self {
        let separators = message.separators();
        let segments = message.segments().map(|segment| {
            let mut parts = segment.raw().split(|c| *c == separators.field);
            // What is torn off a line may stand between the name and the first field.
            let name = parts.next().unwrap_or_default();
            let mut copy = SegmentBuilder::new(name, separators);
            for (number, field) in segment.fields() {
                copy.raw(number, field.raw());
            }
            copy.is_copy = true;
            copy.is_header = is_header(segment.name().as_bytes());
            copy.length = 1 + parts.count();
            copy
        });
        Self { separators, segments: segments.collect() }
    }

    /// Adds a segment, whose fields are then set on what is returned.
    pub fn segment(&mut self, name: &str) -> &mut SegmentBuilder {
        self.segments.push_mut(SegmentBuilder::new(name.as_bytes(), self.separators))
    }

    /// The message's bytes, each segment ended by CR.
    pub fn finish(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 * self.segments.len());
        for segment in &self.segments {
            segment.write(&mut bytes);
            bytes.push(b'\r');
        }
        bytes
    }
}

/// A segment being written. Fields have their HL7 numbers; MSH-1 and MSH-2 write themselves.
///
/// Setting a field a second time adds a repetition.
#[derive(Clone)]
pub struct SegmentBuilder {
    name: Vec<u8>,
    separators: Separators,
    /// Raw bytes of fields; the first stands at index 0.
    fields: Vec<Vec<u8>>,
    /// At least so many parts are written, name included: keeps a copy's empty fields.
    length: usize,
    /// A header's separators stand in its fields, as they were sent.
    is_copy: bool,
    /// MSH, BHS or FHS.
    is_header: bool,
}

impl SegmentBuilder {
    fn new(name: &[u8], separators: Separators) -> Self {
        let (is_header, name) = (is_header(name), name.to_owned());
        Self { name, separators, fields: Vec::new(), length: 0, is_header, is_copy: false }
    }

    /// A field of one value, escaped.
    pub fn text(&mut self, field: usize, value: &str) -> &mut Self {
        let value = escape(value, &self.separators);
        self.raw(field, &value)
    }

    /// A field of components, each escaped; empty ones at the end are left off.
    pub fn components(&mut self, field: usize, values: &[&str]) -> &mut Self {
        let escaped = values.iter().map(|value| escape(value, &self.separators)).collect();
        let value = join(escaped, self.separators.component);
        self.raw(field, &value)
    }

    /// A field of components of sub-components, each escaped.
    pub fn subcomponents(&mut self, field: usize, values: &[&[&str]]) -> &mut Self {
        let component = |parts: &&[&str]| {
            let escaped = parts.iter().map(|value| escape(value, &self.separators)).collect();
            join(escaped, self.separators.subcomponent)
        };
        let value = join(values.iter().map(component).collect(), self.separators.component);
        self.raw(field, &value)
    }

    /// `""`: tells the receiver to delete what it holds.
    pub fn null(&mut self, field: usize) -> &mut Self {
        self.raw(field, b"\"\"")
    }

    /// A field's bytes as they are, in this message's separators, nothing escaped.
    pub fn raw(&mut self, field: usize, value: &[u8]) -> &mut Self {
        let Some(index) = field.checked_sub(1) else { return self };
        if index >= self.fields.len() {
            self.fields.resize(field, Vec::new());
        }
        if let Some(bytes) = self.fields.get_mut(index) {
            if !bytes.is_empty() {
                bytes.extend(self.separators.repetition);
            }
            bytes.extend_from_slice(value);
        }
        self
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.name);
        let own = match (self.is_header, self.is_copy) {
            (true, false) => 2,
            (true, true) => 1,
            (false, _) => 0,
        };
        if self.is_header && !self.is_copy {
            bytes.push(self.separators.field);
            bytes.extend(self.separators.encoding_characters());
        }
        let mut parts = own.max(1);
        for field in self.fields.iter().skip(own) {
            bytes.push(self.separators.field);
            bytes.extend_from_slice(field);
            parts += 1;
        }
        for _ in parts..self.length {
            bytes.push(self.separators.field);
        }
    }
}

fn is_header(name: &[u8]) -> bool {
    matches!(name, b"MSH" | b"BHS" | b"FHS")
}

fn join(mut parts: Vec<Vec<u8>>, separator: Option<u8>) -> Vec<u8> {
    while parts.last().is_some_and(Vec::is_empty) {
        parts.pop();
    }
    match separator {
        Some(separator) => parts.join(&separator),
        None => parts.concat(),
    }
}
