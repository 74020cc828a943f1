//! Steps 1 and 2: the order of events by when they happened, and what cancellations strike out.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::believe::discharged_at;
use super::fields::Said;
use super::{SpellEvent, SpellEventKind as Kind};

/// An event in its order.
#[derive(Clone, Copy)]
pub(super) struct Ordered<'a> {
    pub(super) event: &'a SpellEvent,
    /// When it took effect: an admission or discharge entered later still happened at PV1-44 or
    /// PV1-45.
    pub(super) effective: Timestamp,
    /// Its place in the order of arrival.
    arrival: usize,
}

impl Ordered<'_> {
    fn sent_at(&self) -> Timestamp {
        self.event.sent_at.unwrap_or(self.event.recorded_at)
    }

    /// When it was entered, as far as that can be told.
    fn entered(&self) -> (Timestamp, Timestamp, usize) {
        (self.event.recorded_at, self.sent_at(), self.arrival)
    }

    /// It was entered before `cancel` was. A cancellation may carry the time of what it cancels in
    /// EVN-2 (v2.5.1 §3.4.1.6), so when it was sent counts as well.
    fn is_undone_by(&self, cancel: &Ordered<'_>) -> bool {
        let (recorded, cancelled) = (self.event.recorded_at, cancel.event.recorded_at);
        let sent_before = (self.sent_at(), self.arrival) < (cancel.sent_at(), cancel.arrival);
        recorded < cancelled || (sent_before && recorded <= cancelled.max(cancel.sent_at()))
    }
}

/// The events in order of when they happened, each once. Ties are settled by the usual order of
/// things, then by when they were entered and sent; arrival decides between those of one moment.
pub(super) fn by_time(events: &[SpellEvent]) -> Vec<Ordered<'_>> {
    let admissions = events.iter().filter(|event| event.kind == Kind::Admit);
    let came = admissions.map(|event| effective(event, None)).min();
    let mut known = BTreeSet::new();
    let mut ordered: Vec<Ordered<'_>> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| known.insert(identity(event)))
        .map(|(arrival, event)| Ordered { event, effective: effective(event, came), arrival })
        .collect();
    ordered.sort_by_key(|one| (one.effective, one.event.kind, one.entered()));
    ordered
}

/// What makes two messages one event; what tells most of them apart comes first.
fn identity(event: &SpellEvent) -> impl Ord + '_ {
    let times = (event.at, event.recorded_at, event.sent_at);
    (&event.control_id, times, event.kind, &event.subject, &event.fields)
}

fn effective(event: &SpellEvent, came: Option<Timestamp>) -> Timestamp {
    match event.kind {
        Kind::Admit | Kind::Register => {
            let said = event.fields.admitted.as_ref().and_then(Said::value);
            said.map_or(event.at, |at| (*at).min(event.at))
        }
        Kind::Discharge => discharged_at(event, came),
        _ => event.at,
    }
}

/// The event entered last: its subject is the one to name.
pub(super) fn last_entered<'a>(ordered: &[Ordered<'a>]) -> Option<&'a SpellEvent> {
    ordered.iter().max_by_key(|one| one.entered()).map(|one| one.event)
}

/// The cancellations in the order of entering, and the events that none of them undoes.
pub(super) fn standing<'a>(ordered: &[Ordered<'a>]) -> (Vec<Ordered<'a>>, Vec<Ordered<'a>>) {
    let (mut cancels, mut standing): (Vec<_>, Vec<_>) =
        ordered.iter().copied().partition(|one| is_cancel(one.event.kind));
    cancels.sort_by_key(Ordered::entered);
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
fn strike(standing: &mut Vec<Ordered<'_>>, all: &[Ordered<'_>], cancel: &Ordered<'_>) {
    let admitted = all.iter().any(|one| one.event.kind == Kind::Admit && one.is_undone_by(cancel));
    let transfer = undone_transfer(standing, all, cancel);
    standing.retain(|one| {
        let event = one.event;
        let undone = match cancel.event.kind {
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
        !(undone && one.is_undone_by(cancel))
    });
}

/// The time of the transfer that an A12 undoes: the one it names by its own time, else the last.
/// (Every event of that time goes, so that a transfer sent twice is undone once and for all.)
fn undone_transfer(
    standing: &[Ordered<'_>],
    all: &[Ordered<'_>],
    cancel: &Ordered<'_>,
) -> Option<Timestamp> {
    let transfers = |events: &[Ordered<'_>]| -> Vec<Timestamp> {
        let transfers = events.iter().filter(|one| one.event.kind == Kind::Transfer);
        transfers.filter(|one| one.is_undone_by(cancel)).map(|one| one.event.at).collect()
    };
    let named = transfers(all).into_iter().find(|at| *at == cancel.event.at);
    named.or_else(|| transfers(standing).into_iter().max())
}
