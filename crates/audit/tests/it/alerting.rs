//! What a privacy officer hears of.

use access::{Action, Alert};
use audit::{Event, Page};
use model::Role;

use crate::world::{actor, claiming, databases, decide, minute, note, person, record, related};

#[test]
fn broken_glass_is_listed_until_and_after_it_is_answered() {
    for db in databases() {
        let nurse = || actor("Sam Nurse", Role::Clinician, "RD3");
        let officer = || actor("Ola Officer", Role::PrivacyOfficer, "RD3");
        for (action, facts, at) in [
            (Action::ViewRecord, related(nurse()), 1),
            (Action::BreakGlass, related(nurse()), 2),
            (Action::ViewRecord, claiming(nurse()), 3),
        ] {
            let _outcome = record(&db, decide(action, person("a"), &facts), minute(at));
        }
        note(&db, nurse(), Event::LockedOut, "", minute(4));

        let listed = |level| {
            let items = db.read(|tx| audit::alerts(tx, level, Page::first(10))).unwrap();
            items.iter().map(|item| (item.entry.seq, item.answer.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(listed(Alert::Notification), [(4, false), (3, false), (2, false)]);
        assert_eq!(listed(Alert::Alert), [(2, false)]);

        let answer = move |seq| {
            db.write(move |tx| audit::answer(tx, &officer(), seq, "asked the ward", minute(5)))
        };
        assert_eq!(answer(2).unwrap(), 5);
        assert!(answer(1).is_err(), "entry 1 raised no alert");
    }
}

#[test]
fn an_answer_says_who_gave_it() {
    for db in databases() {
        let nurse = actor("Sam Nurse", Role::Clinician, "RD3");
        let decision = decide(Action::BreakGlass, person("a"), &related(nurse));
        let _outcome = record(&db, decision, minute(1));
        for (remark, at) in [("asked the ward", 2), ("nothing more", 3)] {
            let officer = actor("Ola Officer", Role::PrivacyOfficer, "RD3");
            db.write(move |tx| audit::answer(tx, &officer, 1, remark, minute(at))).unwrap();
        }
        let items = db.read(|tx| audit::alerts(tx, Alert::Alert, Page::first(10))).unwrap();
        let answer = items[0].answer.clone().unwrap();
        assert_eq!((answer.seq, answer.at), (2, minute(2)));
        assert_eq!(
            (answer.name.as_str(), answer.remark.as_str()),
            ("Ola Officer", "asked the ward")
        );
    }
}
