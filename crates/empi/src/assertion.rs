//! What stewards have decided about pairs of records. It outranks the engine, for good.

use std::collections::BTreeSet;

use db::{Tx, params};
use jiff::Timestamp;
use model::{Actor, LocalPatientId};

use crate::history::actor_text;
use crate::{LocalPatient, Result};

/// What was decided about two records: one person (`true`) or two. `None` if no one was asked.
pub(crate) fn between(tx: &mut Tx, a: LocalPatientId, b: LocalPatientId) -> Result<Option<bool>> {
    Ok(tx.query_one(
        "select same from assertion where patient = ?1 and other = ?2",
        params![a.uuid(), b.uuid()],
        |row| row.get(0),
    )?)
}

/// A decision keeps the record apart from one of the others.
pub(crate) fn keeps_apart(
    tx: &mut Tx,
    record: LocalPatientId,
    others: &[LocalPatient],
) -> Result<bool> {
    let refused: BTreeSet<uuid::Uuid> = tx
        .query(
            "select other from assertion where patient = ?1 and same = 0",
            params![record.uuid()],
            |row| row.get(0),
        )?
        .into_iter()
        .collect();
    Ok(others.iter().any(|other| refused.contains(&other.id.uuid())))
}

/// Keeps a decision, readable from both sides; a later one replaces it.
pub(crate) fn record(
    tx: &mut Tx,
    a: LocalPatientId,
    b: LocalPatientId,
    same: bool,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    for (patient, other) in [(a, b), (b, a)] {
        tx.execute(
            "insert into assertion (patient, other, same, actor, at) values (?1, ?2, ?3, ?4, ?5)
             on conflict (patient, other) do update set
                 same = excluded.same, actor = excluded.actor, at = excluded.at,
                 seen_numbers = null, seen_details = null",
            params![patient.uuid(), other.uuid(), same, actor_text(actor), at],
        )?;
    }
    Ok(())
}

/// Keeps beside a decision what it was made on.
pub(crate) fn keep_seen(
    tx: &mut Tx,
    a: LocalPatientId,
    b: LocalPatientId,
    numbers: &str,
    details: &str,
) -> Result<()> {
    for (patient, other) in [(a, b), (b, a)] {
        tx.execute(
            "update assertion set seen_numbers = ?3, seen_details = ?4
             where patient = ?1 and other = ?2",
            params![patient.uuid(), other.uuid(), numbers, details],
        )?;
    }
    Ok(())
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Kept {
    pub(crate) same: bool,
    actor: String,
    at: Timestamp,
    /// The pairs of verified numbers that were confirmed with it ([`seen`](crate::seen)).
    #[serde(default)]
    pub(crate) seen_numbers: Option<String>,
    /// The details of the two that it was made on; `None` where that was not kept.
    #[serde(default)]
    pub(crate) seen_details: Option<String>,
}

/// Everything that was decided about a record and others, by the other one.
pub(crate) fn about(tx: &mut Tx, record: LocalPatientId) -> Result<Vec<(LocalPatientId, Kept)>> {
    Ok(tx.query(
        "select other, same, actor, at, seen_numbers, seen_details from assertion where patient = ?1 order by other",
        params![record.uuid()],
        |row| {
            let kept = Kept {
                same: row.get(1)?,
                actor: row.get(2)?,
                at: row.get(3)?,
                seen_numbers: row.get(4)?,
                seen_details: row.get(5)?,
            };
            Ok((LocalPatientId::from_uuid(row.get(0)?), kept))
        },
    )?)
}

/// Puts back what was decided before about one side of a pair; `None` where nothing was.
pub(crate) fn restore(
    tx: &mut Tx,
    patient: LocalPatientId,
    other: LocalPatientId,
    kept: Option<&Kept>,
) -> Result<()> {
    tx.execute(
        "delete from assertion where patient = ?1 and other = ?2",
        params![patient.uuid(), other.uuid()],
    )?;
    if let Some(kept) = kept {
        tx.execute(
            "insert into assertion (patient, other, same, actor, at, seen_numbers, seen_details)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                patient.uuid(),
                other.uuid(),
                kept.same,
                &kept.actor,
                kept.at,
                kept.seen_numbers.clone(),
                kept.seen_details.clone()
            ],
        )?;
    }
    Ok(())
}
