//! What people have said about pairs of records, and what the engine decided before: all that
//! [`cluster`](crate::cluster::cluster) must respect beside the records themselves.

use std::collections::BTreeSet;

use db::{Tx, params};
use model::LocalPatientId;

use crate::cluster::{Facts, pair};
use crate::{LocalPatient, Result, birth};

/// Everything known about pairs of these records.
pub(crate) fn about(tx: &mut Tx, records: &[LocalPatient]) -> Result<Facts> {
    let known: BTreeSet<LocalPatientId> = records.iter().map(|record| record.id).collect();
    let mut facts = Facts::default();
    let mut same = BTreeSet::new();
    for record in records {
        let id = record.id;
        for (other, at, is_same) in said_by_stewards(tx, id)? {
            if !known.contains(&other) {
                continue;
            }
            if is_same {
                same.insert((at, pair(id, other)));
            } else {
                facts.apart.insert(pair(id, other));
            }
        }
        for (other, is_same) in said_by_sources(tx, id)? {
            let list = if is_same { &mut facts.source_same } else { &mut facts.source_apart };
            list.insert(pair(id, other));
        }
        facts.source_same.extend(record.merged_into.map(|into| pair(id, into)));
        facts.past.extend(decided_before(tx, id)?.into_iter().map(|(a, b)| pair(a, b)));
    }
    facts.same = same.into_iter().map(|(_, pair)| pair).collect();
    facts.births = birth::siblings_of_one_order(tx, records)?;
    Ok(facts)
}

fn said_by_stewards(tx: &mut Tx, id: LocalPatientId) -> Result<Vec<(LocalPatientId, i64, bool)>> {
    Ok(tx.query(
        "select other, at, same from assertion where patient = ?1",
        params![id.uuid()],
        |row| Ok((row.get(0).map(LocalPatientId::from_uuid)?, row.get(1)?, row.get(2)?)),
    )?)
}

fn said_by_sources(tx: &mut Tx, id: LocalPatientId) -> Result<Vec<(LocalPatientId, bool)>> {
    Ok(tx.query(
        "select other, same from source_link where patient = ?1",
        params![id.uuid()],
        |row| Ok((row.get(0).map(LocalPatientId::from_uuid)?, row.get(1)?)),
    )?)
}

/// The pairs whose comparison has moved this record into a person.
fn decided_before(
    tx: &mut Tx,
    id: LocalPatientId,
) -> Result<Vec<(LocalPatientId, LocalPatientId)>> {
    Ok(tx.query(
        "select decided_a, decided_b from link_event
         where local_patient = ?1 and actor = 'engine' and decided_a is not null
         and kind in ('linked', 'merged')",
        params![id.uuid()],
        |row| {
            let id = |column| row.get(column).map(LocalPatientId::from_uuid);
            Ok((id(0)?, id(1)?))
        },
    )?)
}
