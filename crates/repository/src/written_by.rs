//! What a message wrote.

use db::{Tx, params};
use fhir::Resource;

use crate::{Error, body};

/// The resources that a message of the log made current versions of, each as it left them, by type and
/// id.
pub fn written_by(tx: &mut Tx, message: i64) -> Result<Vec<Resource>, Error> {
    let sql = "select resource_type, id, body from resource_version
               where message = ?1 and was_current <> 0 order by resource_type, id, version";
    let found = tx.query(sql, params![message], |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?))
    })?;
    let mut written: Vec<(String, Resource)> = Vec::new();
    for (resource_type, id, bytes) in found {
        let resource = body::decode(&bytes)
            .map_err(|source| Error::Body { resource_type: resource_type.clone(), source })?;
        let name = format!("{resource_type}/{id}");
        match written.last_mut() {
            Some((known, last)) if *known == name => *last = resource,
            _ => written.push((name, resource)),
        }
    }
    Ok(written.into_iter().map(|(_, resource)| resource).collect())
}
