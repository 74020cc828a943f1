//! A source says who a patient of its own is.

use db::Tx;
use jiff::Timestamp;
use matching::{Outcome, Veto};
use model::{Demographics, LocalIdentity, OdsCode, PersonId};

use crate::evidence::{self, Finding};
use crate::history::{self, Cause, LinkKind, NewEvent};
use crate::join::{self, Joined};
use crate::{
    LocalPatient, Result, assertion, blocking_index, local_patient, part, person, review,
    search_key,
};

/// Takes in what a source says about a patient: creates or updates the local patient, links it by
/// evidence, and files a review where the evidence is not enough. Returns the person it belongs to.
///
/// `demographics` is everything the source holds now, not only what changed. Feeding the same
/// again changes nothing.
pub fn feed(
    tx: &mut Tx,
    identity: &LocalIdentity,
    organisation: &OdsCode,
    demographics: &Demographics,
    at: Timestamp,
) -> Result<PersonId> {
    match local_patient::load(tx, identity.local_patient())? {
        Some(known) if known.demographics == *demographics => Ok(known.person),
        Some(known) => amended(tx, known, demographics, at),
        None => first_seen(tx, identity, organisation, demographics, at),
    }
}

fn first_seen(
    tx: &mut Tx,
    identity: &LocalIdentity,
    organisation: &OdsCode,
    demographics: &Demographics,
    at: Timestamp,
) -> Result<PersonId> {
    let findings = evidence::findings(tx, identity, demographics, None)?;
    let best = findings.first().filter(|finding| finding.links());
    let person = match best {
        Some(finding) => finding.person,
        None => person::create(tx, identity)?,
    };
    let patient = LocalPatient {
        seq: 0,
        id: identity.local_patient(),
        identity: identity.clone(),
        organisation: organisation.clone(),
        person,
        demographics: demographics.clone(),
        merged_into: None,
        updated_at: at,
    };
    let seq = local_patient::insert(tx, &patient)?;
    blocking_index::add(tx, seq, demographics)?;
    search_key::add(tx, seq, demographics)?;
    let cause = best.map_or(Cause::first_seen(), Finding::cause);
    history::add(tx, &NewEvent::of(LinkKind::Linked, patient.id, person, at), &cause)?;
    follow(tx, &patient, &findings, at)
}

fn amended(
    tx: &mut Tx,
    known: LocalPatient,
    demographics: &Demographics,
    at: Timestamp,
) -> Result<PersonId> {
    local_patient::update(tx, known.id, demographics, at)?;
    blocking_index::replace(tx, known.seq, &known.demographics, demographics)?;
    search_key::replace(tx, known.seq, &known.demographics, demographics)?;
    let mut patient =
        LocalPatient { demographics: demographics.clone(), updated_at: at, ..known.clone() };
    review::reassess(tx, &patient, at)?;
    let parted = part::by_number(tx, &known, &patient, at)?;
    match parted {
        Some(own) => patient.person = own,
        None => question_own_links(tx, &patient, at)?,
    }
    let own = Some(patient.person);
    let mut findings = evidence::findings(tx, &patient.identity, demographics, own)?;
    // About the person that it has just left a steward is asked already.
    findings.retain(|finding| parted.is_none() || finding.person != known.person);
    let person = follow(tx, &patient, &findings, at)?;
    if person != patient.person {
        review::reassess(tx, &LocalPatient { person, ..patient }, at)?;
    }
    Ok(person)
}

/// Acts on the findings, strongest first: joins what the evidence joins, files what it leaves open.
fn follow(
    tx: &mut Tx,
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
        match join::by_evidence(tx, person, other, &finding.cause(), at)? {
            Joined::Into(survivor) => person = survivor,
            Joined::Doubtful(kind) => {
                review::file(tx, &finding.review(patient, kind), at)?;
            }
            Joined::KeptApart => {}
        }
    }
    for finding in findings {
        let other = person::resolve(tx, finding.person)?.unwrap_or(finding.person);
        if let Outcome::Review(kind) = finding.verdict.outcome
            && other != person
            && !join::kept_apart(tx, person, other)?
        {
            review::file(tx, &finding.review(patient, kind), at)?;
        }
    }
    Ok(person)
}

/// New details may contradict a link that exists: a number that fits neither name nor birth date. A
/// steward decides, and whoever reads the record is warned; only a corrected verified number parts
/// records at once.
fn question_own_links(tx: &mut Tx, patient: &LocalPatient, at: Timestamp) -> Result<()> {
    for member in local_patient::members(tx, patient.person)? {
        if member.id == patient.id || assertion::between(tx, patient.id, member.id)?.is_some() {
            continue;
        }
        let weight = matching::compare(&patient.demographics, &member.demographics);
        if weight.vetoes.iter().copied().any(Veto::is_hard) {
            let doubt = review::NewReview::untenable(patient.id, member.id, &weight);
            return review::file(tx, &doubt, at);
        }
    }
    Ok(())
}
