//! What goes on to other systems: chosen and made in the transaction that gives a message its effect,
//! with its entry in the audit trail, so that nothing leaves before the trail tells of it.
//!
//! A message goes on once it is in the record. One that is parked goes on when it is processed, and one
//! that is skipped does not; so a destination hears what the record knows, in the same order.

mod resources;
mod pattern;

use std::collections::BTreeMap;

use audit::{By, Event, Note};
use db::Tx;
use engine::outbound::{Bells, Outgoing, Rewrite, enqueue};
use engine::{Format, Received};
use jiff::Timestamp;
use mapping::rule::{Act, Rule, Rules};

use crate::{Error, Ingested};

pub use pattern::Pattern;

/// What of the messages goes on to one destination, and as what.
#[derive(Debug, Clone)]
pub struct Forward {
    /// The destination's name.
    pub destination: String,
    /// From these channels; from all, where there is none.
    pub from: Vec<String>,
    /// Of these types: `ADT^A0*`; of all, where there is none.
    pub types: Vec<Pattern>,
    /// As what.
    pub form: Form,
}

/// As what a message goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it came.
    AsItCame,
    /// As it came, HL7 v2 only.
    Hl7v2,
    /// A FHIR transaction of the resources it wrote.
    Transaction,
    /// Each resource it wrote, by itself.
    Single,
    /// A FHIR message with the resources it wrote.
    Message,
}

/// Every destination, and the bells of their senders.
#[derive(Debug, Default)]
pub(crate) struct Forwarding {
    pub(crate) forwards: Vec<Forward>,
    pub(crate) bells: Bells,
}

impl Forwarding {
    /// Puts what a message becomes into the queue of each destination that it is for.
    pub(crate) fn forward(
        &self,
        tx: &mut Tx,
        received: &Received,
        ingested: &Ingested,
        now: Timestamp,
    ) -> Result<(), Error> {
        for forward in self.forwards.iter().filter(|one| one.is_for(received, &ingested.event)) {
            let mut queued = false;
            for outgoing in forward.made_of(tx, received, ingested)? {
                queued |= enqueue(tx, outgoing, now)?;
            }
            if queued {
                note(tx, forward, received, ingested, now)?;
                self.bells.ring(&forward.destination);
            }
        }
        Ok(())
    }
}

/// One entry for each person it tells of: who asks who has seen their record is told of it.
fn note(
    tx: &mut Tx,
    forward: &Forward,
    received: &Received,
    ingested: &Ingested,
    now: Timestamp,
) -> Result<(), Error> {
    let detail = format!("{} (message {}) to {}", ingested.event, received.id, forward.destination);
    let note = Note::new(By::System("chesil"), Event::Forwarded, &detail);
    for person in &ingested.people {
        audit::note(tx, &note.about(*person), now)?;
    }
    if ingested.people.is_empty() {
        audit::note(tx, &note, now)?;
    }
    Ok(())
}

impl Forward {
    fn is_for(&self, received: &Received, event: &str) -> bool {
        let from = self.from.is_empty() || self.from.contains(&received.channel);
        let of_type = self.types.is_empty() || self.types.iter().any(|one| one.fits(event));
        let takes = self.form != Form::Hl7v2 || received.format == Format::Hl7v2;
        from && of_type && takes
    }

    fn made_of(
        &self,
        tx: &mut Tx,
        received: &Received,
        ingested: &Ingested,
    ) -> Result<Vec<Outgoing>, Error> {
        let outgoing = |part, format, control_id, target, body| Outgoing {
            destination: self.destination.clone(),
            message: received.id,
            part,
            channel: received.channel.clone(),
            format,
            control_id,
            target,
            body,
        };
        if matches!(self.form, Form::AsItCame | Form::Hl7v2) {
            let control_id = match received.format {
                Format::Hl7v2 => hl7v2::parse(&received.bytes)?.control_id().into_owned(),
                _ => received.id.to_string(),
            };
            let (format, body) = (received.format.clone(), received.bytes.clone());
            return Ok(vec![outgoing(0, format, control_id, String::new(), body)]);
        }
        let resources = resources::told_by(tx, received.id)?;
        if resources.is_empty() {
            return Ok(Vec::new());
        }
        let bodies = match self.form {
            Form::Single => resources::single(&resources),
            Form::Message => {
                vec![resources::message(resources, received, &ingested.event, &self.destination)]
            }
            _ => vec![resources::transaction(resources, received)],
        };
        let part = |(part, (target, body)): (i64, (String, Vec<u8>))| {
            let control_id = format!("{}-{part}", received.id);
            outgoing(part, Format::FhirBundle, control_id, target, body)
        };
        Ok((0..).zip(bodies).map(part).collect())
    }
}

/// What these rules make of HL7 v2 messages as they are sent, each channel's in its own character set;
/// `None` where there are none.
pub fn rewrite(rules: Rules, charsets: BTreeMap<String, String>) -> Option<Box<Rewrite>> {
    if rules.is_empty() {
        return None;
    }
    let charset = "MSH-18"
        .parse()
        .ok()
        .map(|path| Rule { when: None, act: Act::Set { path, value: "UNICODE UTF-8".to_owned() } });
    let utf_8 = Rules::new(charset.into_iter().collect());
    Some(Box::new(move |channel, format, bytes| {
        if *format != Format::Hl7v2 {
            return Ok(bytes);
        }
        let mut message = hl7v2::parse(&bytes).map_err(|error| error.to_string())?;
        if let Some(charset) = charsets.get(channel) {
            message = message.with_default_charset(hl7v2::Charset::named(charset));
        }
        let put_right = rules.applied(&message).map_err(|error| error.to_string())?;
        // What rules have been at is UTF-8, and says so.
        let message = hl7v2::parse(&put_right).map_err(|error| error.to_string())?;
        utf_8.applied(&message).map_err(|error| error.to_string())
    }))
}
