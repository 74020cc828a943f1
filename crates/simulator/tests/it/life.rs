//! Life goes on: the same seed lives the same life, and nobody is in two beds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use simulator::{LifeStart, Outgoing, Payload, Source};

use crate::county::county;

fn start(played: u64) -> LifeStart {
    LifeStart { stamp: "A1".into(), played }
}

/// Events one every six seconds, as a county that goes on would play them.
fn play(life: &mut simulator::Life, from: Timestamp, count: u64) -> Vec<Outgoing> {
    (0..count)
        .map(|_| {
            let seconds = i64::try_from(life.played()).unwrap() * 6;
            life.next(from + SignedDuration::from_secs(seconds))
        })
        .collect()
}

#[test]
fn a_life_that_is_started_again_goes_on_with_the_same_events() {
    let county = county(1, 600);
    let mut whole = county.life(start(0));
    let events = play(&mut whole, county.now(), 400);
    let mut first = county.life(start(0));
    play(&mut first, county.now(), 150);
    let mut again = county.life(start(first.played()));
    let rest = play(&mut again, county.now(), 250);
    assert!(events[150..] == rest[..]);
    assert_eq!(again.in_hospital(), whole.in_hospital());
}

#[test]
fn life_admits_moves_and_discharges_without_end_and_never_repeats_an_id() {
    let county = county(1, 600);
    let mut life = county.life(start(0));
    let mut ids = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut inside: BTreeSet<String> = BTreeSet::new();
    for outgoing in play(&mut life, county.now(), 2_000) {
        assert!(ids.insert(outgoing.control_id.clone()));
        assert!(outgoing.control_id.len() <= 20);
        let Payload::Hl7(bytes) = &outgoing.payload else {
            kinds.insert(format!("{:?}", outgoing.source));
            continue;
        };
        let message = hl7v2::parse(bytes).unwrap();
        let kind = message.message_type().event.into_owned();
        let visit = message.get("PV1-19.1").map(std::borrow::Cow::into_owned).unwrap_or_default();
        match &*kind {
            "A01" | "A04" => assert!(inside.insert(visit)),
            // Who was inside before today has a lower visit number.
            "A02" if visit.starts_with('9') => assert!(inside.contains(&visit)),
            "A03" if visit.starts_with('9') => assert!(inside.remove(&visit)),
            _ => {}
        }
        kinds.insert(kind);
    }
    for kind in ["A01", "A02", "A03", "A04", "A08", "R01", "T02", "S12", "Council", "MentalHealth"]
    {
        assert!(kinds.contains(kind), "{kind}");
    }
    assert!((8..60).contains(&life.in_hospital()), "{}", life.in_hospital());
    assert!(Source::ALL.len() == 5);
}
