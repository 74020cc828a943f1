//! SIU: appointments booked (S12), moved (S13), changed (S14), cancelled (S15 to S17), missed (S26).

use hl7v2::Message;

use super::{Header, only_patient};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::{Mapped, Statement};
use crate::segment::sch;

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    status(trigger).is_some()
}

/// The state an event leaves the appointment in, unless SCH-25 says better.
fn status(trigger: &str) -> Option<&'static str> {
    Some(match trigger {
        "S12" | "S13" | "S14" => "booked",
        "S15" | "S16" => "cancelled",
        "S17" => "entered-in-error",
        "S26" => "noshow",
        _ => return None,
    })
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
    let status = status(&header.trigger).unwrap_or("booked");
    let resource = sch::appointment(message, &subject, status, feed)?;
    mapped.resources.push(Statement { subject, resource, event_time: header.occurred_at });
    Ok(mapped)
}
