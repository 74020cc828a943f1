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

/// Every event (JSON) of a spell in order of arrival.
pub fn spell_events(tx: &mut Tx, encounter: Uuid) -> Result<Vec<String>, Error> {
    let sql = "select body from spell_event where encounter = ?1 order by seq";
    Ok(tx.query(sql, params![encounter], |row| row.get(0))?)
}
