//! A person: the records linked to one id, and the best of what they say.

use db::{Tx, params};
use jiff::Timestamp;
use model::{Demographics, LocalIdentity, LocalPatientId, NhsNumberStatus, PersonId, stable_id};

use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::{LocalPatient, Question, Result, local_patient, review};

/// One human being, as far as we know.
#[derive(Debug, Clone)]
pub struct Person {
    /// The stable id.
    pub id: PersonId,
    /// The best of what the sources say.
    pub demographics: Demographics,
    /// The records, oldest link first; those that their source merged away included.
    pub local_patients: Vec<LocalPatient>,
    /// Which of its own links are questioned.
    pub questions: Vec<Question>,
}

/// The id that stands for this one now: itself, or the one it was merged into. `None` if unknown.
pub fn resolve(tx: &mut Tx, person: PersonId) -> Result<Option<PersonId>> {
    Ok(redirects(tx, person)?.pop())
}

/// This id and those that it leads to, one redirect after the other; none if it is unknown.
pub(crate) fn redirects(tx: &mut Tx, person: PersonId) -> Result<Vec<PersonId>> {
    let mut path = Vec::new();
    let mut current = person;
    loop {
        let row: Option<Option<uuid::Uuid>> = tx.query_one(
            "select merged_into from person where id = ?1",
            params![current.uuid()],
            |row| row.get(0),
        )?;
        let Some(merged_into) = row else { return Ok(Vec::new()) };
        path.push(current);
        // Redirects are kept as they were made, so that undoing one leaves the others right.
        let Some(next) = merged_into else { return Ok(path) };
        current = PersonId::from_uuid(next);
    }
}

/// The ids that stand for this person because they were merged into it, oldest first.
pub fn former_ids(tx: &mut Tx, person: PersonId) -> Result<Vec<PersonId>> {
    Ok(tx.query(
        "with recursive former (id) as (
             select id from person where merged_into = ?1
             union select p.id from person p join former f on p.merged_into = f.id)
         select id from person where id in (select id from former)
         and exists (select 1 from person where id = ?1 and merged_into is null) order by seq",
        params![person.uuid()],
        |row| row.get(0).map(PersonId::from_uuid),
    )?)
}

/// The person a record belongs to.
pub fn person_of(tx: &mut Tx, patient: LocalPatientId) -> Result<Option<PersonId>> {
    Ok(tx.query_one(
        "select person from local_patient where id = ?1",
        params![patient.uuid()],
        |row| row.get(0).map(PersonId::from_uuid),
    )?)
}

/// A person with the best of what the sources say; follows a redirect.
pub fn person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    let Some(id) = resolve(tx, id)? else { return Ok(None) };
    let members = local_patient::members(tx, id)?;
    if members.is_empty() {
        return Ok(None);
    }
    let demographics = golden(&members);
    let questions = review::questions(tx, &members)?;
    let local_patients = local_patient::shown(members);
    Ok(Some(Person { id, demographics, local_patients, questions }))
}

/// The best of what several records say: the verified NHS number, the newest name and address,
/// earlier ones behind them. If any of them is sensitive, place and contacts are left out (PDS
/// S-flag).
pub(crate) fn golden(members: &[LocalPatient]) -> Demographics {
    let records = newest_first(members);
    let newest: Vec<&Demographics> = records.iter().map(|record| &record.demographics).collect();
    let mut golden = Demographics::default();
    let number = records
        .iter()
        .filter(|record| record.number().is_some())
        .min_by_key(|record| record.verified_number().is_none());
    if let Some(holder) = number {
        golden.nhs_number = holder.number();
        golden.nhs_number_status = holder.demographics.nhs_number_status;
    }
    for record in &newest {
        add_new(&mut golden.names, &record.names);
        add_new(&mut golden.addresses, &record.addresses);
        add_new(&mut golden.telephones, &record.telephones);
        add_new(&mut golden.emails, &record.emails);
    }
    golden.birth_date = birth_date(&newest);
    golden.gender = newest.iter().find_map(|d| d.gender);
    golden.gp_practice = newest.iter().find_map(|d| d.gp_practice.clone());
    golden.birth_order = newest.iter().find_map(|d| d.birth_order);
    golden.sensitive = newest.iter().any(|d| d.sensitive);
    set_death(&mut golden, &records);
    if golden.sensitive { without_place(golden) } else { golden }
}

/// Records in use before those merged away at their source; the newest first among each.
fn newest_first(members: &[LocalPatient]) -> Vec<&LocalPatient> {
    let mut newest: Vec<&LocalPatient> = members.iter().collect();
    newest.sort_by_key(|m| (m.merged_into.is_some(), std::cmp::Reverse(m.updated_at), m.seq));
    newest
}

fn add_new<T: PartialEq + Clone>(kept: &mut Vec<T>, more: &[T]) {
    for value in more {
        if !kept.contains(value) {
            kept.push(value.clone());
        }
    }
}

/// The birth date that goes with a verified number, else the one that most records give.
fn birth_date(newest: &[&Demographics]) -> Option<jiff::civil::Date> {
    let verified = newest
        .iter()
        .filter(|d| d.nhs_number_status == NhsNumberStatus::Verified && d.nhs_number.is_some())
        .find_map(|d| d.birth_date);
    let votes =
        |date: jiff::civil::Date| newest.iter().filter(|d| d.birth_date == Some(date)).count();
    // The last of equals wins in max_by_key, so the newest is put last.
    verified.or_else(|| {
        newest.iter().rev().filter_map(|d| d.birth_date).max_by_key(|date| votes(*date))
    })
}

/// A death is never carried over by likeness alone: it counts if the record that says so holds
/// the person's NHS number, or if every record says so.
fn set_death(golden: &mut Demographics, newest: &[&LocalPatient]) {
    let death = |record: &LocalPatient| record.demographics.death_date;
    let says_dead =
        |record: &&&LocalPatient| record.demographics.deceased || death(record).is_some();
    let number = golden.nhs_number;
    let has_number = |record: &LocalPatient| record.number().is_some() && record.number() == number;
    let all = newest.iter().all(|record| says_dead(&record));
    // The day too is believed of these only.
    let mut believed = newest.iter().filter(says_dead).filter(|record| all || has_number(record));
    golden.deceased = believed.clone().next().is_some();
    golden.death_date = believed
        .clone()
        .filter(|record| has_number(record))
        .find_map(|record| death(record))
        .or_else(|| believed.find_map(|record| death(record)));
}

/// Takes out where someone lives and how they are reached, and says that it is protected.
pub(crate) fn without_place(demographics: Demographics) -> Demographics {
    Demographics {
        addresses: Vec::new(),
        telephones: Vec::new(),
        emails: Vec::new(),
        gp_practice: None,
        sensitive: true,
        ..demographics
    }
}

/// The id of the person that this record begins: the same on every replay.
pub(crate) fn first_id(identity: &LocalIdentity) -> PersonId {
    numbered_id(identity, 0)
}

fn numbered_id(identity: &LocalIdentity, attempt: u32) -> PersonId {
    let words = ["Person", &identity.authority, &identity.value];
    let number = attempt.to_string();
    let again = (attempt > 0).then_some(number.as_str());
    let words: Vec<&str> = words.into_iter().chain(again).collect();
    PersonId::from_uuid(stable_id(&words))
}

/// The person's id was made from this identity.
pub(crate) fn is_named_after(person: PersonId, identity: &LocalIdentity) -> bool {
    (0..MOST_ATTEMPTS).any(|attempt| numbered_id(identity, attempt) == person)
}

/// The oldest id made from this identity that stands for somebody else now, with its age.
pub(crate) fn ended_id(tx: &mut Tx, identity: &LocalIdentity) -> Result<Option<(i64, PersonId)>> {
    for attempt in 0..MOST_ATTEMPTS {
        let id = numbered_id(identity, attempt);
        match resolve(tx, id)? {
            Some(current) if current != id => return Ok(Some((seq(tx, id)?, id))),
            Some(_) => {}
            None => break,
        }
    }
    Ok(None)
}

/// An id that redirects stands for itself again.
pub(crate) fn revive(tx: &mut Tx, id: PersonId) -> Result<()> {
    tx.execute("update person set merged_into = null where id = ?1", params![id.uuid()])?;
    Ok(())
}

/// Records of these people have moved. Ids that lead to one of them lead to where the record is that
/// gave them: whoever kept such an id must not be shown somebody who has left.
pub(crate) fn lead_on(
    tx: &mut Tx,
    people: &[PersonId],
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let mut moved = Vec::new();
    for person in people {
        for id in former_ids(tx, *person)? {
            if let Some((founder, now)) = founder(tx, id)?.filter(|(_, now)| now != person) {
                moved.push((id, founder, now));
            }
        }
    }
    for (id, founder, now) in moved {
        redirect(tx, id, now)?;
        let event = NewEvent::of(LinkKind::Merged, founder, now, at).with_other(id);
        history::add(tx, &event, cause)?;
    }
    Ok(())
}

/// The record that began a person, and whose it is now.
fn founder(tx: &mut Tx, id: PersonId) -> Result<Option<(LocalPatientId, PersonId)>> {
    let founder: Option<uuid::Uuid> = tx.query_one(
        "select local_patient from link_event where person = ?1 and kind in ('linked', 'split')
         order by seq limit 1",
        params![id.uuid()],
        |row| row.get(0),
    )?;
    let Some(founder) = founder.map(LocalPatientId::from_uuid) else { return Ok(None) };
    Ok(person_of(tx, founder)?.map(|now| (founder, now)))
}

/// As many people as one record is ever likely to have begun.
const MOST_ATTEMPTS: u32 = 8;

/// Begins a person. An id that redirects elsewhere comes back to life after a split; one that
/// others have kept in use gives way to the next.
pub(crate) fn create(tx: &mut Tx, identity: &LocalIdentity) -> Result<PersonId> {
    for attempt in 0.. {
        let id = numbered_id(identity, attempt);
        match resolve(tx, id)? {
            None => {
                tx.execute("insert into person (id) values (?1)", params![id.uuid()])?;
                return Ok(id);
            }
            Some(current) if current != id => {
                revive(tx, id)?;
                return Ok(id);
            }
            Some(_) => {}
        }
    }
    Err(crate::Error::Unknown("person id"))
}

/// `gone`, and through it all that redirect to it, redirects to `survivor`.
pub(crate) fn redirect(tx: &mut Tx, gone: PersonId, survivor: PersonId) -> Result<()> {
    tx.execute(
        "update person set merged_into = ?2 where id = ?1",
        params![gone.uuid(), survivor.uuid()],
    )?;
    Ok(())
}

/// Older people have lower numbers.
pub(crate) fn seq(tx: &mut Tx, id: PersonId) -> Result<i64> {
    let sql = "select seq from person where id = ?1";
    Ok(tx.query_one(sql, params![id.uuid()], |row| row.get(0))?.unwrap_or(i64::MAX))
}

/// When any of these records last changed.
pub(crate) fn last_changed(members: &[LocalPatient]) -> Option<Timestamp> {
    members.iter().map(|member| member.updated_at).max()
}
