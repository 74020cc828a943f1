//! NHS numbers that have been replaced: PDS finds that one person had two, and ends one of them.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, blocking};
use model::NhsNumber;

use crate::blocking_index::Index;
use crate::feed::look_again;
use crate::{Error, LocalPatient, Result, local_patient};

/// Records that PDS has replaced one person's number by another: from now on both are one number,
/// and every record that gives the old one is weighed with the new one. What the sources said stays
/// as they said it. Returns how many records are concerned.
pub fn supersede(
    tx: &mut Tx,
    model: &Model,
    old: NhsNumber,
    new: NhsNumber,
    at: Timestamp,
) -> Result<usize> {
    // The other way round was a mistake, then: this is the later word.
    tx.execute("delete from superseded_number where old = ?1", params![new.to_string()])?;
    if old == new {
        return Ok(0);
    }
    tx.execute(
        "insert into superseded_number (old, current, at) values (?1, ?2, ?3)
         on conflict (old) do update set current = excluded.current, at = excluded.at",
        params![old.to_string(), new.to_string(), at],
    )?;
    tx.execute(
        "update superseded_number set current = ?2, at = ?3 where current = ?1 and old <> ?2",
        params![old.to_string(), new.to_string(), at],
    )?;
    let mut concerned = 0;
    for known in holders(tx, &[old, new])? {
        let said = known.demographics.nhs_number;
        let patient = LocalPatient { current_number: replaced_by(tx, said)?, ..known.clone() };
        if patient.current_number != known.current_number {
            local_patient::update(tx, &patient)?;
            // An earlier one may have moved it to another person.
            let person = local_patient::known(tx, known.id)?.person;
            let (known, mut patient) =
                (LocalPatient { person, ..known }, LocalPatient { person, ..patient });
            look_again(tx, model, &mut Index::direct(), &known, &mut patient, at)?;
            concerned += 1;
        }
    }
    Ok(concerned)
}

/// The records that these numbers stand for.
fn holders(tx: &mut Tx, numbers: &[NhsNumber]) -> Result<Vec<LocalPatient>> {
    let keys: Vec<blocking::Key> = numbers.iter().map(blocking::number_key).collect();
    let patients = Index::direct().look(tx, &keys)?.patients;
    let people = local_patient::people_of(tx, &patients)?;
    let holds = |record: &LocalPatient| patients.contains(&record.seq);
    Ok(people.into_iter().flatten().filter(holds).collect())
}

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
