//! The whole journey of a message, top down.
//!
//! 1. map: what does it say, in FHIR? What it says of a visit that was moved is the right patient's;
//! 2. who: merge what it says about each patient, and ask `empi` which person that is;
//! 3. numbers: which are one patient's, which are linked or not any more, who is whose child;
//! 4. visits that were somebody else's;
//! 5. movements: fold the spell anew;
//! 6. everything else: one version each, if it is news;
//! 7. stays of others whose links this message has moved.

use std::collections::BTreeMap;

use db::Tx;
use empi::Model;
use engine::{Format, Received};
use mapping::{Feed, Mapped, MovedVisits, PatientStatement};
use model::{Demographics, PersonId};
use repository::{Provenance, Written};

use crate::refold::refold_since;
use crate::visit::Names;
use crate::{
    Error, Ingest, activity, admission, carry_over, numbers, relationship, topic, visit_move,
};

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

/// Who tells a message, and what is needed to understand it.
pub(crate) struct Teller<'a> {
    pub(crate) feed: &'a Feed,
    pub(crate) feeds: &'a BTreeMap<String, Feed>,
    pub(crate) model: &'a Model,
    pub(crate) provenance: Provenance,
}

impl Teller<'_> {
    /// The feed of another channel, whose message has to be read again.
    pub(crate) fn feed_of(&self, channel: &str) -> Result<&Feed, Error> {
        self.feeds.get(channel).ok_or_else(|| Error::NoFeed(channel.to_owned()))
    }
}

/// Puts one message into the record; `mapped` is what [`map`] made of it.
pub(crate) fn ingest(
    ingest: &Ingest,
    tx: &mut Tx,
    received: &Received,
    mapped: Result<Mapped, Error>,
) -> Result<Ingested, Error> {
    let (feeds, feed) = (&ingest.feeds, ingest.feed_of(received)?);
    let provenance = Provenance {
        message: received.id,
        organisation: feed.organisation.clone(),
        recorded_at: ingest.clock.now(),
    };
    let teller = Teller { feed, feeds, model: &ingest.model, provenance };
    let mapped = by_names_of_now(tx, mapped?, received, feed)?;
    let at = mapped.occurred_at;
    let links = empi::last_change(tx)?;
    numbers::supersede(tx, &mapped, &teller)?;
    let mut people = Vec::new();
    for patient in &mapped.patients {
        people.push(who(tx, patient, &teller)?);
    }
    let mut written = 0;
    people.extend(numbers::relate(tx, &mapped, &teller, &mut written)?);
    for moved in &mapped.moves {
        written += visit_move::apply(tx, moved, at, &teller)?;
    }
    written += admission::fold_spells(tx, &mapped.spell_events, &teller)?;
    for statement in &mapped.resources {
        let (subject, resource) = (statement.subject.local_patient(), &statement.resource);
        let (at_event, provenance) = (statement.event_time, &teller.provenance);
        for taken in carry_over::taken_along(tx, resource, at_event)? {
            repository::put(tx, subject, &taken, at_event, provenance)?;
            written += 1;
        }
        let resource = &*carry_over::completed(tx, resource)?;
        let before = topic::before(tx, resource)?;
        let outcome = repository::put(tx, subject, resource, at_event, provenance)?;
        relationship::note(tx, &feed.organisation, subject, resource, at)?;
        if matches!(outcome, Written::Created | Written::Updated) {
            let recorded = (teller.model, provenance.recorded_at);
            activity::note(tx, subject, resource, at_event, recorded)?;
            topic::note(tx, before, subject, resource, at_event, provenance)?;
            written += 1;
        }
    }
    written += refold_since(tx, teller.model, links, teller.provenance.recorded_at)?;
    people.sort_unstable();
    people.dedup();
    Ok(Ingested { event: mapped.event, people, written, unmapped: mapped.unmapped })
}

/// What a message says, by the names that its visits go by now.
fn by_names_of_now(
    tx: &mut Tx,
    mapped: Mapped,
    received: &Received,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut moved = MovedVisits::new();
    for visit in &mapped.visits {
        moved.extend(Names::of(tx, visit)?.moved());
    }
    if moved.is_empty() { Ok(mapped) } else { map_after(received, feed, &moved) }
}

/// What a message says: pure, so `explain` can show it without a database.
pub fn map(received: &Received, feed: &Feed) -> Result<Mapped, Error> {
    map_after(received, feed, &MovedVisits::new())
}

/// What a message says once these visits are other patients'. Only hospitals' HL7 v2 messages speak
/// of visits by number.
pub(crate) fn map_after(
    received: &Received,
    feed: &Feed,
    moved: &MovedVisits,
) -> Result<Mapped, Error> {
    let (bytes, at) = (received.bytes.as_slice(), received.received_at);
    Ok(match &received.format {
        Format::Hl7v2 => {
            let mut message = hl7v2::parse(bytes)?;
            if let Some(charset) = &feed.default_charset {
                message = message.with_default_charset(hl7v2::Charset::named(charset));
            }
            mapping::hl7_v2_after(&message, feed, at, moved)?
        }
        Format::FhirBundle => mapping::bundle(bytes, feed, at)?,
        Format::Csv { table } => mapping::social_care(bytes, table, feed, at)?,
    })
}

/// Merges what is said about a patient with what is known, and asks which person that is.
pub(crate) fn who(
    tx: &mut Tx,
    said: &PatientStatement,
    teller: &Teller<'_>,
) -> Result<PersonId, Error> {
    let Teller { feed, model, provenance, .. } = teller;
    let demographics = merge(tx, said, provenance)?;
    let (identity, at) = (&said.identity, said.event_time);
    Ok(empi::feed(tx, model, identity, &feed.organisation, &demographics, at)?)
}

/// Merges what was said of a patient with what is known, and returns all of it.
pub(crate) fn merge(
    tx: &mut Tx,
    said: &PatientStatement,
    provenance: &Provenance,
) -> Result<Demographics, Error> {
    let subject = said.identity.local_patient();
    let merged = repository::merge_patient(
        tx,
        subject,
        &said.resource,
        &said.cleared,
        said.event_time,
        provenance,
    )?;
    topic::note_patient(tx, &merged, subject, said.event_time, provenance)?;
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
    Ok(demographics)
}
