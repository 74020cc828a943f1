//! Each patient's messages keep their order; nobody waits for another patient.

use std::time::Duration;

use engine::Retry;
use model::Category;
use proptest::prelude::*;

use crate::mllp::{frame, serve};
use crate::support::{Bench, check};

#[test]
fn a_poison_message_parks_only_its_patient() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", Category::Invalid);
        bench.accept("C1", &["R1"], "poison");
        bench.accept("C2", &["R2"], "two");
        bench.accept("C3", &["R1"], "three");
        bench.accept("C4", &["R1"], "four");
        bench.accept("C5", &["R3"], "five");
        bench.accept("C6", &[], "nobody's");
        bench.process();
        check(
            &bench,
            "1 C1 parked attempts=1 Invalid: the ward says no
             2 C2 processed
             3 C3 held
             4 C4 held
             5 C5 processed
             6 C6 processed",
        );
        assert_eq!(bench.effects(), ["two", "five", "nobody's"]);
    }
}

#[test]
fn a_merge_waits_for_both_patients_and_both_wait_for_it() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison one", Category::Invalid);
        bench.ward.refuse("poison two", Category::Invalid);
        bench.accept("C1", &["R1"], "poison one");
        bench.accept("C2", &["R2"], "poison two");
        bench.accept("C3", &["R1", "R2"], "merge");
        bench.accept("C4", &["R2"], "after");
        bench.process();
        bench.ward.relent();
        let at = bench.now();
        db.write(move |tx| engine::retry(tx, 1, "Ann", at)).unwrap();
        bench.process();
        check(
            &bench,
            "1 C1 processed attempts=2
             2 C2 parked attempts=1 Invalid: the ward says no
             3 C3 held
             4 C4 held",
        );
        db.write(move |tx| engine::retry(tx, 2, "Ann", at)).unwrap();
        bench.process();
        assert_eq!(bench.effects(), ["poison one", "poison two", "merge", "after"]);
    }
}

#[test]
fn a_message_about_four_patients_waits_for_each_and_each_waits_for_it() {
    for (patient, other) in [("R1", "R4"), ("R3", "R4"), ("R4", "R1")] {
        for db in db::scratch::databases() {
            let bench = Bench::over(&db);
            bench.ward.refuse("poison", Category::Invalid);
            bench.accept("C1", &[patient], "poison");
            bench.accept("C2", &["R1", "R2", "R3", "R4", "R1"], "moves");
            bench.accept("C3", &[other], "after");
            bench.process();
            assert!(bench.effects().is_empty(), "{patient}: {}", bench.queue());
            assert!(db.read(|tx| engine::held_behind(tx, 1)).unwrap().contains(&2), "{patient}");
            let at = bench.now();
            db.write(move |tx| engine::skip(tx, 1, "not ours", "Ann", at)).unwrap();
            bench.process();
            assert_eq!(bench.effects(), ["moves", "after"], "{patient}");

            bench.ward.refuse("moves again", Category::Invalid);
            bench.accept("C4", &["R1", "R2", "R3", "R4"], "moves again");
            bench.accept("C5", &[patient], "held");
            bench.process();
            assert_eq!(bench.effects(), ["moves", "after"], "{patient} waits");
            let about = move |tx: &mut db::Tx| engine::unprocessed_about(tx, "poole-pas", patient);
            assert_eq!(db.read(about).unwrap(), 3, "with the one skipped");
            db.write(move |tx| engine::skip(tx, 4, "not ours", "Ann", at)).unwrap();
            bench.process();
            assert_eq!(bench.effects(), ["moves", "after", "held"], "{patient}");
        }
    }
}

/// Everything that may stand after EVN in a message that names R1 and R2.
#[test]
fn every_message_that_names_two_patients_keeps_the_order_of_both() {
    let pid = |number: &str| format!("PID|1||9990000018^^^NHS^NH~{number}^^^RD3^MR");
    let (one, two) = (pid("R1"), pid("R2"));
    for (event, rest) in [
        ("A24", format!("{one}\rPD1||\r{two}")),
        ("A37", format!("{one}\r{two}")),
        ("A40", format!("{one}\rMRG|9990000026^^^NHS^NH~R2^^^RD3^MR")),
        ("A34", format!("MRG|R2\r{one}")),
        ("A18", format!("{one}\rMRG||||R2^^^RD3^MR")),
        ("A44", format!("{one}\rMRG|R2^^^RD3^MR||||V1\rPV1|1|I")),
        ("A47", format!("{two}\rMRG|R1^^^RD3^MR")),
        ("A40", format!("{}\rMRG|R1\rMRG|R2", pid("R9"))),
    ] {
        let db = db::scratch::sqlite();
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        let message = |control_id: &str, event: &str, rest: &str| {
            let msh = "MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115103000||ADT";
            frame(format!("{msh}^{event}|{control_id}|P|2.4\rEVN|{event}|20260115103000\r{rest}\r"))
        };
        let first = message("C1", "A08", &one);
        let body = String::from_utf8_lossy(&first[1..first.len() - 2]).into_owned();
        bench.ward.refuse(&body, Category::Invalid);
        peer.send(&[first, message("C2", event, &rest), message("C3", "A08", &two)].concat());
        for control_id in ["C1", "C2", "C3"] {
            assert_eq!(peer.verdict(), format!("MSA|AA|{control_id}"));
        }
        bench.process();
        assert!(bench.effects().is_empty(), "{event}: {}", bench.queue());
    }
}

#[test]
fn a_passing_failure_is_retried_after_a_growing_wait_and_blocks_only_its_patient() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("late", Category::Unavailable);
        bench.accept("C1", &["R1"], "late");
        bench.accept("C2", &["R1"], "behind");
        bench.accept("C3", &["R2"], "other");
        bench.process();
        check(
            &bench,
            "1 C1 retrying attempts=1 next=10:30:01 Unavailable: the ward says no
             2 C2 held
             3 C3 processed",
        );
        bench.process();
        bench.later(1);
        bench.process();
        check(
            &bench,
            "1 C1 retrying attempts=2 next=10:30:03 Unavailable: the ward says no
             2 C2 held
             3 C3 processed",
        );
        bench.ward.relent();
        bench.later(2);
        bench.process();
        assert_eq!(bench.effects(), ["other", "late", "behind"]);
    }
}

#[test]
fn a_channel_may_wait_otherwise_and_give_up() {
    for db in db::scratch::databases() {
        let mut bench = Bench::over(&db);
        let retry = Retry {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(1),
            give_up_after: Some(3),
        };
        bench.processor = bench.processor.with_retries([("poole-pas".to_owned(), retry)].into());
        bench.ward.refuse("late", Category::Unavailable);
        bench.accept("C1", &["R1"], "late");
        bench.accept("C2", &["R1"], "behind");
        for standing in [
            "retrying attempts=1 next=10:30:01",
            "retrying attempts=2 next=10:30:02",
            "parked attempts=3",
        ] {
            bench.process();
            check(&bench, &format!("1 C1 {standing} Unavailable: the ward says no\n2 C2 held"));
            bench.later(1);
        }
        // An operator may let it be tried again, and then it goes on.
        bench.ward.relent();
        let now = bench.now();
        db.write(move |tx| engine::retry(tx, 1, "operator", now)).unwrap();
        bench.process();
        assert_eq!(bench.effects(), ["late", "behind"]);
    }
}

#[test]
fn a_panic_in_the_delivery_parks_the_message_as_a_fault() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.panic_at("bang");
        bench.accept("C1", &["R1"], "bang");
        bench.accept("C2", &["R2"], "fine");
        bench.process();
        check(
            &bench,
            "1 C1 parked attempts=1 Fault: the delivery panicked; see the log
             2 C2 processed",
        );
        assert_eq!(bench.effects(), ["fine"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails and however often: once all is well, every message has had one effect, and
    /// each patient's effects are in the order the messages came.
    #[test]
    fn every_message_takes_effect_once_in_its_patients_order(
        messages in prop::collection::vec((0u8..4, 0u8..6, 0u8..8), 1..30),
        rounds in 0usize..4,
    ) {
        let db = db::scratch::sqlite();
        let bench = Bench::over(&db);
        for (number, (patient, other, mood)) in messages.iter().enumerate() {
            let body = format!("{number}");
            match mood {
                0 => bench.ward.refuse(&body, Category::Invalid),
                1 => bench.ward.refuse(&body, Category::Unavailable),
                _ => {}
            }
            let (patient, other) = (format!("R{patient}"), format!("R{other}"));
            let both = [patient.as_str(), other.as_str()];
            let patients = if other.as_str() < "R4" { &both[..] } else { &both[..1] };
            bench.accept(&body, patients, &body);
            if number % 5 == 0 {
                bench.process();
            }
        }
        for _ in 0..rounds {
            bench.later(400);
            bench.process();
        }
        bench.ward.relent();
        bench.later(400);
        let at = bench.now();
        db.write(move |tx| engine::retry_parked(tx, "poole-pas", "Ann", at)).unwrap();
        bench.process();
        let effects: Vec<usize> =
            bench.effects().iter().map(|body| body.parse().unwrap()).collect();
        let mut once = effects.clone();
        once.sort_unstable();
        prop_assert_eq!(once, (0..messages.len()).collect::<Vec<_>>(), "{}", bench.queue());
        for patient in 0..4 {
            let of_patient: Vec<usize> = effects
                .iter()
                .copied()
                .filter(|number| messages[*number].0 == patient || messages[*number].1 == patient)
                .collect();
            prop_assert!(of_patient.is_sorted(), "patient {}: {:?}", patient, of_patient);
        }
    }
}
