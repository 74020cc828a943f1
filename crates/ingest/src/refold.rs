//! Links have changed without a message: what was told as one stay may be two people's now, or what
//! was two may be one.

use std::collections::BTreeMap;

use db::Tx;
use empi::{LocalPatient, Model};
use mapping::Feed;
use repository::Provenance;

use crate::story::Teller;
use crate::{Error, admission};

/// Folds the stays of these records anew, as who they belong to stands now; returns how many have
/// changed. Each new version names the message that told its patient's latest movement, for nothing
/// new has been told.
pub fn refold(
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
