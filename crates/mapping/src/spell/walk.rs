//! Step 3: through the events that stand, in order of time.

use jiff::Timestamp;

use super::believe::{can_have_begun, day, whole_day};
use super::class;
use super::fields::{Place, Said, SpellFields};
use super::order::Ordered;
use super::{SpellEvent, SpellEventKind as Kind};

/// Where a spell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing but field updates is known.
    Unknown,
    Planned,
    Arrived,
    InProgress,
    Finished,
    Cancelled,
}

/// Where the patient was, from when to when.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) place: Place,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

/// A spell as far as it is known.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) state: State,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) places: Vec<Placed>,
    pub(super) fields: SpellFields,
    /// Something happened that happens to inpatients only.
    pub(super) inpatient: bool,
    /// An admission stands.
    admitted: bool,
    /// When the last event was told.
    as_of: Option<Timestamp>,
}

/// Folds what stands. What cancellations say is used where nothing else says it.
pub(super) fn walk(cancels: &[Ordered<'_>], standing: &[Ordered<'_>]) -> Stay {
    let mut stay = Stay {
        state: State::Unknown,
        start: None,
        end: None,
        places: Vec::new(),
        fields: said_by_cancels(cancels),
        inpatient: false,
        admitted: false,
        as_of: None,
    };
    for event in standing {
        step(&mut stay, event);
    }
    infer(&mut stay, cancels);
    close(&mut stay);
    stay
}

/// What cancellations say of a spell; where they place the patient is what is being undone.
fn said_by_cancels(cancels: &[Ordered<'_>]) -> SpellFields {
    let mut fields = SpellFields::default();
    for cancel in cancels {
        fields.update(&cancel.event.fields);
    }
    SpellFields { location: None, discharged: None, ..fields }
}

/// One event. Once finished, only a new admission after the end opens a spell again.
fn step(stay: &mut Stay, ordered: &Ordered<'_>) {
    let (event, at) = (ordered.event, ordered.effective);
    let (admitted, class) = (stay.fields.admitted.clone(), stay.fields.class.clone());
    stay.fields.update(&event.fields);
    stay.admitted |= event.kind == Kind::Admit;
    if event.kind == Kind::ToOutpatient {
        to_outpatient(stay, event);
    }
    if stay.admitted && event.kind != Kind::Admit && class::is_outpatient(&stay.fields) {
        // Nobody is taken off a ward by an update: that takes a discharge or a cancellation.
        stay.fields.class = class;
    }
    stay.as_of = stay.as_of.max(Some(event.at));
    stay.inpatient |= !matches!(event.kind, Kind::Update | Kind::Register | Kind::ToOutpatient);
    match (event.kind, stay.state) {
        (Kind::PreAdmit, State::Unknown) => stay.state = State::Planned,
        (Kind::Register, State::Unknown | State::Planned) => begin(stay, State::Arrived, at),
        (Kind::Admit, State::Finished) if starts_after_the_end(stay, event) => {
            stay.end = None;
            stay.start = Some(at);
            stay.state = State::InProgress;
        }
        (Kind::Admit | Kind::Transfer, State::Unknown | State::Planned | State::Arrived) => {
            begin(stay, State::InProgress, at);
        }
        (Kind::Discharge, _) => {
            stay.state = State::Finished;
            stay.end = Some(at);
        }
        (Kind::Update, State::Finished) => correct_end(stay, event),
        _ => {}
    }
    let begun = matches!(stay.state, State::Arrived | State::InProgress | State::Finished);
    if begun && said(&stay.fields.admitted).is_some_and(|at| !can_have_begun(at, event.at)) {
        // A plan made before the admission, or a slip: whoever is here has come.
        let known = said(&admitted).filter(|at| can_have_begun(*at, event.at));
        stay.fields.admitted = known.map(Said::Value);
    }
    move_to(stay, event, at);
}

/// A07 takes the bed away, not the visit.
fn to_outpatient(stay: &mut Stay, event: &SpellEvent) {
    (stay.admitted, stay.inpatient) = (false, false);
    let said = event.fields.class.as_ref().and_then(Said::value);
    if said.is_none() || !class::is_outpatient(&stay.fields) {
        stay.fields.class = Some(Said::Value("O".to_owned()));
    }
}

fn begin(stay: &mut Stay, state: State, at: Timestamp) {
    stay.state = state;
    stay.start = stay.start.or(Some(at));
}

fn starts_after_the_end(stay: &Stay, event: &SpellEvent) -> bool {
    let admitted = event.fields.admitted.as_ref().and_then(Said::value);
    matches!((admitted, stay.end), (Some(admitted), Some(end)) if *admitted > end)
}

/// An A08 after the discharge may correct when it was.
fn correct_end(stay: &mut Stay, event: &SpellEvent) {
    if let Some(Said::Value(at)) = &event.fields.discharged {
        let same_day = stay.end.map(day) == whole_day(*at) && stay.end.is_some();
        let possible = stay.start.is_none_or(|start| start <= *at);
        if possible && !same_day {
            stay.end = Some(*at);
        }
    }
}

/// A place said while the patient is here is where they are from then on. Hospitals also move
/// patients between beds with A08, so an update counts as well.
fn move_to(stay: &mut Stay, event: &SpellEvent, at: Timestamp) {
    let Some(Said::Value(place)) = &event.fields.location else { return };
    if !matches!(stay.state, State::Arrived | State::InProgress) {
        return;
    }
    match stay.places.last_mut() {
        Some(last) if last.place == *place => {}
        Some(last) if last.from == Some(at) => last.place = place.clone(),
        Some(last) => {
            last.to = last.to.or(Some(at));
            stay.places.push(Placed { place: place.clone(), from: Some(at), to: None });
        }
        None => stay.places.push(Placed { place: place.clone(), from: Some(at), to: None }),
    }
}

/// A feed joined in the middle of a spell has sent updates or cancellations only: those, PV1-44 and
/// PV1-45 say where it stands.
fn infer(stay: &mut Stay, cancels: &[Ordered<'_>]) {
    if stay.state == State::Unknown {
        let any = |kinds: [Kind; 2]| cancels.iter().any(|one| kinds.contains(&one.event.kind));
        let ended = said(&stay.fields.discharged);
        stay.state = if any([Kind::CancelAdmit, Kind::CancelPreAdmit]) {
            State::Cancelled
        } else if any([Kind::CancelTransfer, Kind::CancelDischarge]) {
            State::InProgress
        } else if ended.is_some() {
            stay.end = ended;
            State::Finished
        } else if let Some(admitted) = said(&stay.fields.admitted) {
            let has_come = stay.as_of.is_none_or(|told| can_have_begun(admitted, told));
            if has_come { State::InProgress } else { State::Planned }
        } else {
            State::Unknown
        };
    }
    stay.start = said(&stay.fields.admitted).or(stay.start);
    if let (true, Some(Said::Value(place))) = (stay.places.is_empty(), &stay.fields.location) {
        let from = if stay.state == State::Planned { None } else { stay.start };
        stay.places.push(Placed { place: place.clone(), from, to: None });
    }
}

/// Closes the last place with the spell.
fn close(stay: &mut Stay) {
    if stay.state != State::Finished {
        stay.end = None;
    } else if let Some(last) = stay.places.last_mut() {
        last.to = last.to.or(stay.end);
    }
}

#[expect(clippy::ref_option, reason = "the fields of SpellFields are options themselves")]
fn said(field: &Option<Said<Timestamp>>) -> Option<Timestamp> {
    field.as_ref().and_then(Said::value).copied()
}
