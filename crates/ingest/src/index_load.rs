//! An organisation joins: entries of its index of patients into the record.

use db::Tx;
use empi::{Loaded, Model, NewRecord};
use jiff::Timestamp;
use mapping::Feed;
use model::{Demographics, LocalIdentity};
use repository::Provenance;

use crate::{Error, story};

/// Takes in what an organisation's index said of some patients at `as_of`; some ten thousand at a time
/// are fastest. `provenance` names the load as the engine's log has it
/// ([`engine::begin_index_load`]). What messages have said since is not overwritten; the same entries again change
/// nothing.
pub fn index_entries(
    tx: &mut Tx,
    entries: Vec<(LocalIdentity, Demographics)>,
    feed: &Feed,
    model: &Model,
    as_of: Timestamp,
    provenance: &Provenance,
) -> Result<Loaded, Error> {
    let mut records = Vec::with_capacity(entries.len());
    for (identity, said) in entries {
        let statement = mapping::index_entry(&said, identity, feed, as_of);
        let demographics = story::merge(tx, &statement, provenance)?;
        let organisation = feed.organisation.clone();
        records.push(NewRecord { identity: statement.identity, organisation, demographics });
    }
    Ok(empi::load(tx, model, &records, as_of)?)
}
