//! Newborns: joined by their mother and order of birth, else a steward is asked.

use empi::ReviewKind;
use model::Demographics;

use crate::world::*;

fn baby(order: Option<u8>) -> Demographics {
    Demographics {
        names: vec![name("Hardy", "Baby")],
        birth_date: "2026-01-03".parse().ok(),
        birth_order: order,
        ..Demographics::default()
    }
}

fn born(db: &db::Db, newborn: &str, mother: &str, order: Option<u8>) {
    let (newborn, mother) = (identity(newborn), identity(mother));
    write(db, move |tx| empi::birth(tx, model(), &newborn, &mother, order, day(3)));
}

fn mother(db: &db::Db) {
    feed(db, "RD3/R1", &thomasina());
    feed(db, "RBD/B1", &thomasina());
}

#[test]
fn a_newborn_is_joined_by_its_mother_and_order_of_birth() {
    for db in indexes() {
        mother(&db);
        feed(&db, "RD3/R2", &baby(None));
        feed(&db, "RBD/B2", &baby(None));
        assert_ne!(person_of(&db, "RD3/R2"), person_of(&db, "RBD/B2"));
        born(&db, "RD3/R2", "RD3/R1", Some(1));
        born(&db, "RBD/B2", "RBD/B1", Some(1));
        assert_eq!(person_of(&db, "RD3/R2"), person_of(&db, "RBD/B2"));
        assert_eq!(queued(&db), []);
        assert_ne!(person_of(&db, "RD3/R2"), person_of(&db, "RD3/R1"), "not with its mother");
    }
}

#[test]
fn twins_of_one_mother_stay_two() {
    for db in indexes() {
        mother(&db);
        for (record, mother, order) in
            [("RD3/R2", "RD3/R1", 1), ("RD3/R3", "RD3/R1", 2), ("RBD/B2", "RBD/B1", 2)]
        {
            feed(&db, record, &baby(Some(order)));
            born(&db, record, mother, Some(order));
        }
        assert_ne!(person_of(&db, "RD3/R2"), person_of(&db, "RD3/R3"));
        assert_eq!(person_of(&db, "RBD/B2"), person_of(&db, "RD3/R3"));
    }
}

#[test]
fn without_an_order_of_birth_a_steward_is_asked() {
    for db in indexes() {
        mother(&db);
        feed(&db, "RD3/R2", &baby(None));
        feed(&db, "RBD/B2", &baby(None));
        born(&db, "RD3/R2", "RD3/R1", Some(1));
        born(&db, "RBD/B2", "RBD/B1", None);
        assert_ne!(person_of(&db, "RD3/R2"), person_of(&db, "RBD/B2"));
        assert_eq!(queued(&db), [ReviewKind::Newborn]);
    }
}

#[test]
fn children_of_one_mother_with_two_forenames_are_not_joined_by_a_wrong_order() {
    for db in indexes() {
        mother(&db);
        let named = |given| Demographics { names: vec![name("Hardy", given)], ..baby(Some(1)) };
        feed(&db, "RD3/R2", &named("Oliver"));
        feed(&db, "RBD/B2", &named("George"));
        born(&db, "RD3/R2", "RD3/R1", Some(1));
        born(&db, "RBD/B2", "RBD/B1", Some(1));
        assert_ne!(person_of(&db, "RD3/R2"), person_of(&db, "RBD/B2"));
    }
}
