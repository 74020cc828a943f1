//! Movements between wards: each is kept, and the spell's Encounter is folded anew from all of them.

use std::collections::BTreeMap;

use db::Tx;
use mapping::Feed;
use mapping::spell::{self, SpellEvent};
use model::LocalIdentity;
use repository::{Provenance, Written};
use uuid::Uuid;

use crate::{Error, relationship};

/// Keeps the movements and rewrites their Encounters; returns how many changed.
pub(crate) fn fold_spells(
    tx: &mut Tx,
    events: &[SpellEvent],
    feed: &Feed,
    provenance: &Provenance,
) -> Result<usize, Error> {
    let mut touched: BTreeMap<Uuid, SpellEvent> = BTreeMap::new();
    for event in events {
        let event = SpellEvent { subject: whose(tx, event, feed)?, ..event.clone() };
        let encounter = spell::encounter_id(&event.subject, &event.visit);
        let body = serde_json::to_string(&event).map_err(Error::SpellEvent)?;
        repository::add_spell_event(
            tx,
            encounter,
            event.subject.local_patient(),
            &body,
            provenance.message,
        )?;
        touched.insert(encounter, event);
    }
    let mut changed = 0;
    for (encounter, event) in touched {
        changed += usize::from(refold(tx, encounter, &event, feed, provenance)?);
    }
    Ok(changed)
}

/// Whose record holds the spell. A stay goes on under the number it began with: one that the
/// hospital has since merged into this one (A40), or the NHS number alone where the first message
/// had no other. Otherwise a stay would be begun under one number and ended under another.
fn whose(tx: &mut Tx, event: &SpellEvent, feed: &Feed) -> Result<LocalIdentity, Error> {
    let subject = &event.subject;
    if has_begun(tx, subject, &event.visit)? {
        return Ok(subject.clone());
    }
    let Some(person) = empi::person_of(tx, subject.local_patient())? else {
        return Ok(subject.clone());
    };
    for other in empi::local_patients(tx, person)? {
        let same_hospital = other.organisation == feed.organisation;
        let merged = other.identity.authority == subject.authority && other.merged_into.is_some();
        let number_alone =
            is_number_alone(&other.identity, subject) || is_number_alone(subject, &other.identity);
        let is_another_name = same_hospital && (merged || number_alone);
        if is_another_name && has_begun(tx, &other.identity, &event.visit)? {
            return Ok(other.identity);
        }
    }
    Ok(subject.clone())
}

fn has_begun(tx: &mut Tx, subject: &LocalIdentity, visit: &str) -> Result<bool, Error> {
    Ok(!repository::spell_events(tx, spell::encounter_id(subject, visit))?.is_empty())
}

/// `one` is the NHS number that a feed sent without a number of its own; `other` is of that feed.
fn is_number_alone(one: &LocalIdentity, other: &LocalIdentity) -> bool {
    one.authority.strip_suffix(":NHS") == Some(other.authority.as_str())
}

fn refold(
    tx: &mut Tx,
    encounter: Uuid,
    event: &SpellEvent,
    feed: &Feed,
    provenance: &Provenance,
) -> Result<bool, Error> {
    let stored = repository::spell_events(tx, encounter)?;
    let all: Vec<SpellEvent> = stored
        .iter()
        .map(|body| serde_json::from_str(body))
        .collect::<Result<_, _>>()
        .map_err(Error::SpellEvent)?;
    let Some(resource) = spell::fold(&all) else { return Ok(false) };
    // The fold already knows what is old and what is new, so it always becomes the current version.
    let newest = all.iter().map(|event| event.at).max().unwrap_or(event.at);
    let subject = event.subject.local_patient();
    let written = repository::put(tx, subject, &resource, newest, provenance)?;
    relationship::note(tx, &feed.organisation, subject, &resource, event.at)?;
    Ok(matches!(written, Written::Created | Written::Updated))
}
