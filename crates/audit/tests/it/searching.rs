//! Any combination of user, person, organisation, action and time, a page at a time.

use access::Action;
use audit::{Event, Filter, Page};
use db::Db;
use model::{OdsCode, Role};

use crate::world::{actor, databases, decide, minute, note, person, record, related};

/// Entry n is written at minute n.
fn trail(db: &Db) {
    let nurse = || actor("Sam Nurse", Role::Clinician, "RD3");
    let worker = || actor("Win Worker", Role::SocialWorker, "DCC1");
    let open = |who, whom, at| {
        let _outcome =
            record(db, decide(Action::ViewRecord, person(whom), &related(who)), minute(at));
    };
    note(db, nurse(), Event::SignIn, "", minute(1));
    open(nurse(), "a", 2);
    open(nurse(), "b", 3);
    note(db, worker(), Event::SignIn, "", minute(4));
    open(worker(), "a", 5);
    open(nurse(), "a", 6);
}

#[test]
fn every_combination_finds_its_entries_newest_first() {
    let nurse = actor("Sam Nurse", Role::Clinician, "RD3").user;
    let empty = Filter::default;
    for db in databases() {
        trail(&db);
        for (filter, expected) in [
            (empty(), vec![6, 5, 4, 3, 2, 1]),
            (Filter { person: Some(person("a")), ..empty() }, vec![6, 5, 2]),
            (Filter { user: Some(nurse), ..empty() }, vec![6, 3, 2, 1]),
            (Filter { person: Some(person("a")), user: Some(nurse), ..empty() }, vec![6, 2]),
            (Filter { organisation: Some(OdsCode::parse("DCC1").unwrap()), ..empty() }, vec![5, 4]),
            (Filter { action: Some("SignIn".into()), ..empty() }, vec![4, 1]),
            (Filter { since: Some(minute(2)), until: Some(minute(5)), ..empty() }, vec![4, 3, 2]),
            (
                Filter { action: Some("ViewRecord".into()), until: Some(minute(4)), ..empty() },
                vec![3, 2],
            ),
            (Filter { person: Some(person("nobody")), ..empty() }, vec![]),
        ] {
            let found = db.read(|tx| audit::search(tx, &filter, Page::first(50))).unwrap();
            let found: Vec<i64> = found.iter().map(|entry| entry.seq).collect();
            assert_eq!(found, expected, "{filter:?}");
        }
    }
}

#[test]
fn pages_follow_one_another_while_the_trail_grows() {
    for db in databases() {
        trail(&db);
        let page = |page| {
            let found = db.read(|tx| audit::search(tx, &Filter::default(), page)).unwrap();
            found.iter().map(|entry| entry.seq).collect::<Vec<_>>()
        };
        assert_eq!(page(Page::first(4)), [6, 5, 4, 3]);
        note(&db, actor("Sam Nurse", Role::Clinician, "RD3"), Event::SignOut, "", minute(7));
        assert_eq!(page(Page::after(3, 4)), [2, 1]);
    }
}
