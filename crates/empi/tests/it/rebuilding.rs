//! The history of links replays into the links, and the repair pass into better ones.

use empi::{LinkKind, ReviewKind};
use model::{Demographics, LocalIdentity, OdsCode};

use crate::invariants::repair;
use crate::world::*;

#[test]
fn links_that_something_else_has_changed_are_put_right_from_their_history() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &gabriel());
        crate::merging::merge(&db, "RD3/R1", "RD3/R2");
        let agreed = write(&db, empi::rebuild);
        assert_eq!((agreed.events, agreed.records, agreed.people, agreed.differed), (3, 2, 1, 0));
        write(&db, |tx| {
            let nobody = "update local_patient set person = '00000000-0000-0000-0000-000000000000'";
            tx.execute(nobody, &[])?;
            tx.execute("update person set merged_into = null", &[])?;
            Ok(())
        });
        assert_eq!(write(&db, empi::rebuild).differed, 3);
        assert_eq!(person_of(&db, "RD3/R2"), first);
        assert_eq!(read(&db, |tx| empi::resolve(tx, second)), Some(first));
        assert_eq!(write(&db, empi::rebuild).differed, 0);
    }
}

#[test]
fn details_that_have_become_fewer_part_nobody() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &without_number(thomasina()));
        assert_eq!(feed(&db, "RBD/B1", &without_number(thomasina())), first);
        let bare = Demographics { names: vec![name("Hardy", "T")], ..Demographics::default() };
        feed_on(&db, 1, "RBD/B1", &bare);
        assert_eq!(repair(&db).parted, 0);
        assert_eq!(person_of(&db, "RBD/B1"), first);
    }
}

#[test]
fn what_a_repair_parts_is_put_before_a_steward() {
    for db in indexes() {
        // A bare record comes first and is linked with the wrong one of two brothers.
        let first = feed(&db, "RD3/R1", &without_number(thomasina()));
        assert_eq!(feed(&db, "RBD/B1", &without_number(thomasina())), first);
        let sister =
            Demographics { names: vec![name("Hardy", "Susan")], ..without_number(thomasina()) };
        feed_on(&db, 1, "RBD/B1", &sister);
        assert_eq!(repair(&db).parted, 1);
        assert_ne!(person_of(&db, "RBD/B1"), first);
        assert_eq!(queued(&db), [ReviewKind::Twins]);
        let last = read(&db, |tx| empi::changes(tx, 0, 100)).pop().unwrap();
        assert_eq!((last.kind, last.person), (LinkKind::Split, person_of(&db, "RBD/B1")));
    }
}

#[test]
fn a_load_links_what_it_brings_with_itself_and_with_what_was_there() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let record = |text: &str, demographics: Demographics| empi::NewRecord {
            identity: identity(text),
            organisation: OdsCode::parse(&identity(text).authority).unwrap(),
            demographics,
        };
        let records = [
            record("RBD/B1", thomasina()),
            record("RBD/B2", gabriel()),
            record("RDZ/Z2", gabriel()),
            record("RBD/B1", thomasina()),
            record("RBD/B2", with_number(gabriel(), 2)),
        ];
        let loaded = write(&db, move |tx| empi::load(tx, model(), &records, day(1)));
        let expected = empi::Loaded { alone: 1, linked: 2, amended: 1, known: 1 };
        assert_eq!(loaded, expected);
        assert_eq!(person_of(&db, "RBD/B1"), first);
        assert_eq!(person_of(&db, "RDZ/Z2"), person_of(&db, "RBD/B2"));
        assert_eq!(feed(&db, "RDZ/Z3", &with_number(gabriel(), 2)), person_of(&db, "RBD/B2"));
        let known = LocalIdentity::new("RDZ", "Z3");
        assert_eq!(read(&db, |tx| empi::pix(tx, &known)).unwrap().len(), 2);
    }
}
