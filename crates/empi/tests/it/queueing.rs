//! Which question a steward sees first, and what a page of them shows.

use empi::{Activity, Page, ReviewFilter, ReviewKind, ReviewStates};
use model::Demographics;

use crate::world::*;

fn note(db: &db::Db, text: &str, activity: Activity, on: i64) {
    let id = identity(text).local_patient();
    write(db, move |tx| empi::note_activity(tx, id, activity, day(on)));
}

/// A possible duplicate at one hospital, of somebody whose name no one else has.
fn duplicate(db: &db::Db, number_of: u32, family: &str, born: &str) -> (String, String) {
    let who = Demographics {
        names: vec![name(family, "Diggory")],
        birth_date: born.parse().ok(),
        addresses: vec![],
        telephones: vec![],
        ..with_number(thomasina(), number_of)
    };
    let (one, other) = (format!("RD3/{family}1"), format!("RD3/{family}2"));
    feed(db, &one, &who);
    feed(db, &other, &without_number(who));
    (one, other)
}

/// The families of the questions, in order.
fn order(db: &db::Db, now: i64) -> Vec<String> {
    let page = Page { offset: 0, limit: 10 };
    let filter = ReviewFilter::default();
    let reviews = read(db, |tx| empi::review_queue(tx, &filter, page, day(now)));
    reviews.iter().map(|review| review.a.demographics.names[0].family.clone()).collect()
}

fn three(db: &db::Db) -> [String; 3] {
    let venn = duplicate(db, 11, "Venn", "1950-04-17").0;
    let yeobright = duplicate(db, 12, "Yeobright", "1962-09-30").0;
    let wildeve = duplicate(db, 13, "Wildeve", "1985-12-08").1;
    [venn, yeobright, wildeve]
}

#[test]
fn whoever_is_in_hospital_stands_first_then_whoever_was_seen_lately() {
    for db in indexes() {
        let [_, yeobright, wildeve] = three(&db);
        assert_eq!(order(&db, 1), ["Venn", "Yeobright", "Wildeve"], "the oldest first");
        note(&db, &wildeve, Activity::Seen, 1);
        assert_eq!(order(&db, 2), ["Wildeve", "Venn", "Yeobright"]);
        note(&db, &yeobright, Activity::InHospital, 2);
        assert_eq!(order(&db, 2), ["Yeobright", "Wildeve", "Venn"]);
        assert_eq!(read(&db, empi::review_counts).in_hospital, 1);
        let reasons = queue(&db)[0].priority.reasons.clone();
        assert_eq!(reasons, ["in hospital now", "part of one person's record may be missed"]);
        // Older news than the admission changes nothing; the discharge does.
        note(&db, &yeobright, Activity::Left, 1);
        assert_eq!(order(&db, 2)[0], "Yeobright");
        note(&db, &yeobright, Activity::Left, 3);
        assert_eq!(read(&db, empi::review_counts).in_hospital, 0);
        assert_eq!(
            order(&db, 3),
            ["Yeobright", "Wildeve", "Venn"],
            "both lately: the oldest first"
        );
        assert_eq!(order(&db, 9)[1], "Wildeve", "a week is over, and it stands before the unseen");
        assert_eq!(order(&db, 100), ["Venn", "Yeobright", "Wildeve"], "nobody was seen lately");
    }
}

#[test]
fn a_question_filed_about_somebody_in_hospital_stands_first_at_once() {
    for db in indexes() {
        duplicate(&db, 11, "Venn", "1950-04-17");
        let who = Demographics { names: vec![name("Oak", "Gabriel")], ..thomasina() };
        feed(&db, "RD3/O1", &who);
        note(&db, "RD3/O1", Activity::InHospital, 1);
        feed(&db, "RD3/O2", &without_number(who));
        assert_eq!(order(&db, 2), ["Oak", "Venn"]);
    }
}

#[test]
fn pages_are_stable_and_queues_are_counted_by_kind() {
    for db in indexes() {
        three(&db);
        let baby = |given: &str| Demographics {
            names: vec![name("Smith", given)],
            birth_date: "2026-02-01".parse().ok(),
            ..without_number(thomasina())
        };
        feed(&db, "RD3/T1", &baby("James"));
        feed(&db, "RDZ/T2", &baby("Jamie"));
        let filter = ReviewFilter::default();
        let page = |offset| {
            let page = Page { offset, limit: 2 };
            let reviews = read(&db, |tx| empi::review_queue(tx, &filter, page, day(1)));
            reviews.into_iter().map(|review| review.id).collect::<Vec<_>>()
        };
        let all: Vec<i64> = queue(&db).iter().map(|review| review.id).collect();
        assert_eq!([page(0), page(2), page(4)].concat(), all);
        let counts = read(&db, empi::review_counts);
        let twins =
            i64::try_from(queued(&db).iter().filter(|kind| **kind == ReviewKind::Twins).count());
        assert_eq!(counts.to_do.len(), ReviewKind::ALL.len());
        assert!(counts.to_do.contains(&(ReviewKind::PossibleDuplicate, 3)));
        assert!(counts.to_do.contains(&(ReviewKind::Twins, twins.unwrap())));
        assert_eq!(counts.total(), read(&db, empi::review_count));
        let only = ReviewFilter { kind: Some(ReviewKind::Twins), ..filter };
        let all = Page { offset: 0, limit: 10 };
        let found = read(&db, |tx| empi::review_queue(tx, &only, all, day(1)));
        assert!(found.iter().all(|review| review.kind == ReviewKind::Twins));
    }
}

#[test]
fn the_next_question_follows_the_one_just_answered_and_after_the_last_comes_the_first() {
    for db in indexes() {
        three(&db);
        let filter = ReviewFilter::default();
        let ids: Vec<i64> = queue(&db).iter().map(|review| review.id).collect();
        let next = |after| read(&db, |tx| empi::next_review(tx, &filter, after, day(1)));
        assert_eq!(next(ids[0]), Some(ids[1]));
        assert_eq!(next(ids[2]), Some(ids[0]));
        let decision = empi::Decision::NotTheSame;
        crate::stewarding::answer(&db, ids[1], decision, &steward()).unwrap();
        assert_eq!(next(ids[1]), Some(ids[2]));
        let decided = ReviewFilter { states: ReviewStates::Decided, ..filter };
        let page = Page { offset: 0, limit: 10 };
        let found = read(&db, |tx| empi::review_queue(tx, &decided, page, day(1)));
        assert_eq!(found.iter().map(|review| review.id).collect::<Vec<_>>(), [ids[1]]);
        for id in [ids[0], ids[2]] {
            crate::stewarding::answer(&db, id, empi::Decision::NotTheSame, &steward()).unwrap();
        }
        assert_eq!(next(ids[1]), None);
    }
}
