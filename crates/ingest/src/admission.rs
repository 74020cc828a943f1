//! Movements between wards: each is kept, and the spell's Encounter is folded anew from all of them.

use std::collections::BTreeMap;

use db::Tx;
use mapping::Feed;
use mapping::spell::{self, SpellEvent};
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
    let mut touched: BTreeMap<Uuid, &SpellEvent> = BTreeMap::new();
    for event in events {
        let encounter = spell::encounter_id(&event.subject.authority, &event.visit);
        let body = serde_json::to_string(event).map_err(Error::SpellEvent)?;
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
        changed += usize::from(refold(tx, encounter, event, feed, provenance)?);
    }
    Ok(changed)
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
