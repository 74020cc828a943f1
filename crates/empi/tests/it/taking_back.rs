//! In any world, whatever was decided in it, taking it back leaves no trace of it.

use std::collections::{BTreeMap, BTreeSet};

use empi::{Decision, Error};
use model::{Demographics, NhsNumberStatus};
use proptest::prelude::*;

use crate::invariants::{named, record, repair};
use crate::undoing::{decide_for_good, dump, rebuilt, redirects, redirects_of, undo};
use crate::world::*;

/// Something that happens in a world.
#[derive(Debug, Clone)]
enum Step {
    /// A steward decides the question at this place of the queue, in one of four ways.
    Decide(usize, usize, u8),
    /// A source says this of the record at this place, known or not.
    Feed(usize, Demographics),
}

impl Step {
    fn fed(&self) -> Option<usize> {
        match self {
            Self::Feed(at, _) => Some(*at),
            Self::Decide(..) => None,
        }
    }
}

fn steps(places: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let decided = (0usize..10, 0usize..4, any::<u8>())
        .prop_map(|(which, how, chosen)| Step::Decide(which, how, chosen));
    let told = (places, record()).prop_map(|(at, said)| Step::Feed(at, said));
    prop::collection::vec(prop_oneof![decided, told], 1..8)
}

/// Plays them, one a day; the questions that were decided.
fn play(db: &db::Db, steps: &[Step]) -> Vec<i64> {
    let mut done = Vec::new();
    for (day, step) in (1..).zip(steps) {
        match step {
            Step::Feed(at, said) => {
                feed_on(db, day, &named(*at), said);
            }
            Step::Decide(which, how, chosen) => {
                let queue = queue(db);
                let Some(review) = queue.get(which % queue.len().max(1)) else { continue };
                if decide_somehow(db, review, *how, *chosen) {
                    done.push(review.id);
                }
            }
        }
    }
    done
}

fn small_world(world: &[Demographics]) -> db::scratch::Scratch {
    let db = db::scratch::sqlite();
    db.migrate(&[empi::MIGRATIONS]).unwrap();
    for (at, said) in world.iter().enumerate() {
        feed(&db, &named(at), said);
    }
    db
}

/// Takes these decisions back in this order, each after the ones that are said to rest on it.
fn take_all_back(db: &db::Db, mut order: Vec<i64>) {
    let when = order.clone();
    while let Some(review) = order.pop() {
        let stands = dump(db);
        match undo(db, review) {
            Err(Error::LaterDecision(later)) => {
                assert_eq!(dump(db), stands, "what is refused changes nothing");
                let place = order.iter().position(|other| *other == later);
                let place = place.unwrap_or_else(|| panic!("{later} of {when:?} stands no more"));
                order.remove(place);
                order.extend([review, later]);
            }
            undone => undone.unwrap(),
        }
        assert_eq!(rebuilt(db), 0, "the events tell the same");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn decided_and_taken_back_in_any_world_everything_is_as_it_was(
        world in prop::collection::vec(record(), 3..10),
        choices in prop::collection::vec((0usize..10, 0usize..4, any::<u8>()), 1..6),
    ) {
        let db = small_world(&world);
        let mut done = Vec::new();
        for (which, how, chosen) in choices {
            let queue = queue(&db);
            let Some(review) = queue.get(which % queue.len().max(1)) else { break };
            let before = (dump(&db), redirects(&db));
            if decide_somehow(&db, review, how, chosen) {
                done.push((review.id, before));
            } else {
                prop_assert_eq!(&dump(&db), &before.0, "what is refused changes nothing");
            }
        }
        for (review, before) in done.into_iter().rev() {
            undo(&db, review).unwrap();
            prop_assert_eq!((dump(&db), redirects_of(&db, &before.1)), before);
            prop_assert_eq!(rebuilt(&db), 0);
        }
    }

    #[test]
    fn taken_back_in_any_order_everything_is_as_it_was(
        world in prop::collection::vec(record(), 3..10),
        choices in prop::collection::vec((0usize..10, 0usize..4, any::<u8>(), any::<u16>()), 2..6),
    ) {
        let db = small_world(&world);
        let before = (dump(&db), redirects(&db));
        let mut done: Vec<(u16, i64)> = Vec::new();
        for (which, how, chosen, turn) in choices {
            let queue = queue(&db);
            let Some(review) = queue.get(which % queue.len().max(1)) else { break };
            if decide_somehow(&db, review, how, chosen) {
                done.push((turn, review.id));
            }
        }
        done.sort_unstable();
        take_all_back(&db, done.into_iter().map(|(_, review)| review).collect());
        prop_assert_eq!((dump(&db), redirects_of(&db, &before.1)), before);
    }

    #[test]
    fn taken_back_after_new_records_the_people_are_who_they_would_have_been(
        world in prop::collection::vec(record(), 3..8),
        steps in steps(20..40),
    ) {
        let (db, untouched) = (small_world(&world), small_world(&world));
        let mut known = BTreeSet::new();
        // A record's second description depends on the people that its first one was linked to.
        let steps: Vec<Step> =
            steps.into_iter().filter(|step| step.fed().is_none_or(|at| known.insert(at))).collect();
        let done = play(&db, &steps);
        let of_sources: Vec<Step> =
            steps.into_iter().filter(|step| step.fed().is_some()).collect();
        play(&untouched, &of_sources);
        take_all_back(&db, done);
        let people = [&db, &untouched].map(|db| {
            repair(db);
            everybody(db)
        });
        prop_assert_eq!(&people[0], &people[1]);
    }

    #[test]
    fn taken_back_after_any_news_nothing_that_was_decided_is_left(
        world in prop::collection::vec(record(), 3..8),
        steps in steps(0..12),
    ) {
        let db = small_world(&world);
        take_all_back(&db, play(&db, &steps));
        let said = db.read(|tx| tx.query("select patient from assertion", &[], |row| row.get::<String>(0)));
        prop_assert_eq!(said.map_err(Error::from).unwrap(), Vec::<String>::new());
        let filter = empi::ReviewFilter { states: empi::ReviewStates::Decided, ..Default::default() };
        let page = empi::Page { offset: 0, limit: 100 };
        prop_assert!(read(&db, |tx| empi::review_queue(tx, &filter, page, day(20))).is_empty());
        for person in everybody(&db) {
            prop_assert!(verified_numbers(&db, &person) < 2, "two numbers in {person:?}");
        }
    }
}

/// How many verified NHS numbers these records hold.
fn verified_numbers(db: &db::Db, records: &BTreeSet<String>) -> usize {
    let number = |at: &String| {
        let id = identity(&named(at[1..].parse().unwrap())).local_patient();
        let record = read(db, |tx| empi::local_patient(tx, id)).unwrap().demographics;
        record.nhs_number.filter(|_| record.nhs_number_status == NhsNumberStatus::Verified)
    };
    records.iter().filter_map(number).collect::<BTreeSet<_>>().len()
}

/// Who is together with whom, whatever the ids.
fn everybody(db: &db::Db) -> BTreeSet<BTreeSet<String>> {
    let sql = "select person, value from local_patient";
    let rows = |tx: &mut db::Tx| tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (person, record) in db.read(rows).map_err(Error::from).unwrap() {
        people.entry(person).or_default().insert(record);
    }
    people.into_values().collect()
}

/// One of the ways to decide for good; two stewards where it takes two. `false` where it is refused.
fn decide_somehow(db: &db::Db, review: &empi::Review, how: usize, chosen: u8) -> bool {
    let members = read(db, |tx| empi::local_patients(tx, review.a.person));
    let chosen = members.iter().enumerate().filter(|(at, _)| chosen >> (at % 8) & 1 == 1);
    let decision = match how {
        0 | 1 => Decision::SamePerson,
        2 => Decision::NotTheSame,
        _ => Decision::Split(chosen.map(|(_, record)| record.id).collect()),
    };
    decide_for_good(db, review.id, &decision)
}
