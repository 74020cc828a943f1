//! Movements in any order, and the Encounter they amount to.

use proptest::prelude::*;

use super::*;

/// `kind at[=recorded] [ward] [in=admitted] [out=discharged] [sent=at] [id=message] [class=]`, times as hours
/// from the start of one day; `out=day` is a PV1-45 without a time.
fn event(text: &str) -> SpellEvent {
    let mut words = text.split_whitespace();
    let kind = words.next().unwrap();
    let time = words.next().unwrap();
    let (at, recorded) = time.split_once('=').unwrap_or((time, time));
    let mut fields = SpellFields::default();
    let (mut sent_at, mut control_id) = (None, String::new());
    for word in words {
        match word.split_once('=') {
            Some(("in", at)) => fields.admitted = Some(Said::Value(hour(at))),
            Some(("out", "\"\"")) => fields.discharged = Some(Said::Cleared),
            Some(("out", "day")) => {
                let day = fhir::When::Moment(hour("10")).date().unwrap();
                fields.discharged = end_of(day).map(Said::Value);
            }
            Some(("class", code)) => fields.class = Some(Said::Value(code.to_owned())),
            Some(("sent", at)) => sent_at = Some(hour(at)),
            Some(("id", id)) => control_id = id.to_owned(),
            Some(("out", at)) => fields.discharged = Some(Said::Value(hour(at))),
            Some(("doctor", name)) => {
                let name = name.to_owned();
                let professional = Professional { name, ..Professional::default() };
                fields.consultant = Some(Said::Value(professional));
            }
            _ => {
                let place = Place { ward: word.to_owned(), ..Place::default() };
                fields.location = Some(Said::Value(place));
            }
        }
    }
    SpellEvent {
        subject: LocalIdentity::new("RD3", "R1"),
        organisation: OdsCode::parse("RD3").unwrap(),
        visit: "V1".into(),
        kind: kind_of(kind),
        at: hour(at),
        recorded_at: hour(recorded),
        sent_at,
        control_id,
        fields,
    }
}

fn kind_of(code: &str) -> SpellEventKind {
    match code {
        "A01" => SpellEventKind::Admit,
        "A02" => SpellEventKind::Transfer,
        "A03" => SpellEventKind::Discharge,
        "A04" => SpellEventKind::Register,
        "A05" => SpellEventKind::PreAdmit,
        "A11" => SpellEventKind::CancelAdmit,
        "A12" => SpellEventKind::CancelTransfer,
        "A13" => SpellEventKind::CancelDischarge,
        "A38" => SpellEventKind::CancelPreAdmit,
        _ => SpellEventKind::Update,
    }
}

fn hour(text: &str) -> Timestamp {
    Timestamp::from_second(text.parse::<i64>().unwrap() * 3600).unwrap()
}

/// `in-progress 10- A4 10-12, B7 12-`: the state, the period, the places.
fn told(events: &[SpellEvent]) -> String {
    let Some(encounter) = fold(events) else { return "nothing".into() };
    let period = |value: Option<&serde_json::Value>| {
        let hour = |name: &str| {
            let text = value.and_then(|one| one.get(name)).and_then(serde_json::Value::as_str);
            let at = text.and_then(fhir::When::parse).map(fhir::When::timestamp);
            at.map_or_else(String::new, |at| (at.as_second() / 3600).to_string())
        };
        format!("{}-{}", hour("start"), hour("end"))
    };
    let places: Vec<String> = encounter
        .list("location")
        .iter()
        .map(|one| {
            let ward =
                one.pointer("/location/identifier/value").and_then(serde_json::Value::as_str);
            format!("{} {}", ward.unwrap_or("?"), period(one.get("period")))
        })
        .collect();
    let status = encounter.text("status").unwrap_or("?");
    format!("{status} {} {}", period(encounter.get("period")), places.join(", ")).trim().to_owned()
}

fn check(events: &[&str], expected: &str) {
    let events: Vec<SpellEvent> = events.iter().map(|text| event(text)).collect();
    assert_eq!(told(&events), expected, "{events:?}");
    let backwards: Vec<SpellEvent> = events.iter().rev().cloned().collect();
    assert_eq!(told(&backwards), expected, "backwards: {events:?}");
}

#[test]
fn a_stay_runs_from_planned_to_finished() {
    check(&[], "nothing");
    check(&["A05 9 A4"], "planned - A4 -");
    check(&["A04 9 ED"], "arrived 9- ED 9-");
    check(&["A05 9 A4", "A01 10 A4"], "in-progress 10- A4 10-");
    check(&["A01 10 A4", "A02 12 B7"], "in-progress 10- A4 10-12, B7 12-");
    check(&["A01 10 A4", "A02 12 B7", "A03 15"], "finished 10-15 A4 10-12, B7 12-15");
    check(&["A04 8 ED", "A01 10 A4", "A03 15 out=14"], "finished 8-14 ED 8-10, A4 10-14");
}

#[test]
fn an_update_after_the_discharge_never_reopens() {
    check(&["A01 10 A4", "A03 15", "A08 16 B7"], "finished 10-15 A4 10-15");
    check(&["A01 10 A4", "A03 15", "A08 16 out=14"], "finished 10-14 A4 10-14");
    check(&["A01 10 A4", "A03 15", "A08 16 out=\"\""], "finished 10-15 A4 10-15");
    check(&["A01 10 A4", "A03 15 B7", "A01 10=17 A4"], "finished 10-15 A4 10-15");
    check(&["A01 10 A4", "A03 15", "A01 16 A4"], "finished 10-15 A4 10-15");
}

#[test]
fn what_comes_twice_or_late_falls_into_place() {
    check(&["A01 10 A4", "A01 10 A4", "A01 10=11 A4"], "in-progress 10- A4 10-");
    check(&["A01 10 A4", "A03 15", "A02 12=16 B7"], "finished 10-15 A4 10-12, B7 12-15");
    check(&["A01 11 A4 in=10", "A02 10 B7"], "in-progress 10- B7 10-");
}

#[test]
fn cancellations_undo_what_was_entered_before_them() {
    check(&["A05 9", "A38 10"], "cancelled -");
    check(&["A01 10 A4", "A11 11"], "cancelled -");
    check(&["A05 9", "A01 10 A4", "A11 10=11"], "cancelled -");
    check(&["A01 10 A4", "A11 11", "A01 12 A4"], "in-progress 12- A4 12-");
    check(&["A04 8 ED", "A01 10 A4", "A11 11"], "arrived 8- ED 8-");
    check(&["A01 10 A4", "A02 12 B7", "A12 13"], "in-progress 10- A4 10-");
    check(
        &["A01 10 A4", "A02 12 B7", "A02 13 C1", "A12 12=14"],
        "in-progress 10- A4 10-13, C1 13-",
    );
    check(
        &["A01 10 A4", "A02 12 B7", "A12 12=13", "A02 12=14 C1"],
        "in-progress 10- A4 10-12, C1 12-",
    );
    check(&["A01 10 A4", "A03 15", "A13 16"], "in-progress 10- A4 10-");
    check(&["A01 10 A4", "A03 15", "A13 16", "A03 18"], "finished 10-18 A4 10-18");
}

#[test]
fn a_feed_joined_in_the_middle_is_understood() {
    check(&["A08 12 A4 in=10"], "in-progress 10- A4 10-");
    check(&["A08 12 A4 in=10 out=11"], "finished 10-11 A4 10-11");
    check(&["A08 12 A4"], "unknown - A4 -");
    check(&["A13 12 in=10", "A08 13 B7"], "in-progress 10- B7 10-");
    check(&["A03 12 A4 in=10"], "finished 10-12 A4 10-12");
    check(&["A11 12 in=10"], "cancelled 10-");
}

#[test]
fn a_discharge_told_by_its_day_is_no_earlier_than_the_admission() {
    check(&["A01 10 A4 in=10", "A03 15 in=10 out=day"], "finished 10-15 A4 10-15");
    check(&["A01 10 A4", "A03 15 out=day", "A08 16 out=day"], "finished 10-15 A4 10-15");
    check(&["A01 10 A4 in=10", "A02 12 B7", "A03 15 out=9"], "finished 10-15 A4 10-12, B7 12-15");
    check(&["A01 10 A4", "A03 15", "A08 16 out=9"], "finished 10-15 A4 10-15");
    let next_day = [event("A01 10 A4"), event("A02 12 B7"), event("A03 30 out=day")];
    let encounter = fold(&next_day).unwrap();
    assert_eq!(encounter.text("status"), Some("finished"));
    assert_eq!(encounter.text("period.end"), Some("1970-01-01"), "no more precise than it came");
}

#[test]
fn a_time_that_is_yet_to_come_is_a_plan() {
    check(&["A01 10 A4 out=20"], "in-progress 10- A4 10-");
    check(&["A01 10 A4", "A08 11 out=20"], "in-progress 10- A4 10-");
    check(&["A08 11 A4 in=10 out=20"], "in-progress 10- A4 10-");
    check(&["A01 10 A4", "A03 15", "A08 16 out=20"], "finished 10-15 A4 10-15");
    let planned = fold(&[event("A01 10 A4"), event("A08 11 out=20")]).unwrap();
    let said = planned.list("extension")[0].get("valueDateTime").unwrap();
    assert_eq!(said, "1970-01-01T21:00:00+01:00");
    check(&["A01 10 A4 in=60"], "in-progress 10- A4 10-");
    check(&["A01 10 A4 in=9", "A08 11 in=60"], "in-progress 9- A4 9-");
    check(&["A05 5 A4 in=60", "A01 10 A4"], "in-progress 10- A4 10-");
    check(&["A05 5 A4 in=60"], "planned 60- A4 -");
    check(&["A08 5 A4 in=60"], "planned 60- A4 -");
}

#[test]
fn what_happens_in_one_minute_is_told_apart() {
    let said = |texts: &[&str]| told(&texts.iter().map(|text| event(text)).collect::<Vec<_>>());
    let again = ["A01 10 A4", "A03 15 id=1", "A13 15 id=2", "A03 15 id=3"];
    assert_eq!(said(&again), "finished 10-15 A4 10-15", "what came last stands");
    assert_eq!(said(&again[..3]), "in-progress 10- A4 10-");
    let twice = [&again[..3], &again[1..2]].concat();
    assert_eq!(said(&twice), "in-progress 10- A4 10-", "the same message again is no news");
    check(&["A01 10", "A03 15 sent=15", "A13 15 sent=16", "A03 15 sent=17"], "finished 10-15");
}

#[test]
fn a_cancellation_may_carry_the_time_of_what_it_cancels() {
    check(&["A01 10=11 A4", "A11 10 sent=13"], "cancelled -");
    check(&["A01 10 A4", "A03 15=16", "A13 15 sent=17"], "in-progress 10- A4 10-");
    // A history sent later: MSH-7 is when it was sent, EVN-2 tells the order.
    check(&["A01 10 A4 sent=90", "A11 11 sent=91", "A01 12 A4 sent=92"], "in-progress 12- A4 12-");
}

#[test]
fn whoever_was_admitted_is_in_a_bed_unless_known_to_be_an_outpatient() {
    let class = |texts: &[&str]| {
        let encounter = fold(&texts.iter().map(|text| event(text)).collect::<Vec<_>>()).unwrap();
        let kind = encounter.text("type.text").unwrap_or_default().to_lowercase();
        format!("{} {kind}", encounter.text("class.code").unwrap()).trim().to_owned()
    };
    for (events, expected) in [
        (&["A01 10 A4 class=W"][..], "IMP"),
        (&["A01 10 A4"], "IMP"),
        (&["A01 10 A4 class=D"], "IMP day case"),
        (&["A05 9 class=P", "A01 10 A4"], "IMP"),
        (&["A08 12 A4 in=10 class=W"], "IMP"),
        (&["A02 12 A4 class=W"], "IMP"),
        (&["A01 10 A4 class=O"], "AMB"),
        (&["A04 10 A4 class=W"], "W"),
        (&["A04 10 ED class=E"], "EMER"),
        (&["A01 10 A4 class=I", "A08 11 class=O"], "IMP"),
        (&["A01 10 A4 class=W", "A08 11 class=R"], "IMP"),
        (&["A01 10 A4 class=I", "A08 11 class=O", "A03 15 class=O"], "IMP"),
        (&["A04 8 class=O", "A01 10 A4 class=I"], "IMP"),
        (&["A01 10 A4 class=I", "A11 11", "A04 12 class=O"], "AMB"),
    ] {
        assert_eq!(class(events), expected, "{events:?}");
    }
}

fn any_event() -> impl Strategy<Value = SpellEvent> {
    const KINDS: &[&str] = &["A01", "A02", "A03", "A04", "A05", "A08", "A11", "A12", "A13", "A38"];
    const EXTRA: &[&str] = &[
        "",
        "in=3",
        "in=9",
        "in=60",
        "out=8",
        "out=day",
        "class=O",
        "class=W",
        "doctor=Oak",
        "doctor=South",
    ];
    let parts = (
        proptest::sample::select(KINDS),
        1..12u8,
        0..3u8,
        proptest::sample::select(&["A4", "B7", "C1"][..]),
        proptest::sample::select(EXTRA),
    );
    parts.prop_map(|(kind, at, later, ward, extra)| {
        event(&format!("{kind} {at}={} {ward} {extra}", at + later))
    })
}

/// Only what was entered and sent at one moment is told apart by its arrival.
fn each_sent_at_its_own_time(events: Vec<SpellEvent>) -> Vec<SpellEvent> {
    let sent = |(second, event): (i64, SpellEvent)| SpellEvent {
        sent_at: event.recorded_at.checked_add(jiff::SignedDuration::from_secs(second)).ok(),
        ..event
    };
    (0..).zip(events).map(sent).collect()
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_same_encounter(
        (events, shuffled) in proptest::collection::vec(any_event(), 0..10)
            .prop_map(each_sent_at_its_own_time)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        prop_assert_eq!(fold(&events), fold(&shuffled));
    }

    #[test]
    fn an_event_that_comes_twice_changes_nothing(
        events in proptest::collection::vec(any_event(), 1..8), which in 0usize..8
    ) {
        let mut more = events.clone();
        more.push(events[which % events.len()].clone());
        prop_assert_eq!(fold(&events), fold(&more));
    }

    #[test]
    fn an_update_never_changes_the_state_of_a_finished_stay(
        events in proptest::collection::vec(any_event(), 1..8), ward in "[A-C][1-7]"
    ) {
        let before = fold(&events);
        let finished = before.as_ref().and_then(|one| one.text("status")) == Some("finished");
        let mut more = events;
        more.push(event(&format!("A08 30 {ward}")));
        if finished {
            let status = fold(&more).and_then(|one| one.text("status").map(str::to_owned));
            prop_assert_eq!(status.as_deref(), Some("finished"));
        }
    }

    #[test]
    fn events_survive_the_store(one in any_event()) {
        let text = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(serde_json::from_str::<SpellEvent>(&text).unwrap(), one);
    }
}
