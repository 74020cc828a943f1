//! Local patients: one organisation's record of a person, as that organisation last described it.

use std::collections::{BTreeMap, BTreeSet};

use db::{Row, Tx, Value, params};
use jiff::Timestamp;
use matching::Profile;
use model::{
    Demographics, LocalIdentity, LocalPatientId, NhsNumber, NhsNumberStatus, OdsCode, PersonId,
};

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
    /// The NHS number that has replaced the one it gives.
    pub(crate) current_number: Option<NhsNumber>,
}

impl LocalPatient {
    /// The person's NHS number by this record: what the source says, or what has replaced that.
    pub(crate) fn number(&self) -> Option<NhsNumber> {
        self.demographics.nhs_number.map(|said| self.current_number.unwrap_or(said))
    }

    /// Its NHS number, where the source has it verified.
    pub(crate) fn verified_number(&self) -> Option<NhsNumber> {
        let verified = self.demographics.nhs_number_status == NhsNumberStatus::Verified;
        self.number().filter(|_| verified)
    }

    /// Ready to be compared, with the NHS number of today.
    pub(crate) fn profile(&self) -> Profile {
        let source = self.organisation.as_str();
        if self.current_number.is_none() {
            return Profile::said_by(&self.demographics, source);
        }
        let nhs_number = self.number();
        Profile::said_by(&Demographics { nhs_number, ..self.demographics.clone() }, source)
    }
}

/// Every record of a person, ready to be compared.
pub(crate) fn profiles(members: &[LocalPatient]) -> Vec<Profile> {
    members.iter().map(LocalPatient::profile).collect()
}

/// The columns that [`Stored`] reads, after `select` and before the rest.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select seq, id, authority, value, organisation, person, demographics, merged_into,
             updated_at, current_number from local_patient ",
            $rest
        )
    };
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
        select!("where person = ?1 order by seq"),
        params![person.uuid()],
        Stored::from_row,
    )?;
    rows.into_iter().map(Stored::complete).collect()
}

pub(crate) fn load(tx: &mut Tx, id: LocalPatientId) -> Result<Option<LocalPatient>> {
    let row = tx.query_one(select!("where id = ?1"), params![id.uuid()], Stored::from_row)?;
    row.map(Stored::complete).transpose()
}

/// A record that is known to be there.
pub(crate) fn known(tx: &mut Tx, id: LocalPatientId) -> Result<LocalPatient> {
    load(tx, id)?.ok_or(Error::Unknown("local patient"))
}

/// The records that came after this one, in the order in which they came.
pub(crate) fn after(tx: &mut Tx, seq: i64, limit: u32) -> Result<Vec<LocalPatient>> {
    let rows = tx.query(
        select!("where seq > ?1 order by seq limit ?2"),
        params![seq, limit],
        Stored::from_row,
    )?;
    rows.into_iter().map(Stored::complete).collect()
}

/// Everybody of whom one of these records is a part: the records of each person, the oldest person
/// and in it the oldest record first.
pub(crate) fn people_of(tx: &mut Tx, seqs: &BTreeSet<i64>) -> Result<Vec<Vec<LocalPatient>>> {
    let mut records: BTreeMap<i64, LocalPatient> = BTreeMap::new();
    let seqs: Vec<i64> = seqs.iter().copied().collect();
    for some in seqs.chunks(AT_ONCE) {
        let padding = std::iter::repeat_n(0, AT_ONCE.saturating_sub(some.len()));
        let values: Vec<Value> = some.iter().copied().chain(padding).map(Value::from).collect();
        for row in tx.query(PEOPLE_OF, &values, Stored::from_row)? {
            records.insert(row.seq, row.complete()?);
        }
    }
    let mut people: Vec<Vec<LocalPatient>> = Vec::new();
    let mut places: BTreeMap<PersonId, usize> = BTreeMap::new();
    for record in records.into_values() {
        let place = *places.entry(record.person).or_insert(people.len());
        match people.get_mut(place) {
            Some(members) => members.push(record),
            None => people.push(vec![record]),
        }
    }
    Ok(people)
}

/// Records in one question of [`people_of`].
const AT_ONCE: usize = 16;
const PEOPLE_OF: &str = select!(
    "where person in (select person from local_patient where seq in
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16))"
);

/// Returns the number by which the blocking index knows the record.
pub(crate) fn insert(tx: &mut Tx, patient: &LocalPatient) -> Result<i64> {
    tx.execute(
        "insert into local_patient (id, person, authority, value, organisation, demographics, updated_at,
             current_number, sensitive)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            patient.id.uuid(),
            patient.person.uuid(),
            &patient.identity.authority,
            &patient.identity.value,
            patient.organisation.as_str(),
            json(&patient.demographics)?,
            patient.updated_at,
            patient.current_number.map(String::from),
            patient.demographics.sensitive
        ],
    )?;
    // Not `returning`: on SQLite that makes a journal of the statement, whose cost grows with the
    // transaction.
    let sql = "select seq from local_patient where id = ?1";
    let seq = tx.query_one(sql, params![patient.id.uuid()], |row| row.get(0))?;
    seq.ok_or(Error::Unknown("number of a new record"))
}

/// Stores what its source says now.
pub(crate) fn update(tx: &mut Tx, patient: &LocalPatient) -> Result<()> {
    tx.execute(
        "update local_patient set demographics = ?2, updated_at = ?3, current_number = ?4, sensitive = ?5
         where seq = ?1",
        params![
            patient.seq,
            json(&patient.demographics)?,
            patient.updated_at,
            patient.current_number.map(String::from),
            patient.demographics.sensitive
        ],
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
    current_number: Option<String>,
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
            current_number: row.get(9)?,
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
            current_number: self
                .current_number
                .map(NhsNumber::try_from)
                .transpose()
                .map_err(|_| Error::Unknown("current NHS number"))?,
        })
    }
}
