//! NHS numbers that PDS has replaced.

use empi::{ReviewKind, Search};
use model::Demographics;

use crate::world::*;

fn supersede(db: &db::Db, old: u32, new: u32) -> usize {
    write(db, move |tx| empi::supersede(tx, model(), number(old), number(new), day(9)))
}

#[test]
fn two_numbers_of_one_person_are_one_number_from_then_on() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RBD/B1", &with_number(thomasina(), 2));
        assert_ne!(first, second);
        assert_eq!(supersede(&db, 2, 1), 1);
        assert_eq!(person_of(&db, "RBD/B1"), first);
        assert_eq!(read(&db, empi::review_count), 0, "the question is settled");
        // A source that still sends the old number means the same person.
        assert_eq!(feed(&db, "RDZ/Z1", &with_number(thomasina(), 2)), first);
        let person = read(&db, |tx| empi::person(tx, first)).unwrap();
        assert_eq!(person.demographics.nhs_number, Some(number(1)));
        let said = &person.local_patients[1].demographics.nhs_number;
        assert_eq!(*said, Some(number(2)), "what a source said stays as it said it");
        let wanted = Search { nhs_number: Some(number(2)), ..Search::default() };
        let found = read(&db, |tx| empi::find(tx, &wanted));
        assert_eq!(found.people[0].id, first);
    }
}

#[test]
fn a_number_replaced_twice_is_followed_to_the_end_and_the_way_back_makes_no_circle() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        let third = feed(&db, "RBD/B1", &with_number(thomasina(), 3));
        supersede(&db, 1, 2);
        supersede(&db, 2, 3);
        assert_eq!(person_of(&db, "RD3/R1"), read(&db, |tx| empi::resolve(tx, third)).unwrap());
        supersede(&db, 3, 2);
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn a_number_replaced_by_mistake_is_its_own_again() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &with_number(thomasina(), 2));
        supersede(&db, 2, 1);
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        // The other way round is the later word, and it is one person all the same.
        supersede(&db, 1, 2);
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        let person = read(&db, |tx| empi::person(tx, person_of(&db, "RD3/R1"))).unwrap();
        assert_eq!(person.demographics.nhs_number, Some(number(2)));
    }
}

#[test]
fn a_replacement_that_was_wrong_is_corrected_for_everybody() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &with_number(thomasina(), 2));
        let third = feed(&db, "RDZ/Z1", &with_number(thomasina(), 3));
        supersede(&db, 2, 1);
        assert_eq!(person_of(&db, "RBD/B1"), person_of(&db, "RD3/R1"));
        assert_eq!(supersede(&db, 2, 3), 1);
        assert_ne!(person_of(&db, "RBD/B1"), person_of(&db, "RD3/R1"));
        assert_eq!(person_of(&db, "RBD/B1"), read(&db, |tx| empi::resolve(tx, third)).unwrap());
    }
}

#[test]
fn one_sources_word_about_two_numbers_does_not_make_two_strangers_one() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RBD/B1", &with_number(gabriel(), 2));
        assert_eq!(supersede(&db, 2, 1), 0);
        assert_eq!((person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1")), (first, second));
        let asked = &queue(&db)[0];
        assert_eq!((asked.kind, asked.filed_by.as_str()), (ReviewKind::ConfusedNumber, "source"));
        // A number that nobody here holds yet is believed: there is nobody to be joined.
        assert_eq!(supersede(&db, 4, 1), 0);
        assert_eq!(feed(&db, "RDZ/Z1", &with_number(thomasina(), 4)), first);
    }
}

#[test]
fn a_protected_person_with_a_new_number_is_not_led_to_by_the_old_one() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let protected = Demographics { sensitive: true, ..with_number(thomasina(), 2) };
        let second = feed(&db, "RBD/B1", &protected);
        let asked_before = queue(&db).len();
        assert_eq!(supersede(&db, 1, 2), 0);
        assert_eq!((person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1")), (first, second));
        assert_eq!(queue(&db).len(), asked_before);
    }
}
