//! What hangs on a visit: the resources of its patient that refer to its Encounter.

use db::{Tx, params};
use fhir::Resource;
use model::LocalPatientId;
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, body};

/// A resource of a visit, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct OfVisit {
    /// The current version.
    pub resource: Resource,
    /// The messages that its versions came from, oldest first.
    pub messages: Vec<i64>,
}

/// The patient's resources whose current version refers to this Encounter.
pub fn of_visit(
    tx: &mut Tx,
    patient: LocalPatientId,
    encounter: Uuid,
) -> Result<Vec<OfVisit>, Error> {
    let sql = "select v.body from resource r join resource_version v
               on v.resource_type = r.resource_type and v.id = r.id and v.version = r.version
               where r.local_patient = ?1 order by r.resource_type, r.id";
    let bodies = tx.query(sql, params![patient.uuid()], |row| row.get::<Vec<u8>>(0))?;
    let wanted = format!("Encounter/{encounter}");
    let mut found = Vec::new();
    for bytes in bodies {
        let resource = body::decode(&bytes)
            .map_err(|source| Error::Body { resource_type: "resource".to_owned(), source })?;
        if refers_to(&resource, &wanted) {
            let messages = messages(tx, &resource)?;
            found.push(OfVisit { resource, messages });
        }
    }
    Ok(found)
}

fn refers_to(resource: &Resource, wanted: &str) -> bool {
    let is = |one: &Value| one.get("reference").and_then(Value::as_str) == Some(wanted);
    let direct = ["encounter", "context"].iter().filter_map(|name| resource.get(name)).any(is);
    direct || resource.list("context.encounter").iter().any(is)
}

fn messages(tx: &mut Tx, resource: &Resource) -> Result<Vec<i64>, Error> {
    let sql = "select message from resource_version where resource_type = ?1 and id = ?2
               order by version";
    let id = resource.id().unwrap_or_default();
    Ok(tx.query(sql, params![resource.resource_type(), id], |row| row.get(0))?)
}
