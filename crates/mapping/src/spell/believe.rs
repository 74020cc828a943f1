//! What is believed of the times a movement claims.
//!
//! PV1-44 and PV1-45 come as dates without a time, as plans, and with slips of the pen. A claim that
//! cannot be so is set aside, because a wrong one hides somebody who is in hospital, or shows
//! somebody who has left:
//! 1. the end of a stay is in the past of the event that tells it; a later PV1-45 is a plan;
//! 2. a PV1-45 without a time is the time of the discharge itself, if that was on the day;
//! 3. nobody leaves before they came.

use fhir::time::{instant, london};
use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp};

use super::fields::Said;
use super::{SpellEvent, SpellEventKind as Kind};

/// How far ahead of its event a time may lie and still be taken for a clock that is wrong.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// A day whose time was not said, for the end of a stay: its last second.
pub(crate) fn end_of(day: Date) -> Option<Timestamp> {
    day.to_datetime(time(23, 59, 59, 0)).to_zoned(london()).ok().map(|at| at.timestamp())
}

/// The day that stands for this moment, if [`end_of`] made it.
pub(super) fn whole_day(at: Timestamp) -> Option<Date> {
    let day = day(at);
    (end_of(day) == Some(at)).then_some(day)
}

pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(london()).date()
}

/// A stay may have begun at this time, as told by an event of that time.
pub(super) fn can_have_begun(admitted: Timestamp, told_at: Timestamp) -> bool {
    admitted <= told_at.saturating_add(A_DAY).unwrap_or(told_at)
}

/// Rule 1: the event with a planned end told as such.
pub(super) fn believed(event: &SpellEvent) -> SpellEvent {
    let mut event = event.clone();
    let Some(end) = event.fields.discharged.as_ref().and_then(Said::value).copied() else {
        return event;
    };
    let is_plan = match (event.kind, whole_day(end)) {
        (Kind::Discharge, _) => !can_have_begun(end, event.at),
        (_, Some(end)) => end > day(event.at),
        (_, None) => end > event.at,
    };
    if is_plan {
        event.fields.discharged = None;
        if event.kind != Kind::Discharge && event.fields.expected_discharge.is_none() {
            let plan = whole_day(end).map_or_else(|| instant(end), |day| day.to_string());
            event.fields.expected_discharge = Some(Said::Value(plan));
        }
    }
    event
}

/// Rules 2 and 3: when a discharge happened. `came`: the first admission known of the spell.
pub(super) fn discharged_at(event: &SpellEvent, came: Option<Timestamp>) -> Timestamp {
    let said = |field: &Option<Said<Timestamp>>| field.as_ref().and_then(Said::value).copied();
    let Some(end) = said(&event.fields.discharged) else { return event.at };
    if whole_day(end) == Some(day(event.at)) {
        return event.at;
    }
    let own = said(&event.fields.admitted).filter(|came| can_have_begun(*came, event.at));
    match own.or(came) {
        Some(came) if end < came => event.at,
        _ => end,
    }
}
