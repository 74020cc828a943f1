//! What was known of some records when a decision about them was made: a digest, so that a later
//! reader can tell whether anything has come since. Holds nothing that could be read back.

use db::{Tx, params};
use model::{LocalPatientId, stable_id};
use uuid::Uuid;

use crate::Result;

/// The digest of what sources say about these records now: their details, the numbers that replaced
/// theirs, and what was merged or linked at a source. Who they are linked to is not part of it.
pub(crate) fn of(tx: &mut Tx, records: &[LocalPatientId]) -> Result<Uuid> {
    let mut records = records.to_vec();
    records.sort_unstable();
    let mut words: Vec<String> = Vec::new();
    for record in records {
        let described: Option<String> = tx.query_one(
            "select demographics, merged_into, current_number from local_patient where id = ?1",
            params![record.uuid()],
            |row| {
                let (details, merged_into): (String, Option<Uuid>) = (row.get(0)?, row.get(1)?);
                let number: Option<String> = row.get(2)?;
                Ok(format!("{record} {details} {merged_into:?} {number:?}"))
            },
        )?;
        words.extend(described);
        let said: Vec<String> = tx.query(
            "select other, same from source_link where patient = ?1 order by other",
            params![record.uuid()],
            |row| Ok(format!("{} {}", row.get::<Uuid>(0)?, row.get::<bool>(1)?)),
        )?;
        words.extend(said);
    }
    Ok(stable_id(&words.iter().map(String::as_str).collect::<Vec<_>>()))
}
