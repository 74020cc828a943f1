//! Any message: mapping it ends, its spells fold the same in any order, and rules leave a message that
//! can be read.
#![no_main]

use std::sync::LazyLock;

use hl7v2::parse;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use mapping::rule::{Act, Rule, Rules, Script};
use mapping::{Feed, hl7_v2, spell};
use model::OdsCode;

static PLAIN: LazyLock<Feed> = LazyLock::new(|| {
    let organisation = OdsCode::parse("RD3").expect("an ODS code");
    Feed { aliases: vec![String::new()], ..Feed::new(organisation, "RD3") }
});

static RULED: LazyLock<Feed> = LazyLock::new(|| {
    let place = |text: &str| text.parse().expect("a place");
    let script = "if msg.count(\"OBX\") > 3 { msg.drop(\"OBX[2]\"); } msg.add(\"PID-3\", msg.get(\"PID-19\"));";
    let script = Script::compile("x.rhai", script).expect("a script");
    let acts = [
        Act::Strip { path: place("PID-7"), text: "+^D".to_owned() },
        Act::Move { from: place("PID-19"), to: place("PID-3"), if_nhs_number: false },
        Act::Set { path: place("PID-3.4"), value: "R|D^3".to_owned() },
        Act::Drop(place("PID-5.3")),
        Act::Script(Box::new(script)),
    ];
    let rules = acts.into_iter().map(|act| Rule { when: None, act }).collect();
    Feed { rules: Rules::new(rules), ..PLAIN.clone() }
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = parse(bytes) else { return };
    let received_at = Timestamp::constant(1_798_718_400, 0);
    for feed in [&*PLAIN, &*RULED] {
        let Ok(mapped) = hl7_v2(&message, feed, received_at) else { continue };
        let forwards = spell::fold(&mapped.spell_events);
        let mut backwards = mapped.spell_events.clone();
        backwards.reverse();
        assert_eq!(spell::fold(&backwards), forwards);
        let latest = received_at + jiff::SignedDuration::from_mins(5);
        assert!(mapped.occurred_at <= latest);
    }
    let _ = Feed::of(&message);
});
