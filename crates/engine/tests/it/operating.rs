//! What pages and alarms rest on: pauses, bulk deeds, edited copies, counts, figures.

use engine::{Accepts, Channel, ChannelKind, Deed, Filter, Rates, State};
use jiff::{SignedDuration, Timestamp};
use model::{Category, OdsCode};

use crate::support::{Bench, check};

#[test]
fn a_paused_channel_accepts_and_holds_and_goes_on_in_order() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let now = bench.now();
        db.write(move |tx| engine::pause(tx, "poole-pas", "table is wrong", "ada", now)).unwrap();
        bench.accept("C1", &["R1"], "one");
        bench.accept("C2", &["R1"], "two");
        bench.accept("C3", &["R2"], "three");
        bench.process();
        check(&bench, "1 C1 held\n2 C2 held\n3 C3 held");
        let pauses = db.read(engine::pauses).unwrap();
        assert_eq!((pauses[0].channel.as_str(), pauses[0].actor.as_str()), ("poole-pas", "ada"));
        assert_eq!(db.write(|tx| engine::resume(tx, "poole-pas")).unwrap(), 3);
        bench.process();
        check(&bench, "1 C1 processed\n2 C2 processed\n3 C3 processed");
        assert_eq!(db.write(|tx| engine::resume(tx, "poole-pas")).unwrap(), 0);
    }
}

#[test]
fn a_pause_needs_a_reason() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let now = bench.now();
        assert!(db.write(move |tx| engine::pause(tx, "poole-pas", "  ", "ada", now)).is_err());
    }
}

#[test]
fn all_parked_messages_are_retried_a_hundred_at_a_time_and_what_moved_on_is_left_alone() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", Category::Invalid);
        for number in 1..=130 {
            bench.accept(&format!("C{number}"), &[&format!("R{number}")], "poison");
        }
        bench.process();
        let (now, parked) =
            (bench.now(), Filter { state: Some(State::Parked), ..Filter::default() });
        let asked = parked.clone();
        let begun = db
            .write(move |tx| {
                let words = ("messages, state parked", "ward is there now");
                engine::begin_bulk(tx, Deed::Retry, &asked, words, "ada", now)
            })
            .unwrap();
        assert_eq!((begun.asked, begun.ended_at), (130, None));
        bench.ward.relent();
        let step = |before| {
            let (bulk, filter) = (begun.clone(), parked.clone());
            db.write(move |tx| engine::bulk_step(tx, &bulk, &filter, before, now)).unwrap()
        };
        assert_eq!(step(None), (Some(31), 100));
        db.write(move |tx| engine::skip(tx, 30, "not wanted", "bob", now)).unwrap();
        assert_eq!(step(Some(31)), (None, 29));
        let ended = db.read(|tx| engine::bulk(tx, begun.id)).unwrap();
        assert_eq!((ended.done, ended.refused, ended.ended_at), (129, 0, Some(now)));
        bench.process();
        assert_eq!(db.read(|tx| engine::count(tx, &parked)).unwrap(), 0);
    }
}

fn poole() -> Channel {
    Channel {
        name: "poole-pas".into(),
        organisation: OdsCode::parse("RD3").unwrap(),
        authority: "RD3".into(),
        aliases: Vec::new(),
        accepts: Accepts::default(),
        kind: ChannelKind::Http { path: String::new() },
    }
}

#[test]
fn an_edited_copy_goes_in_and_the_original_is_skipped_and_both_are_told() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", Category::Invalid);
        bench.accept("C1", &["R1"], "poison");
        bench.accept("C2", &["R1"], "held behind it");
        bench.process();
        let now = bench.now();
        let text = "MSH|^~\\&|PAS|RD3|||20260115||ADT^A08|C1|P|2.4\nPID|1||R1^^^RD3\r\n";
        let copy = engine::edited_copy(&poole(), text, now).unwrap();
        let copy = bench.inbox.store(vec![copy]).unwrap()[0].seq;
        let note =
            move |tx: &mut db::Tx| engine::note_copy(tx, (1, copy), "a bar too many", "ada", now);
        db.write(note).unwrap();
        bench.process();
        check(
            &bench,
            "1 C1 skipped attempts=1 Invalid: the ward says no
             2 C2 processed
             3 C1 processed reused",
        );
        for seq in [1, copy] {
            let copies = db.read(move |tx| engine::copies(tx, seq)).unwrap();
            assert_eq!((copies[0].original, copies[0].copy), (1, copy));
        }
        for wrong in ["", "PID|1", &format!("{text}{text}")] {
            assert!(engine::edited_copy(&poole(), wrong, now).is_err(), "{wrong}");
        }
    }
}

#[test]
fn what_comes_is_counted_once_by_minute_and_hour() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "one");
        bench.accept("C2", &["R1"], "two");
        let came: Timestamp = "2026-01-15T10:30:00Z".parse().unwrap();
        let later = |minutes| came.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        assert!(!engine::count_arrivals(&db, came).unwrap());
        engine::count_arrivals(&db, came).unwrap();
        let rates = |now| db.read(|tx| engine::rates(tx, "poole-pas", now)).unwrap();
        assert_eq!(rates(later(1)), Rates { minute: 2, hour: 2, day: 2 });
        assert_eq!(rates(later(45)), Rates { minute: 0, hour: 2, day: 2 });
        assert_eq!(rates(later(300)), Rates { minute: 0, hour: 0, day: 2 });
        bench.accept("C3", &["R1"], "three");
        engine::count_arrivals(&db, came).unwrap();
        assert_eq!(rates(later(1)).minute, 3);
        let hours = db.read(|tx| engine::hours(tx, "poole-pas", came)).unwrap();
        assert_eq!(hours.into_values().collect::<Vec<_>>(), [3]);
    }
}

#[test]
fn figures_say_where_messages_stand_and_nothing_of_a_patient() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.ward.refuse("poison", Category::Invalid);
        bench.accept("C1", &["R777"], "poison");
        bench.accept("C2", &["R8"], "fine");
        bench.process();
        let now = bench.now().checked_add(SignedDuration::from_secs(90)).unwrap();
        let text = db.read(|tx| engine::metrics(tx, &["poole-pas", "a\"b"], now)).unwrap();
        for line in [
            "# TYPE chesil_messages gauge",
            "chesil_messages{channel=\"poole-pas\",state=\"parked\"} 1",
            "chesil_messages_processed_total{channel=\"poole-pas\"} 1",
            "chesil_oldest_waiting_seconds{channel=\"poole-pas\"} 0",
            "chesil_parked_patients{channel=\"a\\\"b\"} 0",
            "chesil_channel_paused{channel=\"poole-pas\"} 0",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}:\n{text}");
        }
        assert!(!text.contains("R777"));
        let age =
            text.lines().find(|one| one.starts_with("chesil_oldest_parked_seconds{channel=\"p"));
        assert!(age.unwrap().ends_with(" 90"), "{age:?}");
        let reasons = db.read(|tx| engine::parked_reasons(tx, "poole-pas")).unwrap();
        assert_eq!((reasons[0].count, reasons[0].sentence.as_str()), (1, "the ward says no"));
    }
}
