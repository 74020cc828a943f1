//! ADT: who the patient is, where they are, what is wrong with them, and which numbers are one person.

use hl7v2::{Message, Segment};
use model::LocalIdentity;

use super::{Header, NO_PID, only_patient};
use crate::datatype::cx;
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::mapped::{Mapped, Merge, Statement};
use crate::read::{repetitions, text};
use crate::segment::{al1, dg1, pid, pv1};
use crate::spell::{SpellEvent, SpellEventKind};

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    movement(trigger).is_some() || is_merge(trigger) || matches!(trigger, "A28" | "A31")
}

fn is_merge(trigger: &str) -> bool {
    matches!(trigger, "A34" | "A40")
}

/// What an event does to a spell.
fn movement(trigger: &str) -> Option<SpellEventKind> {
    Some(match trigger {
        "A01" | "A06" => SpellEventKind::Admit,
        "A02" => SpellEventKind::Transfer,
        "A03" => SpellEventKind::Discharge,
        "A04" => SpellEventKind::Register,
        "A05" => SpellEventKind::PreAdmit,
        "A08" => SpellEventKind::Update,
        "A11" => SpellEventKind::CancelAdmit,
        "A12" => SpellEventKind::CancelTransfer,
        "A13" => SpellEventKind::CancelDischarge,
        "A38" => SpellEventKind::CancelPreAdmit,
        _ => return None,
    })
}

pub(super) fn map(message: &Message<'_>, header: &Header, feed: &Feed) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    if is_merge(&header.trigger) {
        merge(&mut mapped, message, header, feed)?;
        return Ok(mapped);
    }
    let patient = only_patient(message, feed)?;
    let subject = patient.identity.clone();
    mapped.patients.push(patient.into_statement(header.occurred_at));
    let visit = spell(&mut mapped, message, header, feed, &subject)?;
    let allergies =
        message.segments_named("AL1").filter_map(|one| al1::allergy(&one, &subject, feed));
    let conditions = message
        .segments_named("DG1")
        .filter_map(|one| dg1::condition(&one, &subject, visit.as_deref(), feed));
    for resource in allergies.chain(conditions) {
        let subject = subject.clone();
        mapped.resources.push(Statement { subject, resource, event_time: header.occurred_at });
    }
    Ok(mapped)
}

/// The movement, if the event is one and there is a PV1. An update of no particular visit is only
/// about the patient; any other movement must say which visit it moves.
fn spell(
    mapped: &mut Mapped,
    message: &Message<'_>,
    header: &Header,
    feed: &Feed,
    subject: &LocalIdentity,
) -> Result<Option<String>, Error> {
    let pid = message.segment("PID").ok_or(NO_PID)?;
    let pv1 = message.segment("PV1");
    let visit = pv1::visit(pv1.as_ref(), &pid);
    let Some(kind) = movement(&header.trigger) else { return Ok(visit) };
    match (pv1, &visit) {
        (Some(pv1), Some(visit)) => mapped.spell_events.push(SpellEvent {
            subject: subject.clone(),
            organisation: feed.organisation.clone(),
            visit: visit.clone(),
            kind,
            at: header.occurred_at,
            recorded_at: header.recorded_at,
            sent_at: Some(header.sent_at),
            control_id: message.control_id().into_owned(),
            fields: pv1::fields(&pv1, message.segment("PV2").as_ref(), feed),
        }),
        _ if kind == SpellEventKind::Update => {}
        _ => {
            return Err(Error::Missing {
                path: "PV1-19",
                name: "visit number",
                consequence: "this movement cannot be told from those of other visits",
            });
        }
    }
    Ok(visit)
}

/// A40 and A34: each MRG with its PID, whichever of the two comes first.
fn merge(
    mapped: &mut Mapped,
    message: &Message<'_>,
    header: &Header,
    feed: &Feed,
) -> Result<(), Error> {
    let pids: Vec<Segment<'_>> = message.segments_named("PID").collect();
    let mrgs: Vec<Segment<'_>> = message.segments_named("MRG").collect();
    if pids.is_empty() {
        return Err(NO_PID);
    }
    if mrgs.len() != pids.len() {
        return Err(Error::Missing {
            path: "MRG",
            name: "merge information",
            consequence: "it cannot be told which numbers are one patient",
        });
    }
    for (pid, mrg) in pids.iter().zip(&mrgs) {
        let pd1 = if pids.len() == 1 { message.segment("PD1") } else { None };
        let survivor = pid::patient(pid, pd1.as_ref(), &[], feed)?;
        let subsumed = subsumed(mrg, feed)?;
        if survivor.identity == subsumed {
            let text = "MRG-1 and PID-3 hold the same number, so there is nothing to merge";
            return Err(Error::Identity(text.to_owned()));
        }
        mapped.merges.push(Merge { survivor: survivor.identity.clone(), subsumed });
        mapped.patients.push(survivor.into_statement(header.occurred_at));
    }
    Ok(())
}

/// The number that ends. MRG-1 often comes bare (`1234`): it is then the feed's own.
fn subsumed(mrg: &Segment<'_>, feed: &Feed) -> Result<LocalIdentity, Error> {
    let numbers: Vec<PatientNumber> =
        repetitions(mrg, 1).iter().filter_map(cx::patient_number).collect();
    if let [only] = numbers.as_slice()
        && only.authorities.is_empty()
        && !only.is_nhs()
    {
        return Ok(LocalIdentity::new(&feed.authority, text(mrg, 1)));
    }
    identity::local_identity(&numbers, model::NhsNumberStatus::NotStated, feed, "MRG-1")
}
