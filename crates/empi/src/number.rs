//! NHS numbers that have been replaced: PDS finds that one person had two, and ends one of them.

use db::{Tx, params};
use model::NhsNumber;

use crate::{Error, Result};

/// The number that stands for this one now, if another does.
pub(crate) fn replaced_by(tx: &mut Tx, number: Option<NhsNumber>) -> Result<Option<NhsNumber>> {
    let Some(number) = number else { return Ok(None) };
    let current: Option<String> = tx.query_one(
        "select current from superseded_number where old = ?1",
        params![number.to_string()],
        |row| row.get(0),
    )?;
    let unreadable = |_| Error::Unknown("current NHS number");
    current.map(|text| NhsNumber::try_from(text).map_err(unreadable)).transpose()
}
