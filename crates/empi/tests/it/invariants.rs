//! What must hold in every world and every order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use model::{Demographics, Gender, NhsNumber, NhsNumberStatus, PersonId};
use proptest::prelude::*;

use crate::world::*;

/// A record of a small, confusing world: few names, few dates, few homes, numbers that are shared,
/// missing, unverified and mistaken.
fn record() -> impl Strategy<Value = Demographics> {
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
fn named(at: usize) -> String {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

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
