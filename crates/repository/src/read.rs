//! Versions of a resource: the current one, one by number, all of them.

use db::{Row, Tx, params};
use fhir::Resource;
use jiff::Timestamp;
use model::OdsCode;
use uuid::Uuid;

use crate::{Error, body};

/// One version of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The resource as it came or was made.
    pub resource: Resource,
    /// Counted from 1.
    pub version: i64,
    /// The moment it speaks of.
    pub event_time: Timestamp,
    /// When we wrote it.
    pub recorded_at: Timestamp,
    /// Who said it; `None` where the stored code is no ODS code.
    pub organisation: Option<OdsCode>,
    /// The message in the engine's log.
    pub message: i64,
    /// It was current when it was written; `false` for older news.
    pub was_current: bool,
}

struct Stored {
    version: i64,
    event_time: Timestamp,
    recorded_at: Timestamp,
    organisation: String,
    message: i64,
    was_current: bool,
    body: Vec<u8>,
}

/// The current version (FHIR `read`).
pub fn current(tx: &mut Tx, resource_type: &str, id: Uuid) -> Result<Option<Version>, Error> {
    let sql = "select v.version, v.event_time, v.recorded_at, v.organisation, v.message, v.was_current, v.body
               from resource r join resource_version v
               on v.resource_type = r.resource_type and v.id = r.id and v.version = r.version
               where r.resource_type = ?1 and r.id = ?2";
    let stored = tx.query_one(sql, params![resource_type, id], stored)?;
    stored.map(|stored| open(resource_type, stored)).transpose()
}

/// One version by number (FHIR `vread`).
pub fn version(
    tx: &mut Tx,
    resource_type: &str,
    id: Uuid,
    version: i64,
) -> Result<Option<Version>, Error> {
    let sql = "select version, event_time, recorded_at, organisation, message, was_current, body
               from resource_version where resource_type = ?1 and id = ?2 and version = ?3";
    let stored = tx.query_one(sql, params![resource_type, id, version], stored)?;
    stored.map(|stored| open(resource_type, stored)).transpose()
}

/// Every version, newest first (FHIR `history`).
pub fn history(tx: &mut Tx, resource_type: &str, id: Uuid) -> Result<Vec<Version>, Error> {
    let sql = "select version, event_time, recorded_at, organisation, message, was_current, body
               from resource_version where resource_type = ?1 and id = ?2 order by version desc";
    let stored = tx.query(sql, params![resource_type, id], stored)?;
    stored.into_iter().map(|stored| open(resource_type, stored)).collect()
}

fn stored(row: &Row<'_>) -> Result<Stored, db::Error> {
    Ok(Stored {
        version: row.get(0)?,
        event_time: row.get(1)?,
        recorded_at: row.get(2)?,
        organisation: row.get(3)?,
        message: row.get(4)?,
        was_current: row.get(5)?,
        body: row.get(6)?,
    })
}

fn open(resource_type: &str, stored: Stored) -> Result<Version, Error> {
    let resource = body::decode(&stored.body)
        .map_err(|source| Error::Body { resource_type: resource_type.to_owned(), source })?;
    Ok(Version {
        resource,
        version: stored.version,
        event_time: stored.event_time,
        recorded_at: stored.recorded_at,
        organisation: OdsCode::parse(&stored.organisation).ok(),
        message: stored.message,
        was_current: stored.was_current,
    })
}
