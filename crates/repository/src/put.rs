//! Keeps one resource: a new version where it says something new, none where it does not.

use db::{Tx, params};
use fhir::Resource;
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode};

use crate::{Error, body, rows, stay};

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The message in the engine's log.
    pub message: i64,
    /// Who said it.
    pub organisation: OdsCode,
    /// When we wrote it.
    pub recorded_at: Timestamp,
}

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The first version.
    Created,
    /// A new current version.
    Updated,
    /// It says what is already known.
    Unchanged,
    /// It speaks of an earlier moment than the current version: kept in the history, not current.
    Older,
}

/// The current version as the index knows it.
pub(crate) struct Current {
    owner: LocalPatientId,
    last_version: i64,
    event_time: Timestamp,
    hash: String,
    pub(crate) element_times: Option<String>,
}

/// Keeps `resource` of local patient `subject`, which speaks of `event_time`. A resource never
/// changes hands: one that is another patient's already is an error.
pub fn put(
    tx: &mut Tx,
    subject: LocalPatientId,
    resource: &Resource,
    event_time: Timestamp,
    provenance: &Provenance,
) -> Result<Written, Error> {
    let id =
        resource.id().ok_or_else(|| Error::NoId(resource.resource_type().to_owned()))?.to_owned();
    let current = find(tx, resource.resource_type(), &id)?;
    let write = Write { subject, resource, id: &id, event_time, provenance, element_times: None };
    match current {
        None => write.first(tx).map(|()| Written::Created),
        Some(current) if current.owner != subject => {
            Err(Error::AnotherPatients(resource.resource_type().to_owned()))
        }
        Some(current) if current.hash == body::hash(resource) => Ok(Written::Unchanged),
        Some(current) if event_time < current.event_time => {
            write.version(tx, current.last_version + 1, false)?;
            write.count(tx, current.last_version + 1)?;
            Ok(Written::Older)
        }
        Some(current) => write.next(tx, &current).map(|()| Written::Updated),
    }
}

/// Keeps `resource`, which was made afresh of all that is known, as the current version whatever the
/// time of the one before: a fold, a withdrawal, what is brought back.
pub fn put_afresh(
    tx: &mut Tx,
    subject: LocalPatientId,
    resource: &Resource,
    event_time: Timestamp,
    provenance: &Provenance,
) -> Result<Written, Error> {
    let id = resource.id().unwrap_or_default().to_owned();
    let current = find(tx, resource.resource_type(), &id)?;
    let event_time = current.map_or(event_time, |current| current.event_time.max(event_time));
    put(tx, subject, resource, event_time, provenance)
}

pub(crate) fn find(tx: &mut Tx, resource_type: &str, id: &str) -> Result<Option<Current>, Error> {
    let sql = "select last_version, event_time, body_hash, element_times, local_patient
               from resource
               where resource_type = ?1 and id = ?2";
    Ok(tx.query_one(sql, params![resource_type, id], |row| {
        Ok(Current {
            last_version: row.get(0)?,
            event_time: row.get(1)?,
            hash: row.get(2)?,
            element_times: row.get(3)?,
            owner: LocalPatientId::from_uuid(row.get(4)?),
        })
    })?)
}

/// One resource on its way into the tables.
pub(crate) struct Write<'a> {
    pub(crate) subject: LocalPatientId,
    pub(crate) resource: &'a Resource,
    pub(crate) id: &'a str,
    pub(crate) event_time: Timestamp,
    pub(crate) provenance: &'a Provenance,
    /// JSON of element → moment it was last said; only for resources merged by element.
    pub(crate) element_times: Option<String>,
}

impl Write<'_> {
    pub(crate) fn first(&self, tx: &mut Tx) -> Result<(), Error> {
        self.version(tx, 1, true)?;
        let sql = "insert into resource (resource_type, id, local_patient, organisation, version, last_version,
                   event_time, body_hash, element_times) values (?1, ?2, ?3, ?4, 1, 1, ?5, ?6, ?7)";
        tx.execute(
            sql,
            params![
                self.resource.resource_type(),
                self.id,
                self.subject.uuid(),
                self.provenance.organisation.as_str(),
                self.event_time,
                body::hash(self.resource),
                self.element_times.clone(),
            ],
        )?;
        self.prepared(tx, 1)
    }

    pub(crate) fn next(&self, tx: &mut Tx, current: &Current) -> Result<(), Error> {
        let version = current.last_version + 1;
        self.version(tx, version, true)?;
        let sql =
            "update resource set version = ?3, last_version = ?3, event_time = ?4, body_hash = ?5,
                   element_times = ?6, organisation = ?7 where resource_type = ?1 and id = ?2";
        tx.execute(
            sql,
            params![
                self.resource.resource_type(),
                self.id,
                version,
                self.event_time.max(current.event_time),
                body::hash(self.resource),
                self.element_times.clone(),
                self.provenance.organisation.as_str(),
            ],
        )?;
        self.prepared(tx, version)
    }

    /// Keeps when each element was last said, without a new version.
    pub(crate) fn remember_times(&self, tx: &mut Tx) -> Result<(), Error> {
        let sql = "update resource set element_times = ?3 where resource_type = ?1 and id = ?2";
        let times = self.element_times.clone();
        tx.execute(sql, params![self.resource.resource_type(), self.id, times])?;
        Ok(())
    }

    fn version(&self, tx: &mut Tx, version: i64, current: bool) -> Result<(), Error> {
        let bytes = body::encode(self.resource).map_err(|source| Error::Body {
            resource_type: self.resource.resource_type().to_owned(),
            source,
        })?;
        let sql = "insert into resource_version (resource_type, id, version, event_time, recorded_at, message,
                   organisation, was_current, body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        tx.execute(
            sql,
            params![
                self.resource.resource_type(),
                self.id,
                version,
                self.event_time,
                self.provenance.recorded_at,
                self.provenance.message,
                self.provenance.organisation.as_str(),
                current,
                bytes,
            ],
        )?;
        Ok(())
    }

    fn count(&self, tx: &mut Tx, last_version: i64) -> Result<(), Error> {
        let sql = "update resource set last_version = ?3 where resource_type = ?1 and id = ?2";
        tx.execute(sql, params![self.resource.resource_type(), self.id, last_version])?;
        Ok(())
    }

    fn prepared(&self, tx: &mut Tx, version: i64) -> Result<(), Error> {
        rows::replace(tx, self, version)?;
        stay::replace(tx, self)
    }
}
