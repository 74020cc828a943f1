//! Known dead, and attended later; or dead on two days: a steward is asked, once.
//!
//! What a source says of a death is never carried over by likeness and never corrected here. Only
//! the source can put it right, and only somebody who has compared the two can say who must.

use db::{Tx, params};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use matching::Model;
use model::{LocalPatientId, OdsCode, PersonId};

use crate::review::{self, NewReview};
use crate::{LocalPatient, Result, local_patient, person};

/// Later than this after the day of death nobody is attended: until then dates may be those of a
/// registration, and specimens those of a post-mortem examination.
const MARGIN_DAYS: i64 = 7;
/// A patient who is attended again within this time is not noted again.
const NOTED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Something that is done to living patients only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attendance {
    /// A stay or visit began.
    Visit,
    /// An appointment was booked or kept.
    Appointment,
    /// A specimen was collected, or something measured.
    Specimen,
}

impl Attendance {
    const ALL: [Self; 3] = [Self::Visit, Self::Appointment, Self::Specimen];

    fn code(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Appointment => "appointment",
            Self::Specimen => "specimen",
        }
    }

    /// The words on a page, before a date.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visit => "came to hospital",
            Self::Appointment => "had an appointment",
            Self::Specimen => "was tested",
        }
    }
}

/// What a record says of its patient's death.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Died {
    /// On this day.
    On(Date),
    /// It does not say when.
    Undated,
}

/// What one record says that bears on a death.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeSign {
    /// The record.
    pub record: LocalPatientId,
    /// Whose record it is.
    pub organisation: OdsCode,
    /// It says that the person has died.
    pub died: Option<Died>,
    /// When its patient was last attended, and how.
    pub attended: Option<(Attendance, Timestamp)>,
}

/// A patient was attended.
#[derive(Debug, Clone, Copy)]
pub struct Attended<'a> {
    /// How.
    pub how: Attendance,
    /// When.
    pub on: Timestamp,
    /// The id of the resource that says so.
    pub resource: &'a str,
}

/// Notes that a patient was attended. Whoever is known to have died well before is put before a
/// steward.
pub fn note_attendance(
    tx: &mut Tx,
    model: &Model,
    patient: LocalPatientId,
    attended: &Attended<'_>,
    at: Timestamp,
) -> Result<()> {
    let Attended { how, on, resource } = *attended;
    let before = on.checked_sub(NOTED_FOR).unwrap_or(Timestamp::MIN);
    let noted = tx.execute(
        "update activity set attended_at = ?2, attended_as = ?3, attended_in = ?4
         where patient = ?1 and (attended_at is null or attended_at <= ?5)",
        params![patient.uuid(), on, how.code(), resource, before],
    )?;
    if noted == 0 {
        return Ok(());
    }
    person::person_of(tx, patient)?.map_or(Ok(()), |person| ask(tx, model, person, at))
}

/// Takes an attendance back whose resource was cancelled or entered in error.
pub fn withdraw_attendance(
    tx: &mut Tx,
    model: &Model,
    patient: LocalPatientId,
    resource: &str,
    at: Timestamp,
) -> Result<()> {
    let withdrawn = tx.execute(
        "update activity set attended_at = null, attended_as = null, attended_in = null
         where patient = ?1 and attended_in = ?2",
        params![patient.uuid(), resource],
    )?;
    match local_patient::load(tx, patient)? {
        Some(record) if withdrawn > 0 => review::reassess(tx, model, &record, at),
        _ => Ok(()),
    }
}

/// Files the question about this person's death, if there is one that nobody has been asked.
pub(crate) fn ask(tx: &mut Tx, model: &Model, person: PersonId, at: Timestamp) -> Result<()> {
    let members = local_patient::members(tx, person)?;
    let Some((a, b)) = question(tx, &members)? else { return Ok(()) };
    let record = |id| members.iter().find(|member| member.id == id);
    let Some((a, b)) = record(a).zip(record(b)) else { return Ok(()) };
    review::file(tx, &NewReview::death(model, a, b), at)
}

/// The two records that a steward is to be asked about; one and the same where a single record
/// contradicts itself. `None` where nothing does, or somebody has been asked about these people.
pub(crate) fn question(
    tx: &mut Tx,
    members: &[LocalPatient],
) -> Result<Option<(LocalPatientId, LocalPatientId)>> {
    let signs = signs(tx, members)?;
    let Some((dead, other)) = contradiction(&signs) else { return Ok(None) };
    let mut kinds = Vec::new();
    for member in members {
        kinds.extend(review::about(tx, member.id)?);
    }
    let is_here = |id: LocalPatientId| members.iter().any(|member| member.id == id);
    let asked = kinds.iter().any(|(a, b, is_death)| *is_death && is_here(*a) && is_here(*b));
    if asked {
        return Ok(None);
    }
    // A pair that is asked about for another reason, or was, keeps its question and its answer.
    let is_free = |(a, b): &(LocalPatientId, LocalPatientId)| {
        let pair = (*a.min(b), *a.max(b));
        kinds.iter().all(|(one, two, _)| (*one, *two) != pair)
    };
    let choices = [(dead, other), (other, other), (dead, dead)];
    Ok(choices.into_iter().find(is_free))
}

/// Whether anything still contradicts a death that one of these records tells of.
pub(crate) fn is_contradicted(tx: &mut Tx, members: &[LocalPatient]) -> Result<bool> {
    let signs = signs(tx, members)?;
    // Without a date, only the moment of the record's last change is known, and it has changed now.
    let undated = signs.iter().any(|sign| sign.died == Some(Died::Undated));
    let attended = signs.iter().any(|sign| sign.attended.is_some());
    Ok(contradiction(&signs).is_some() || (undated && attended))
}

/// What these records say of deaths, and of life.
pub(crate) fn life_signs(tx: &mut Tx, members: &[LocalPatient]) -> Result<Vec<LifeSign>> {
    let signs = signs(tx, members)?;
    let tells = |sign: &Sign<'_>| sign.died.is_some() || sign.attended.is_some();
    let sign = |sign: &Sign<'_>| LifeSign {
        record: sign.record.id,
        organisation: sign.record.organisation.clone(),
        died: sign.died,
        attended: sign.attended,
    };
    Ok(signs.iter().filter(|sign| tells(sign)).map(sign).collect())
}

struct Sign<'a> {
    record: &'a LocalPatient,
    died: Option<Died>,
    attended: Option<(Attendance, Timestamp)>,
}

impl Sign<'_> {
    /// From here on nobody who has died is attended.
    fn over_by(&self) -> Option<Timestamp> {
        let date = match self.died? {
            Died::On(date) => date,
            Died::Undated => return self.record.updated_at.checked_add(margin()).ok(),
        };
        let end = date.checked_add(1.day()).ok()?.in_tz("Europe/London").ok()?;
        end.timestamp().checked_add(margin()).ok()
    }
}

fn margin() -> SignedDuration {
    SignedDuration::from_hours(24 * MARGIN_DAYS)
}

/// Nothing where nobody is said to have died.
fn signs<'a>(tx: &mut Tx, members: &'a [LocalPatient]) -> Result<Vec<Sign<'a>>> {
    let died = |record: &LocalPatient| {
        let said = &record.demographics;
        said.death_date.map(Died::On).or(said.deceased.then_some(Died::Undated))
    };
    if !members.iter().any(|member| died(member).is_some()) {
        return Ok(Vec::new());
    }
    let mut signs = Vec::new();
    for record in members {
        let attended = attended(tx, record.id)?;
        signs.push(Sign { record, died: died(record), attended });
    }
    Ok(signs)
}

fn attended(tx: &mut Tx, patient: LocalPatientId) -> Result<Option<(Attendance, Timestamp)>> {
    let row = tx.query_one(
        "select attended_as, attended_at from activity
         where patient = ?1 and attended_at is not null",
        params![patient.uuid()],
        |row| Ok((row.get::<String>(0)?, row.get(1)?)),
    )?;
    let read = |(code, at): (String, Timestamp)| {
        let known = Attendance::ALL.into_iter().find(|one| one.code() == code);
        known.map(|attendance| (attendance, at))
    };
    Ok(row.and_then(read))
}

/// A record that tells of a death, and one that contradicts it: the latest attendance, else another
/// day.
fn contradiction(signs: &[Sign<'_>]) -> Option<(LocalPatientId, LocalPatientId)> {
    let deaths = || signs.iter().filter(|sign| sign.died.is_some());
    let latest = signs
        .iter()
        .filter_map(|sign| Some((sign.attended?.1, sign)))
        .max_by_key(|(at, sign)| (*at, sign.record.id));
    if let Some((at, sign)) = latest
        && let Some(dead) = deaths().find(|dead| dead.over_by().is_some_and(|over| over < at))
    {
        return Some((dead.record.id, sign.record.id));
    }
    let mut days = signs.iter().filter_map(|sign| match sign.died {
        Some(Died::On(day)) => Some((day, sign.record.id)),
        _ => None,
    });
    let (first, record) = days.next()?;
    days.find(|(day, _)| *day != first).map(|(_, other)| (record, other))
}
