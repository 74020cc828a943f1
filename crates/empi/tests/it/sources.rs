//! What sources say about their own numbers, and take back: A24, A37, an A40 that was wrong.

use empi::{LinkKind, ReviewKind};
use model::{Demographics, LocalIdentity, OdsCode, PersonId};

use crate::merging::merge;
use crate::world::*;

fn ods() -> OdsCode {
    OdsCode::parse("RD3").unwrap()
}

pub(crate) fn link(db: &db::Db, a: &str, b: &str) -> PersonId {
    link_on(db, 9, a, b)
}

fn link_on(db: &db::Db, date: i64, a: &str, b: &str) -> PersonId {
    let (a, b) = (identity(a), identity(b));
    write(db, move |tx| empi::link_at_source(tx, model(), &a, &b, &ods(), day(date)))
}

pub(crate) fn unlink(db: &db::Db, a: &str, b: &str) -> PersonId {
    let (a, b) = (identity(a), identity(b));
    write(db, move |tx| empi::unlink_at_source(tx, model(), &a, &b, &ods(), day(10)))
}

pub(crate) fn unmerge(db: &db::Db, survivor: &str, subsumed: &str) -> Option<PersonId> {
    let (survivor, subsumed) = (identity(survivor), identity(subsumed));
    write(db, move |tx| empi::unmerge(tx, model(), &survivor, &subsumed, day(10)))
}

fn numbers(db: &db::Db, text: &str) -> Option<Vec<String>> {
    let id = identity(text);
    let name = |one: LocalIdentity| format!("{}/{}", one.authority, one.value);
    read(db, |tx| empi::pix(tx, &id)).map(|all| all.into_iter().map(name).collect())
}

#[test]
fn a_link_joins_two_numbers_that_both_stay_in_use_and_an_unlink_takes_it_back() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &gabriel());
        assert_eq!(link(&db, "RD3/R1", "RD3/R2"), first);
        assert_eq!(person_of(&db, "RD3/R2"), first);
        assert_eq!(numbers(&db, "RD3/R1"), Some(vec!["RD3/R2".into()]));
        assert_eq!(unlink(&db, "RD3/R1", "RD3/R2"), first);
        assert_eq!(person_of(&db, "RD3/R2"), second, "under the id that it had");
        assert_eq!(read(&db, |tx| empi::resolve(tx, second)), Some(second));
        assert_eq!(numbers(&db, "RD3/R1"), Some(vec![]));
        assert_eq!(numbers(&db, "RD3/R9"), None);
    }
}

#[test]
fn two_that_their_source_has_unlinked_are_not_joined_by_evidence_again_but_asked_about() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &thomasina());
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        unlink(&db, "RD3/R1", "RD3/R2");
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        assert_eq!(queued(&db), [ReviewKind::ConfusedNumber]);
        let moved = Demographics { addresses: vec![address("1 Quay", "BH15 1HJ")], ..thomasina() };
        feed_on(&db, 11, "RD3/R2", &moved);
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        // What it said before comes late or again, and is not its last word.
        link(&db, "RD3/R1", "RD3/R2");
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        // The source may change its mind.
        link_on(&db, 12, "RD3/R1", "RD3/R2");
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
    }
}

#[test]
fn a_link_of_two_verified_numbers_is_asked_about() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &with_number(gabriel(), 2));
        link(&db, "RD3/R1", "RD3/R2");
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
    }
}

#[test]
fn a_merge_taken_back_gives_everybody_the_id_and_the_redirects_they_had() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &gabriel());
        let third = feed(&db, "RD3/R3", &Demographics::default());
        assert_eq!(merge(&db, "RD3/R2", "RD3/R3"), second);
        assert_eq!(merge(&db, "RD3/R1", "RD3/R2"), first);
        assert_eq!(read(&db, |tx| empi::resolve(tx, third)), Some(first));
        // A record that came in between belongs with the one it is like.
        let gabriels = feed(&db, "RBD/B2", &with_number(gabriel(), 2));
        let gabriels_gp = feed(&db, "QVV/G2", &with_number(gabriel(), 2));
        assert_eq!(gabriels, gabriels_gp);
        assert_eq!(unmerge(&db, "RD3/R1", "RD3/R2"), Some(second));
        assert_eq!(person_of(&db, "RD3/R1"), first);
        assert_eq!(person_of(&db, "RD3/R3"), second);
        assert_eq!(read(&db, |tx| empi::resolve(tx, third)), Some(second));
        assert_eq!(unmerge(&db, "RD3/R1", "RD3/R2"), None, "it is not merged any more");
        let history = read(&db, |tx| empi::link_history(tx, second));
        assert!(history.iter().any(|event| event.kind == LinkKind::Split));
        let stored = write(&db, empi::rebuild);
        assert_eq!(stored.differed, 0);
    }
}

#[test]
fn the_change_feed_tells_every_move_once_in_order() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &gabriel());
        merge(&db, "RD3/R1", "RD3/R2");
        unmerge(&db, "RD3/R1", "RD3/R2");
        let told = read(&db, |tx| empi::changes(tx, 0, 100));
        let told: Vec<_> = told.iter().map(|c| (c.kind, c.person, c.other_person)).collect();
        assert_eq!(
            told,
            [
                (LinkKind::Linked, first, None),
                (LinkKind::Linked, second, None),
                (LinkKind::Merged, first, Some(second)),
                (LinkKind::Unlinked, first, Some(second)),
                (LinkKind::Split, second, Some(first)),
            ]
        );
        let last = read(&db, |tx| empi::changes(tx, 0, 4)).pop().unwrap().seq;
        assert_eq!(read(&db, |tx| empi::changes(tx, last, 100)).len(), 1);
    }
}
