//! Links have changed without a message: what was told as one stay may be two people's now, or what
//! was two may be one.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use empi::{LinkKind, LocalPatient, Model};
use mapping::Feed;
use repository::Provenance;

use crate::story::Teller;
use crate::{Error, admission};

/// Lets stays follow the links that have moved since the link change `since`
/// ([`empi::last_change`] before the job that may move some): otherwise somebody lies in two beds, or
/// in another person's, until the next message. Returns how many stays have changed.
pub fn refold_since(
    tx: &mut Tx,
    model: &Model,
    since: i64,
    recorded_at: jiff::Timestamp,
) -> Result<usize, Error> {
    let mut people = BTreeSet::new();
    for change in empi::changes(tx, since, u32::MAX)? {
        // A first record's link moves nothing, and a steward's word by itself neither.
        if matches!(change.kind, LinkKind::Merged | LinkKind::Split | LinkKind::Unlinked) {
            people.extend([change.person].into_iter().chain(change.other_person));
            people.extend(empi::person_of(tx, change.local_patient)?);
        }
    }
    let mut records = BTreeMap::new();
    for person in people {
        let members = empi::local_patients(tx, person)?;
        records.extend(members.into_iter().map(|record| (record.id, record)));
    }
    refold(tx, model, &records.into_values().collect::<Vec<_>>(), recorded_at)
}

/// Folds the stays of these records anew, as who they belong to stands now; returns how many have
/// changed. Each new version names the message that told its patient's latest movement, for nothing
/// new has been told.
fn refold(
    tx: &mut Tx,
    model: &Model,
    records: &[LocalPatient],
    recorded_at: jiff::Timestamp,
) -> Result<usize, Error> {
    let mut changed = 0;
    for record in records {
        let bodies = repository::spell_events_of_patient(tx, record.id)?;
        let newest = admission::parsed(&bodies)?.iter().map(|event| event.at).max();
        let message = repository::last_movement(tx, record.id)?;
        let (Some(newest), Some(message)) = (newest, message) else { continue };
        let organisation = record.organisation.clone();
        let feed = Feed::new(organisation.clone(), record.identity.authority.clone());
        let provenance = Provenance { message, organisation, recorded_at };
        let teller = Teller { feed: &feed, feeds: &BTreeMap::new(), model, provenance };
        changed += admission::join_stays(tx, &record.identity, newest, &teller)?;
        changed += admission::fold_stays(tx, &record.identity, newest, &teller)?;
    }
    Ok(changed)
}
