//! What has come about somebody whose number at the sender nobody knows yet.

use engine::{Accepted, accept_bundle};
use model::NhsNumber;

use crate::bundle::mental_health;
use crate::file_drop::folder;
use crate::mllp::{frame, serve, text};
use crate::support::Bench;

/// `channel count` of every channel with messages that carry `number` and are not processed.
fn about(bench: &Bench, number: &str) -> Vec<String> {
    let number = NhsNumber::parse(number).unwrap();
    let counts = bench.db.read(|tx| engine::unprocessed_with_number(tx, number)).unwrap();
    counts.into_iter().map(|(channel, count)| format!("{channel} {count}")).collect()
}

#[test]
fn a_parked_admission_of_somebody_new_is_found_by_the_nhs_number() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        bench.ward.refuse(&text("C1"), model::Category::Invalid);
        peer.send(&[frame(text("C1")), frame(text("C2").replace("~R1^", "~R2^"))].concat());
        assert_eq!((peer.verdict(), peer.verdict()), ("MSA|AA|C1".into(), "MSA|AA|C2".into()));
        assert_eq!(about(&bench, "9990000018"), ["poole-pas 2"]);
        bench.process();
        assert_eq!(about(&bench, "9990000018"), ["poole-pas 1"]);
        assert!(about(&bench, "9990000026").is_empty());
        let at = bench.now();
        db.write(move |tx| engine::skip(tx, 1, "not ours", "Ann", at)).unwrap();
        assert_eq!(about(&bench, "9990000018"), ["poole-pas 1"]);
    }
}

#[test]
fn the_number_is_found_wherever_a_sender_puts_it() {
    for (pid, found) in [
        ("PID|1||R1^^^RD3^MR~999 000 0018^^^NHS^NH", true),
        ("PID|1||R1^^^RD3^MR~9990000018^^^NHS&2.16.840.1.113883.2.1.4.1&ISO", true),
        ("PID|1||9990000018", true),
        ("PID|1|9990000018|R1^^^RD3^MR", true),
        ("PID|1||R1^^^RD3^MR|||||||||||||||||999-000-0018", false),
        ("PID|1||R1^^^RD3^MR||||||||||||||||999-000-0018", true),
        ("PID|1||9990000026^^^RD3^MR~9990000018^^^NHS^NH", true),
        ("PID|1||9990000019^^^NHS^NH~R1^^^RD3^MR", false),
        ("PID|1||R1^^^RD3^MR", false),
    ] {
        let db = db::scratch::sqlite();
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        let message = text("C1").replace("PID|1||9990000018^^^NHS^NH~R1^^^RD3^MR", pid);
        peer.send(&frame(message));
        assert_eq!(peer.verdict(), "MSA|AA|C1");
        assert_eq!(!about(&bench, "9990000018").is_empty(), found, "{pid}");
    }
}

#[test]
fn a_bundle_and_a_row_of_a_file_are_found_too() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":
            {"resourceType":"Organization"}},{"resource":{"resourceType":"Patient","identifier":[
            {"system":"RD3","value":"M1"},
            {"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]}}]}"#;
        let receipt = accept_bundle(&bench.inbox, &mental_health(), bundle.into()).unwrap();
        assert_eq!(receipt.accepted, Accepted::New);
        let mut council = folder(&bench);
        council.put(
            "march.csv",
            "person_id,start_date,nhs_number\nP1,2026-01-01,999 000 0018\nP2,2026-01-01,\n",
        );
        council.look();
        assert_eq!(about(&bench, "9990000018"), ["council 1", "mental-health 1"]);
        bench.process();
        assert!(about(&bench, "9990000018").is_empty());
    }
}
