//! What a feed makes of people.

use empi::{LinkKind, ReviewKind};
use model::{Demographics, Gender, NhsNumberStatus};

use crate::world::*;

#[test]
fn a_verified_number_and_a_birth_date_link_two_sources() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let elsewhere = Demographics {
            names: vec![name("Henchard", "Tamsin")],
            addresses: vec![],
            telephones: vec![],
            ..thomasina()
        };
        assert_eq!(feed(&db, "RBD/B1", &elsewhere), first);
        assert_eq!(records(&db, first), ["RD3/R1", "RBD/B1"]);
        let history = read(&db, |tx| empi::link_history(tx, first));
        assert_eq!(history.len(), 2);
        assert_eq!(history[1].kind, LinkKind::Linked);
        assert_eq!(history[1].rule, "the same verified NHS number, and the birth date agrees");
        assert!(history[1].waterfall.iter().any(|part| part.field == "NHS number"));
    }
}

#[test]
fn without_a_number_the_details_must_agree_well() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        assert_eq!(feed(&db, "RBD/B1", &without_number(thomasina())), first);
        let stranger = Demographics {
            names: vec![name("Everdene", "Bathsheba")],
            ..without_number(thomasina())
        };
        assert_ne!(feed(&db, "RBD/B2", &stranger), first);
    }
}

#[test]
fn two_verified_numbers_are_never_joined_but_asked_about() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RBD/B1", &with_number(thomasina(), 2));
        assert_ne!(first, second);
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
        // A third record that fits both by its details joins neither silently with the other.
        feed(&db, "RDZ/Z1", &without_number(thomasina()));
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn two_people_on_one_number_are_asked_about() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let other = Demographics {
            names: vec![name("Oak", "Gabriel")],
            birth_date: "1971-11-05".parse().ok(),
            gender: Some(Gender::Male),
            addresses: vec![],
            telephones: vec![],
            ..thomasina()
        };
        assert_ne!(feed(&db, "RBD/B1", &other), first);
        assert_eq!(queued(&db), [ReviewKind::ConfusedNumber]);
    }
}

#[test]
fn twins_are_not_joined_and_not_asked_about_by_their_home_alone() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let twin =
            Demographics { names: vec![name("Hardy", "Eustacia")], ..without_number(thomasina()) };
        assert_ne!(feed(&db, "RBD/B1", &twin), first);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_record_that_fits_both_of_two_twins_makes_them_no_one_person() {
    for db in indexes() {
        let twin = |given: &str, order: Option<u8>| Demographics {
            names: vec![name("Hardy", given)],
            birth_order: order,
            ..without_number(thomasina())
        };
        feed(&db, "RD3/R1", &twin("Thomasina", Some(1)));
        feed(&db, "RBD/B1", &twin("Thomasin", Some(2)));
        feed(&db, "RDZ/Z1", &twin("Thomasina", None));
        feed(&db, "RDY/Y1", &twin("Thomasina Thomasin", None));
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn a_newborn_placeholder_waits_for_a_steward_or_a_number() {
    for db in indexes() {
        let baby = |given: &str| Demographics {
            names: vec![name("Hardy", given)],
            birth_date: "2026-01-03".parse().ok(),
            ..thomasina()
        };
        let first = feed(&db, "RD3/R1", &baby("Clementine"));
        let placeholder = without_number(baby("Baby"));
        assert_ne!(feed(&db, "RBD/B1", &placeholder), first);
        assert_eq!(queued(&db), [ReviewKind::Newborn]);
        // The number arrives: the record joins and the question closes by itself.
        assert_eq!(feed_on(&db, 2, "RBD/B1", &baby("Baby")), first);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn feeding_the_same_again_changes_nothing() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let events = read(&db, |tx| empi::link_history(tx, first)).len();
        assert_eq!(feed_on(&db, 5, "RD3/R1", &thomasina()), first);
        assert_eq!(read(&db, |tx| empi::link_history(tx, first)).len(), events);
    }
}

#[test]
fn a_record_that_becomes_known_joins_and_its_old_id_redirects() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let unnamed = Demographics { names: vec![name("Unknown", "")], ..Demographics::default() };
        let second = feed(&db, "RBD/B1", &unnamed);
        assert_ne!(first, second);
        assert_eq!(feed_on(&db, 1, "RBD/B1", &thomasina()), first);
        assert_eq!(read(&db, |tx| empi::resolve(tx, second)), Some(first));
        assert_eq!(read(&db, |tx| empi::person(tx, second)).unwrap().id, first);
    }
}

#[test]
fn a_corrected_number_takes_the_record_out_at_once_and_asks() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        let second = feed_on(&db, 1, "RBD/B1", &with_number(thomasina(), 2));
        assert_ne!(second, first);
        assert_eq!(records(&db, first), ["RD3/R1"]);
        assert_eq!(queued(&db), [ReviewKind::ConfusedNumber]);
        let last = read(&db, |tx| empi::link_history(tx, second)).pop().unwrap();
        assert_eq!(last.kind, LinkKind::Split);
        assert_eq!(
            last.rule,
            "its verified NHS number was corrected, and differs from this person's"
        );
        // Corrected back: one person again, and nothing to ask any more.
        assert_eq!(feed_on(&db, 2, "RBD/B1", &thomasina()), first);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn the_record_that_began_a_person_leaves_it_too_with_what_its_source_merged_into_it() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        crate::merging::merge(&db, "RD3/R1", "RD3/R2");
        let left = feed_on(&db, 1, "RD3/R1", &with_number(thomasina(), 2));
        assert_eq!(records(&db, first), ["RBD/B1"]);
        assert_eq!(records(&db, left), ["RD3/R1", "RD3/R2"]);
    }
}

#[test]
fn a_corrected_number_joins_the_person_whose_it_is() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        let other = feed(&db, "RDZ/Z1", &with_number(thomasina(), 2));
        assert_eq!(feed_on(&db, 1, "RBD/B1", &with_number(thomasina(), 2)), other);
        assert_eq!(records(&db, first), ["RD3/R1"]);
        assert_eq!(records(&db, other), ["RBD/B1", "RDZ/Z1"]);
    }
}

#[test]
fn a_person_says_that_its_own_links_are_questioned() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        let questions = |db: &db::Db| read(db, |tx| empi::person(tx, first)).unwrap().questions;
        assert_eq!(questions(&db), []);
        // The same number with another name and birth date: two people on one number.
        let other = Demographics {
            names: vec![name("Oak", "Gabriel")],
            birth_date: "1971-11-05".parse().ok(),
            gender: Some(Gender::Male),
            addresses: vec![],
            telephones: vec![],
            ..thomasina()
        };
        assert_eq!(feed_on(&db, 1, "RBD/B1", &other), first);
        let asked = questions(&db);
        let mut whose = [asked[0].a.as_str(), asked[0].b.as_str()];
        whose.sort_unstable();
        assert_eq!((asked.len(), whose), (1, ["RBD", "RD3"]));
    }
}

#[test]
fn two_records_of_one_source_are_joined_by_number_only() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        assert_ne!(feed(&db, "RD3/R2", &without_number(thomasina())), first);
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
        assert_eq!(feed(&db, "RD3/R3", &thomasina()), first);
    }
}

#[test]
fn the_golden_details_take_the_verified_number_and_the_newest_name() {
    for db in indexes() {
        let unverified = Demographics {
            nhs_number: Some(number(9)),
            nhs_number_status: NhsNumberStatus::NotTraced,
            names: vec![name("Henchard", "Thomasina"), name("Hardy", "Thomasina")],
            ..thomasina()
        };
        let first = feed(&db, "RD3/R1", &thomasina());
        feed_on(&db, 3, "RBD/B1", &thomasina());
        feed_on(&db, 4, "RBD/B1", &unverified);
        let person = read(&db, |tx| empi::person(tx, first)).unwrap();
        assert_eq!(person.local_patients.len(), 2);
        assert_eq!(person.demographics.nhs_number, Some(number(1)));
        assert_eq!(person.demographics.names[0].family, "Henchard");
        assert_eq!(person.demographics.names.len(), 2);
    }
}

#[test]
fn a_death_is_not_carried_over_by_likeness_alone() {
    for db in indexes() {
        let dead = Demographics { deceased: true, ..without_number(thomasina()) };
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &dead);
        let first = person_of(&db, "RD3/R1");
        assert_eq!(first, person_of(&db, "RBD/B1"), "that one source knows of it is no conflict");
        assert!(!read(&db, |tx| empi::person(tx, first)).unwrap().demographics.deceased);
        // A link that exists already does not carry it either.
        let db = indexes().remove(0);
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &without_number(thomasina()));
        feed_on(&db, 1, "RBD/B1", &dead);
        assert!(!read(&db, |tx| empi::person(tx, first)).unwrap().demographics.deceased);
    }
}

#[test]
fn a_sensitive_person_is_linked_by_number_only_and_shows_no_place() {
    for db in indexes() {
        let sensitive = Demographics { sensitive: true, ..thomasina() };
        let first = feed(&db, "RD3/R1", &sensitive);
        assert_ne!(feed(&db, "RBD/B1", &without_number(thomasina())), first);
        assert_eq!(queued(&db), [], "old and new identity are not shown side by side");
        assert_eq!(feed(&db, "RDZ/Z1", &thomasina()), first);
        let person = read(&db, |tx| empi::person(tx, first)).unwrap();
        assert!(person.demographics.addresses.is_empty());
        assert!(person.demographics.telephones.is_empty());
    }
}
