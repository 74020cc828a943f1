//! What another model would make of the index. Reads only; `chesil mpi simulate` asks.

use std::collections::BTreeSet;

use db::{Tx, params};
use matching::{Model, Profile};
use model::{LocalIdentity, LocalPatientId, PersonId};

use crate::cluster::{Facts, cluster, pair};
use crate::{LocalPatient, Result, facts, local_patient};

/// A record of the index, ready to be compared, and the person it is linked to.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: LocalPatientId,
    /// The number and who gave it.
    pub identity: LocalIdentity,
    /// Whose it is today.
    pub person: PersonId,
    /// What is compared.
    pub profile: Profile,
}

/// Up to `limit` records after `after` (0 to begin with), and where the next begin; none at the end.
pub fn held(tx: &mut Tx, after: i64, limit: u32) -> Result<(Vec<Held>, i64)> {
    let records = local_patient::after(tx, after, limit)?;
    let next = records.last().map_or(after, |record| record.seq);
    let held = |record: LocalPatient| Held {
        id: record.id,
        profile: record.profile(),
        person: record.person,
        identity: record.identity,
    };
    Ok((records.into_iter().map(held).collect(), next))
}

/// How these records would be people if all of them came anew under this model: stewards' and
/// sources' words stand, earlier links of the engine do not.
pub fn put_together(
    tx: &mut Tx,
    model: &Model,
    ids: &[LocalPatientId],
) -> Result<Vec<Vec<LocalPatientId>>> {
    let mut records = Vec::new();
    for id in ids {
        records.extend(local_patient::load(tx, *id)?);
    }
    records.sort_by_key(|record| record.seq);
    let facts = Facts { past: BTreeSet::new(), ..facts::about(tx, &records)? };
    let id = |place: &usize| records.get(*place).map(|record| record.id);
    let groups = cluster(model, &records, &facts);
    Ok(groups.iter().map(|group| group.iter().filter_map(id).collect()).collect())
}

/// Pairs of records about which a steward is asked today, the lower id first.
pub fn open_questions(tx: &mut Tx) -> Result<BTreeSet<(LocalPatientId, LocalPatientId)>> {
    pairs(tx, "select a, b from review where state in ('open', 'awaiting_second', 'referred')")
}

/// Pairs of records about which a steward has decided; nobody is asked again.
pub fn answered(tx: &mut Tx) -> Result<BTreeSet<(LocalPatientId, LocalPatientId)>> {
    pairs(tx, "select patient, other from assertion")
}

fn pairs(tx: &mut Tx, sql: &'static str) -> Result<BTreeSet<(LocalPatientId, LocalPatientId)>> {
    let rows = tx.query(sql, params![], |row| {
        let id = |column| row.get(column).map(LocalPatientId::from_uuid);
        Ok(pair(id(0)?, id(1)?))
    })?;
    Ok(rows.into_iter().collect())
}
