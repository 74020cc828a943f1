//! DFT and BAR: what accounts are told. Who the patient is, and the allergies, diagnoses and procedures
//! that come along; charges and insurance are no part of a care record.

use hl7v2::{Message, Segment};

use super::{Header, only_patient};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::Mapped;
use crate::segment::{pv1, whole};
use crate::table::Context;

/// The kinds of message.
pub(super) fn maps(code: &str) -> bool {
    matches!(code, "DFT" | "BAR")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let patient = only_patient(message, header, feed)?;
    let own = patient.identity.clone();
    mapped.superseded.extend(patient.superseded(None));
    mapped.say(patient.into_statement(header.occurred_at));
    let visit =
        message.segment("PID").and_then(|pid| pv1::visit(message.segment("PV1").as_ref(), &pid));
    let (subject, visit) = header.whose(&mut mapped, &own, visit);
    let context = Context { feed, subject: &subject, visit: visit.as_deref() };
    let segments: Vec<Segment<'_>> = message.segments().collect();
    whole::said(&mut mapped, &segments, &own, &context, header.occurred_at);
    Ok(mapped)
}
