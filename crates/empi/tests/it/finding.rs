//! Finding people: forgiving, but not a directory.

use empi::{Error, Exactness, Search};
use model::Demographics;

use crate::world::*;

fn find(db: &db::Db, family: &str, given: &str, birth_date: &str) -> Vec<Exactness> {
    let search = Search {
        nhs_number: None,
        family: family.into(),
        given: given.into(),
        birth_date: birth_date.parse().ok(),
    };
    let found = read(db, |tx| empi::find(tx, &search));
    found.people.iter().map(|person| person.exactness).collect()
}

#[test]
fn names_and_dates_are_forgiven_their_form() {
    use Exactness::{Exact, Similar};
    for db in indexes() {
        let elizabeth = Demographics {
            names: vec![name("Müller-Hardy", "Elizabeth"), name("O'Brien", "Elizabeth")],
            birth_date: "1947-02-11".parse().ok(),
            ..thomasina()
        };
        feed(&db, "RD3/R1", &elizabeth);
        for (family, given, birth_date, expected) in [
            ("Müller-Hardy", "Elizabeth", "1947-02-11", vec![Exact]),
            ("muller hardy", "ELIZABETH", "1947-02-11", vec![Exact]),
            ("Elizabeth", "Muller-Hardy", "1947-02-11", vec![Similar]),
            ("Hardy", "Liz", "1947-02-11", vec![Similar]),
            ("obrien", "Elizabeth", "1947-02-11", vec![Similar]),
            ("Muller-Hardy", "Elizabeth", "1947-11-02", vec![Similar]),
            ("Muller-Hardy", "Elizabeth", "1947-02-12", vec![Similar]),
            ("Elizabeth OBrien", "", "1947-02-11", vec![Similar]),
            ("Muller-Hardy", "", "1947-02-11", vec![Similar]),
            ("Hardy", "Thomasina", "1947-02-11", vec![]),
            ("Oak", "Elizabeth", "1947-02-11", vec![]),
            ("Muller-Hardy", "Elizabeth", "1950-06-30", vec![]),
        ] {
            assert_eq!(
                find(&db, family, given, birth_date),
                expected,
                "{family} {given} {birth_date}"
            );
        }
    }
}

#[test]
fn a_number_finds_its_person_whatever_the_name() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let search = Search { nhs_number: Some(number(1)), ..Search::default() };
        let found = read(&db, |tx| empi::find(tx, &search)).people;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].id, found[0].exactness), (first, Exactness::NhsNumber));
    }
}

#[test]
fn a_surname_that_one_source_has_finds_the_person_that_all_share() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        let married = Demographics { names: vec![name("Henchard", "Thomasina")], ..thomasina() };
        feed(&db, "RBD/B1", &married);
        assert_eq!(find(&db, "Hardy", "Thomasina", "1947-02-21").len(), 1);
        assert_eq!(find(&db, "Henchard", "Thomasina", "1947-02-21").len(), 1);
    }
}

#[test]
fn a_name_without_a_birth_date_is_too_little() {
    for db in indexes() {
        let search = Search { family: "Hardy".into(), ..Search::default() };
        let refused = db.read(|tx| empi::find(tx, &search));
        assert!(matches!(refused, Err(Error::TooLittle)));
    }
}
