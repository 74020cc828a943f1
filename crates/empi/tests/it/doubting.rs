//! What comes later may show that a link is wrong: a steward is asked and the reader warned, once.

use db::Db;
use empi::{Decided, Decision, Doubt, Error, ReviewKind};
use model::{Demographics, PersonId};

use crate::invariants::repair;
use crate::merging::merge;
use crate::stewarding::{answer, state};
use crate::world::*;

const R: &str = "RD3/R1";
const B: &str = "RBD/B1";

fn are_one(db: &Db) -> bool {
    person_of(db, R) == person_of(db, B)
}

fn warnings(db: &Db) -> usize {
    let id = person_of(db, R);
    read(db, |tx| empi::person(tx, id)).unwrap().questions.len()
}

/// Her sister, at the same home.
fn barbara() -> Demographics {
    Demographics {
        names: vec![name("Hardy", "Barbara")],
        birth_date: "1949-08-09".parse().ok(),
        ..without_number(thomasina())
    }
}

fn married_and_moved() -> Demographics {
    Demographics {
        names: vec![name("Yeobright", "Thomasina")],
        addresses: vec![address("1 Quay", "BH15 1HJ")],
        telephones: vec![],
        ..without_number(thomasina())
    }
}

fn raised(db: &Db, a: PersonId, b: PersonId) -> i64 {
    let doubt = Doubt::TwoPeople(a, b);
    write(db, move |tx| empi::raise(tx, model(), doubt, "one home", &steward(), day(1))).review()
}

#[test]
fn a_record_that_becomes_another_persons_is_asked_about_at_once_and_once() {
    let starts = [
        (without_number(thomasina()), without_number(thomasina())),
        (thomasina(), without_number(thomasina())),
        (thomasina(), thomasina()),
    ];
    for (one, other) in starts {
        for becomes in [gabriel(), barbara()] {
            for db in indexes() {
                feed(&db, R, &one);
                feed(&db, B, &other);
                feed_on(&db, 1, B, &becomes);
                assert!(are_one(&db), "a steward decides");
                assert_eq!(queued(&db), [ReviewKind::DoubtedLink]);
                assert_eq!(warnings(&db), 1);
                let asked = queue(&db)[0].id;
                let moved = vec![address("1 Quay", "BH15 1HJ")];
                feed_on(&db, 2, B, &Demographics { addresses: moved, ..becomes.clone() });
                repair(&db);
                let now: Vec<i64> = queue(&db).iter().map(|review| review.id).collect();
                assert_eq!(now, [asked]);
                // The source puts it right.
                feed_on(&db, 3, B, &other);
                assert_eq!((queued(&db), warnings(&db)), (vec![], 0));
            }
        }
    }
}

#[test]
fn a_marriage_with_a_move_and_details_that_become_fewer_are_no_other_person() {
    for db in indexes() {
        feed(&db, R, &without_number(thomasina()));
        feed(&db, B, &without_number(thomasina()));
        let no_longer_known = Demographics { birth_date: None, ..married_and_moved() };
        let corrected =
            Demographics { birth_date: "1951-08-09".parse().ok(), ..without_number(thomasina()) };
        let fewer = Demographics { names: vec![name("Hardy", "T")], ..Demographics::default() };
        for said in
            [married_and_moved(), no_longer_known, corrected, fewer, Demographics::default()]
        {
            feed_on(&db, 1, B, &said);
            repair(&db);
            assert!(are_one(&db));
            assert_eq!(queued(&db), [], "{said:?}");
        }
    }
}

#[test]
fn two_records_that_become_another_persons_together_do_not_vouch_for_each_other() {
    for db in indexes() {
        for record in [R, "RDZ/Z1", B, "RTH/T1"] {
            feed(&db, record, &without_number(thomasina()));
        }
        feed_on(&db, 1, B, &gabriel());
        feed_on(&db, 1, "RTH/T1", &gabriel());
        assert_eq!(queued(&db), [ReviewKind::DoubtedLink]);
        repair(&db);
        assert_eq!(queued(&db), [ReviewKind::DoubtedLink]);
    }
}

#[test]
fn the_repair_pass_asks_about_a_link_that_nobody_has_questioned() {
    for db in indexes() {
        feed(&db, R, &without_number(thomasina()));
        feed(&db, B, &without_number(thomasina()));
        feed_on(&db, 1, B, &gabriel());
        write(&db, |tx| Ok(tx.execute("delete from review", &[])?));
        crate::upkeep::idle(&db);
        assert!(are_one(&db));
        assert_eq!((queued(&db), warnings(&db)), (vec![ReviewKind::DoubtedLink], 1));
    }
}

#[test]
fn what_a_steward_confirmed_on_these_details_is_asked_again_only_on_others() {
    for db in indexes() {
        feed(&db, R, &without_number(thomasina()));
        feed(&db, B, &without_number(thomasina()));
        feed_on(&db, 1, B, &barbara());
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        let moved = vec![address("1 Quay", "BH15 1HJ")];
        feed_on(&db, 11, B, &Demographics { addresses: moved, ..barbara() });
        repair(&db);
        assert_eq!(queued(&db), []);
        feed_on(&db, 12, B, &gabriel());
        assert_eq!((queued(&db), warnings(&db)), (vec![ReviewKind::DoubtedLink], 1));
        assert_eq!(queue(&db)[0].id, review);
    }
}

#[test]
fn a_number_that_the_steward_did_not_see_is_asked_of_two_stewards() {
    let far = Demographics {
        names: vec![name("Hardy-Boldwood", "Tamsin")],
        birth_date: "1948-02-21".parse().ok(),
        addresses: vec![],
        telephones: vec![],
        ..without_number(thomasina())
    };
    for db in indexes() {
        let (p, q) = (feed(&db, R, &thomasina()), feed(&db, B, &far));
        let review = raised(&db, p, q);
        let one = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(one, Ok(Decided::Done)), "{one:?}");
        feed_on(&db, 11, B, &with_number(far.clone(), 2));
        assert!(are_one(&db), "the steward's word stands");
        assert_eq!((queued(&db), warnings(&db)), (vec![ReviewKind::ConfusedNumber], 1));
        repair(&db);
        assert_eq!(queued(&db), [ReviewKind::ConfusedNumber]);
        let review = queue(&db)[0].id;
        let one = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(one, Ok(Decided::NeedsSecond)), "{one:?}");
        answer(&db, review, Decision::SamePerson, &second_steward()).unwrap();
        repair(&db);
        let renamed = vec![name("Boldwood", "Tamsin")];
        feed_on(&db, 12, B, &Demographics { names: renamed, ..with_number(far.clone(), 2) });
        assert!(are_one(&db));
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn the_numbers_of_two_records_that_one_steward_joined_without_any_are_asked_about() {
    for db in indexes() {
        let (p, q) = (feed(&db, R, &without_number(thomasina())), feed(&db, B, &gabriel()));
        let review = raised(&db, p, q);
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        feed_on(&db, 11, R, &thomasina());
        assert_eq!(queued(&db), []);
        feed_on(&db, 12, B, &with_number(gabriel(), 2));
        assert!(are_one(&db));
        assert_eq!(queued(&db), [ReviewKind::ConfusedNumber]);
    }
}

#[test]
fn a_question_is_closed_when_one_of_the_two_is_protected() {
    let flag = |said: Demographics| Demographics { sensitive: true, ..said };
    for db in indexes() {
        // Asked by hand.
        let (p, q) = (feed(&db, R, &thomasina()), feed(&db, B, &gabriel()));
        let review = raised(&db, p, q);
        feed_on(&db, 2, R, &flag(thomasina()));
        assert_eq!((queued(&db), state(&db, review)), (vec![], "resolved"));
        let late = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(late, Err(Error::ReviewClosed)), "{late:?}");
    }
    for db in indexes() {
        // Asked by the engine; and the flag comes with another record of the person.
        feed(&db, R, &thomasina());
        feed(&db, B, &with_number(thomasina(), 2));
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
        feed_on(&db, 2, "RDZ/Z1", &flag(thomasina()));
        assert_eq!(queued(&db), []);
        repair(&db);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn two_people_of_whom_one_is_protected_are_not_joined_by_an_answer() {
    for db in indexes() {
        let (p, q) = (feed(&db, R, &thomasina()), feed(&db, B, &gabriel()));
        let review = raised(&db, p, q);
        feed_on(&db, 2, R, &Demographics { sensitive: true, ..thomasina() });
        write(&db, |tx| Ok(tx.execute("update review set state = 'open'", &[])?));
        let same = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(same, Err(Error::Protected)), "{same:?}");
        let shown = db.write(move |tx| {
            empi::preview(tx, model(), review, &Decision::SamePerson, &steward(), day(10))
        });
        assert!(matches!(shown, Err(Error::Protected)));
        // The pass closes what was left open.
        repair(&db);
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_merge_of_strangers_is_believed_and_asked_about() {
    for db in indexes() {
        let person = feed(&db, R, &thomasina());
        feed(&db, "RD3/G", &gabriel());
        merge(&db, R, "RD3/G");
        assert_eq!(person_of(&db, "RD3/G"), person);
        let asked = queue(&db);
        assert_eq!((queued(&db), warnings(&db)), (vec![ReviewKind::DoubtedLink], 1));
        assert_eq!(asked[0].filed_by, "source");
        repair(&db);
        assert_eq!(queue(&db)[0].filed_by, "source");
        assert_eq!(queued(&db).len(), 1);
    }
    for db in indexes() {
        // A number that nothing else was ever said of is no stranger.
        feed(&db, R, &thomasina());
        merge(&db, R, "RD3/R9");
        assert_eq!(queued(&db), []);
    }
}
