//! A40 and its relatives: two numbers of one hospital are one patient.
//!
//! A18, A30, A34, A36 and A39 said the same in older versions; A46 and A47 change a number, A43 gives
//! one to another patient: what was kept under the old number goes on under the new one.

use hl7v2::{Message, Segment};
use model::{NhsNumber, NhsNumberStatus};

use super::Header;
use super::several::{self, numbers_before};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::mapped::{Mapped, Merge};
use crate::segment::pid::Patient;

/// The events Chesil maps.
pub(super) fn maps(trigger: &str) -> bool {
    is_merge(trigger) || changes_a_number(trigger)
}

fn is_merge(trigger: &str) -> bool {
    matches!(trigger, "A18" | "A30" | "A34" | "A36" | "A39" | "A40")
}

/// These may leave the hospital's number as it is and change only the NHS number.
fn changes_a_number(trigger: &str) -> bool {
    matches!(trigger, "A43" | "A46" | "A47")
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let untold = "it cannot be told which numbers are one patient";
    for (patient, mrg) in several::pairs(message, untold)? {
        merge(&mut mapped, patient.patient(header, feed)?, &mrg, header, feed)?;
    }
    Ok(mapped)
}

fn merge(
    mapped: &mut Mapped,
    survivor: Patient,
    mrg: &Segment<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<(), Error> {
    let before = numbers_before(mrg, header);
    // Only where MRG-1 says that its NHS number is over; else the two may be two people's.
    let superseded = survivor.superseded(identity::ended_nhs_number(&before));
    let other = other_number(&before, &survivor).filter(|_| superseded.is_none());
    // An NHS number by itself names the patient of PID-3, whose number it was.
    let only_nhs = changes_a_number(&header.trigger) && before.iter().all(PatientNumber::is_nhs);
    let subsumed = if only_nhs && !before.is_empty() {
        survivor.identity.clone()
    } else {
        identity::named(&before, feed, "MRG-1")?
    };
    if survivor.identity != subsumed {
        mapped.merges.push(Merge {
            survivor: survivor.identity.clone(),
            subsumed,
            other_nhs_number: other,
        });
    } else if superseded.is_none() && other.is_none() && is_merge(&header.trigger) {
        let text = "MRG-1 and PID-3 hold the same number, so there is nothing to merge";
        return Err(Error::Identity(text.to_owned()));
    }
    mapped.superseded.extend(superseded);
    mapped.say(survivor.into_statement(header.occurred_at));
    Ok(())
}

/// The NHS number of MRG-1, where PID-3 holds another.
fn other_number(before: &[PatientNumber], survivor: &Patient) -> Option<NhsNumber> {
    let (numbers, _) = identity::nhs_numbers(before, NhsNumberStatus::NotStated);
    match (numbers.as_slice(), survivor.nhs_number) {
        ([old], Some((new, _))) if *old != new => Some(*old),
        _ => None,
    }
}
