//! A sensitive person (PDS S-flag): one record that says so hides where they live in all of them.

use db::Db;
use empi::Search;
use model::{Demographics, PersonId};

use crate::world::*;

/// Poole knows the address; Dorset County's record of the same person says that it is protected.
fn protected_elsewhere(db: &Db) -> PersonId {
    let person = feed(db, "RD3/R1", &with_contacts());
    let sensitive = Demographics { sensitive: true, ..with_contacts() };
    assert_eq!(feed(db, "RBD/B1", &sensitive), person);
    person
}

fn with_contacts() -> Demographics {
    Demographics {
        emails: vec!["thomasina@egdon.example".into()],
        gp_practice: model::OdsCode::parse("J81012").ok(),
        ..thomasina()
    }
}

fn says_nothing_of_place(who: &Demographics) -> bool {
    who.sensitive
        && who.addresses.is_empty()
        && who.telephones.is_empty()
        && who.emails.is_empty()
        && who.gp_practice.is_none()
}

#[test]
fn one_sensitive_record_protects_the_person_and_every_record() {
    for db in indexes() {
        let id = protected_elsewhere(&db);
        let person = read(&db, |tx| empi::person(tx, id)).unwrap();
        assert!(says_nothing_of_place(&person.demographics));
        assert_eq!(person.demographics.birth_date, thomasina().birth_date);
        let one = read(&db, |tx| empi::local_patient(tx, identity("RD3/R1").local_patient()));
        let listed = read(&db, |tx| empi::local_patients(tx, id));
        let records: Vec<_> = person.local_patients.into_iter().chain(listed).chain(one).collect();
        assert_eq!(records.len(), 5);
        assert!(records.iter().all(|record| says_nothing_of_place(&record.demographics)));
    }
}

#[test]
fn a_search_finds_a_sensitive_person_without_their_place() {
    for db in indexes() {
        protected_elsewhere(&db);
        let by_number = Search { nhs_number: Some(number(1)), ..Search::default() };
        let by_name = Search {
            family: "Hardy".into(),
            given: "Thomasina".into(),
            birth_date: thomasina().birth_date,
            ..Search::default()
        };
        for search in [by_number, by_name] {
            let found = read(&db, |tx| empi::find(tx, &search)).people;
            assert_eq!(found.len(), 1);
            assert!(says_nothing_of_place(&found[0].demographics));
        }
    }
}

#[test]
fn a_review_shows_the_place_of_the_other_person_only() {
    for db in indexes() {
        feed(&db, "RD3/R1", &with_contacts());
        feed(&db, "RD3/R2", &with_number(with_contacts(), 2));
        protected_elsewhere(&db);
        // Nobody but a source that knows both may have it asked.
        assert_eq!(queued(&db), []);
        crate::merging::merge(&db, "RD3/R1", "RD3/R2");
        let reviews = queue(&db);
        assert_eq!(reviews.len(), 1);
        for record in [&reviews[0].a, &reviews[0].b] {
            let is_protected = record.identity == identity("RD3/R1");
            assert_eq!(says_nothing_of_place(&record.demographics), is_protected);
        }
    }
}

#[test]
fn when_no_record_is_sensitive_any_more_the_place_is_shown_again() {
    for db in indexes() {
        let id = protected_elsewhere(&db);
        feed_on(&db, 1, "RBD/B1", &with_contacts());
        let person = read(&db, |tx| empi::person(tx, id)).unwrap();
        assert_eq!(person.demographics.addresses, with_contacts().addresses);
        assert!(!person.demographics.sensitive);
    }
}

#[test]
fn a_question_filed_before_a_record_was_protected_no_longer_tells_its_place() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        let sister = Demographics {
            names: vec![name("Hardy", "Barbara")],
            ..without_number(with_contacts())
        };
        feed(&db, "RBD/B1", &Demographics { nhs_number: Some(number(1)), ..sister });
        let places = |review: &empi::Review| {
            let told = |part: &&empi::Evidence| matching::PLACES.contains(&part.field.as_str());
            review.waterfall.iter().filter(told).count()
        };
        let before = queue(&db).remove(0);
        assert!(places(&before) > 0, "{:?}", before.waterfall);
        let id = before.id;
        let apart = empi::Decision::NotTheSame;
        crate::stewarding::answer(&db, id, apart, &steward()).unwrap();
        feed_on(&db, 1, "RD3/R1", &Demographics { sensitive: true, ..thomasina() });
        // Decided, so not weighed again; and still to be read.
        let after = read(&db, |tx| empi::review(tx, id)).unwrap();
        assert_eq!(places(&after), 0);
        let sum: f64 = after.waterfall.iter().map(|part| part.weight).sum();
        assert!((sum - after.weight).abs() < 1e-6, "{sum} {}", after.weight);
    }
}

#[test]
fn a_flag_that_comes_later_does_not_take_a_record_out_of_its_person() {
    for db in indexes() {
        let person = feed(&db, "RD3/R1", &thomasina());
        assert_eq!(feed(&db, "RBD/B1", &without_number(thomasina())), person);
        feed_on(&db, 1, "RD3/R1", &Demographics { sensitive: true, ..thomasina() });
        write(&db, |tx| empi::repair(tx, model(), 0, 100, day(9)));
        assert_eq!([person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1")], [person, person]);
    }
}

#[test]
fn who_was_protected_before_the_store_kept_it_beside_the_details_is_so_afterwards() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &Demographics { sensitive: true, ..gabriel() });
        let migration = include_str!("../../migrations/0009_sensitive.sql");
        let fill = migration.split_once(';').unwrap().1.trim();
        assert_eq!(marked(&db), ["B1"]);
        write(&db, |tx| Ok(tx.execute("update local_patient set sensitive = 0", &[])?));
        assert!(marked(&db).is_empty());
        write(&db, move |tx| Ok(tx.execute(fill, &[])?));
        assert_eq!(marked(&db), ["B1"]);
    }
}

fn marked(db: &Db) -> Vec<String> {
    let sql = "select value from local_patient where sensitive = 1";
    read(db, move |tx| Ok(tx.query(sql, &[], |row| row.get(0))?))
}
