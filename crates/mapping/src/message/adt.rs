//! ADT about one patient: who they are, where they are, what is wrong with them.

use hl7v2::{Message, Segment};
use model::LocalIdentity;

use super::{Header, NO_PID, only_patient};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::{Birth, Mapped, Statement};
use crate::segment::{pv1, whole};
use crate::spell::{SpellEvent, SpellEventKind, SpellFields};
use crate::table::Context;

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    movement(trigger).is_some() || matches!(trigger, "A28" | "A29" | "A31" | "A48" | "A60")
}

/// What an event does to a spell.
fn movement(trigger: &str) -> Option<SpellEventKind> {
    Some(match trigger {
        "A01" | "A06" => SpellEventKind::Admit,
        "A02" => SpellEventKind::Transfer,
        "A03" => SpellEventKind::Discharge,
        "A04" => SpellEventKind::Register,
        "A05" | "A14" => SpellEventKind::PreAdmit,
        "A07" => SpellEventKind::ToOutpatient,
        // On the way (A09, A10), plans (A15, A16), leave (A21, A22) and their cancellations: the
        // visit goes on; what is only planned is left out by `happened`.
        "A08" | "A09" | "A10" | "A15" | "A16" | "A21" | "A22" | "A25" | "A26" | "A32" | "A33"
        | "A51" | "A52" | "A53" | "A54" | "A55" | "A61" | "A62" => SpellEventKind::Update,
        "A11" => SpellEventKind::CancelAdmit,
        "A12" => SpellEventKind::CancelTransfer,
        "A13" => SpellEventKind::CancelDischarge,
        "A27" | "A38" => SpellEventKind::CancelPreAdmit,
        _ => return None,
    })
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let mut patient = only_patient(message, header, feed)?;
    match header.trigger.as_str() {
        "A28" => patient.resource.set("active", true),
        "A29" => patient.resource.set("active", false),
        _ => {}
    }
    let subject = patient.identity.clone();
    mapped.superseded.extend(patient.superseded(None));
    mapped.births.extend(patient.mother.take().map(|mother| Birth {
        newborn: subject.clone(),
        mother,
        order: patient.birth_order(),
    }));
    mapped.patients.push(patient.into_statement(header.occurred_at));
    let visit = spell(&mut mapped, message, header, feed, &subject)?;
    let (whose, visit) = header.whose(&mut mapped, &subject, visit);
    let context = Context { feed, subject: &whose, visit: visit.as_deref() };
    let segments: Vec<Segment<'_>> = message.segments().collect();
    whole::said(&mut mapped, &segments, &subject, &context, header.occurred_at);
    let (_, lines) = whole::parted(&segments);
    let key = format!("visit {}", visit.as_deref().unwrap_or_default());
    for resource in whole::observations(&lines, &key, None, &context, header.sent_at)? {
        let (subject, event_time) = (whose.clone(), header.occurred_at);
        mapped.resources.push(Statement { subject, resource, event_time });
    }
    Ok(mapped)
}

/// What of a visit has happened: a place the patient is only expected at, and a discharge that is only
/// planned, are not where they are and not their end.
fn happened(trigger: &str, fields: SpellFields) -> SpellFields {
    match trigger {
        "A09" | "A10" | "A15" | "A26" | "A32" | "A33" => SpellFields { location: None, ..fields },
        "A16" | "A25" => SpellFields {
            discharged: None,
            discharge_method: None,
            discharge_destination: None,
            ..fields
        },
        _ => fields,
    }
}

/// The movement, if the event is one and there is a PV1. An update of no particular visit is only
/// about the patient; any other movement must say which visit it moves.
fn spell(
    mapped: &mut Mapped,
    message: &Message<'_>,
    header: &Header<'_>,
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
            fields: happened(
                &header.trigger,
                pv1::fields(&pid, &pv1, message.segment("PV2").as_ref(), feed),
            ),
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
