//! NHS numbers that have been replaced: PDS finds that one person had two, and ends one of them.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Model, Profile, ReviewKind, Veto, blocking};
use model::{Demographics, NhsNumber};

use crate::blocking_index::Index;
use crate::feed::look_again;
use crate::review::{self, NewReview};
use crate::{Error, LocalPatient, Result, local_patient};

/// Records that PDS has replaced one person's number by another: from now on both are one number,
/// and every record that gives the old one is weighed with the new one. What the sources said stays
/// as they said it. Returns how many records are concerned.
///
/// A source may be mistaken, and the word of one would join records of all. Where those that hold the
/// two numbers are not alike without them, nothing is replaced, and a steward is asked.
pub fn supersede(
    tx: &mut Tx,
    model: &Model,
    old: NhsNumber,
    new: NhsNumber,
    at: Timestamp,
) -> Result<usize> {
    if let Some(doubt) = doubt(tx, model, old, new)? {
        if let Some(question) = doubt.question {
            review::file(tx, &question, at)?;
        }
        return Ok(0);
    }
    // Whoever is weighed with what either number led to before this later word.
    let mut numbers = vec![old, new];
    numbers.extend(replaced_by(tx, Some(old))?);
    numbers.extend(replaced_by(tx, Some(new))?);
    let new = match replaced_by(tx, Some(new))? {
        // The other way round was a mistake, then: this is the later word.
        Some(further) if further == old => {
            tx.execute("delete from superseded_number where old = ?1", params![new.to_string()])?;
            new
        }
        // It has been replaced itself, and that was only told earlier.
        Some(further) => further,
        None => new,
    };
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
    for known in holders(tx, &numbers)? {
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

/// What stands against a replacement.
struct Doubt {
    /// What a steward is asked; nothing where old and new identity must not be shown side by side.
    question: Option<NewReview>,
}

/// Two records, one with each number, that nobody would take for one person without the numbers.
fn doubt(tx: &mut Tx, model: &Model, old: NhsNumber, new: NhsNumber) -> Result<Option<Doubt>> {
    if old == new || replaced_by(tx, Some(old))? == Some(new) {
        return Ok(None);
    }
    let (before, after) = (holders(tx, &[old])?, holders(tx, &[new])?);
    let pairs = before.iter().flat_map(|one| after.iter().map(move |other| (one, other)));
    for (one, other) in pairs.filter(|(one, other)| one.person != other.person) {
        let weight = model.compare(&without_number(one), &without_number(other));
        if weight.vetoes.contains(&Veto::Sensitive) {
            return Ok(Some(Doubt { question: None }));
        }
        if weight.total < model.review_from() || weight.vetoes.iter().any(|veto| veto.is_hard()) {
            let kind = ReviewKind::ConfusedNumber;
            let question = NewReview::source(model, one.id, other.id, kind, &weight);
            return Ok(Some(Doubt { question: Some(question) }));
        }
    }
    Ok(None)
}

fn without_number(record: &LocalPatient) -> Profile {
    let said = Demographics { nhs_number: None, ..record.demographics.clone() };
    Profile::said_by(&said, record.organisation.as_str())
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
