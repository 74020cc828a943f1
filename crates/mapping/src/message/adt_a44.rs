//! A44, A45 and their relatives: a visit, or all visits of an account, belong to another patient or
//! go on under another number.
//!
//! A visit is named by MRG-5 and PV1-19; where a sender gives only accounts (MRG-3, PID-18), all
//! visits of the account are meant. Whose it was is said by MRG-1.

use hl7v2::{Message, Segment};

use super::Header;
use super::several::{self, Named, first_of, numbers_before};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity;
use crate::mapped::{Mapped, Move, Moving};

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    matches!(trigger, "A35" | "A41" | "A42" | "A44" | "A45" | "A49" | "A50")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let pairs = several::pairs(message, "it cannot be told what is moved from whom")?;
    let visits: Vec<Segment<'_>> = message.segments_named("PV1").collect();
    for (number, (patient, mrg)) in pairs.iter().enumerate() {
        // A45 repeats MRG with its PV1; elsewhere there is at most one of them.
        let pv1 = if visits.len() == pairs.len() { visits.get(number) } else { visits.first() };
        let moved = moved(patient, mrg, pv1, header, feed)?;
        mapped.moves.push(moved);
        mapped.say(patient.patient(header, feed)?.into_statement(header.occurred_at));
    }
    Ok(mapped)
}

fn moved(
    patient: &Named<'_>,
    mrg: &Segment<'_>,
    pv1: Option<&Segment<'_>>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Move, Error> {
    let to = patient.patient(header, feed)?.identity;
    let before = numbers_before(mrg, header);
    let from = match (before.as_slice(), header.trigger.as_str()) {
        ([], "A44") => {
            return Err(Error::Missing {
                path: "MRG-1",
                name: "the patient before",
                consequence: "it cannot be told whose the visit was",
            });
        }
        ([], _) => to.clone(),
        _ => identity::named(&before, feed, "MRG-1")?,
    };
    let what = what(&patient.pid, mrg, pv1)?;
    let (Moving::Visit { was, is } | Moving::Account { was, is }) = &what;
    if from == to && was == is {
        let text = "MRG and PID name the same patient and the same visit, so nothing is moved";
        return Err(Error::Identity(text.to_owned()));
    }
    Ok(Move { from, to, what })
}

fn what(pid: &Segment<'_>, mrg: &Segment<'_>, pv1: Option<&Segment<'_>>) -> Result<Moving, Error> {
    let (pid, mrg) = (Some(pid), Some(mrg));
    let was = first_of([(mrg, 5), (pv1, 19), (pv1, 50)]);
    let is = first_of([(pv1, 19), (pv1, 50), (mrg, 5)]);
    if let (Some(was), Some(is)) = (was, is) {
        return Ok(Moving::Visit { was, is });
    }
    let was = first_of([(mrg, 3), (pid, 18)]);
    let is = first_of([(pid, 18), (mrg, 3)]);
    if let (Some(was), Some(is)) = (was, is) {
        return Ok(Moving::Account { was, is });
    }
    Err(Error::Missing {
        path: "MRG-5",
        name: "the visit's number, or an account in MRG-3",
        consequence: "it cannot be told which visit is moved",
    })
}
