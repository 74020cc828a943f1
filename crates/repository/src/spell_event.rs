//! What was said about a spell, kept in order of arrival, so that its Encounter can be folded anew.

use db::{Tx, params};
use model::LocalPatientId;
use uuid::Uuid;

use crate::Error;

/// Keeps one event (JSON) of the spell whose Encounter has this id.
pub fn add_spell_event(
    tx: &mut Tx,
    encounter: Uuid,
    subject: LocalPatientId,
    body: &str,
    message: i64,
) -> Result<(), Error> {
    let sql =
        "insert into spell_event (encounter, local_patient, body, message) values (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![encounter, subject.uuid(), body, message])?;
    Ok(())
}

/// Every event (JSON) of a spell, which may go by several Encounters' ids, in order of arrival.
pub fn spell_events(tx: &mut Tx, encounters: &[Uuid]) -> Result<Vec<String>, Error> {
    let mut events: Vec<(i64, String)> = Vec::new();
    for encounter in encounters {
        let sql = "select seq, body from spell_event where encounter = ?1 order by seq";
        events.extend(tx.query(sql, params![*encounter], |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    events.sort_unstable();
    Ok(events.into_iter().map(|(_, body)| body).collect())
}

/// Something is known of the spell whose Encounter has this id.
pub fn has_spell_events(tx: &mut Tx, encounter: Uuid) -> Result<bool, Error> {
    let sql = "select seq from spell_event where encounter = ?1 limit 1";
    Ok(tx.query_one(sql, params![encounter], |_| Ok(()))?.is_some())
}

/// The message that told the latest of a patient's movements.
pub fn last_movement(tx: &mut Tx, patient: LocalPatientId) -> Result<Option<i64>, Error> {
    let sql = "select message from spell_event where local_patient = ?1 order by seq desc limit 1";
    Ok(tx.query_one(sql, params![patient.uuid()], |row| row.get(0))?)
}

/// Every event (JSON) of every spell of a patient, in order of arrival.
pub fn spell_events_of_patient(tx: &mut Tx, patient: LocalPatientId) -> Result<Vec<String>, Error> {
    let sql = "select body from spell_event where local_patient = ?1 order by seq";
    Ok(tx.query(sql, params![patient.uuid()], |row| row.get(0))?)
}
