//! What must hold in every world and every order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use db::params;
use model::{Demographics, Gender, NhsNumber, NhsNumberStatus, PersonId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::world::*;

/// A record of a small, confusing world: few names, few dates, few homes, numbers that are shared,
/// missing, unverified and mistaken.
pub(crate) fn record() -> impl Strategy<Value = Demographics> {
    let names = prop::sample::select(vec!["Hardy", "Hardie", "Oak", "Smith"]);
    let given = prop::sample::select(vec!["Thomas", "Tom", "Baby", "Eustacia", "John", "J"]);
    let born = prop::sample::select(vec!["1947-02-11", "1947-11-02", "1947-02-12", "1980-05-30"]);
    let home = prop::sample::select(vec!["DT2 8QA", "BH15 1HJ"]);
    let numbered = prop::option::weighted(0.7, (1u32..4, prop::bool::weighted(0.7)));
    (names, given, born, home, numbered, prop::bool::weighted(0.1)).prop_map(
        |(family, given, born, home, numbered, deceased)| Demographics {
            nhs_number: numbered.map(|(stem, _)| number(stem)),
            nhs_number_status: match numbered {
                Some((_, true)) => NhsNumberStatus::Verified,
                _ => NhsNumberStatus::NotStated,
            },
            names: vec![name(family, given)],
            birth_date: born.parse().ok(),
            gender: Some(Gender::Male),
            addresses: vec![address("7 Egdon Way", home)],
            deceased,
            ..Demographics::default()
        },
    )
}

/// Record `at` of the world, at one of three sources.
pub(crate) fn named(at: usize) -> String {
    format!("{}/R{at}", ["RD3", "RBD", "RDZ"][at % 3])
}

fn play(world: &[Demographics], order: &[usize]) -> (db::scratch::Scratch, Vec<PersonId>) {
    let db = db::scratch::sqlite();
    db.migrate(&[empi::MIGRATIONS]).unwrap();
    for at in order {
        feed(&db, &named(*at), &world[*at]);
    }
    let people = (0..world.len()).map(|at| person_of(&db, &named(at))).collect();
    (db, people)
}

fn verified_numbers(
    world: &[Demographics],
    people: &[PersonId],
) -> BTreeMap<PersonId, BTreeSet<NhsNumber>> {
    let mut numbers: BTreeMap<PersonId, BTreeSet<NhsNumber>> = BTreeMap::new();
    for (record, person) in world.iter().zip(people) {
        let verified = record.nhs_number_status == NhsNumberStatus::Verified;
        let numbers = numbers.entry(*person).or_default();
        numbers.extend(record.nhs_number.filter(|_| verified));
    }
    numbers
}

/// What stewards and sources say about a world, in this order.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    /// A steward: one person or not.
    Decided(usize, usize, bool),
    /// A source: the second is the first now (A40).
    Merged(usize, usize),
    /// A source: one person (A24) or not (A37).
    Linked(usize, usize, bool),
}

fn word(records: usize) -> impl Strategy<Value = Word> {
    let pair = (0..records, 0..records, any::<bool>());
    (0u8..3, pair).prop_map(|(kind, (a, b, same))| match kind {
        0 => Word::Decided(a, b, same),
        1 => Word::Merged(a, b),
        _ => Word::Linked(a, b, same),
    })
}

/// A world, two orders of arrival, and what is said about it.
pub(crate) fn world_in_two_orders()
-> impl Strategy<Value = (Vec<Demographics>, [Vec<usize>; 2], Vec<Word>)> {
    prop::collection::vec(record(), 2..8).prop_flat_map(|world| {
        let order: Vec<usize> = (0..world.len()).collect();
        let shuffled = || Just(order.clone()).prop_shuffle();
        let words = prop::collection::vec(word(world.len()), 0..4);
        (Just(world), [shuffled(), shuffled()], words)
    })
}

pub(crate) fn say(db: &db::Db, words: &[Word]) {
    for (moment, word) in words.iter().enumerate() {
        let moment = i64::try_from(moment).unwrap();
        match *word {
            Word::Decided(a, b, same) if a != b => decided(db, &named(a), &named(b), same, moment),
            Word::Merged(a, b) if a != b => {
                crate::merging::merge(db, &named(a), &named(b));
            }
            Word::Linked(a, b, true) if a != b => {
                crate::sources::link(db, &named(a), &named(b));
            }
            Word::Linked(a, b, false) if a != b => {
                crate::sources::unlink(db, &named(a), &named(b));
            }
            _ => {}
        }
    }
}

/// A decision about two records whether or not anybody has asked: which pairs are asked about
/// depends on the order of arrival, and here the decisions must not.
fn decided(db: &db::Db, a: &str, b: &str, same: bool, moment: i64) {
    let (a, b) = (identity(a).local_patient(), identity(b).local_patient());
    write(db, move |tx| {
        for (one, other) in [(a, b), (b, a)] {
            tx.execute(
                "insert into assertion (patient, other, same, actor, at)
                 values (?1, ?2, ?3, 'a steward', ?4)
                 on conflict (patient, other) do update set same = excluded.same, at = excluded.at",
                params![one.uuid(), other.uuid(), same, moment],
            )?;
        }
        Ok(())
    });
}

pub(crate) fn repair(db: &db::Db) -> empi::Repaired {
    let mut all = empi::Repaired::default();
    while !all.complete {
        let after = all.after;
        let part = write(db, move |tx| empi::repair(tx, model(), after, 3, day(20)));
        all = empi::Repaired {
            records: all.records + part.records,
            joined: all.joined + part.joined,
            parted: all.parted + part.parted,
            ..part
        };
    }
    all
}

/// Who is together with whom, whatever the ids.
pub(crate) fn clusters(db: &db::Db, records: usize) -> BTreeSet<BTreeSet<usize>> {
    let mut people: BTreeMap<PersonId, BTreeSet<usize>> = BTreeMap::new();
    for at in 0..records {
        people.entry(person_of(db, &named(at))).or_default().insert(at);
    }
    people.into_values().collect()
}

/// Every link, and what every id that ever was stands for.
fn everything(db: &db::Db, records: usize) -> (Vec<PersonId>, BTreeMap<PersonId, PersonId>) {
    let links = (0..records).map(|at| person_of(db, &named(at))).collect();
    let told = read(db, |tx| empi::changes(tx, 0, 10_000));
    let ids: BTreeSet<PersonId> = told
        .iter()
        .flat_map(|change| [Some(change.person), change.other_person])
        .flatten()
        .collect();
    let stands_for = |id: PersonId| (id, read(db, |tx| empi::resolve(tx, id)).unwrap());
    (links, ids.into_iter().map(stands_for).collect())
}

fn any_order_gives_the_same_people(
    databases: [db::scratch::Scratch; 2],
    world: &[Demographics],
    orders: &[Vec<usize>; 2],
    words: &[Word],
) {
    let [one, other] = &databases;
    for (db, order) in [(one, &orders[0]), (other, &orders[1])] {
        for at in order {
            feed(db, &named(*at), &world[*at]);
        }
        say(db, words);
        repair(db);
        let again = repair(db);
        assert_eq!((again.joined, again.parted), (0, 0), "one pass is enough");
        assert_eq!(write(db, empi::rebuild).differed, 0, "the events say the same");
    }
    assert_eq!(clusters(one, world.len()), clusters(other, world.len()));
}

#[test]
fn any_order_gives_the_same_people_after_a_repair_on_every_engine() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..3 {
        let tree = world_in_two_orders().new_tree(&mut runner).unwrap();
        let (world, orders, words) = tree.current();
        for (one, other) in indexes().into_iter().zip(indexes()) {
            any_order_gives_the_same_people([one, other], &world, &orders, &words);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_gives_the_same_people_after_a_repair(
        (world, orders, words) in world_in_two_orders()
    ) {
        let database = || {
            let db = db::scratch::sqlite();
            db.migrate(&[empi::MIGRATIONS]).unwrap();
            db
        };
        any_order_gives_the_same_people([database(), database()], &world, &orders, &words);
    }

    #[test]
    fn a_merge_taken_back_restores_every_link_id_and_redirect(
        ((world, orders, words), a, b) in world_in_two_orders().prop_flat_map(|all| {
            let records = all.0.len();
            (Just(all), 0..records, 0..records)
        })
    ) {
        prop_assume!(a != b && words.iter().all(|word| !matches!(word, Word::Merged(..))));
        let (db, _) = play(&world, &orders[0]);
        say(&db, &words);
        repair(&db);
        let before = everything(&db, world.len());
        crate::merging::merge(&db, &named(a), &named(b));
        // A link or its opposite between these two is forgotten by a merge: it says more.
        let said = |word: &Word| matches!(*word, Word::Linked(x, y, _) if (x, y) == (a, b) || (y, x) == (a, b));
        prop_assume!(!words.iter().any(said));
        crate::sources::unmerge(&db, &named(a), &named(b));
        prop_assert_eq!(everything(&db, world.len()), before);
    }

    #[test]
    fn no_word_of_a_source_and_no_repair_joins_two_verified_numbers(
        (world, orders, words) in world_in_two_orders()
    ) {
        let (db, _) = play(&world, &orders[0]);
        let of_sources: Vec<Word> =
            words.into_iter().filter(|word| !matches!(word, Word::Decided(..))).collect();
        say(&db, &of_sources);
        repair(&db);
        let people: Vec<PersonId> =
            (0..world.len()).map(|at| person_of(&db, &named(at))).collect();
        for (person, numbers) in verified_numbers(&world, &people) {
            prop_assert!(numbers.len() <= 1, "{} numbers in {person}", numbers.len());
        }
    }

    #[test]
    fn two_verified_numbers_are_never_joined_in_any_order(
        (world, order, merges) in prop::collection::vec(record(), 2..9).prop_flat_map(|world| {
            let order: Vec<usize> = (0..world.len()).collect();
            let pair = (0..world.len(), 0..world.len());
            (Just(world), Just(order).prop_shuffle(), prop::collection::vec(pair, 0..3))
        })
    ) {
        let (db, _) = play(&world, &order);
        for (survivor, subsumed) in merges {
            crate::merging::merge(&db, &named(survivor), &named(subsumed));
        }
        let people: Vec<PersonId> =
            (0..world.len()).map(|at| person_of(&db, &named(at))).collect();
        for (person, numbers) in verified_numbers(&world, &people) {
            prop_assert!(numbers.len() <= 1, "{} numbers in {person}", numbers.len());
        }
        // Fed again in file order: nothing changes any more.
        for (at, record) in world.iter().enumerate() {
            prop_assert_eq!(feed(&db, &named(at), record), people[at]);
        }
    }

    #[test]
    fn no_person_holds_two_verified_numbers_after_any_feeds_corrections_and_merges(
        steps in prop::collection::vec((0usize..6, record(), prop::option::weighted(0.2, 0usize..6)), 2..20)
    ) {
        let db = db::scratch::sqlite();
        db.migrate(&[empi::MIGRATIONS]).unwrap();
        let mut world: BTreeMap<usize, Demographics> = BTreeMap::new();
        for (at, said, merged) in steps {
            feed(&db, &named(at), &said);
            world.insert(at, said);
            if let Some(subsumed) = merged {
                crate::merging::merge(&db, &named(at), &named(subsumed));
                world.entry(subsumed).or_default();
            }
            let people: Vec<PersonId> = world.keys().map(|at| person_of(&db, &named(*at))).collect();
            let records: Vec<Demographics> = world.values().cloned().collect();
            for (person, numbers) in verified_numbers(&records, &people) {
                prop_assert!(numbers.len() <= 1, "{} numbers in {person}", numbers.len());
            }
        }
    }

    #[test]
    fn a_replay_gives_the_same_ids(world in prop::collection::vec(record(), 2..7)) {
        let order: Vec<usize> = (0..world.len()).collect();
        prop_assert_eq!(play(&world, &order).1, play(&world, &order).1);
    }
}
