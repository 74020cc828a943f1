//! What a steward's decision does, and that it stays.

use empi::{Decision, Error, LinkKind};
use model::{Actor, Demographics};

use crate::world::*;

fn decide(db: &db::Db, decision: Decision) {
    decide_by(db, &steward(), decision);
}

fn decide_by(db: &db::Db, actor: &Actor, decision: Decision) {
    let (review, actor) = (queue(db)[0].id, actor.clone());
    write(db, move |tx| empi::decide(tx, model(), review, &decision, &actor, day(10)));
}

fn alike() -> (Demographics, Demographics) {
    (thomasina(), with_number(thomasina(), 2))
}

#[test]
fn the_same_person_is_joined_with_the_stewards_name_in_the_history() {
    for db in indexes() {
        let (one, other) = alike();
        let first = feed(&db, "RD3/R1", &one);
        let second = feed(&db, "RBD/B1", &other);
        // Two verified numbers: one steward alone joins nobody.
        decide(&db, Decision::SamePerson);
        assert_eq!(person_of(&db, "RBD/B1"), second);
        decide_by(&db, &second_steward(), Decision::SamePerson);
        assert_eq!(person_of(&db, "RBD/B1"), first);
        assert_eq!(read(&db, |tx| empi::resolve(tx, second)), Some(first));
        let record = identity("RBD/B1").local_patient();
        assert_eq!(read(&db, |tx| empi::person_on(tx, record, day(9))), Some(second));
        assert_eq!(read(&db, |tx| empi::person_on(tx, record, day(10))), Some(first));
        assert_eq!(read(&db, empi::review_count), 0);
        let last = read(&db, |tx| empi::link_history(tx, first)).pop().unwrap();
        assert_eq!(last.kind, LinkKind::Confirmed);
        assert_eq!(last.actor, "Bea Steward (Data steward, QVV)");
        // A change of details does not question what a steward has confirmed.
        let moved = Demographics { addresses: vec![address("1 Quay", "BH15 1HJ")], ..other };
        feed_on(&db, 11, "RBD/B1", &moved);
        assert_eq!(read(&db, empi::review_count), 0);
        // Nor does another number undo what stewards have joined; but they did not see it.
        feed_on(&db, 12, "RBD/B1", &with_number(thomasina(), 3));
        assert_eq!(person_of(&db, "RBD/B1"), first);
        assert_eq!(queued(&db), [empi::ReviewKind::ConfusedNumber]);
        // The numbers that they saw are not asked about.
        feed_on(&db, 13, "RBD/B1", &with_number(thomasina(), 2));
        assert_eq!(queued(&db), []);
        crate::invariants::repair(&db);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn not_the_same_outranks_the_engine_for_good() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &without_number(thomasina()));
        decide(&db, Decision::NotTheSame);
        // Even the same verified number does not join them now, nor is it asked again.
        assert_eq!(feed_on(&db, 11, "RD3/R2", &thomasina()), second);
        assert_ne!(first, second);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_later_record_neither_joins_nor_asks_again_about_two_that_were_kept_apart() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &without_number(thomasina()));
        decide(&db, Decision::NotTheSame);
        assert_eq!(feed(&db, "RBD/B1", &thomasina()), first);
        assert_eq!(person_of(&db, "RD3/R2"), second);
        assert_eq!(feed(&db, "RD3/R3", &thomasina()), first);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_source_that_merges_what_a_steward_has_kept_apart_is_asked_about_again() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &without_number(thomasina()));
        let review = queue(&db)[0].id;
        decide(&db, Decision::NotTheSame);
        crate::merging::merge(&db, "RD3/R1", "RD3/R2");
        // The decision stands meanwhile.
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        let asked = &queue(&db)[0];
        assert_eq!((asked.id, asked.filed_by.as_str()), (review, "source"));
        decide(&db, Decision::SamePerson);
        assert_eq!(person_of(&db, "RD3/R2"), first);
        assert_ne!(first, second);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_decision_is_made_once() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let review = queue(&db)[0].id;
        decide(&db, Decision::NotTheSame);
        let again = db.write(move |tx| {
            empi::decide(tx, model(), review, &Decision::SamePerson, &steward(), day(11))
        });
        assert!(matches!(again, Err(Error::ReviewClosed)));
    }
}

#[test]
fn parting_two_records_gives_each_its_own_person_and_moves_what_belongs_with_it() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        crate::merging::merge(&db, "RBD/B1", "RBD/B2");
        let other = Demographics {
            names: vec![name("Oak", "Gabriel")],
            birth_date: "1971-11-05".parse().ok(),
            addresses: vec![],
            telephones: vec![],
            ..thomasina()
        };
        feed_on(&db, 1, "RBD/B1", &other);
        assert_eq!(records(&db, first).len(), 3);
        decide(&db, Decision::NotTheSame);
        assert_eq!(person_of(&db, "RD3/R1"), first);
        let split = person_of(&db, "RBD/B1");
        assert_ne!(split, first);
        assert_eq!(records(&db, split), ["RBD/B1", "RBD/B2"]);
        assert!(
            read(&db, |tx| empi::link_history(tx, split))
                .iter()
                .any(|event| event.kind == LinkKind::Split)
        );
    }
}
