//! HL7 v2 in files: one message, several one after the other, or batches (HL7 v2.5.1 §2.10.3).
//!
//! A file that ends before it should is the fault to look for: half a batch reads like a whole one. So what
//! its trailers count is counted, and a file that does not agree with them is refused whole.

use hl7v2::batch;

use super::content::Origin;
use crate::source::hl7;
use crate::{Arrival, NewMessage, Receipt};

/// A file whose counts agree.
pub(super) struct Hl7File<'a> {
    messages: Vec<&'a [u8]>,
    /// Its BHS, or FHS where there is none.
    envelope: Option<&'a [u8]>,
}

/// One message or several; with an envelope, its counts must agree.
pub(super) fn read(bytes: &[u8]) -> Result<Hl7File<'_>, String> {
    let split = batch::split(bytes);
    if split.messages.is_empty() {
        return Err("There is no message in it: none of its lines begins with MSH.".to_owned());
    }
    if split.stray_bytes > 0 {
        let stray = split.stray_bytes;
        return Err(format!("{stray} bytes stand before the first MSH or between batches."));
    }
    if let Some(declared) = split.declared.filter(|declared| *declared != split.messages.len()) {
        let found = split.messages.len();
        return Err(format!("Its trailers (BTS-1) count {declared} messages, it has {found}."));
    }
    let batches = count(bytes, "BHS");
    if let Some(declared) = declared_batches(bytes).filter(|declared| *declared != batches) {
        return Err(format!("Its trailer (FTS-1) counts {declared} batches, it has {batches}."));
    }
    let envelope = line(bytes, "BHS").or_else(|| line(bytes, "FHS"));
    Ok(Hl7File { messages: split.messages, envelope })
}

/// As [`read`], and every header must have its trailer.
pub(super) fn read_batch(bytes: &[u8]) -> Result<Hl7File<'_>, String> {
    for (header, trailer) in [("FHS", "FTS"), ("BHS", "BTS")] {
        let (headers, trailers) = (count(bytes, header), count(bytes, trailer));
        if headers != trailers {
            return Err(format!(
                "It has {headers} {header} and {trailers} {trailer}: it is not whole."
            ));
        }
    }
    if count(bytes, "BHS") + count(bytes, "FHS") == 0 {
        return Err("There is no batch in it: none of its lines begins with FHS or BHS.".to_owned());
    }
    read(bytes)
}

/// FTS-1, where it says something.
fn declared_batches(bytes: &[u8]) -> Option<usize> {
    let trailer = line(bytes, "FTS")?;
    let separator = trailer.get(3)?;
    let count = trailer.split(|byte| byte == separator).nth(1)?.trim_ascii();
    std::str::from_utf8(count).ok()?.parse().ok()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii_start)
}

/// A name counts only with a separator or nothing behind it, so no line of text is taken for one.
fn is_named(line: &[u8], name: &str) -> bool {
    let rest = line.strip_prefix(name.as_bytes());
    rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_punctuation))
}

fn line<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    lines(bytes).find(|line| is_named(line, name))
}

fn count(bytes: &[u8], name: &str) -> usize {
    lines(bytes).filter(|line| is_named(line, name)).count()
}

impl<'a> Hl7File<'a> {
    pub(super) fn arrivals(&'a self, origin: &'a Origin<'a>) -> impl Iterator<Item = Arrival> + 'a {
        self.messages.iter().zip(1..).map(|(bytes, number)| {
            let (arrival, _) = hl7::read_one(bytes.to_vec(), origin.channel, origin.received_at);
            match arrival {
                // Without an id of its own it would be new each time the file is read.
                Arrival::Message(message) if message.control_id.is_empty() => {
                    let control_id = origin.control_id(number, bytes);
                    Arrival::Message(NewMessage { control_id, ..message })
                }
                arrival => arrival,
            }
        })
    }

    /// The acknowledgement of the one message, or a batch of them.
    pub(super) fn acknowledgement(&self, origin: &Origin<'_>, stored: &[Receipt]) -> Vec<u8> {
        let at = origin.received_at;
        let answers: Vec<Vec<u8>> = self
            .messages
            .iter()
            .zip(stored.chunks(1))
            .map(|(bytes, receipt)| {
                let (_, reply) = hl7::read_one(bytes.to_vec(), origin.channel, at);
                reply.to(Some(receipt), at)
            })
            .collect();
        match (answers.as_slice(), self.envelope) {
            ([answer], None) => answer.clone(),
            (answers, envelope) => batched(envelope.unwrap_or(b"BHS|^~\\&"), answers, origin),
        }
    }
}

/// BHS, the answers and BTS, in the sender's separators: sender and receiver have changed places, and
/// BHS-12 is the id of the batch that is answered (HL7 v2.5.1 §2.14.2.12).
fn batched(envelope: &[u8], answers: &[Vec<u8>], origin: &Origin<'_>) -> Vec<u8> {
    let separator = envelope.get(3).copied().unwrap_or(b'|');
    let fields: Vec<&[u8]> = envelope.split(|byte| *byte == separator).collect();
    // Fields of a header are counted from the separator itself: BHS-3 is the third part.
    let field = |number: usize| fields.get(number - 1).copied().unwrap_or_default();
    let at = origin.received_at.strftime("%Y%m%d%H%M%S%z").to_string();
    let id = origin.received_at.as_microsecond().to_string();
    let header: [&[u8]; 12] = [
        b"BHS",
        field(2),
        field(5),
        field(6),
        field(3),
        field(4),
        at.as_bytes(),
        b"",
        b"",
        b"",
        id.as_bytes(),
        field(11),
    ];
    let mut batch = header.join(&separator);
    batch.push(b'\r');
    for answer in answers {
        batch.extend_from_slice(answer);
    }
    batch.extend_from_slice(b"BTS");
    batch.push(separator);
    batch.extend_from_slice(answers.len().to_string().as_bytes());
    batch.push(b'\r');
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "FHS|^~\\&|PAS\rBHS|^~\\&|PAS||||2026||||B1\rMSH|^~\\&|1\rPID|1\rMSH|^~\\&|2\rBTS|2\rFTS|1\r";

    fn check(read: fn(&[u8]) -> Result<Hl7File<'_>, String>, text: &str, expected: &str) {
        let said = match read(text.as_bytes()) {
            Ok(file) => format!("{} messages", file.messages.len()),
            Err(reason) => reason,
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn a_file_is_counted_before_it_is_believed() {
        check(read, TWO, "2 messages");
        check(read_batch, TWO, "2 messages");
        check(read_batch, &TWO.replace('\r', "\r\n"), "2 messages");
        let short = "Its trailers (BTS-1) count 3 messages, it has 2.";
        check(read_batch, &TWO.replace("BTS|2", "BTS|3"), short);
        check(read, &TWO.replace("BTS|2", "BTS|3"), short);
        let batches = "Its trailer (FTS-1) counts 2 batches, it has 1.";
        check(read_batch, &TWO.replace("FTS|1", "FTS|2"), batches);
        check(read_batch, &TWO.replace("FTS|1\r", ""), "It has 1 FHS and 0 FTS: it is not whole.");
        let half = TWO.split("MSH|^~\\&|2").next().unwrap();
        check(read_batch, half, "It has 1 FHS and 0 FTS: it is not whole.");
        // Trailers need not count.
        check(read_batch, &TWO.replace("BTS|2", "BTS").replace("FTS|1", "FTS"), "2 messages");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        check(read, "MSH|^~\\&|1\r", "1 messages");
        check(read, "MSH|^~\\&|1\rPID|1\r\rMSH|^~\\&|2\r", "2 messages");
        let none = "There is no message in it: none of its lines begins with MSH.";
        check(read, "", none);
        check(read, "hello\r", none);
        check(read, "abc\rMSH|^~\\&|1\r", "3 bytes stand before the first MSH or between batches.");
        let batch = "There is no batch in it: none of its lines begins with FHS or BHS.";
        check(read_batch, "MSH|^~\\&|1\r", batch);
    }
}
