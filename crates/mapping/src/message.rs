//! HL7 v2 messages, one file each kind: which segments belong together, and what they amount to.

mod adt;
mod adt_a24;
mod adt_a40;
mod adt_a44;
mod several;
mod oru_r01;
mod mdm_t02;
mod siu_s12;
mod group;
mod orders;
mod ref_i12;
mod dft_p03;
mod out_of_scope;

use fhir::When;
use hl7v2::{Message, Segment};
use jiff::Timestamp;
use model::LocalIdentity;

use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::{Mapped, PatientStatement};
use crate::read::{text, when};
use crate::segment::pid::{self, Patient};
use crate::unmapped::unmapped;
use crate::visit::{MovedVisits, Visit};

/// Maps one HL7 v2 message. Unknown and extra segments never fail it; they are listed in
/// [`Mapped::unmapped`] by path.
pub fn hl7_v2(message: &Message<'_>, feed: &Feed, received_at: Timestamp) -> Result<Mapped, Error> {
    hl7_v2_after(message, feed, received_at, &MovedVisits::new())
}

/// Maps one HL7 v2 message as [`hl7_v2`] does, and gives what it says of a visit that the hospital
/// has moved to the patient whose it is now. Who its own patient is, and the movements of the visit,
/// are told as they were sent.
pub fn hl7_v2_after(
    message: &Message<'_>,
    feed: &Feed,
    received_at: Timestamp,
    moved: &MovedVisits,
) -> Result<Mapped, Error> {
    if feed.rules.is_empty() {
        return as_sent(message, feed, received_at, moved);
    }
    let changed = feed.rules.applied(message)?;
    let spoilt = |error| Error::Rule(format!("the channel's rules leave no message: {error}"));
    as_sent(&hl7v2::parse(&changed).map_err(spoilt)?, feed, received_at, moved)
}

/// Maps a message to which the rules of its channel have been applied.
fn as_sent(
    message: &Message<'_>,
    feed: &Feed,
    received_at: Timestamp,
    moved: &MovedVisits,
) -> Result<Mapped, Error> {
    let header = Header::read(message, received_at, moved);
    let mut mapped = match (header.code.as_str(), header.trigger.as_str()) {
        ("ADT", trigger) if adt::maps(trigger) => adt::map(message, &header, feed),
        ("ADT", trigger) if adt_a24::maps(trigger) => adt_a24::map(message, &header, feed),
        ("ADT", trigger) if adt_a40::maps(trigger) => adt_a40::map(message, &header, feed),
        ("ADT", trigger) if adt_a44::maps(trigger) => adt_a44::map(message, &header, feed),
        (code, trigger) if oru_r01::maps(code, trigger) => oru_r01::map(message, &header, feed),
        ("MDM", trigger) if mdm_t02::maps(trigger) => mdm_t02::map(message, &header, feed),
        ("SIU", trigger) if siu_s12::maps(trigger) => siu_s12::map(message, &header, feed),
        ("REF", trigger) if ref_i12::maps(trigger) => ref_i12::map(message, &header, feed),
        (code, trigger) if orders::maps(code, trigger) => orders::map(message, &header, feed),
        (code, _) if dft_p03::maps(code) => dft_p03::map(message, &header, feed),
        (code, trigger) if let Some(because) = out_of_scope::reason(code, trigger) => {
            let mut nothing = Mapped::new(header.event(), header.occurred_at);
            nothing.out_of_scope = Some(because);
            return Ok(nothing.received(received_at));
        }
        _ => Err(Error::Unsupported(header.event())),
    }?;
    mapped.unmapped = unmapped(message, &header.code, &mapped);
    Ok(mapped.received(received_at))
}

/// What MSH and EVN say of a message as a whole.
struct Header<'a> {
    code: String,
    trigger: String,
    /// EVN-6, else EVN-2, else MSH-7, else when it was received.
    occurred_at: Timestamp,
    /// EVN-2, else MSH-7, else when it was received.
    recorded_at: Timestamp,
    /// MSH-7, else when it was received.
    sent_at: Timestamp,
    /// Visits that are another patient's by now.
    moved: &'a MovedVisits,
}

impl<'a> Header<'a> {
    fn read(message: &Message<'_>, received_at: Timestamp, moved: &'a MovedVisits) -> Self {
        let kind = message.message_type();
        let evn = message.segment("EVN");
        let evn_time = |field| evn.as_ref().and_then(|evn| when(evn, field)).map(When::timestamp);
        let trigger = if kind.event.trim().is_empty() {
            evn.as_ref().map_or_else(String::new, |evn| text(evn, 1))
        } else {
            kind.event.trim().to_owned()
        };
        let msh = message.segment("MSH");
        let sent_at = msh.and_then(|msh| when(&msh, 7)).map_or(received_at, When::timestamp);
        let recorded_at = evn_time(2).unwrap_or(sent_at);
        Self {
            code: kind.code.trim().to_uppercase(),
            trigger: trigger.to_uppercase(),
            occurred_at: evn_time(6).unwrap_or(recorded_at),
            recorded_at,
            sent_at,
            moved,
        }
    }

    /// The visit that a message names, as it names it (kept in [`Mapped::visits`]) and then as it
    /// is now; and whose what is said in it therefore is.
    fn whose(
        &self,
        mapped: &mut Mapped,
        patient: &LocalIdentity,
        visit: Option<String>,
    ) -> (LocalIdentity, Option<String>) {
        let Some(number) = visit else { return (patient.clone(), None) };
        let named = Visit::new(patient.clone(), number);
        let now = self.moved.get(&named).unwrap_or(&named).clone();
        mapped.visits.push(named);
        (now.subject, Some(now.number))
    }

    /// `ADT^A01`, safe to show: only what a message type can hold.
    fn event(&self) -> String {
        let safe = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
        };
        match (safe(&self.code), safe(&self.trigger)) {
            (code, trigger) if code.is_empty() && trigger.is_empty() => {
                "a message without a type (MSH-9)".to_owned()
            }
            (code, trigger) if trigger.is_empty() => code,
            (code, trigger) => format!("{code}^{trigger}"),
        }
    }
}

/// The first PID with its PD1 and NK1s.
fn only_patient(message: &Message<'_>, header: &Header<'_>, feed: &Feed) -> Result<Patient, Error> {
    let pid = message.segment("PID").ok_or(NO_PID)?;
    let nk1: Vec<Segment<'_>> = message.segments_named("NK1").collect();
    pid::patient(&pid, message.segment("PD1").as_ref(), &nk1, feed, header.occurred_at)
}

const NO_PID: Error = Error::Missing {
    path: "PID",
    name: "patient identification",
    consequence: "it cannot be told whose message this is",
};

impl Patient {
    fn into_statement(self, event_time: Timestamp) -> PatientStatement {
        let Self { identity, resource, cleared, .. } = self;
        PatientStatement { identity, resource, cleared, event_time }
    }
}
