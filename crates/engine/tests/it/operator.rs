//! What operators decide, and that it is written down.

use engine::{Error, EventKind};
use model::Category;

use crate::support::{Bench, check};

fn parked(db: &db::Db) -> Bench {
    let bench = Bench::over(db);
    bench.ward.refuse("poison", Category::Invalid);
    bench.accept("C1", &["R1"], "poison");
    bench.accept("C2", &["R1"], "behind");
    bench.process();
    bench
}

#[test]
fn a_skipped_message_lets_those_behind_it_go_on() {
    for db in db::scratch::databases() {
        let bench = parked(&db);
        assert_eq!(db.read(|tx| engine::held_behind(tx, 1)).unwrap(), [2]);
        let at = bench.now();
        db.write(move |tx| engine::skip(tx, 1, "test patient", "Ann", at)).unwrap();
        bench.process();
        check(
            &bench,
            "1 C1 skipped attempts=1 Invalid: the ward says no
             2 C2 processed",
        );
        assert_eq!(bench.effects(), ["behind"]);
    }
}

#[test]
fn every_failure_and_decision_is_in_the_history() {
    for db in db::scratch::databases() {
        let bench = parked(&db);
        let at = bench.now();
        db.write(move |tx| engine::retry(tx, 1, "Ann", at)).unwrap();
        bench.process();
        db.write(move |tx| engine::skip(tx, 1, " test patient ", "Bob", at)).unwrap();
        let events = db.read(|tx| engine::events(tx, 1)).unwrap();
        let told: Vec<_> = events
            .iter()
            .map(|event| (event.kind, event.actor.as_str(), event.note.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (EventKind::Parked, "", "the ward says no"),
                (EventKind::Retried, "Ann", ""),
                (EventKind::Parked, "", "the ward says no"),
                (EventKind::Skipped, "Bob", "test patient"),
            ]
        );
    }
}

#[test]
fn what_cannot_be_done_is_refused_with_what_can() {
    for db in db::scratch::databases() {
        let bench = parked(&db);
        let at = bench.now();
        let refused = |result: Result<(), Error>| result.unwrap_err().to_string();
        assert_eq!(
            refused(db.write(move |tx| engine::retry(tx, 2, "Ann", at))),
            "message 2 is held: retry or skip the message it waits behind"
        );
        assert_eq!(
            refused(db.write(move |tx| engine::skip(tx, 1, "  ", "Ann", at))),
            "say why the message is skipped"
        );
        assert_eq!(
            refused(db.write(move |tx| engine::retry(tx, 99, "Ann", at))),
            "there is no message 99"
        );
    }
}
