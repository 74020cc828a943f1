//! ORU R01: results. One DiagnosticReport for each OBR, one Observation for each result in it. R30 to
//! R32 are results that made their own order; OUL tells the same by specimen.

use hl7v2::{Message, Segment};
use model::LocalIdentity;

use super::{Header, NO_PID};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::{Mapped, Statement};
use crate::segment::obr::{self, Order};
use crate::segment::obx::Line;
use crate::segment::{pid, pv1};

/// The events Chesil maps.
pub(super) fn maps(code: &str, trigger: &str) -> bool {
    match code {
        "ORU" => matches!(trigger, "R01" | "R03" | "R30" | "R31" | "R32" | "R40" | "ORU" | ""),
        "OUL" => matches!(trigger, "R21" | "R22" | "R23" | "R24"),
        _ => false,
    }
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let patients = patients(message);
    if patients.is_empty() {
        return Err(NO_PID);
    }
    for group in &patients {
        let patient =
            pid::patient(&group.pid, group.pd1.as_ref(), &group.nk1, feed, header.occurred_at)?;
        let subject = patient.identity.clone();
        mapped.patients.push(patient.into_statement(header.occurred_at));
        let visit = pv1::visit(group.pv1.as_ref(), &group.pid);
        let (subject, visit) = header.whose(&mut mapped, &subject, visit);
        for order in &group.orders {
            order_of(&mut mapped, order, &subject, visit.as_deref(), header, feed)?;
        }
    }
    Ok(mapped)
}

fn order_of(
    mapped: &mut Mapped,
    order: &Order<'_>,
    subject: &LocalIdentity,
    visit: Option<&str>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<(), Error> {
    let event_time = obr::event_time(order, header.sent_at);
    for resource in obr::resources(order, subject, visit, header.sent_at, feed)? {
        mapped.resources.push(Statement { subject: subject.clone(), resource, event_time });
    }
    Ok(())
}

/// A patient and the orders that follow.
struct PatientResult<'m> {
    pid: Segment<'m>,
    pd1: Option<Segment<'m>>,
    pv1: Option<Segment<'m>>,
    nk1: Vec<Segment<'m>>,
    orders: Vec<Order<'m>>,
}

/// The message taken apart: `{ PID [PD1] {NK1} [PV1] { [ORC] OBR {NTE} { OBX {NTE} } {SPM} } }`, or by
/// specimen: `{ SPM { OBR [ORC] … } }`.
fn patients<'m>(message: &Message<'m>) -> Vec<PatientResult<'m>> {
    let mut patients: Vec<PatientResult<'m>> = Vec::new();
    let mut orc = None;
    let mut specimen = None;
    for segment in message.segments() {
        if segment.is_named("PID") {
            let (pid, orders) = (segment, Vec::new());
            specimen = None;
            patients.push(PatientResult { pid, pd1: None, pv1: None, nk1: Vec::new(), orders });
            continue;
        }
        let Some(patient) = patients.last_mut() else { continue };
        match segment.name() {
            "PD1" => patient.pd1 = Some(segment),
            "PV1" => patient.pv1 = Some(segment),
            "NK1" => patient.nk1.push(segment),
            "ORC" => orc = Some(segment),
            "OBR" => {
                let order = Order::new(segment, orc.take());
                patient.orders.push(Order { specimen, ..order });
            }
            "SPM" if specimen.is_some() || patient.orders.is_empty() => specimen = Some(segment),
            name => {
                if let Some(order) = patient.orders.last_mut() {
                    within_order(order, name, segment);
                }
            }
        }
    }
    patients
}

/// NTE belongs to the OBX before it, else to the OBR.
fn within_order<'m>(order: &mut Order<'m>, name: &str, segment: Segment<'m>) {
    match name {
        "OBX" => order.lines.push(Line { obx: segment, notes: Vec::new() }),
        "SPM" => order.specimen = Some(segment),
        "NTE" => match order.lines.last_mut() {
            Some(line) => line.notes.push(segment),
            None => order.notes.push(segment),
        },
        _ => {}
    }
}
