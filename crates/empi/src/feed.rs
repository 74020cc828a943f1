//! A source says who a patient of its own is.

use db::Tx;
use jiff::Timestamp;
use matching::{Model, Outcome, blocking};
use model::{Demographics, LocalIdentity, OdsCode, PersonId};

use crate::blocking_index::Index;
use crate::evidence::{self, Finding};
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::join::{self, Joined};
use crate::{
    LocalPatient, Result, death, doubt, local_patient, number, part, person, protect, review,
    search_key, upkeep_state,
};

/// Takes in what a source says about a patient: creates or updates the local patient, links it by
/// evidence, and files a review where the evidence is not enough. Returns the person it belongs to.
///
/// `demographics` is everything the source holds now, not only what changed. Feeding the same
/// again changes nothing.
pub fn feed(
    tx: &mut Tx,
    model: &Model,
    identity: &LocalIdentity,
    organisation: &OdsCode,
    demographics: &Demographics,
    at: Timestamp,
) -> Result<PersonId> {
    let said = Said { identity, organisation, demographics, at };
    Ok(take_in(tx, model, &mut Index::direct(), &said)?.0)
}

/// What a source says, and when.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) identity: &'a LocalIdentity,
    pub(crate) organisation: &'a OdsCode,
    pub(crate) demographics: &'a Demographics,
    pub(crate) at: Timestamp,
}

/// What it was to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// A record that we did not have; it began a person.
    Alone,
    /// A record that we did not have, of a person that we had.
    Linked,
    /// New details of a record that we had.
    Amended,
    /// Nothing.
    Known,
}

/// As [`feed`], with the index of keys written as `index` says.
pub(crate) fn take_in(
    tx: &mut Tx,
    model: &Model,
    index: &mut Index,
    said: &Said<'_>,
) -> Result<(PersonId, News)> {
    match local_patient::load(tx, said.identity.local_patient())? {
        Some(known) if known.demographics == *said.demographics => Ok((known.person, News::Known)),
        Some(known) => {
            let person = amended(tx, model, index, known, said)?;
            protect::close(tx, person, said.at)?;
            ask_about_death(tx, model, person, said)?;
            Ok((person, News::Amended))
        }
        None => {
            let (person, news) = first_seen(tx, model, index, said)?;
            if said.demographics.sensitive {
                protect::close(tx, person, said.at)?;
            }
            ask_about_death(tx, model, person, said)?;
            Ok((person, news))
        }
    }
}

/// A death that is news may be contradicted by what is known; what is told of the living is looked
/// at when they are attended.
fn ask_about_death(tx: &mut Tx, model: &Model, person: PersonId, said: &Said<'_>) -> Result<()> {
    let tells = said.demographics.deceased || said.demographics.death_date.is_some();
    if tells { death::ask(tx, model, person, said.at) } else { Ok(()) }
}

fn first_seen(
    tx: &mut Tx,
    model: &Model,
    index: &mut Index,
    said: &Said<'_>,
) -> Result<(PersonId, News)> {
    let mut patient = LocalPatient {
        seq: 0,
        id: said.identity.local_patient(),
        identity: said.identity.clone(),
        organisation: said.organisation.clone(),
        person: person::first_id(said.identity),
        demographics: said.demographics.clone(),
        merged_into: None,
        updated_at: said.at,
        current_number: number::replaced_by(tx, said.demographics.nhs_number)?,
    };
    let profile = patient.profile();
    let keys = blocking::keys(&profile);
    let sharing = index.look(tx, &keys)?;
    let findings = evidence::findings(tx, model, &patient, &profile, &sharing)?;
    let best = findings.first().filter(|finding| finding.links());
    patient.person = match best {
        Some(finding) => finding.person,
        None => person::create(tx, said.identity)?,
    };
    let seq = local_patient::insert(tx, &patient)?;
    index.add(tx, seq, &keys, &sharing)?;
    search_key::add(tx, seq, said.demographics)?;
    let cause = best.map_or_else(|| Cause::first_seen(model), |finding| finding.cause(model));
    let linked = NewEvent::of(LinkKind::Linked, patient.id, patient.person, said.at);
    history::add(tx, &linked, &cause)?;
    let news = if best.is_some() { News::Linked } else { News::Alone };
    Ok((follow(tx, model, &patient, &findings, said.at)?, news))
}

fn amended(
    tx: &mut Tx,
    model: &Model,
    index: &mut Index,
    known: LocalPatient,
    said: &Said<'_>,
) -> Result<PersonId> {
    let mut patient = LocalPatient {
        demographics: said.demographics.clone(),
        updated_at: said.at,
        current_number: number::replaced_by(tx, said.demographics.nhs_number)?,
        ..known.clone()
    };
    local_patient::update(tx, &patient)?;
    search_key::replace(tx, known.seq, &known.demographics, said.demographics)?;
    look_again(tx, model, index, &known, &mut patient, said.at)
}

/// What follows for a record whose details, or the number that stands for its own, have changed.
pub(crate) fn look_again(
    tx: &mut Tx,
    model: &Model,
    index: &mut Index,
    known: &LocalPatient,
    patient: &mut LocalPatient,
    at: Timestamp,
) -> Result<PersonId> {
    upkeep_state::amended(tx, known.seq)?;
    let profile = patient.profile();
    let keys = blocking::keys(&profile);
    index.replace(tx, known.seq, &blocking::keys(&known.profile()), &keys)?;
    review::reassess(tx, model, patient, at)?;
    let parted = part::by_number(tx, model, known, patient, at)?;
    match parted {
        Some(own) => patient.person = own,
        None => doubt::ask_about(tx, model, patient, at)?,
    }
    let sharing = index.look(tx, &keys)?;
    let mut findings = evidence::findings(tx, model, patient, &profile, &sharing)?;
    // About the person that it has just left a steward is asked already.
    findings.retain(|finding| parted.is_none() || finding.person != known.person);
    let person = follow(tx, model, patient, &findings, at)?;
    if person != patient.person {
        patient.person = person;
        review::reassess(tx, model, patient, at)?;
    }
    Ok(person)
}

/// Acts on the findings, strongest first: joins what the evidence joins, files what it leaves open.
fn follow(
    tx: &mut Tx,
    model: &Model,
    patient: &LocalPatient,
    findings: &[Finding],
    at: Timestamp,
) -> Result<PersonId> {
    let mut person = patient.person;
    for finding in findings.iter().filter(|finding| finding.links()) {
        let other = person::resolve(tx, finding.person)?.unwrap_or(finding.person);
        if other == person {
            continue;
        }
        match join::by_evidence(tx, model, person, other, &finding.cause(model), at)? {
            Joined::Into(survivor) => person = survivor,
            Joined::Doubtful(kind) => {
                review::file(tx, &finding.review(model, kind), at)?;
            }
            Joined::KeptApart => {}
        }
    }
    for finding in findings {
        let Outcome::Review(kind) = finding.verdict.outcome else { continue };
        let other = person::resolve(tx, finding.person)?.unwrap_or(finding.person);
        if other != person && !join::kept_apart(tx, person, other)? {
            review::file(tx, &finding.review(model, kind), at)?;
        }
    }
    Ok(person)
}
