//! NHS numbers that PDS has replaced.

use empi::Search;

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
