//! Movements between wards: each is kept under the name its message used, and the stay's Encounter
//! is folded anew from all of them.

use std::collections::BTreeMap;

use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use mapping::Visit;
use mapping::spell::{self, SpellEvent};
use model::LocalIdentity;
use repository::{MoveKind, VisitMove, Written};

use crate::story::Teller;
use crate::visit::{self, Names};
use crate::{Error, activity, relationship, topic};

/// Keeps the movements and rewrites their Encounters; returns how many changed.
pub(crate) fn fold_spells(
    tx: &mut Tx,
    events: &[SpellEvent],
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let mut touched: BTreeMap<Visit, Timestamp> = BTreeMap::new();
    for event in events {
        let visit = event.visit();
        if !repository::has_spell_events(tx, visit.encounter())? {
            join_known(tx, &visit, event.at, teller)?;
        }
        let body = serde_json::to_string(event).map_err(Error::SpellEvent)?;
        let (encounter, patient) = (visit.encounter(), event.subject.local_patient());
        let message = teller.provenance.message;
        repository::add_spell_event(tx, encounter, patient, &body, message)?;
        touched.insert(visit, event.at);
    }
    let mut changed = 0;
    for (visit, at) in touched {
        let names = Names::of(tx, &visit)?;
        changed += usize::from(fold(tx, &names, &names.stay(&visit), at, teller)?);
    }
    Ok(changed)
}

/// A stay goes on under the name it began with: a number that the hospital has since merged into
/// this one (A40), or the NHS number alone where the first message had no other. Otherwise a stay
/// would be begun under one number and ended under another.
fn join_known(tx: &mut Tx, visit: &Visit, at: Timestamp, teller: &Teller<'_>) -> Result<(), Error> {
    for other in other_names(tx, visit, teller)? {
        if repository::has_spell_events(tx, other.encounter())? {
            return same(tx, visit, &other, at, teller);
        }
    }
    Ok(())
}

/// Two numbers have become one patient's: stays that were told under both, because news came before
/// the merge, become one. It goes on under the name that it began with.
pub(crate) fn join_stays(
    tx: &mut Tx,
    subsumed: &LocalIdentity,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let mut changed = 0;
    for visit in visits(tx, subsumed)? {
        for other in other_names(tx, &visit, teller)? {
            let names = Names::of(tx, &visit)?;
            let is_one = names.visits().contains(&other);
            if is_one || !repository::has_spell_events(tx, other.encounter())? {
                continue;
            }
            let first = |tx: &mut Tx, one: &Visit| -> Result<Option<Timestamp>, Error> {
                Ok(events(tx, std::slice::from_ref(one))?.iter().map(|event| event.at).min())
            };
            let is_later = first(tx, &other)? < first(tx, &visit)?;
            let (from, to) = if is_later { (&visit, &other) } else { (&other, &visit) };
            same(tx, from, to, at, teller)?;
            changed += fold_all(tx, to, at, teller)?;
        }
    }
    Ok(changed)
}

fn same(
    tx: &mut Tx,
    from: &Visit,
    to: &Visit,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<(), Error> {
    let to = Names::of(tx, to)?.stay(to);
    if to == *from {
        return Ok(());
    }
    let (from, to) = (visit::name(from), visit::name(&to));
    let message = teller.provenance.message;
    let moved = VisitMove { kind: MoveKind::Same, from, to, at, message };
    repository::add_visit_move(tx, &moved)?;
    Ok(())
}

/// The visit under the other numbers of its patient at the same hospital: merged ones, and the NHS
/// number that the hospital sent without a number of its own.
fn other_names(tx: &mut Tx, visit: &Visit, teller: &Teller<'_>) -> Result<Vec<Visit>, Error> {
    let subject = &visit.subject;
    let Some(person) = empi::person_of(tx, subject.local_patient())? else { return Ok(Vec::new()) };
    let members = empi::local_patients(tx, person)?;
    let survivor = |mut id| {
        for _ in &members {
            let merged = members.iter().find(|one| one.id == id).and_then(|one| one.merged_into);
            match merged.filter(|into| members.iter().any(|one| one.id == *into)) {
                Some(into) => id = into,
                None => break,
            }
        }
        id
    };
    let own = survivor(subject.local_patient());
    let is_another = |one: &&empi::LocalPatient| {
        let merged = one.identity.authority == subject.authority && survivor(one.id) == own;
        let number_alone =
            is_number_alone(&one.identity, subject) || is_number_alone(subject, &one.identity);
        one.organisation == teller.feed.organisation
            && one.identity != *subject
            && (merged || number_alone)
    };
    let others = members.iter().filter(is_another);
    Ok(others.map(|one| Visit::new(one.identity.clone(), visit.number.as_str())).collect())
}

/// `one` is the NHS number that a feed sent without a number of its own; `other` is of that feed.
fn is_number_alone(one: &LocalIdentity, other: &LocalIdentity) -> bool {
    one.authority.strip_suffix(":NHS") == Some(other.authority.as_str())
}

/// Every visit of a patient whose movements were told under this number.
pub(crate) fn visits(tx: &mut Tx, patient: &LocalIdentity) -> Result<Vec<Visit>, Error> {
    let bodies = repository::spell_events_of_patient(tx, patient.local_patient())?;
    let mut visits: Vec<Visit> =
        parsed(&bodies)?.iter().map(|event| Visit::new(patient.clone(), &*event.visit)).collect();
    visits.sort_unstable();
    visits.dedup();
    Ok(visits)
}

/// Folds anew every stay of a patient that goes by several names: they may be two people's now.
pub(crate) fn fold_stays(
    tx: &mut Tx,
    patient: &LocalIdentity,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let mut changed = 0;
    for visit in visits(tx, patient)? {
        changed += fold_all(tx, &visit, at, teller)?;
    }
    Ok(changed)
}

/// Folds the stays that a visit's names amount to, and withdraws what stood under a name that none
/// goes by any more.
pub(crate) fn fold_all(
    tx: &mut Tx,
    visit: &Visit,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<usize, Error> {
    let names = Names::of(tx, visit)?;
    let mut changed = 0;
    for visit in names.visits() {
        let stay = names.stay(visit);
        let is_one = names.visits().iter().any(|name| names.stay(name) == *visit);
        changed += usize::from(match (stay == *visit, is_one) {
            (true, _) | (_, true) => fold(tx, &names, visit, at, teller)?,
            (false, false) => withdraw_stay(tx, visit, at, teller)?,
        });
    }
    Ok(changed)
}

/// Folds one stay from what was told under all of its names.
fn fold(
    tx: &mut Tx,
    names: &Names,
    stay: &Visit,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<bool, Error> {
    let told: Vec<Visit> =
        names.visits().iter().filter(|name| names.stay(name) == *stay).cloned().collect();
    let mut all = events(tx, &told)?;
    for event in &mut all {
        event.subject = stay.subject.clone();
        event.visit.clone_from(&stay.number);
    }
    let Some(resource) = spell::fold(&all) else { return Ok(false) };
    // The fold already knows what is old and what is new, so it always becomes the current version.
    let newest = all.iter().map(|event| event.at).max().unwrap_or(at);
    write(tx, stay, &resource, newest, at, teller)
}

/// Nobody was in hospital under this name after all.
fn withdraw_stay(
    tx: &mut Tx,
    visit: &Visit,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<bool, Error> {
    match repository::current(tx, "Encounter", visit.encounter())? {
        Some(stood) => write(tx, visit, &withdrawn(stood.resource), at, at, teller),
        None => Ok(false),
    }
}

fn write(
    tx: &mut Tx,
    stay: &Visit,
    encounter: &Resource,
    event_time: Timestamp,
    at: Timestamp,
    teller: &Teller<'_>,
) -> Result<bool, Error> {
    let subject = stay.subject.local_patient();
    let before = topic::before(tx, encounter)?;
    let written = repository::put_afresh(tx, subject, encounter, event_time, &teller.provenance)?;
    relationship::note(tx, &teller.feed.organisation, subject, encounter, at)?;
    let is_news = matches!(written, Written::Created | Written::Updated);
    if is_news {
        let recorded = (teller.model, teller.provenance.recorded_at);
        activity::note(tx, subject, encounter, event_time, recorded)?;
        topic::note(tx, before, subject, encounter, event_time, &teller.provenance)?;
    }
    Ok(is_news)
}

/// The resource as one that was never this patient's.
pub(crate) fn withdrawn(mut resource: Resource) -> Resource {
    match resource.resource_type() {
        "Condition" | "AllergyIntolerance" => {
            let system = if resource.resource_type() == "Condition" {
                fhir::system::CONDITION_VERIFICATION
            } else {
                fhir::system::ALLERGY_VERIFICATION
            };
            let error = fhir::datatype::codeable_concept(system, "entered-in-error", "", "");
            // A condition in error has no clinical status (con-5), nor has an allergy (ait-2).
            resource.remove("clinicalStatus");
            resource.set("verificationStatus", error);
        }
        _ => resource.set("status", "entered-in-error"),
    }
    resource
}

fn events(tx: &mut Tx, visits: &[Visit]) -> Result<Vec<SpellEvent>, Error> {
    let encounters: Vec<uuid::Uuid> = visits.iter().map(Visit::encounter).collect();
    parsed(&repository::spell_events(tx, &encounters)?)
}

/// Stored movements.
pub(crate) fn parsed(bodies: &[String]) -> Result<Vec<SpellEvent>, Error> {
    let events = bodies.iter().map(|body| serde_json::from_str(body));
    events.collect::<Result<_, _>>().map_err(Error::SpellEvent)
}
