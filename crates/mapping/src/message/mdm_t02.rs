//! MDM: documents. T02 brings one, T04, T06, T08 and T10 bring it again, T11 takes it back. T01, T03,
//! T05, T07 and T09 tell of one that they do not bring.

use hl7v2::{Message, Segment};

use super::{Header, only_patient};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::{Mapped, Statement};
use crate::segment::pv1;
use crate::segment::txa::{self, Brought};

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    let number = trigger.strip_prefix('T').and_then(|number| number.parse::<u8>().ok());
    number.is_some_and(|number| (1..=11).contains(&number))
}

/// The event comes without the document.
fn tells_only(trigger: &str) -> bool {
    matches!(trigger, "T01" | "T03" | "T05" | "T07" | "T09")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let patient = only_patient(message, header, feed)?;
    let subject = patient.identity.clone();
    mapped.patients.push(patient.into_statement(header.occurred_at));
    let txa = message.segment("TXA").ok_or(Error::Missing {
        path: "TXA",
        name: "document header",
        consequence: "there is no document",
    })?;
    let visit =
        message.segment("PID").and_then(|pid| pv1::visit(message.segment("PV1").as_ref(), &pid));
    let (subject, visit) = header.whose(&mut mapped, &subject, visit);
    let lines: Vec<Segment<'_>> = message.segments_named("OBX").collect();
    let brought = match header.trigger.as_str() {
        "T11" => Brought::Retracted,
        trigger if tells_only(trigger) => Brought::Notice,
        _ => Brought::Document,
    };
    let document = txa::document(&txa, &lines, brought, &subject, visit.as_deref(), feed)?;
    let event_time = header.occurred_at;
    mapped.resources.push(Statement { subject, resource: document, event_time });
    Ok(mapped)
}
