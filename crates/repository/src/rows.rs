//! Prepared rows: what a page draws, read by an index, without opening a body.

use db::{Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode, Section};
use uuid::Uuid;

use crate::Error;
use crate::prepare::{Precision, prepare};
use crate::put::Write;

/// One line of a section, as drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose: the local patient.
    pub patient: LocalPatientId,
    /// Who said it.
    pub organisation: OdsCode,
    /// FHIR type of the resource behind the line.
    pub resource_type: String,
    /// Its id.
    pub id: Uuid,
    /// Its version when the line was made.
    pub version: i64,
    /// When it happened, began or was asserted.
    pub at: Option<Timestamp>,
    /// How much of `at` was said: show no more than that.
    pub at_precision: Precision,
    /// When it ended.
    pub until: Option<Timestamp>,
    /// Code as sent.
    pub code: Option<String>,
    /// The code's system.
    pub code_system: Option<String>,
    /// What it is, in the source's words.
    pub text: String,
    /// Result or dosage.
    pub value: Option<String>,
    /// Unit of `value`.
    pub unit: Option<String>,
    /// Reference range as text.
    pub reference_range: Option<String>,
    /// Interpretation of a result: `H`, `L`, `HH`…
    pub flag: Option<String>,
    /// FHIR status.
    pub status: Option<String>,
    /// What else must be read with it.
    pub detail: Option<String>,
    /// What it stands under: the report of a result.
    pub heading: Option<String>,
    /// Its place under the heading; 0 for the heading's own line.
    pub position: i64,
    /// Who recorded it.
    pub author: Option<String>,
    /// `N` or a stricter v3-Confidentiality code.
    pub confidentiality: String,
    /// When we wrote it.
    pub recorded_at: Timestamp,
    /// The message it came with.
    pub message: i64,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({}/{} version {})", self.resource_type, self.id, self.version)
    }
}

/// A page of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many to skip.
    pub offset: u32,
    /// How many to read.
    pub limit: u32,
}

/// The rows of one section for a person's local patients, newest first.
pub fn rows(
    tx: &mut Tx,
    patients: &[LocalPatientId],
    section: Section,
    page: Page,
) -> Result<Vec<Row>, Error> {
    let wanted = page.offset.saturating_add(page.limit);
    let mut all = Vec::new();
    for patient in patients {
        let sql = "select local_patient, organisation, resource_type, id, version, at, at_precision, until, code,
                   code_system, text, value, unit, reference_range, flag, status, detail, heading, position, author,
                   confidentiality, recorded_at, message from prepared_row
                   where local_patient = ?1 and section = ?2 order by at desc nulls last,
                   heading nulls first, position, id limit ?3";
        all.extend(tx.query(sql, params![patient.uuid(), section.code(), wanted], read)?);
    }
    // One moment's lines stay together by source and report, in the laboratory's order.
    all.sort_by(|a: &Row, b: &Row| {
        let place = |row: &Row| (row.patient, row.heading.clone(), row.position, row.id);
        b.at.cmp(&a.at).then_with(|| place(a).cmp(&place(b)))
    });
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit).unwrap_or(usize::MAX);
    Ok(all.into_iter().skip(skip).take(take).collect())
}

/// How many rows a section has.
pub fn count(tx: &mut Tx, patients: &[LocalPatientId], section: Section) -> Result<u64, Error> {
    let mut total = 0;
    for patient in patients {
        let sql = "select count(*) from prepared_row where local_patient = ?1 and section = ?2";
        let found: Option<i64> =
            tx.query_one(sql, params![patient.uuid(), section.code()], |row| row.get(0))?;
        total += found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    }
    Ok(total)
}

/// The row of one resource.
pub fn row(tx: &mut Tx, resource_type: &str, id: Uuid) -> Result<Option<Row>, Error> {
    let sql = "select local_patient, organisation, resource_type, id, version, at, at_precision, until, code,
               code_system, text, value, unit, reference_range, flag, status, detail, heading, position, author,
               confidentiality, recorded_at, message from prepared_row
               where resource_type = ?1 and id = ?2";
    Ok(tx.query_one(sql, params![resource_type, id], read)?)
}

/// The local patient a resource belongs to.
pub(crate) fn owner(
    tx: &mut Tx,
    resource_type: &str,
    id: Uuid,
) -> Result<Option<LocalPatientId>, Error> {
    let sql = "select local_patient from resource where resource_type = ?1 and id = ?2";
    Ok(tx.query_one(sql, params![resource_type, id], |row| {
        row.get(0).map(LocalPatientId::from_uuid)
    })?)
}

fn read(row: &db::Row<'_>) -> Result<Row, db::Error> {
    let organisation: String = row.get(1)?;
    Ok(Row {
        patient: LocalPatientId::from_uuid(row.get(0)?),
        organisation: OdsCode::parse(&organisation)
            .map_err(|_| db::Error::Column { index: 1, wanted: "OdsCode" })?,
        resource_type: row.get(2)?,
        id: row.get(3)?,
        version: row.get(4)?,
        at: row.get(5)?,
        at_precision: Precision::parse(&row.get::<String>(6)?),
        until: row.get(7)?,
        code: row.get(8)?,
        code_system: row.get(9)?,
        text: row.get(10)?,
        value: row.get(11)?,
        unit: row.get(12)?,
        reference_range: row.get(13)?,
        flag: row.get(14)?,
        status: row.get(15)?,
        detail: row.get(16)?,
        heading: row.get(17)?,
        position: row.get(18)?,
        author: row.get(19)?,
        confidentiality: row.get(20)?,
        recorded_at: row.get(21)?,
        message: row.get(22)?,
    })
}

/// Puts the row of a new current version in the place of the old one. A resource entered in error
/// has no row; its versions remain.
pub(crate) fn replace(tx: &mut Tx, write: &Write<'_>, version: i64) -> Result<(), Error> {
    let resource_type = write.resource.resource_type();
    let delete = "delete from prepared_row where resource_type = ?1 and id = ?2";
    tx.execute(delete, params![resource_type, write.id])?;
    let Some(line) = prepare(write.resource) else { return Ok(()) };
    let sql = "insert into prepared_row (resource_type, id, version, local_patient, section, organisation, at,
               at_precision, until, code, code_system, text, value, unit, reference_range, flag, status, detail,
               heading, position, author, confidentiality, recorded_at, message)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
               ?20, ?21, ?22, ?23, ?24)";
    tx.execute(
        sql,
        params![
            resource_type,
            write.id,
            version,
            write.subject.uuid(),
            line.section.code(),
            write.provenance.organisation.as_str(),
            line.at,
            line.at_precision.code(),
            line.until,
            line.code,
            line.code_system,
            line.text,
            line.value,
            line.unit,
            line.reference_range,
            line.flag,
            line.status,
            line.detail,
            line.heading,
            line.position,
            line.author,
            line.confidentiality,
            write.provenance.recorded_at,
            write.provenance.message,
        ],
    )?;
    Ok(())
}
