//! A24 and A37: two patients are linked, or not linked any more. Their numbers both go on.
//!
//! A24 says that they are one person (v2.5.1 §3.3.24); it is not meant for mother and child, who
//! have PID-21.

use hl7v2::Message;
use model::LocalIdentity;

use super::Header;
use super::several::{self, Named};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity;
use crate::mapped::{Link, Mapped};
use crate::segment::pid;

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    matches!(trigger, "A24" | "A37")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let patients = several::patients(message)?;
    let mut named = Vec::new();
    for patient in &patients {
        named.push(identity(&mut mapped, patient, header, feed)?);
    }
    let [a, others @ ..] = named.as_slice() else { return Err(ONE_PATIENT) };
    if others.is_empty() {
        return Err(ONE_PATIENT);
    }
    for b in others {
        if a == b {
            let text = "both PID-3 hold the same number, so there are no two patients";
            return Err(Error::Identity(text.to_owned()));
        }
        let link = Link { a: a.clone(), b: b.clone() };
        if header.trigger == "A24" { mapped.links.push(link) } else { mapped.unlinks.push(link) }
    }
    Ok(mapped)
}

const ONE_PATIENT: Error = Error::Missing {
    path: "PID[2]",
    name: "the other patient",
    consequence: "it cannot be told whom the first is linked with",
};

/// The patient of a PID, and what is said about one of the feed's own. One of another hospital of
/// the trust is named by that hospital's number, and is that hospital's to describe.
fn identity(
    mapped: &mut Mapped,
    patient: &Named<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<LocalIdentity, Error> {
    match patient.patient(header, feed) {
        Ok(own) if own.identity.authority == feed.authority => {
            let identity = own.identity.clone();
            mapped.patients.push(own.into_statement(header.occurred_at));
            Ok(identity)
        }
        read => match identity::of_another(&pid::numbers(&patient.pid, header.occurred_at)) {
            Some(other) => Ok(other),
            None => read.map(|own| {
                let identity = own.identity.clone();
                mapped.patients.push(own.into_statement(header.occurred_at));
                identity
            }),
        },
    }
}
