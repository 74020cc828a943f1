//! Endless ADT messages of one hospital: a county's history, and then the same again under new
//! control ids, so that none is a repeat.

use std::sync::Arc;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use simulator::{County, Hospital, Payload, Source};

/// How many people the messages are about; the seed is fixed, so that runs can be compared.
const PEOPLE: usize = 50_000;
const SEED: u64 = 1;

/// What Poole Hospital told of its patients' movements and details.
pub(super) struct Adt(Vec<Template>);

/// One message, with its control id left out.
struct Template {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Adt {
    /// The messages of a county as it is `now`.
    pub(super) fn new(now: Timestamp) -> Result<Self> {
        let county = Arc::new(County::new(SEED, PEOPLE, now));
        let history = county.history(Source::Hospital(Hospital::Poole));
        let templates: Vec<Template> = history
            .filter_map(|outgoing| match outgoing.payload {
                Payload::Hl7(bytes) => Template::of_adt(&bytes, &outgoing.control_id),
                _ => None,
            })
            .collect();
        ensure!(!templates.is_empty(), "the county has no ADT messages");
        Ok(Self(templates))
    }

    /// How many differ in more than their control id.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The message of this number; a number gives the same message each time.
    pub(super) fn message(&self, number: usize) -> Vec<u8> {
        let Some(template) = self.0.get(number % self.0.len().max(1)) else { return Vec::new() };
        [&template.before, format!("B{number}").as_bytes(), &template.after].concat()
    }
}

impl Template {
    fn of_adt(bytes: &[u8], control_id: &str) -> Option<Self> {
        let message = hl7v2::parse(bytes).ok()?;
        if message.message_type().code != "ADT" {
            return None;
        }
        let id = control_id.as_bytes();
        let at = bytes.windows(id.len()).position(|window| window == id)?;
        let (before, rest) = bytes.split_at(at);
        Some(Self { before: before.to_vec(), after: rest.get(id.len()..)?.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_repeats_another() {
        let adt = Adt::new("2026-01-15T09:00:00Z".parse().unwrap()).unwrap();
        let (first, again) = (adt.message(0), adt.message(adt.len()));
        assert_ne!(first, again);
        for (bytes, id) in [(&first, "B0".to_owned()), (&again, format!("B{}", adt.len()))] {
            let message = hl7v2::parse(bytes).unwrap();
            assert_eq!(message.control_id(), id);
            assert_eq!(message.message_type().code, "ADT");
        }
    }
}
