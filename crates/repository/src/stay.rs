//! Hospital stays, prepared from Encounters: the answer to "in hospital now?".

use db::{Tx, params};
use fhir::{Resource, When};
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::put::Write;

/// One stay as an inpatient or emergency attendance.
#[derive(Clone, PartialEq, Eq)]
pub struct Stay {
    /// The Encounter's id.
    pub id: Uuid,
    /// Whose: the local patient.
    pub patient: LocalPatientId,
    /// The hospital's organisation.
    pub organisation: OdsCode,
    /// v3-ActCode: `IMP`, `EMER`.
    pub class: String,
    /// FHIR Encounter status.
    pub status: String,
    /// Where, in the hospital's words: `Ward 5, bay 2, bed 3`.
    pub place: Option<String>,
    /// The ward's own code, for lists of a ward.
    pub ward: Option<String>,
    /// Consultant's name.
    pub consultant: Option<String>,
    /// Since when.
    pub admitted_at: Option<Timestamp>,
    /// When the hospital expects to discharge.
    pub expected_discharge_at: Option<Timestamp>,
    /// The event time of the last news about this stay.
    pub as_of: Timestamp,
}

impl std::fmt::Debug for Stay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stay({} {})", self.organisation, self.id)
    }
}

/// The stays that are going on, latest admission first. Somebody registered in the emergency
/// department (A04: `arrived`) is there, though not admitted.
pub fn current_stays(tx: &mut Tx, patients: &[LocalPatientId]) -> Result<Vec<Stay>, Error> {
    let mut stays = Vec::new();
    for patient in patients {
        let sql = "select id, local_patient, organisation, class, status, place, ward, consultant,
                   admitted_at, expected_discharge_at, as_of from stay
                   where local_patient = ?1
                   and (status = 'in-progress' or (status = 'arrived' and class = 'EMER'))";
        stays.extend(tx.query(sql, params![patient.uuid()], read)?);
    }
    stays.sort_by(|a: &Stay, b: &Stay| {
        b.admitted_at.cmp(&a.admitted_at).then_with(|| a.id.cmp(&b.id))
    });
    Ok(stays)
}

fn read(row: &db::Row<'_>) -> Result<Stay, db::Error> {
    let organisation: String = row.get(2)?;
    Ok(Stay {
        id: row.get(0)?,
        patient: LocalPatientId::from_uuid(row.get(1)?),
        organisation: OdsCode::parse(&organisation)
            .map_err(|_| db::Error::Column { index: 2, wanted: "OdsCode" })?,
        class: row.get(3)?,
        status: row.get(4)?,
        place: row.get(5)?,
        ward: row.get(6)?,
        consultant: row.get(7)?,
        admitted_at: row.get(8)?,
        expected_discharge_at: row.get(9)?,
        as_of: row.get(10)?,
    })
}

/// Keeps the stay of a new current Encounter; other resources and classes have none.
pub(crate) fn replace(tx: &mut Tx, write: &Write<'_>) -> Result<(), Error> {
    let encounter = write.resource;
    if encounter.resource_type() != "Encounter" {
        return Ok(());
    }
    tx.execute("delete from stay where id = ?1", params![write.id])?;
    let class = encounter.text("class.code").unwrap_or_default();
    if !matches!(class, "IMP" | "ACUTE" | "NONAC" | "EMER" | "OBSENC") {
        return Ok(());
    }
    let sql =
        "insert into stay (id, local_patient, organisation, class, status, place, ward, consultant,
               admitted_at, expected_discharge_at, discharged_at, as_of)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let location = current_location(encounter);
    let said = |pointer| location?.pointer(pointer)?.as_str();
    let ward = said("/location/identifier/value").and_then(|code| code.split('/').next());
    tx.execute(
        sql,
        params![
            write.id,
            write.subject.uuid(),
            write.provenance.organisation.as_str(),
            class,
            encounter.text("status").unwrap_or("unknown"),
            said("/location/display"),
            ward.filter(|ward| !ward.is_empty()),
            consultant(encounter),
            moment(encounter.text("period.start")),
            expected_discharge(encounter),
            moment(encounter.text("period.end")),
            write.event_time,
        ],
    )?;
    Ok(())
}

fn moment(text: Option<&str>) -> Option<Timestamp> {
    Some(When::parse(text?)?.timestamp())
}

/// The location that has not ended, else the last.
fn current_location(encounter: &Resource) -> Option<&Value> {
    let locations = encounter.list("location");
    let open = |location: &&Value| location.pointer("/period/end").is_none();
    locations.iter().rev().find(open).or(locations.last())
}

fn consultant(encounter: &Resource) -> Option<String> {
    let names = encounter.list("participant").iter();
    names.filter_map(|one| one.pointer("/individual/display")?.as_str()).map(str::to_owned).next()
}

fn expected_discharge(encounter: &Resource) -> Option<Timestamp> {
    let extensions = encounter.list("extension").iter();
    let found = extensions
        .filter(|extension| {
            extension.get("url").and_then(Value::as_str) == Some(fhir::uk_core::PLANNED_END_DATE)
        })
        .find_map(|extension| extension.get("valueDateTime")?.as_str());
    moment(found)
}
