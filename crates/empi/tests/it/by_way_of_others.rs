//! What is said about two records is no word about others that come along with them.

use db::Db;
use empi::{Decision, Doubt, Raised};
use model::{Demographics, LocalPatientId};

use crate::sources::{link, unlink};
use crate::stewarding::answer;
use crate::world::*;

fn record(text: &str) -> LocalPatientId {
    identity(text).local_patient()
}

/// A steward's own question, and its number.
fn raise(db: &Db, doubt: Doubt) -> i64 {
    let raised = write(db, move |tx| empi::raise(tx, model(), doubt, "Why?", &steward(), day(5)));
    let (Raised::Filed(review) | Raised::Asked(review)) = raised;
    review
}

fn join(db: &Db, one: &str, other: &str) -> i64 {
    let review = raise(db, Doubt::TwoPeople(person_of(db, one), person_of(db, other)));
    answer(db, review, Decision::SamePerson, &steward()).unwrap();
    review
}

fn william() -> Demographics {
    Demographics {
        names: vec![name("Boldwood", "William")],
        birth_date: "1930-01-09".parse().ok(),
        ..Demographics::default()
    }
}

fn repair(db: &Db) {
    write(db, |tx| empi::repair(tx, model(), 0, 1000, day(30)));
}

#[test]
fn one_steward_does_not_join_two_verified_numbers_by_way_of_a_third_record() {
    for db in indexes() {
        feed(&db, "RD3/A", &thomasina());
        feed(&db, "RBD/A2", &thomasina());
        feed(&db, "RDZ/D", &gabriel());
        feed(&db, "RVY/C", &with_number(william(), 3));
        let joined = join(&db, "RD3/A", "RDZ/D");
        // Parted from the one, and so from the other too, of whom the same was said before.
        let reviewed = read(&db, |tx| empi::review(tx, joined)).unwrap();
        let asked = [reviewed.a.id, reviewed.b.id];
        let places = ["RD3/A", "RBD/A2"];
        let other = places.into_iter().find(|place| !asked.contains(&record(place))).unwrap();
        let doubt = raise(&db, Doubt::Link(record(other), record("RDZ/D")));
        answer(&db, doubt, Decision::NotTheSame, &steward()).unwrap();
        join(&db, "RDZ/D", "RVY/C");
        repair(&db);
        assert_eq!(person_of(&db, "RD3/A"), person_of(&db, "RBD/A2"));
        assert_eq!(person_of(&db, "RDZ/D"), person_of(&db, "RVY/C"));
        assert_ne!(person_of(&db, "RD3/A"), person_of(&db, "RVY/C"));
    }
}

#[test]
fn an_id_that_led_on_leads_to_where_its_own_record_is() {
    for db in indexes() {
        let q = feed(&db, "RD3/Q", &without_number(thomasina()));
        let p = feed(&db, "RD3/P", &gabriel());
        let r = feed(&db, "RD3/R", &william());
        link(&db, "RD3/P", "RD3/R");
        link(&db, "RD3/Q", "RD3/R");
        unlink(&db, "RD3/P", "RD3/R");
        let leads_to = |id| read(&db, |tx| empi::resolve(tx, id)).unwrap();
        assert_eq!(leads_to(q), person_of(&db, "RD3/Q"));
        assert_eq!(leads_to(p), person_of(&db, "RD3/P"));
        assert_eq!(leads_to(r), person_of(&db, "RD3/R"));
        assert_ne!(leads_to(r), leads_to(p), "the source has just said that they are two");
    }
}

#[test]
fn a_source_joins_no_protected_person_with_whoever_they_were_nor_shows_the_two() {
    for db in indexes() {
        let old = feed(&db, "RD3/OLD", &thomasina());
        let hidden = Demographics { sensitive: true, ..william() };
        let new = feed(&db, "RD3/NEW", &hidden);
        crate::merging::merge(&db, "RD3/NEW", "RD3/OLD");
        repair(&db);
        assert_eq!([person_of(&db, "RD3/OLD"), person_of(&db, "RD3/NEW")], [old, new]);
        link(&db, "RD3/NEW", "RD3/OLD");
        repair(&db);
        assert_eq!([person_of(&db, "RD3/OLD"), person_of(&db, "RD3/NEW")], [old, new]);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_link_of_a_source_against_a_stewards_word_is_asked_about() {
    for db in indexes() {
        feed(&db, "RD3/A", &thomasina());
        feed(&db, "RD3/B", &gabriel());
        let review = raise(&db, Doubt::TwoPeople(person_of(&db, "RD3/A"), person_of(&db, "RD3/B")));
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        link(&db, "RD3/A", "RD3/B");
        assert_ne!(person_of(&db, "RD3/A"), person_of(&db, "RD3/B"));
        let asked = &queue(&db)[0];
        assert_eq!((asked.id, asked.filed_by.as_str()), (review, "source"));
    }
}

#[test]
fn a_chain_of_replaced_numbers_may_be_told_in_any_order() {
    for db in indexes() {
        let replace = |old, new| {
            write(&db, move |tx| empi::supersede(tx, model(), number(old), number(new), day(9)))
        };
        feed(&db, "RD3/R3", &with_number(thomasina(), 3));
        feed(&db, "RBD/R2", &with_number(thomasina(), 2));
        replace(2, 3);
        replace(1, 2);
        feed(&db, "RDZ/R2", &with_number(thomasina(), 2));
        feed(&db, "RVY/R1", &with_number(thomasina(), 1));
        let first = person_of(&db, "RD3/R3");
        for place in ["RBD/R2", "RDZ/R2", "RVY/R1"] {
            assert_eq!(person_of(&db, place), first, "{place}");
        }
    }
}

#[test]
fn a_merge_told_again_after_its_link_was_taken_back_is_news() {
    for db in indexes() {
        feed(&db, "RD3/A", &without_number(thomasina()));
        feed(&db, "RD3/B", &gabriel());
        crate::merging::merge(&db, "RD3/A", "RD3/B");
        unlink(&db, "RD3/A", "RD3/B");
        assert_ne!(person_of(&db, "RD3/A"), person_of(&db, "RD3/B"));
        crate::merging::merge(&db, "RD3/A", "RD3/B");
        assert_eq!(person_of(&db, "RD3/A"), person_of(&db, "RD3/B"));
    }
}

#[test]
fn a_day_of_death_is_not_taken_over_from_a_record_linked_by_likeness() {
    for db in indexes() {
        let dead = Demographics { deceased: true, ..thomasina() };
        let person = feed(&db, "RD3/A", &dead);
        let dated = Demographics { death_date: "2019-03-03".parse().ok(), ..dead.clone() };
        feed(&db, "RBD/B", &without_number(dated.clone()));
        feed(&db, "RDZ/C", &without_number(thomasina()));
        let golden = || read(&db, |tx| empi::person(tx, person)).unwrap().demographics;
        assert_eq!((golden().deceased, golden().death_date), (true, None));
        feed_on(&db, 1, "RD3/A", &dated);
        assert_eq!(golden().death_date, dated.death_date);
    }
}

#[test]
fn whoever_asks_by_a_replaced_number_means_the_person_who_has_the_new_one() {
    for db in indexes() {
        let hidden = Demographics { sensitive: true, ..with_number(thomasina(), 2) };
        let person = feed(&db, "RD3/A", &hidden);
        write(&db, |tx| empi::supersede(tx, model(), number(2), number(1), day(9)));
        for stem in [1, 2] {
            let asked = with_number(thomasina(), stem);
            let traced = read(&db, |tx| empi::trace(tx, model(), &asked));
            assert_eq!(traced[0].person, person);
            assert_eq!(traced[0].likeness, empi::Likeness::Certain, "by number {stem}");
        }
    }
}
