//! The whole journey of a message, top down.
//!
//! 1. map: what does it say, in FHIR?
//! 2. who: merge what it says about each patient, and ask `empi` which person that is;
//! 3. merges of local numbers;
//! 4. movements: fold the spell anew;
//! 5. everything else: one version each, if it is news.

use db::Tx;
use empi::Model;
use engine::{Format, Received};
use mapping::{Feed, Mapped, PatientStatement};
use model::{Clock, PersonId};
use repository::{Provenance, Written};

use crate::{Error, admission, relationship};

/// What a message came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// `ADT^A01`, `Bundle`, `care_packages`.
    pub event: String,
    /// The people it is about.
    pub people: Vec<PersonId>,
    /// New versions written; what said nothing new is not counted.
    pub written: usize,
    /// Paths that carried a value and were not used. Never values.
    pub unmapped: Vec<String>,
}

/// Puts one message into the record.
pub fn ingest(
    tx: &mut Tx,
    received: &Received,
    feed: &Feed,
    model: &Model,
    clock: &dyn Clock,
) -> Result<Ingested, Error> {
    let mapped = map(received, feed)?;
    let provenance = Provenance {
        message: received.id,
        organisation: feed.organisation.clone(),
        recorded_at: clock.now(),
    };
    let mut people = Vec::new();
    for patient in &mapped.patients {
        people.push(who(tx, model, patient, feed, &provenance)?);
    }
    for merge in &mapped.merges {
        let at = mapped.occurred_at;
        let (survivor, subsumed) = (&merge.survivor, &merge.subsumed);
        people.push(empi::merge(tx, model, survivor, subsumed, &feed.organisation, at)?);
    }
    let mut written = admission::fold_spells(tx, &mapped.spell_events, feed, &provenance)?;
    for statement in &mapped.resources {
        let subject = statement.subject.local_patient();
        let outcome =
            repository::put(tx, subject, &statement.resource, statement.event_time, &provenance)?;
        relationship::note(
            tx,
            &feed.organisation,
            subject,
            &statement.resource,
            mapped.occurred_at,
        )?;
        written += usize::from(matches!(outcome, Written::Created | Written::Updated));
    }
    people.sort_unstable();
    people.dedup();
    Ok(Ingested { event: mapped.event, people, written, unmapped: mapped.unmapped })
}

/// What a message says: pure, so `explain` can show it without a database.
pub fn map(received: &Received, feed: &Feed) -> Result<Mapped, Error> {
    let (bytes, at) = (received.bytes.as_slice(), received.received_at);
    Ok(match &received.format {
        Format::Hl7v2 => {
            let mut message = hl7v2::parse(bytes)?;
            if let Some(charset) = &feed.default_charset {
                message = message.with_default_charset(hl7v2::Charset::named(charset));
            }
            mapping::hl7_v2(&message, feed, at)?
        }
        Format::FhirBundle => mapping::bundle(bytes, feed, at)?,
        Format::Csv { table } => mapping::social_care(bytes, table, feed, at)?,
    })
}

fn who(
    tx: &mut Tx,
    model: &Model,
    said: &PatientStatement,
    feed: &Feed,
    provenance: &Provenance,
) -> Result<PersonId, Error> {
    let subject = said.identity.local_patient();
    let merged = repository::merge_patient(
        tx,
        subject,
        &said.resource,
        &said.cleared,
        said.event_time,
        provenance,
    )?;
    let demographics = mapping::demographics(&merged.now);
    let practice_before =
        merged.before.as_ref().and_then(|before| mapping::demographics(before).gp_practice);
    relationship::registration(
        tx,
        subject,
        practice_before.as_ref(),
        demographics.gp_practice.as_ref(),
        said.event_time,
    )?;
    let (identity, at) = (&said.identity, said.event_time);
    Ok(empi::feed(tx, model, identity, &feed.organisation, &demographics, at)?)
}
