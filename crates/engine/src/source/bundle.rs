//! FHIR bundles that came over HTTP: kept as they came, peeked at only for id, time and patients.

use model::NhsNumber;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Accepted, Arrival, Channel, ChannelKind, Error, Format, Inbox, NewMessage, OrderKeys, Receipt,
    Unreadable,
};

/// FHIR's name for the NHS number.
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// Stores a bundle and returns when it is durable.
///
/// # Errors
/// [`Error::Unreadable`] where the bytes are not a bundle: they are in quarantine then, and sending
/// them again unchanged does not help.
pub fn accept_bundle(inbox: &Inbox, channel: &Channel, bytes: Vec<u8>) -> Result<Receipt, Error> {
    let ChannelKind::Http { .. } = channel.kind else {
        let channel = channel.name.clone();
        return Err(Error::WrongKind { channel, wanted: "fed over HTTP" });
    };
    let read = serde_json::from_slice::<Value>(&bytes)
        // The parser's own words may quote the content; line and column do not.
        .map_err(|error| {
            format!("this is not JSON: see line {}, column {}", error.line(), error.column())
        })
        .and_then(|bundle| is_bundle(&bundle).map(|()| bundle));
    match read {
        Ok(bundle) => {
            let message = message(inbox, channel, &bundle, bytes);
            store(inbox, Arrival::Message(message))
        }
        Err(reason) => {
            let receipt = store(inbox, unreadable(inbox, channel, bytes, reason.clone()))?;
            Err(Error::Unreadable { seq: receipt.seq, reason })
        }
    }
}

fn store(inbox: &Inbox, arrival: Arrival) -> Result<Receipt, Error> {
    let receipts = inbox.store(vec![arrival])?;
    // One arrival gives one receipt.
    receipts.into_iter().next().ok_or(Error::NoSuchMessage(0))
}

fn is_bundle(value: &Value) -> Result<(), String> {
    match text(value, "/resourceType") {
        Some("Bundle") => Ok(()),
        Some(_) => Err("this is a FHIR resource, but not a Bundle".to_owned()),
        None => Err("this is JSON, but not FHIR: it has no resourceType".to_owned()),
    }
}

fn message(inbox: &Inbox, channel: &Channel, bundle: &Value, bytes: Vec<u8>) -> NewMessage {
    NewMessage {
        channel: channel.name.clone(),
        format: Format::FhirBundle,
        received_at: inbox.now(),
        sender: channel.organisation.to_string(),
        control_id: control_id(bundle, &bytes),
        message_type: message_type(bundle),
        event_time: text(bundle, "/timestamp").unwrap_or_default().to_owned(),
        order_keys: keys(channel, bundle),
        body: bytes,
    }
}

fn unreadable(inbox: &Inbox, channel: &Channel, body: Vec<u8>, reason: String) -> Arrival {
    Arrival::Unreadable(Unreadable {
        channel: channel.name.clone(),
        format: Format::FhirBundle,
        received_at: inbox.now(),
        sender: channel.organisation.to_string(),
        reason,
        body,
    })
}

/// `Bundle`, or for a message what happened: `message:admit`.
fn message_type(bundle: &Value) -> String {
    let event = text(bundle, "/entry/0/resource/eventCoding/code")
        .or_else(|| text(bundle, "/entry/0/resource/eventUri"))
        .filter(|_| text(bundle, "/type") == Some("message"));
    event.map_or_else(|| "Bundle".to_owned(), |event| format!("message:{event}"))
}

/// Bundle.identifier stays the same wherever the bundle goes (FHIR R4 §2.36); the id is the
/// sender's; bytes without either are their own id.
fn control_id(bundle: &Value, bytes: &[u8]) -> String {
    text(bundle, "/identifier/value")
        .or_else(|| text(bundle, "/id"))
        .filter(|id| !id.is_empty())
        .map_or_else(|| short_hash(bytes), str::to_owned)
}

/// The order keys of a bundle, with its NHS number.
pub(super) fn keys(channel: &Channel, bundle: &Value) -> OrderKeys {
    order_keys(channel, bundle).with_nhs_number(nhs_number(bundle))
}

/// The organisation's own numbers of the patients in the bundle, as order keys.
fn order_keys(channel: &Channel, bundle: &Value) -> OrderKeys {
    let own = patients(bundle).filter_map(|patient| patient_number(channel, patient));
    // A merge speaks of two patients and waits for both.
    let merged = patients(bundle).flat_map(replaced_by);
    OrderKeys::of(&channel.name, own.chain(merged).chain(subjects(bundle).map(|(_, value)| value)))
}

/// System and value by which resources name a patient who is not in the bundle: those FHIR calls subject,
/// patient or, of a Task, for.
fn subjects(bundle: &Value) -> impl Iterator<Item = (&str, &str)> {
    resources(bundle).flat_map(|resource| {
        ["/subject/identifier", "/patient/identifier", "/for/identifier"].iter().filter_map(
            |path| {
                let identifier = resource.pointer(path)?;
                let value = text(identifier, "/value").filter(|value| !value.is_empty())?;
                Some((text(identifier, "/system").unwrap_or_default(), value))
            },
        )
    })
}

/// The numbers that a patient's number was merged into.
fn replaced_by(patient: &Value) -> impl Iterator<Item = &str> {
    let links = patient.get("link").and_then(Value::as_array).into_iter().flatten();
    links
        .filter(|link| text(link, "/type") == Some("replaced-by"))
        .filter_map(|link| text(link, "/other/identifier/value"))
}

/// The NHS number of the first patient who has one.
fn nhs_number(bundle: &Value) -> Option<NhsNumber> {
    let numbers = patients(bundle).flat_map(identifiers).chain(subjects(bundle));
    numbers
        .filter(|(system, _)| *system == NHS_NUMBER)
        .find_map(|(_, value)| NhsNumber::parse(value).ok())
}

fn patients(bundle: &Value) -> impl Iterator<Item = &Value> {
    resources(bundle).filter(|resource| text(resource, "/resourceType") == Some("Patient"))
}

fn resources(bundle: &Value) -> impl Iterator<Item = &Value> {
    let entries = bundle.pointer("/entry").and_then(Value::as_array);
    entries.into_iter().flatten().filter_map(|entry| entry.get("resource"))
}

fn patient_number<'a>(channel: &Channel, patient: &'a Value) -> Option<&'a str> {
    let numbers = || identifiers(patient);
    numbers()
        .find(|(system, _)| channel.is_own_authority(system))
        .or_else(|| numbers().find(|(system, _)| *system != NHS_NUMBER))
        .or_else(|| numbers().next())
        .map(|(_, value)| value)
        .or_else(|| text(patient, "/id"))
}

/// System and value of each identifier that has a value.
fn identifiers(patient: &Value) -> impl Iterator<Item = (&str, &str)> {
    let identifiers = patient.get("identifier").and_then(Value::as_array);
    identifiers.into_iter().flatten().filter_map(|identifier| {
        let value = text(identifier, "/value").filter(|value| !value.is_empty())?;
        Some((text(identifier, "/system").unwrap_or_default(), value))
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// Sixteen hexadecimal digits of the bytes' SHA-256.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    let first = Sha256::digest(bytes).first_chunk().copied().map_or(0, u64::from_be_bytes);
    format!("{first:016x}")
}

impl Receipt {
    /// Whether it was stored before.
    pub fn is_duplicate(&self) -> bool {
        self.accepted == Accepted::Duplicate
    }
}
