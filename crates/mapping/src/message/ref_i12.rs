//! REF: a referral (I12), its change (I13), its cancellation (I14), a request about one (I15). What is
//! told with it, results included, is told for the one referred to.

use hl7v2::{Message, Segment};

use super::{Header, group};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::mapped::{Mapped, Statement};
use crate::segment::{find, pv1, referral, whole};
use crate::table::Context;

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    matches!(trigger, "I12" | "I13" | "I14" | "I15")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let patient = super::only_patient(message, header, feed)?;
    let own = patient.identity.clone();
    mapped.say(patient.into_statement(header.occurred_at));
    let visit =
        message.segment("PID").and_then(|pid| pv1::visit(message.segment("PV1").as_ref(), &pid));
    let (subject, visit) = header.whose(&mut mapped, &own, visit);
    let context = Context { feed, subject: &subject, visit: visit.as_deref() };
    let segments: Vec<Segment<'_>> = message.segments().collect();
    let number = referral::number(&segments)?;
    let resource = referral::referral(&segments, header.trigger == "I14", &context)?
        .with_id(resource_id("ServiceRequest", &own, &format!("referral {number}")));
    let event_time = header.occurred_at;
    mapped.resources.push(Statement { subject: own.clone(), resource, event_time });
    whole::said(&mut mapped, &segments, &own, &context, event_time);
    for (position, order) in group::orders(&segments, &["OBR"]).iter().enumerate() {
        let (head, lines) = whole::parted(order);
        let key = format!("referral {number}|{}", position + 1);
        let found =
            whole::observations(&lines, &key, find(&head, "OBR"), &context, header.sent_at)?;
        let subject = subject.clone();
        mapped.resources.extend(found.into_iter().map(|resource| Statement {
            subject: subject.clone(),
            resource,
            event_time,
        }));
    }
    Ok(mapped)
}
