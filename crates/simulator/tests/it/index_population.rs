//! Patient indexes with mistakes: repeatable, honest about who is who, and of nobody real.

use std::collections::{BTreeMap, BTreeSet};

use model::NhsNumber;
use simulator::IndexPopulation;
use simulator::index_population::{IndexRecord, Tag, write_csv};

const RECORDS: u32 = 40_000;

fn population() -> Vec<IndexRecord> {
    IndexPopulation::new(1, RECORDS).collect()
}

fn files(seed: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut records, mut truth) = (Vec::new(), Vec::new());
    write_csv(IndexPopulation::new(seed, 5000), &mut records, &mut truth).unwrap();
    (records, truth)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(files(7), files(7));
    assert_ne!(files(7), files(8));
    let (records, truth) = files(7);
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().count();
    assert_eq!((lines(&records), lines(&truth)), (5001, 5001));
}

#[test]
fn as_many_records_come_as_were_asked_for_numbered_in_their_order() {
    for count in [0, 1, 999, 40_000] {
        let numbers: Vec<u32> =
            IndexPopulation::new(3, count).map(|record| record.number).collect();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    }
}

#[test]
fn right_numbers_are_valid_never_issued_and_one_persons_only() {
    let mut owner = BTreeMap::new();
    for record in population() {
        if record.nhs_number.is_empty() || record.tags.has(Tag::WrongNhs) {
            continue;
        }
        let number = NhsNumber::parse(&record.nhs_number).unwrap();
        assert!(record.nhs_number.starts_with('9'));
        assert_eq!(*owner.entry(number).or_insert(record.person), record.person);
    }
    let people: BTreeSet<u32> = owner.values().copied().collect();
    assert_eq!(people.len(), owner.len(), "one person, one right number");
}

#[test]
fn no_telephone_and_no_mailbox_is_anybodys() {
    for record in population() {
        assert!(record.mobile.is_empty() || record.mobile.starts_with("07"), "{record:?}");
        assert!(record.email.is_empty() || record.email.ends_with(".example"));
        let local = record.telephone.get(5..6).unwrap_or("0");
        let words = record.telephone.chars().any(char::is_alphabetic);
        assert!(words || matches!(local, "0" | "1"), "{record:?}");
    }
}

#[test]
fn every_kind_of_difficulty_comes_as_often_as_in_real_indexes() {
    let population = population();
    let per_mille = |tag: Tag| {
        let count = population.iter().filter(|record| record.tags.has(tag)).count();
        count * 1000 / population.len()
    };
    for (tag, low, high) in [
        (Tag::Twin, 4, 25),
        (Tag::Jr, 3, 25),
        (Tag::Married, 120, 350),
        (Tag::Moved, 400, 900),
        (Tag::Dup, 8, 30),
        (Tag::Baby, 1, 8),
        (Tag::WrongNhs, 1, 6),
        (Tag::NoNhs, 20, 60),
    ] {
        let share = per_mille(tag);
        assert!((low..=high).contains(&share), "{tag:?}: {share} of a thousand");
    }
}

#[test]
fn people_have_about_two_records_each_and_not_one_after_the_other() {
    let population = population();
    let people: BTreeSet<u32> = population.iter().map(|record| record.person).collect();
    let each = population.len() * 100 / people.len();
    assert!((170..230).contains(&each), "{each} records for a hundred people");
    let neighbours = population.windows(2).filter(|pair| pair[0].person == pair[1].person);
    assert!(neighbours.count() < 40);
}

#[test]
fn columns_and_demographics_say_the_same() {
    for record in population().into_iter().take(2000) {
        let demographics = record.demographics();
        assert_eq!(demographics.birth_date, record.birth_date);
        assert_eq!(demographics.names[0].family, record.surname);
        assert_eq!(demographics.deceased, record.death_date.is_some());
        let number = demographics.nhs_number.map(|number| number.to_string());
        assert!(number.is_none_or(|number| number == record.nhs_number));
    }
}
