//! Local patients: one organisation's record of a person, as that organisation last described it.

use db::{Row, Tx, params};
use jiff::Timestamp;
use model::{Demographics, LocalIdentity, LocalPatientId, OdsCode, PersonId};

use crate::{Error, Result, person};

/// One organisation's record of a person.
#[derive(Debug, Clone)]
pub struct LocalPatient {
    pub(crate) seq: i64,
    /// The id that its identity always has.
    pub id: LocalPatientId,
    /// The number and who gave it.
    pub identity: LocalIdentity,
    /// Whose record it is.
    pub organisation: OdsCode,
    /// The person it is linked to.
    pub person: PersonId,
    /// What the organisation says about who it is.
    pub demographics: Demographics,
    /// The record that its own source merged it into (A40).
    pub merged_into: Option<LocalPatientId>,
    /// When its details last changed.
    pub updated_at: Timestamp,
}

/// The records linked to a person (which may be named by an id that redirects), oldest first.
pub fn local_patients(tx: &mut Tx, id: PersonId) -> Result<Vec<LocalPatient>> {
    let Some(id) = person::resolve(tx, id)? else { return Ok(Vec::new()) };
    Ok(shown(members(tx, id)?))
}

/// One record.
pub fn local_patient(tx: &mut Tx, id: LocalPatientId) -> Result<Option<LocalPatient>> {
    let Some(person) = person::person_of(tx, id)? else { return Ok(None) };
    Ok(shown(members(tx, person)?).into_iter().find(|record| record.id == id))
}

/// A person's records as they leave this crate. What one organisation protects (PDS S-flag) another
/// one's record must not tell: if one is sensitive all are, and place and contacts are left out.
pub(crate) fn shown(members: Vec<LocalPatient>) -> Vec<LocalPatient> {
    if !members.iter().any(|member| member.demographics.sensitive) {
        return members;
    }
    let protected = |member: LocalPatient| LocalPatient {
        demographics: person::without_place(member.demographics),
        ..member
    };
    members.into_iter().map(protected).collect()
}

pub(crate) fn members(tx: &mut Tx, person: PersonId) -> Result<Vec<LocalPatient>> {
    let rows = tx.query(
        "select seq, id, authority, value, organisation, person, demographics, merged_into, updated_at
         from local_patient where person = ?1 order by seq",
        params![person.uuid()],
        Stored::from_row,
    )?;
    rows.into_iter().map(Stored::complete).collect()
}

pub(crate) fn load(tx: &mut Tx, id: LocalPatientId) -> Result<Option<LocalPatient>> {
    let row = tx.query_one(
        "select seq, id, authority, value, organisation, person, demographics, merged_into, updated_at
         from local_patient where id = ?1",
        params![id.uuid()],
        Stored::from_row,
    )?;
    row.map(Stored::complete).transpose()
}

pub(crate) fn by_seq(tx: &mut Tx, seq: i64) -> Result<Option<LocalPatient>> {
    let row = tx.query_one(
        "select seq, id, authority, value, organisation, person, demographics, merged_into, updated_at
         from local_patient where seq = ?1",
        params![seq],
        Stored::from_row,
    )?;
    row.map(Stored::complete).transpose()
}

/// Returns the number by which the blocking index knows the record.
pub(crate) fn insert(tx: &mut Tx, patient: &LocalPatient) -> Result<i64> {
    let seq = tx.query_one(
        "insert into local_patient (id, person, authority, value, organisation, demographics, updated_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning seq",
        params![
            patient.id.uuid(),
            patient.person.uuid(),
            &patient.identity.authority,
            &patient.identity.value,
            patient.organisation.as_str(),
            json(&patient.demographics)?,
            patient.updated_at
        ],
        |row| row.get(0),
    )?;
    seq.ok_or(Error::Unknown("number of a new record"))
}

pub(crate) fn update(
    tx: &mut Tx,
    id: LocalPatientId,
    demographics: &Demographics,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "update local_patient set demographics = ?2, updated_at = ?3 where id = ?1",
        params![id.uuid(), json(demographics)?, at],
    )?;
    Ok(())
}

pub(crate) fn mark_merged(
    tx: &mut Tx,
    id: LocalPatientId,
    into: Option<LocalPatientId>,
) -> Result<()> {
    tx.execute(
        "update local_patient set merged_into = ?2 where id = ?1",
        params![id.uuid(), into.map(LocalPatientId::uuid)],
    )?;
    Ok(())
}

pub(crate) fn move_to(tx: &mut Tx, id: LocalPatientId, person: PersonId) -> Result<()> {
    tx.execute(
        "update local_patient set person = ?2 where id = ?1",
        params![id.uuid(), person.uuid()],
    )?;
    Ok(())
}

fn json(demographics: &Demographics) -> Result<String> {
    let stored = |source| Error::Stored { what: "demographics", source };
    serde_json::to_string(demographics).map_err(stored)
}

struct Stored {
    seq: i64,
    id: uuid::Uuid,
    authority: String,
    value: String,
    organisation: String,
    person: uuid::Uuid,
    demographics: String,
    merged_into: Option<uuid::Uuid>,
    updated_at: Timestamp,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> std::result::Result<Self, db::Error> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            authority: row.get(2)?,
            value: row.get(3)?,
            organisation: row.get(4)?,
            person: row.get(5)?,
            demographics: row.get(6)?,
            merged_into: row.get(7)?,
            updated_at: row.get(8)?,
        })
    }

    fn complete(self) -> Result<LocalPatient> {
        let stored = |source| Error::Stored { what: "demographics", source };
        Ok(LocalPatient {
            seq: self.seq,
            id: LocalPatientId::from_uuid(self.id),
            identity: LocalIdentity::new(self.authority, self.value),
            organisation: OdsCode::parse(&self.organisation)
                .map_err(|_| Error::Unknown("organisation"))?,
            person: PersonId::from_uuid(self.person),
            demographics: serde_json::from_str(&self.demographics).map_err(stored)?,
            merged_into: self.merged_into.map(LocalPatientId::from_uuid),
            updated_at: self.updated_at,
        })
    }
}
