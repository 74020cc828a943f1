//! Legitimate relationships: why an organisation has a reason in its work to know a local patient.

use access::Basis;
use db::{Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode};

use crate::Error;

/// Notes that `organisation` has a relationship with `local_patient` from one moment until another
/// (`None`: open). `source` names what made it: a spell, an appointment, a care package; the latest
/// news of one source counts, and does not touch what another source made.
pub fn note_relationship(
    tx: &mut Tx,
    organisation: &OdsCode,
    local_patient: LocalPatientId,
    basis: Basis,
    source: &str,
    from: Timestamp,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    tx.execute(
        "insert into account_relationship
            (local_patient, organisation, basis, source, from_at, until_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (local_patient, organisation, basis, source)
         do update set from_at = excluded.from_at, until_at = excluded.until_at",
        params![local_patient.uuid(), organisation.as_str(), basis.code(), source, from, until,],
    )?;
    Ok(())
}

/// Takes back what `source` made, as a cancelled admission does.
pub fn end_relationship(
    tx: &mut Tx,
    organisation: &OdsCode,
    local_patient: LocalPatientId,
    basis: Basis,
    source: &str,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "update account_relationship set until_at = ?1
         where local_patient = ?2 and organisation = ?3 and basis = ?4 and source = ?5
           and (until_at is null or until_at > ?1)",
        params![at, local_patient.uuid(), organisation.as_str(), basis.code(), source],
    )?;
    Ok(())
}
