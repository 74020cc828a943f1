//! What is stored, and what is a repeat.

use engine::{Accepted, Filter, LocalNumber, Neighbours, NewMessage, Page, State};

use crate::support::{Bench, check, message};

#[test]
fn a_repeated_control_id_is_answered_again_and_has_one_effect() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        assert_eq!(bench.accept("C1", &["R1"], "admit"), Accepted::New);
        assert_eq!(bench.accept("C1", &["R1"], "admit"), Accepted::Duplicate);
        bench.process();
        assert_eq!(bench.accept("C1", &["R1"], "admit"), Accepted::Duplicate);
        bench.process();
        check(&bench, "1 C1 processed duplicates=2");
        assert_eq!(bench.effects(), ["admit"]);
    }
}

#[test]
fn a_control_id_used_for_another_message_is_new_and_flagged() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "admit");
        assert_eq!(bench.accept("C1", &["R1"], "discharge"), Accepted::ControlIdReused);
        bench.process();
        let queue = bench.queue();
        assert!(
            queue.contains("C1 processed\n") && queue.contains("C1 processed reused"),
            "{queue}"
        );
        assert_eq!(bench.effects(), ["admit", "discharge"]);
    }
}

#[test]
fn messages_without_a_control_id_are_all_new() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        assert_eq!(bench.accept("", &["R1"], "admit"), Accepted::New);
        assert_eq!(bench.accept("", &["R1"], "admit"), Accepted::New);
        bench.process();
        assert_eq!(bench.effects(), ["admit", "admit"]);
    }
}

#[test]
fn two_senders_may_use_the_same_control_id() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "admit");
        let mut other = message("C1", &["R1"], "admit");
        other.sender = "LAB RD3".into();
        let receipts = bench.inbox.store(vec![engine::Arrival::Message(other)]).unwrap();
        assert_eq!(receipts[0].accepted, Accepted::New);
    }
}

#[test]
fn the_summary_counts_every_state_and_silent_channels_too() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", model::Category::Invalid);
        bench.accept("C1", &["R1"], "poison");
        bench.accept("C2", &["R1"], "after");
        bench.accept("C3", &["R2"], "other");
        bench.accept("C3", &["R2"], "other");
        bench.process();
        bench.accept("C4", &["R3"], "next");
        let summaries = db.read(|tx| engine::summary(tx, &["poole-pas", "silent"])).unwrap();
        let [poole, silent] = summaries.as_slice() else { panic!("two channels") };
        let counts: Vec<(State, i64)> = poole.counts.clone().into_iter().collect();
        assert_eq!(
            counts,
            [(State::Waiting, 1), (State::Held, 1), (State::Parked, 1), (State::Processed, 1)]
        );
        assert_eq!((poole.parked_keys, poole.held_keys, poole.duplicates), (1, 1, 1));
        assert_eq!(poole.oldest_waiting_since, Some(bench.now()));
        assert_eq!(poole.last_message_at, Some(bench.now()));
        assert_eq!((silent.counts.len(), silent.last_message_at), (0, None));
    }
}

#[test]
fn what_has_come_about_a_patient_and_is_not_in_the_record_is_counted() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let about = |number: &'static str| {
            db.read(|tx| engine::unprocessed_about(tx, "poole-pas", number)).unwrap()
        };
        bench.ward.refuse("poison", model::Category::Invalid);
        bench.accept("C1", &["R1"], "poison");
        bench.accept("C2", &["R1", "R2"], "merge");
        assert_eq!((about("R1"), about("R2"), about("R3")), (2, 1, 0));
        bench.process();
        assert_eq!(about("R1"), 2);
        let at = bench.now();
        db.write(move |tx| engine::skip(tx, 1, "test patient", "Ann", at)).unwrap();
        bench.process();
        check(
            &bench,
            "1 C1 skipped attempts=1 Invalid: the ward says no
             2 C2 processed",
        );
        assert_eq!((about("R1"), about("R2")), (1, 0), "skipped is not in the record");
        let last = db.read(|tx| engine::last_received(tx, ["poole-pas", "silent"])).unwrap();
        assert_eq!(last.into_iter().collect::<Vec<_>>(), [("poole-pas".into(), bench.now())]);
    }
}

#[test]
fn a_list_pages_by_number_and_narrows_by_every_filter() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", model::Category::Invalid);
        for number in 1..=7 {
            let body = if number % 3 == 0 { "poison" } else { "fine" };
            bench.accept(&format!("C{number}"), &[&format!("R{number}")], body);
        }
        bench.process();
        let ids = |filter: &Filter, before| {
            let page = Page { before, size: 3 };
            let rows = db.read(|tx| engine::list(tx, filter, page)).unwrap();
            rows.iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        let everything = Filter::default();
        assert_eq!(ids(&everything, None), [7, 6, 5]);
        assert_eq!(ids(&everything, Some(5)), [4, 3, 2]);
        let parked = Filter { state: Some(State::Parked), ..Filter::default() };
        assert_eq!(ids(&parked, None), [6, 3]);
        let processed = Filter {
            channel: Some("poole-pas".into()),
            state: Some(State::Processed),
            ..Filter::default()
        };
        assert_eq!(ids(&processed, None), [7, 5, 4]);
        let one = Filter { control_id: Some("C4".into()), ..Filter::default() };
        assert_eq!(ids(&one, None), [4]);
        let none = Filter { message_type: Some("ORU^R01".into()), ..one };
        assert_eq!(ids(&none, None), [0; 0]);
        let kind = Filter { message_type: Some("ADT^A0".into()), ..Filter::default() };
        assert_eq!(ids(&kind, Some(3)), [2, 1]);
        let error = Filter { error: Some("WARD says".into()), ..Filter::default() };
        assert_eq!(ids(&error, None), [6, 3]);
        assert_eq!(db.read(|tx| engine::count(tx, &error)).unwrap(), 2);
        let not_a_pattern = Filter { error: Some("w%d".into()), ..Filter::default() };
        assert_eq!(ids(&not_a_pattern, None), [0; 0]);
    }
}

#[test]
fn a_patients_messages_are_found_by_either_number_and_by_when_they_came() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "one");
        bench.accept("C2", &["R2", "R1"], "a merge");
        bench.process();
        let before = bench.now();
        bench.clock.advance(jiff::SignedDuration::from_mins(5));
        for (id, patients) in [("C3", vec!["R9", "R8", "R1"]), ("C4", vec!["R2"])] {
            let message =
                NewMessage { received_at: bench.now(), ..message(id, &patients, "later") };
            db.write_log(move |tx| engine::accept(tx, message)).unwrap();
        }
        let channels = vec!["dorset-pas".to_owned(), "poole-pas".to_owned()];
        let of = |number: &str| Filter {
            local_number: Some(LocalNumber { number: number.into(), channels: channels.clone() }),
            ..Filter::default()
        };
        let ids = |filter: &Filter| {
            let page = Page { before: None, size: 9 };
            let rows = db.read(|tx| engine::list(tx, filter, page)).unwrap();
            rows.iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        assert_eq!(ids(&of("R1")), [3, 2, 1], "those that wait are found too");
        bench.process();
        assert_eq!(ids(&of("R1")), [3, 2, 1]);
        assert_eq!(ids(&of(" R2 ")), [4, 2]);
        assert_eq!(ids(&of("R")), [0; 0], "not a part of a number");
        let later = before.checked_add(jiff::SignedDuration::from_mins(1)).unwrap();
        assert_eq!(ids(&Filter { since: Some(later), ..Filter::default() }), [4, 3]);
        assert_eq!(ids(&Filter { until: Some(later), ..Filter::default() }), [2, 1]);
        let beside = |seq| db.read(|tx| engine::neighbours(tx, seq)).unwrap();
        assert_eq!(beside(2), Neighbours { earlier: None, later: Some(4) });
        assert_eq!(beside(99), Neighbours::default());
    }
}

#[test]
fn no_debug_text_shows_content() {
    let secret = message("C1", &["R123"], "SMITH");
    assert_eq!(format!("{secret:?}"), "NewMessage(ADT^A08 from poole-pas, 5 bytes)");
    assert_eq!(format!("{:?}", secret.order_keys), "OrderKeys(1)");
}
