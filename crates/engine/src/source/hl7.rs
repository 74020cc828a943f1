//! A frame's bytes as messages for the log, and the answer to it.
//!
//! Only what the queue needs is read here: who sent it, its id, its type and time, and whose
//! messages it must stay in order with. What the rest means is the destination's business, so
//! nothing in it can stop a message from being stored.

use hl7v2::{AckCode, Message, ParseError, Repetition, Segment, acknowledge, batch};
use jiff::Timestamp;
use model::NhsNumber;

use crate::{Arrival, Channel, Format, NewMessage, OrderKeys, Receipt, Unreadable};

/// Reads one frame: a message, or a batch of them. A frame without content stores nothing.
pub(super) fn read(frame: Vec<u8>, channel: &Channel, at: Timestamp) -> (Vec<Arrival>, Reply) {
    match hl7v2::parse(&frame) {
        Ok(message) => {
            let (without_body, reply) = taken(&message, channel, at);
            (vec![arrival(without_body, frame, reply.rejected.as_deref())], reply)
        }
        Err(ParseError::Batch | ParseError::SeveralMessages { .. }) => {
            read_batch(frame, channel, at)
        }
        Err(ParseError::Empty) => (Vec::new(), Reply::rejecting(frame, &ParseError::Empty)),
        Err(error) => {
            let reply = Reply::rejecting(header_line(&frame).to_vec(), &error);
            (vec![unreadable(frame, channel, at, &error)], reply)
        }
    }
}

/// The same without an answer, for what no sender waits for.
pub(crate) fn arrivals(frame: Vec<u8>, channel: &Channel, at: Timestamp) -> Vec<Arrival> {
    read(frame, channel, at).0
}

/// Each message of a batch is stored for itself; the frame gets one answer.
fn read_batch(frame: Vec<u8>, channel: &Channel, at: Timestamp) -> (Vec<Arrival>, Reply) {
    let batch = batch::split(&frame);
    let mut reply = None;
    let mut refused = None;
    let mut arrivals = Vec::with_capacity(batch.messages.len());
    for bytes in batch.messages {
        match hl7v2::parse(bytes) {
            Ok(message) => {
                reply.get_or_insert_with(|| Reply::to_message(&message));
                let without_body = new_message(&message, channel, at);
                let refusal = channel.accepts.refusal(&message);
                arrivals.push(arrival(without_body, bytes.to_vec(), refusal.as_deref()));
                refused = refusal.or(refused);
            }
            Err(error) => {
                refused = Some(error.to_string());
                arrivals.push(unreadable(bytes.to_vec(), channel, at, &error));
            }
        }
    }
    if arrivals.is_empty() {
        let reply = Reply::rejecting(header_line(&frame).to_vec(), &ParseError::NoHeader);
        return (vec![unreadable(frame, channel, at, &ParseError::NoHeader)], reply);
    }
    let mut reply = reply.unwrap_or_else(|| Reply::rejecting(Vec::new(), &ParseError::NoHeader));
    if let Some(error) = refused {
        reply.rejected = Some(format!("part of the batch was refused: {error}"));
    }
    reply.answer_batch(&frame);
    (arrivals, reply)
}

/// Reads one message of a file.
pub(super) fn read_one(bytes: Vec<u8>, channel: &Channel, at: Timestamp) -> (Arrival, Reply) {
    match hl7v2::parse(&bytes) {
        Ok(message) => {
            let (without_body, reply) = taken(&message, channel, at);
            (arrival(without_body, bytes, reply.rejected.as_deref()), reply)
        }
        Err(error) => {
            let reply = Reply::rejecting(header_line(&bytes).to_vec(), &error);
            (unreadable(bytes, channel, at, &error), reply)
        }
    }
}

/// A message that can be read, and its answer, which rejects it where the channel does not take it.
fn taken(message: &Message<'_>, channel: &Channel, at: Timestamp) -> (NewMessage, Reply) {
    let rejected = channel.accepts.refusal(message);
    (new_message(message, channel, at), Reply { rejected, ..Reply::to_message(message) })
}

/// A message for the log, or for the quarantine where the channel refuses it.
fn arrival(message: NewMessage, body: Vec<u8>, refusal: Option<&str>) -> Arrival {
    let Some(reason) = refusal else { return Arrival::Message(NewMessage { body, ..message }) };
    let NewMessage { channel, format, received_at, sender, .. } = message;
    let reason = reason.to_owned();
    Arrival::Unreadable(Unreadable { channel, format, received_at, sender, reason, body })
}

/// All but the body, which may be long and is moved, not copied.
fn new_message(message: &Message<'_>, channel: &Channel, at: Timestamp) -> NewMessage {
    let field = |segment: &str, number: usize| {
        let field = message.segment(segment).and_then(|segment| segment.field(number));
        field.and_then(|field| field.value()).map(|text| text.trim().to_owned())
    };
    let header = |number| field("MSH", number).unwrap_or_default();
    // EVN-6 is when it happened, EVN-2 when it was recorded, MSH-7 when it was sent.
    let event_time = field("EVN", 6).or_else(|| field("EVN", 2)).unwrap_or_else(|| header(7));
    NewMessage {
        channel: channel.name.clone(),
        format: Format::Hl7v2,
        received_at: at,
        sender: format!("{} {}", header(3), header(4)).trim().to_owned(),
        control_id: header(10),
        message_type: message_type(message),
        event_time,
        order_keys: order_keys(channel, message).with_nhs_number(nhs_number(message)),
        body: Vec::new(),
    }
}

fn message_type(message: &Message<'_>) -> String {
    let kind = message.message_type();
    if kind.event.is_empty() {
        kind.code.into_owned()
    } else {
        format!("{}^{}", kind.code, kind.event)
    }
}

fn unreadable(body: Vec<u8>, channel: &Channel, at: Timestamp, error: &ParseError) -> Arrival {
    Arrival::Unreadable(Unreadable {
        channel: channel.name.clone(),
        format: Format::Hl7v2,
        received_at: at,
        sender: String::new(),
        reason: error.to_string(),
        body,
    })
}

/// The patients' numbers: PID-3 of every PID (A24 and A37 have two), then MRG-1, or MRG-4 of older
/// senders, of every MRG (A34, A40, A44).
pub(super) fn order_keys(channel: &Channel, message: &Message<'_>) -> OrderKeys {
    let patients = message.segments_named("PID").filter_map(|pid| number(channel, &pid, 3));
    let merged = message
        .segments_named("MRG")
        .filter_map(|mrg| number(channel, &mrg, 1).or_else(|| number(channel, &mrg, 4)));
    let numbers: Vec<String> = patients.chain(merged).collect();
    OrderKeys::of(&channel.name, numbers.iter().map(String::as_str))
}

/// An identifier as a CX field holds it.
struct Identifier {
    number: String,
    is_own: bool,
    is_nhs_number: bool,
}

/// The organisation's own number among the repetitions; else any local one; else the NHS number.
/// Never by position: senders put the NHS number first or last as they like.
fn number(channel: &Channel, segment: &Segment<'_>, field: usize) -> Option<String> {
    let field = segment.field(field)?;
    let identifiers: Vec<Identifier> = field
        .repetitions()
        .filter_map(|repetition| {
            // CX.4 is namespace & OID & its type; senders fill in one or both.
            let authority = |number| {
                let part = repetition.component(4).subcomponent(number);
                part.value().unwrap_or_default().into_owned()
            };
            let (namespace, oid) = (authority(1), authority(2));
            let own =
                |authority: &str| !authority.is_empty() && channel.is_own_authority(authority);
            let nameless = namespace.is_empty() && oid.is_empty();
            Some(Identifier {
                number: repetition.component(1).value()?.trim().to_owned(),
                is_own: own(&namespace) || own(&oid) || nameless && channel.is_own_authority(""),
                is_nhs_number: is_marked_nhs_number(repetition),
            })
        })
        .collect();
    identifiers
        .iter()
        .find(|identifier| identifier.is_own && !identifier.is_nhs_number)
        .or_else(|| identifiers.iter().find(|identifier| !identifier.is_nhs_number))
        .or_else(|| identifiers.first())
        .map(|identifier| identifier.number.clone())
}

fn is_marked_nhs_number(repetition: Repetition<'_>) -> bool {
    let namespace = repetition.component(4).subcomponent(1);
    repetition.component(5).value().is_some_and(|text| text == "NH")
        || namespace.value().is_some_and(|text| text == "NHS")
}

/// The first patient's NHS number: as PID-3 marks it, else as PID-19 or PID-2 of older senders hold
/// it, else any well-formed one of PID-3. An own number of ten digits may look like one, so
/// that comes last; it is only used to say that something has come, never to link.
fn nhs_number(message: &Message<'_>) -> Option<NhsNumber> {
    message.segments_named("PID").find_map(|pid| {
        let number = |number: usize, wanted: fn(Repetition<'_>) -> bool| {
            let field = pid.field(number)?;
            let mut texts = field
                .repetitions()
                .filter(|repetition| wanted(*repetition))
                .filter_map(|repetition| repetition.component(1).value());
            texts.find_map(|text| NhsNumber::parse(&text).ok())
        };
        number(3, is_marked_nhs_number)
            .or_else(|| number(19, |_| true))
            .or_else(|| number(2, |_| true))
            .or_else(|| number(3, |_| true))
    })
}

/// What is needed to answer a frame once it is known whether it is stored.
pub(super) struct Reply {
    /// The MSH segment that is answered, or what stood in its place.
    header: Vec<u8>,
    wish: Wish,
    /// Why the content cannot be taken.
    rejected: Option<String>,
}

/// Which words the sender expects (MSH-15 and MSH-16; HL7 v2.5.1 §2.9.3, table 0155).
///
/// It gets an answer always, also where it asks for silence (NE), or for silence about success or
/// failure (ER, SU): an unwanted acknowledgement is harmless, but a sender configured so by mistake
/// and waiting for one that never comes stands still, and its hospital's messages with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Nothing said, or NE: AA, AE or AR.
    Original,
    /// AL, ER or SU: CA, CE or CR.
    Enhanced,
}

impl Reply {
    fn to_message(message: &Message<'_>) -> Self {
        let header = message.segment("MSH");
        let accept = header.and_then(|header| header.field(15));
        let accept = accept.and_then(|field| field.value()).unwrap_or_default();
        let wish = match accept.trim().to_ascii_uppercase().as_str() {
            "AL" | "ER" | "SU" => Wish::Enhanced,
            _ => Wish::Original,
        };
        let header = header.map(|header| header.raw().to_vec()).unwrap_or_default();
        Self { header, wish, rejected: None }
    }

    fn rejecting(header: Vec<u8>, error: &ParseError) -> Self {
        Self { header, wish: Wish::Original, rejected: Some(error.to_string()) }
    }

    /// The answer to a frame that was too long to be read at all.
    pub(super) fn too_long(limit_bytes: usize) -> Self {
        let reason = format!("the message is longer than {limit_bytes} bytes");
        Self { header: Vec::new(), wish: Wish::Original, rejected: Some(reason) }
    }

    /// Lets the answer name the batch (BHS-11, else FHS-11) instead of its first message.
    fn answer_batch(&mut self, frame: &[u8]) {
        let lines = || frame.split(|byte| matches!(byte, b'\r' | b'\n'));
        let line = lines()
            .find(|line| line.starts_with(b"BHS"))
            .or_else(|| lines().find(|line| line.starts_with(b"FHS")));
        let id = line.and_then(|line| {
            let separator = line.get(3)?;
            line.split(|byte| byte == separator).nth(10)
        });
        let (Some(id @ [_, ..]), Some(separator)) = (id, self.header.get(3).copied()) else {
            return;
        };
        let mut fields: Vec<&[u8]> = self.header.split(|byte| *byte == separator).collect();
        fields.resize(fields.len().max(10), b"");
        if let Some(control_id) = fields.get_mut(9) {
            *control_id = id;
        }
        self.header = fields.join(&separator);
    }

    /// The answer: accepted only where `stored` has the receipts of a commit.
    pub(super) fn to(&self, stored: Option<&[Receipt]>, at: Timestamp) -> Vec<u8> {
        let text = match (stored, &self.rejected) {
            (None, _) => Some("not stored; send it again"),
            (Some(_), rejected) => rejected.as_deref(),
        };
        let number = stored.and_then(|receipts| receipts.first()).map(|receipt| receipt.seq);
        let control_id = number.unwrap_or(at.as_microsecond()).to_string();
        let at = at.strftime("%Y%m%d%H%M%S%z").to_string();
        acknowledge(&self.header, self.code(stored), text, &control_id, &at)
    }

    /// MSA-1 of the answer.
    pub(super) fn code(&self, stored: Option<&[Receipt]>) -> AckCode {
        match (self.wish, stored, &self.rejected) {
            (Wish::Original, Some(_), None) => AckCode::AA,
            (Wish::Original, None, _) => AckCode::AE,
            (Wish::Original, Some(_), Some(_)) => AckCode::AR,
            (Wish::Enhanced, Some(_), None) => AckCode::CA,
            (Wish::Enhanced, None, _) => AckCode::CE,
            (Wish::Enhanced, Some(_), Some(_)) => AckCode::CR,
        }
    }
}

/// The first line, which is all an answer needs; at most what a header can be long.
fn header_line(frame: &[u8]) -> &[u8] {
    let end = frame.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(frame.len());
    frame.get(..end.min(4 << 10)).unwrap_or_default()
}
