//! A person's choice not to share (PDS "express dissent").

use db::{Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, PersonId};
use uuid::Uuid;

use crate::Error;

/// A choice about sharing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dissent {
    /// Says no.
    Expressed,
    /// No longer says no.
    Withdrawn,
}

/// Keeps the choice of `person`, and of every local patient linked to them now: when people are
/// merged or split later, whoever holds one of these records still dissents. The caller decides
/// [`access::Action::RecordDissent`] and records it.
pub fn set_dissent(
    tx: &mut Tx,
    person: PersonId,
    local_patients: &[LocalPatientId],
    dissent: Dissent,
    at: Timestamp,
) -> Result<(), Error> {
    for subject in subjects(person, local_patients) {
        match dissent {
            Dissent::Expressed => tx.execute(
                "insert into account_dissent (subject, since) values (?1, ?2)
                 on conflict (subject) do nothing",
                params![subject, at],
            )?,
            Dissent::Withdrawn => {
                tx.execute("delete from account_dissent where subject = ?1", params![subject])?
            }
        };
    }
    Ok(())
}

/// The person, or any of these local patients, dissents.
pub(crate) fn dissents(
    tx: &mut Tx,
    person: PersonId,
    local_patients: &[LocalPatientId],
) -> Result<bool, Error> {
    for subject in subjects(person, local_patients) {
        let found = tx.query_one(
            "select since from account_dissent where subject = ?1",
            params![subject],
            |row| row.get::<i64>(0),
        )?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subjects(person: PersonId, local_patients: &[LocalPatientId]) -> impl Iterator<Item = Uuid> {
    std::iter::once(person.uuid()).chain(local_patients.iter().map(|patient| patient.uuid()))
}
