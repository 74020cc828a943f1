//! The county: its people, households, twins and missing numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use model::NhsNumber;
use simulator::{County, Hospital, Outgoing, Payload, Source};

pub(crate) fn county(seed: u64, people: usize) -> Arc<County> {
    let now: Timestamp = "2026-03-03T11:30:00Z".parse().unwrap();
    Arc::new(County::new(seed, people, now))
}

fn everything(county: &Arc<County>) -> Vec<Outgoing> {
    Source::ALL.into_iter().flat_map(|source| county.history(source)).collect()
}

fn hl7(outgoing: &Outgoing) -> Option<hl7v2::Message<'_>> {
    match &outgoing.payload {
        Payload::Hl7(bytes) => Some(hl7v2::parse(bytes).unwrap()),
        _ => None,
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let first = everything(&county(7, 120));
    assert!(first == everything(&county(7, 120)));
    assert!(first != everything(&county(8, 120)));
}

/// FNV-1a over every byte that a county sends, with its control ids.
fn fingerprint(sent: &[Outgoing]) -> u64 {
    let texts = sent.iter().flat_map(|one| [one.control_id.as_bytes(), one.payload.bytes()]);
    texts.flatten().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Other tests and demonstrations know this county's people and what happens to them. A change
/// that was not meant to alter what is sent must not; one that was writes its number here.
#[test]
fn what_a_seed_sends_does_not_change_by_accident() {
    assert_eq!(format!("{:016x}", fingerprint(&everything(&county(7, 400)))), "546ec4e5f3236730");
}

#[test]
fn a_history_that_was_interrupted_goes_on_where_it_stopped() {
    let county = county(7, 120);
    for source in Source::ALL {
        let whole: Vec<_> = county.history(source).collect();
        assert_eq!(county.history(source).len(), whole.len());
        let half = whole.len() / 2;
        let rest: Vec<_> = county.history(source).skip(half).collect();
        assert!(rest == whole[half..]);
    }
}

#[test]
fn five_people_send_between_twenty_five_and_forty_messages() {
    let county = county(1, 2_000);
    let count = Source::ALL.into_iter().map(|source| county.history(source).len()).sum::<usize>();
    let per_five_thousand = count * 5_000 / county.population();
    assert!((25_000..=40_000).contains(&per_five_thousand), "{per_five_thousand}");
}

#[test]
fn control_ids_are_unique_and_events_are_in_order() {
    let county = county(3, 800);
    let mut ids = BTreeSet::new();
    for source in Source::ALL {
        let mut last = Timestamp::MIN;
        for outgoing in county.history(source) {
            assert!(outgoing.at >= last && outgoing.at <= county.now());
            assert!(outgoing.control_id.len() <= 20);
            if let Some(message) = hl7(&outgoing) {
                assert_eq!(message.control_id(), outgoing.control_id.as_str());
            }
            last = outgoing.at;
            assert!(ids.insert(outgoing.control_id));
        }
    }
}

#[test]
fn every_kind_of_message_is_sent() {
    let county = county(1, 2_500);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for hospital in Hospital::ALL {
        for outgoing in county.history(Source::Hospital(hospital)) {
            let message = hl7(&outgoing).unwrap();
            let kind = message.message_type();
            *kinds.entry(format!("{}^{}", kind.code, kind.event)).or_default() += 1;
        }
    }
    for kind in [
        "ADT^A01", "ADT^A02", "ADT^A03", "ADT^A04", "ADT^A05", "ADT^A08", "ADT^A12", "ADT^A13",
        "ADT^A28", "ADT^A31", "ADT^A40", "ORU^R01", "MDM^T02", "SIU^S12", "SIU^S13", "SIU^S14",
        "SIU^S15",
    ] {
        assert!(kinds.contains_key(kind), "nobody sends {kind}");
    }
}

/// The NHS number a message carries, wherever its hospital puts it.
fn nhs_number(message: &hl7v2::Message<'_>) -> Option<String> {
    let kind = message.get("PID-3[1].5").unwrap_or_default();
    let path = if matches!(&*kind, "NH" | "NI") { "PID-3[1].1" } else { "PID-19" };
    message.get(path).map(std::borrow::Cow::into_owned).filter(|number| !number.is_empty())
}

#[test]
fn four_in_a_hundred_lack_a_number_and_every_number_is_of_the_999_range() {
    let county = county(5, 2_000);
    let (mut missing, mut total) = (0, 0);
    for hospital in Hospital::ALL {
        for outgoing in county.history(Source::Hospital(hospital)) {
            let message = hl7(&outgoing).unwrap();
            if message.message_type().event != "A28" {
                continue;
            }
            total += 1;
            match nhs_number(&message) {
                None => missing += 1,
                Some(number) => {
                    assert!(number.starts_with("999"));
                    assert!(NhsNumber::parse(&number).is_ok());
                }
            }
        }
    }
    let per_mille = missing * 1000 / total;
    assert!((30..=80).contains(&per_mille), "{per_mille}");
}

#[test]
fn a_spell_is_entered_once_and_left_at_most_once_more_than_it_is_taken_back() {
    let county = county(2, 1_500);
    let mut spells: BTreeMap<String, String> = BTreeMap::new();
    for hospital in Hospital::ALL {
        for outgoing in county.history(Source::Hospital(hospital)) {
            let message = hl7(&outgoing).unwrap();
            let event = message.message_type().event.into_owned();
            if let Some(visit) = message.get("PV1-19.1")
                && event.starts_with('A')
            {
                let spell = spells.entry(visit.into_owned()).or_default();
                spell.push_str(&event);
                spell.push(' ');
            }
        }
    }
    assert!(spells.len() > 500);
    for (visit, events) in spells {
        let count = |event: &str| events.matches(event).count();
        assert_eq!(count("A01") + count("A04"), 1, "{visit}: {events}");
        assert!(count("A03") <= count("A13") + 1, "{visit}: {events}");
        assert!(count("A12") < count("A02") || count("A02") == 0, "{visit}: {events}");
        let first = events.split(' ').next().unwrap();
        assert!(matches!(first, "A01" | "A04" | "A05"), "{visit}: {events}");
    }
}

#[test]
fn hospitals_speak_their_own_dialects() {
    let county = county(1, 1_500);
    let first = |hospital| {
        let source = Source::Hospital(hospital);
        let texts = county.history(source).map(|outgoing| outgoing.payload.bytes().to_vec());
        texts.collect::<Vec<_>>()
    };
    let poole = first(Hospital::Poole);
    assert!(poole.iter().all(|bytes| std::str::from_utf8(bytes).is_ok()));
    assert!(poole.iter().any(|bytes| !bytes.is_ascii()));
    let message = hl7v2::parse(&poole[0]).unwrap();
    assert_eq!(message.get("MSH-18").as_deref(), Some("UNICODE UTF-8"));
    assert_eq!(message.get("PID-3[1].5").as_deref(), Some("NH"));
    let bournemouth = first(Hospital::Bournemouth);
    assert!(bournemouth.iter().any(|bytes| std::str::from_utf8(bytes).is_err()));
    let old = first(Hospital::DorsetCounty);
    assert!(old.iter().all(|bytes| bytes.is_ascii() && !bytes.contains(&b'\r')));
    let message = hl7v2::parse(&old[0]).unwrap();
    assert_eq!(message.get("PID-3.5").as_deref(), Some("PAS"));
    assert!(message.get("PID-19").is_some());
    assert!(old.iter().any(|bytes| bytes.windows(4).any(|four| four == b"|\"\"|")));
}

#[test]
fn a_changed_appointment_says_why_in_words_and_a_new_one_needs_no_reason() {
    let county = county(1, 2_500);
    let mut reasons: BTreeSet<(String, String)> = BTreeSet::new();
    for hospital in Hospital::ALL {
        for outgoing in county.history(Source::Hospital(hospital)) {
            let message = hl7(&outgoing).unwrap();
            if message.segment("SCH").is_some() {
                let reason = message.get("SCH-6").unwrap_or_default().into_owned();
                reasons.insert((message.message_type().event.into_owned(), reason));
            }
        }
    }
    let expected = [
        ("S12", ""),
        ("S13", "^Moved by the hospital"),
        ("S14", "^Change of clinician"),
        ("S15", "^Cancelled by the patient"),
    ];
    let expected = expected.map(|(event, reason)| (event.to_owned(), reason.to_owned()));
    assert_eq!(reasons, BTreeSet::from(expected));
}

#[test]
fn three_people_are_worth_opening_and_the_first_is_in_poole() {
    let county = county(9, 50);
    let worth = county.people_worth_opening();
    assert_eq!(worth.len(), 3);
    assert_eq!(worth[0].name, "HARDY, Thomasina (Mrs)");
    let her_number = worth[0].nhs_number.to_string();
    let mut hospitals = BTreeSet::new();
    let mut last = String::new();
    for hospital in Hospital::ALL {
        for outgoing in county.history(Source::Hospital(hospital)) {
            let message = hl7(&outgoing).unwrap();
            if nhs_number(&message).as_deref() == Some(her_number.as_str()) {
                hospitals.insert(hospital);
                let event = message.message_type().event.into_owned();
                if hospital == Hospital::Poole && matches!(&*event, "A01" | "A02" | "A03") {
                    last = event;
                }
            }
        }
    }
    assert_eq!(hospitals.len(), 3);
    assert_eq!(last, "A02");
}

#[test]
fn bundles_and_tables_can_be_read() {
    let county = county(4, 1_000);
    for outgoing in county.history(Source::MentalHealth) {
        let bundle = fhir::Bundle::parse(outgoing.payload.bytes()).unwrap();
        assert!(bundle.entries.len() >= 2);
    }
    for outgoing in county.history(Source::Council) {
        let mut reader = csv::Reader::from_reader(outgoing.payload.bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert!(rows.len() > 20 && rows.iter().all(|row| row.len() == columns));
    }
}
