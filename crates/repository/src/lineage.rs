//! Which message wrote which version: no body is read, so nothing here tells of a patient.

use db::{Row, Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, Section};
use uuid::Uuid;

use crate::Error;
use crate::rows::owner;

/// As many versions as one answer tells of.
const MOST: i64 = 500;

/// One version of a resource and the message that said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// FHIR type.
    pub resource_type: String,
    /// Its id.
    pub id: Uuid,
    /// The version that was written, from 1.
    pub version: i64,
    /// The moment it speaks of.
    pub event_time: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
    /// ODS code of who said it.
    pub organisation: String,
    /// The message in the engine's log.
    pub message: i64,
    /// It became current when it was written; `false` for older news.
    pub was_current: bool,
    /// The version that is current now.
    pub current_version: i64,
}

/// What a message wrote, by type; at most 500 versions.
pub fn traces_of_message(tx: &mut Tx, message: i64) -> Result<Vec<Trace>, Error> {
    let sql =
        "select v.resource_type, v.id, v.version, v.event_time, v.recorded_at, v.organisation,
                   v.message, v.was_current, r.version
               from resource_version v join resource r
                   on r.resource_type = v.resource_type and r.id = v.id
               where v.message = ?1 order by v.resource_type, v.id, v.version limit ?2";
    Ok(tx.query(sql, params![message, MOST], trace)?)
}

/// Whose a resource is, and in which section pages show it; `None` where there is no such resource.
/// The section is `None` where no page shows it.
pub fn place(
    tx: &mut Tx,
    resource_type: &str,
    id: Uuid,
) -> Result<Option<(LocalPatientId, Option<Section>)>, Error> {
    let Some(patient) = owner(tx, resource_type, id)? else { return Ok(None) };
    let sql = "select section from prepared_row where resource_type = ?1 and id = ?2";
    let code: Option<String> = tx.query_one(sql, params![resource_type, id], |row| row.get(0))?;
    let is_it = |section: &Section| code.as_deref() == Some(section.code());
    Ok(Some((patient, Section::ALL.into_iter().find(is_it))))
}

/// Every message that wrote a version of a resource, newest version first; at most 500.
pub fn traces_of_resource(tx: &mut Tx, resource_type: &str, id: Uuid) -> Result<Vec<Trace>, Error> {
    let sql =
        "select v.resource_type, v.id, v.version, v.event_time, v.recorded_at, v.organisation,
                   v.message, v.was_current, r.version
               from resource_version v join resource r
                   on r.resource_type = v.resource_type and r.id = v.id
               where v.resource_type = ?1 and v.id = ?2 order by v.version desc limit ?3";
    Ok(tx.query(sql, params![resource_type, id, MOST], trace)?)
}

fn trace(row: &Row<'_>) -> Result<Trace, db::Error> {
    Ok(Trace {
        resource_type: row.get(0)?,
        id: row.get(1)?,
        version: row.get(2)?,
        event_time: row.get(3)?,
        recorded_at: row.get(4)?,
        organisation: row.get(5)?,
        message: row.get(6)?,
        was_current: row.get(7)?,
        current_version: row.get(8)?,
    })
}
