//! Steps 1 and 2: the order of events by when they happened, and what cancellations strike out.

use jiff::Timestamp;

use super::fields::Said;
use super::{SpellEvent, SpellEventKind as Kind};

/// The events in order of when they happened, each once. Ties are settled by the usual order of
/// things, then by when they were entered, then by what they say: arrival never matters.
pub(super) fn by_time(events: &[SpellEvent]) -> Vec<&SpellEvent> {
    let mut ordered: Vec<&SpellEvent> = events.iter().collect();
    ordered.sort_by(|a, b| key(a).cmp(&key(b)));
    ordered.dedup();
    ordered
}

fn key(event: &SpellEvent) -> impl Ord + '_ {
    (effective(event), event.kind, event.recorded_at, &event.fields, &event.subject, &event.at)
}

/// When it took effect: an admission or discharge entered later still happened at PV1-44 or PV1-45.
pub(super) fn effective(event: &SpellEvent) -> Timestamp {
    let said = match event.kind {
        Kind::Admit | Kind::Register => &event.fields.admitted,
        Kind::Discharge => &event.fields.discharged,
        _ => &None,
    };
    match said.as_ref().and_then(Said::value) {
        Some(at) if event.kind == Kind::Discharge => *at,
        Some(at) => (*at).min(event.at),
        None => event.at,
    }
}

/// The event entered last: its subject is the one to name (a merge may have changed it).
pub(super) fn last_entered(events: &[SpellEvent]) -> Option<&SpellEvent> {
    events.iter().max_by(|a, b| (a.recorded_at, key(a)).cmp(&(b.recorded_at, key(b))))
}

/// The cancellations in the order of entering, and the events that none of them undoes.
pub(super) fn standing<'a>(
    ordered: &[&'a SpellEvent],
) -> (Vec<&'a SpellEvent>, Vec<&'a SpellEvent>) {
    let (mut cancels, mut standing): (Vec<_>, Vec<_>) =
        ordered.iter().copied().partition(|event| is_cancel(event.kind));
    cancels.sort_by_key(|event| event.recorded_at);
    for cancel in &cancels {
        strike(&mut standing, ordered, cancel);
    }
    (cancels, standing)
}

fn is_cancel(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::CancelPreAdmit | Kind::CancelAdmit | Kind::CancelTransfer | Kind::CancelDischarge
    )
}

/// Strikes out what one cancellation undoes, among what was entered before it. What was undone
/// before (it is in `all` only) still counts, so that a cancellation sent again undoes no more.
fn strike(standing: &mut Vec<&SpellEvent>, all: &[&SpellEvent], cancel: &SpellEvent) {
    let entered_before = |event: &SpellEvent| event.recorded_at <= cancel.recorded_at;
    let admitted = all.iter().any(|one| one.kind == Kind::Admit && entered_before(one));
    let transfer = undone_transfer(standing, all, cancel);
    standing.retain(|event| {
        let undone = match cancel.kind {
            Kind::CancelPreAdmit => event.kind == Kind::PreAdmit,
            Kind::CancelDischarge => event.kind == Kind::Discharge,
            Kind::CancelTransfer => event.kind == Kind::Transfer && Some(event.at) == transfer,
            // A11 undoes an A01 or, without one, an A04 (v2.5.1 §3.3.11): someone admitted in error
            // from the emergency department is still in the department.
            Kind::CancelAdmit => match event.kind {
                Kind::PreAdmit | Kind::Admit | Kind::Transfer | Kind::Discharge => true,
                Kind::Register => !admitted,
                _ => false,
            },
            _ => false,
        };
        !(undone && entered_before(event))
    });
}

/// The time of the transfer that an A12 undoes: the one it names by its own time, else the last.
/// (Every event of that time goes, so that a transfer sent twice is undone once and for all.)
fn undone_transfer(
    standing: &[&SpellEvent],
    all: &[&SpellEvent],
    cancel: &SpellEvent,
) -> Option<Timestamp> {
    let transfers = |events: &[&SpellEvent]| -> Vec<Timestamp> {
        let transfers = events.iter().filter(|one| one.kind == Kind::Transfer);
        transfers.filter(|one| one.recorded_at <= cancel.recorded_at).map(|one| one.at).collect()
    };
    let named = transfers(all).into_iter().find(|at| *at == cancel.at);
    named.or_else(|| transfers(standing).into_iter().max())
}
