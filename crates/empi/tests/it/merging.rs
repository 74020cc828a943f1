//! What a source's own merge (A40) does.

use empi::ReviewKind;
use model::{Demographics, OdsCode, PersonId};

use crate::world::*;

pub(crate) fn merge(db: &db::Db, survivor: &str, subsumed: &str) -> PersonId {
    let (survivor, subsumed) = (identity(survivor), identity(subsumed));
    let organisation = OdsCode::parse("RD3").unwrap();
    write(db, move |tx| empi::merge(tx, model(), &survivor, &subsumed, &organisation, day(9)))
}

fn merged_into(db: &db::Db, text: &str) -> Option<model::LocalPatientId> {
    let id = identity(text).local_patient();
    read(db, |tx| empi::local_patient(tx, id)).unwrap().merged_into
}

#[test]
fn a_merge_joins_the_people_and_marks_the_subsumed_record() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let unlike =
            Demographics { names: vec![name("Yeobright", "T")], ..Demographics::default() };
        assert_ne!(feed(&db, "RD3/R2", &unlike), first);
        assert_eq!(merge(&db, "RD3/R1", "RD3/R2"), first);
        assert_eq!(person_of(&db, "RD3/R2"), first);
        assert_eq!(merged_into(&db, "RD3/R2"), Some(identity("RD3/R1").local_patient()));
        assert_eq!(merged_into(&db, "RD3/R1"), None);
        assert_eq!(merge(&db, "RD3/R1", "RD3/R2"), first, "again changes nothing");
    }
}

#[test]
fn a_person_answers_to_every_id_that_was_merged_into_it() {
    for db in indexes() {
        let stranger =
            |family| Demographics { names: vec![name(family, "T")], ..Demographics::default() };
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &stranger("Yeobright"));
        let third = feed(&db, "RD3/R3", &stranger("Venn"));
        assert_eq!(read(&db, |tx| empi::former_ids(tx, first)), []);
        merge(&db, "RD3/R2", "RD3/R3");
        merge(&db, "RD3/R1", "RD3/R2");
        assert_eq!(read(&db, |tx| empi::former_ids(tx, first)), [second, third]);
        assert_eq!(read(&db, |tx| empi::former_ids(tx, second)), [], "it is no longer anyone");
    }
}

#[test]
fn a_merge_of_two_verified_numbers_is_recorded_and_asked_about() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let other = Demographics {
            names: vec![name("Oak", "Gabriel")],
            birth_date: "1971-11-05".parse().ok(),
            addresses: vec![],
            ..with_number(thomasina(), 2)
        };
        let second = feed(&db, "RD3/R2", &other);
        assert_eq!(merge(&db, "RD3/R1", "RD3/R2"), first);
        assert_eq!(person_of(&db, "RD3/R2"), second);
        assert_eq!(merged_into(&db, "RD3/R2"), Some(identity("RD3/R1").local_patient()));
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
        assert_eq!(queue(&db)[0].filed_by, "source");
    }
}

#[test]
fn a_merge_may_name_numbers_never_seen() {
    for db in indexes() {
        let person = merge(&db, "RD3/R8", "RD3/R9");
        assert_eq!(records(&db, person), ["RD3/R8", "RD3/R9"]);
        assert_eq!(feed(&db, "RD3/R9", &thomasina()), person);
    }
}

#[test]
fn a_merge_taken_back_the_other_way_leaves_no_circle() {
    for db in indexes() {
        merge(&db, "RD3/R1", "RD3/R2");
        merge(&db, "RD3/R2", "RD3/R1");
        assert_eq!(merged_into(&db, "RD3/R2"), None);
        assert_eq!(merged_into(&db, "RD3/R1"), Some(identity("RD3/R2").local_patient()));
    }
}

#[test]
fn a_merge_that_comes_late_leaves_the_later_one_of_its_survivor() {
    for db in indexes() {
        for place in ["RD3/A", "RD3/B", "RD3/C"] {
            feed(&db, place, &without_number(thomasina()));
        }
        merge(&db, "RD3/C", "RD3/B");
        merge(&db, "RD3/B", "RD3/A");
        let one = person_of(&db, "RD3/C");
        assert_eq!([person_of(&db, "RD3/A"), person_of(&db, "RD3/B")], [one, one]);
        write(&db, |tx| empi::repair(tx, model(), 0, 100, day(9)));
        let one = person_of(&db, "RD3/C");
        assert_eq!([person_of(&db, "RD3/A"), person_of(&db, "RD3/B")], [one, one]);
        // The other way round, whoever is asked last is followed, and no circle is made.
        merge(&db, "RD3/A", "RD3/C");
        let one = person_of(&db, "RD3/A");
        assert_eq!([person_of(&db, "RD3/B"), person_of(&db, "RD3/C")], [one, one]);
    }
}

/// Each of two was asked about with the same third; once the two are one, a steward is asked once.
#[test]
fn what_was_asked_of_both_is_asked_once_of_the_one_they_become() {
    for db in indexes() {
        feed(&db, "RD3/R1", &with_number(thomasina(), 2));
        feed(&db, "RD3/R2", &without_number(thomasina()));
        feed(&db, "RD3/R3", &without_number(thomasina()));
        assert_eq!(queue(&db).len(), 3, "each with each");
        let both = merge(&db, "RD3/R2", "RD3/R3");
        let asked = queue(&db);
        assert_eq!(asked.len(), 1, "one question about two people");
        assert_ne!(person_of(&db, "RD3/R1"), both);
    }
}
