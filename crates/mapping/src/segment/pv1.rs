//! PV1 and PV2 to what they say of a spell.

use fhir::When;
use hl7v2::{Repetition, Segment};
use jiff::Timestamp;

use crate::datatype::{cwe, pl, xcn};
use crate::feed::Feed;
use crate::read::{is_null, part, repetitions, text, when};
use crate::spell::{Coded, Said, SpellFields, end_of};

/// The visit number: PV1-19, else the alternate visit (PV1-50), else the account (PID-18), else the
/// time of admission.
pub(crate) fn visit(pv1: Option<&Segment<'_>>, pid: &Segment<'_>) -> Option<String> {
    let numbers = pv1.into_iter().flat_map(|pv1| [text(pv1, 19), text(pv1, 50)]);
    let account = pv1.map(|_| text(pid, 18));
    let admitted = pv1.and_then(|pv1| when(pv1, 44));
    let admitted = admitted.map(|at| format!("admitted {}", at.fhir_date_time()));
    numbers.chain(account).chain(admitted).find(|number| !number.is_empty())
}

/// Every field of PV1 and PV2 that was said, and the account (PID-18).
pub(crate) fn fields(
    pid: &Segment<'_>,
    pv1: &Segment<'_>,
    pv2: Option<&Segment<'_>>,
    feed: &Feed,
) -> SpellFields {
    let doctor = |field| {
        said(pv1, field, |pv1| {
            repetitions(pv1, field).iter().find_map(|one| xcn::professional(one, feed))
        })
    };
    let coded = |field| said(pv1, field, |pv1| first_coded(pv1, field));
    let words =
        |field| said(pv1, field, |pv1| Some(text(pv1, field)).filter(|one| !one.is_empty()));
    let time = |field| said(pv1, field, |pv1| when(pv1, field).map(When::timestamp));
    SpellFields {
        class: words(2),
        location: said(pv1, 3, |pv1| repetitions(pv1, 3).first().and_then(pl::place)),
        admission_method: coded(4),
        consultant: doctor(7),
        referrer: doctor(8),
        consulting: doctor(9),
        admitter: doctor(17),
        specialty: coded(10),
        source: coded(14),
        account: said(pid, 18, |pid| Some(text(pid, 18)).filter(|one| !one.is_empty())),
        patient_type: coded(18),
        discharge_method: coded(36),
        discharge_destination: coded(37),
        site: words(39),
        admitted: time(44),
        discharged: said(pv1, 45, |pv1| when(pv1, 45).and_then(end)),
        reason: pv2.and_then(|pv2| said(pv2, 3, |pv2| first_coded(pv2, 3))),
        expected_discharge: pv2
            .and_then(|pv2| said(pv2, 9, |pv2| when(pv2, 9).map(When::fhir_date_time))),
    }
}

/// When a stay ended; a day without a time is kept as that day's end.
fn end(when: When) -> Option<Timestamp> {
    match when {
        When::Day(day) => end_of(day),
        other => Some(other.timestamp()),
    }
}

/// `""`, a value that can be read, or nothing said.
fn said<'a, T>(
    segment: &Segment<'a>,
    field: usize,
    read: impl FnOnce(&Segment<'a>) -> Option<T>,
) -> Option<Said<T>> {
    if is_null(segment, field) { Some(Said::Cleared) } else { read(segment).map(Said::Value) }
}

fn first_coded(segment: &Segment<'_>, field: usize) -> Option<Coded> {
    let first = repetitions(segment, field).into_iter().next()?;
    // PV1-37 is a DLD whose second component is a date, not words.
    let text = if field == 37 { String::new() } else { words(&first) };
    let coded = Coded { code: part(&first, 1), text };
    (coded != Coded::default()).then_some(coded)
}

fn words(coded: &Repetition<'_>) -> String {
    let words = cwe::words(coded);
    if words == part(coded, 1) { String::new() } else { words }
}
