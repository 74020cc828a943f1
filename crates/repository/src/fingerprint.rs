//! What the record holds, as one number: two records that were made of the same messages have the same.

use db::{Tx, params};
use sha2::{Digest, Sha256};

use crate::Error;

/// Resources read at a time.
const PORTION: i64 = 10_000;

/// A resource as it stands, without when it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// FHIR type.
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// Microseconds since 1970 of the news that it holds.
    event_time: i64,
    /// SHA-256 of its JSON.
    body_hash: String,
}

/// The resources behind `last`, in the order of their types and ids; none after the last of them.
pub fn standing(tx: &mut Tx, last: Option<&Standing>) -> Result<Vec<Standing>, Error> {
    let (resource_type, id) =
        last.map_or(("", ""), |last| (last.resource_type.as_str(), last.id.as_str()));
    Ok(tx.query(
        "select resource_type, id, event_time, body_hash from resource
         where (resource_type, id) > (?1, ?2) order by resource_type, id limit ?3",
        params![resource_type, id, PORTION],
        |row| {
            Ok(Standing {
                resource_type: row.get(0)?,
                id: row.get(1)?,
                event_time: row.get(2)?,
                body_hash: row.get(3)?,
            })
        },
    )?)
}

/// Sums up resources in the order in which [`standing`] gives them.
#[derive(Debug, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds one.
    pub fn add(&mut self, one: &Standing) {
        let Standing { resource_type, id, event_time, body_hash } = one;
        self.0.update(format!("{resource_type}/{id} {event_time} {body_hash}\n"));
    }

    /// In hexadecimal digits.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }
}
