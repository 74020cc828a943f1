//! What a system may find people by, and whom these demographics mean.

use db::Db;
use empi::{Clue, Likeness, Traced};
use model::{Demographics, PersonId};

use crate::world::*;

/// Thomasina, whose married name only one hospital knows, and her neighbour.
fn two_people(db: &Db) -> (PersonId, PersonId) {
    let thomasina_is = feed(db, "RD3/R1", &thomasina());
    let married = Demographics {
        names: vec![name("Venn", "Thomasina"), name("Hardy", "Thomasina")],
        ..thomasina()
    };
    assert_eq!(feed(db, "RBD/B1", &married), thomasina_is);
    let neighbour = Demographics {
        names: vec![name("O\u{2019}Dowd", "Zo\u{eb}")],
        birth_date: "1990-06-30".parse().ok(),
        telephones: Vec::new(),
        ..with_number(thomasina(), 7)
    };
    let neighbour = feed(db, "RD3/R2", &neighbour);
    assert_ne!(neighbour, thomasina_is);
    (thomasina_is, neighbour)
}

fn like(db: &Db, clues: &[Clue]) -> Option<Vec<PersonId>> {
    read(db, |tx| empi::people_like(tx, clues, 10))
}

#[test]
fn people_are_found_by_what_any_of_their_records_says() {
    for db in indexes() {
        let (thomasina_is, neighbour) = two_people(&db);
        let year = |year: i16| (jiff::civil::date(year, 1, 1), jiff::civil::date(year, 12, 31));
        for (clue, expected) in [
            (Clue::family(["VENN"]), vec![thomasina_is]),
            (Clue::family(["har"]), vec![thomasina_is]),
            (Clue::family(["odowd"]), vec![neighbour]),
            (Clue::given(["zoe"]), vec![neighbour]),
            (Clue::born(&[year(1947)]), vec![thomasina_is]),
            (Clue::born(&[year(1948)]), vec![]),
            (Clue::telephone(["+44 1305 496007"]), vec![thomasina_is]),
            (Clue::family(["Nobody", "Dowd"]), vec![]),
        ] {
            assert_eq!(like(&db, std::slice::from_ref(&clue)), Some(expected), "{clue:?}");
        }
        let mut both = vec![thomasina_is, neighbour];
        both.sort();
        assert_eq!(like(&db, &[Clue::postcode(["DT2"])]), Some(both));
    }
}

#[test]
fn a_question_that_fits_too_many_is_narrowed_by_its_second_clue_or_refused() {
    for db in indexes() {
        let (thomasina_is, neighbour) = two_people(&db);
        let postcode = Clue::postcode(["DT2 8QA"]);
        let most_one = |clues: &[Clue]| read(&db, |tx| empi::people_like(tx, clues, 1));
        assert_eq!(most_one(std::slice::from_ref(&postcode)), None);
        assert_eq!(most_one(&[Clue::family(["venn"]), postcode.clone()]), Some(vec![thomasina_is]));
        assert_eq!(most_one(&[postcode, Clue::given(["zo"])]), Some(vec![neighbour]));
        assert_eq!(most_one(&[]), None);
    }
}

#[test]
fn a_corrected_name_is_found_and_the_wrong_one_no_longer() {
    for db in indexes() {
        let person = feed(&db, "RD3/R1", &thomasina());
        let corrected = Demographics { names: vec![name("Yeobright", "Thomasina")], ..thomasina() };
        assert_eq!(feed_on(&db, 1, "RD3/R1", &corrected), person);
        assert_eq!(like(&db, &[Clue::family(["Hardy"])]), Some(vec![]));
        assert_eq!(like(&db, &[Clue::family(["Yeobright"])]), Some(vec![person]));
    }
}

#[test]
fn a_sensitive_person_is_found_by_name_and_never_by_place_or_contact() {
    for db in indexes() {
        let person = feed(&db, "RD3/R1", &thomasina());
        let sensitive = Demographics { sensitive: true, ..thomasina() };
        assert_eq!(feed(&db, "RBD/B1", &sensitive), person);
        assert_eq!(like(&db, &[Clue::family(["Hardy"])]), Some(vec![person]));
        for clue in [Clue::postcode(["DT2 8QA"]), Clue::telephone(["01305 496007"])] {
            assert_eq!(
                like(&db, &[clue.clone(), Clue::family(["Hardy"])]),
                Some(vec![]),
                "{clue:?}"
            );
        }
    }
}

fn traced(db: &Db, who: &Demographics) -> Vec<Traced> {
    read(db, |tx| empi::trace(tx, model(), who))
}

#[test]
fn a_whole_description_means_one_person_and_leaves_nothing_behind() {
    for db in indexes() {
        let (thomasina_is, _) = two_people(&db);
        let found = traced(&db, &thomasina());
        assert_eq!(found[0].person, thomasina_is);
        assert!(found[0].likeness == Likeness::Certain && found[0].score >= 0.99);
        assert_eq!(queued(&db), []);
        assert_eq!(records(&db, thomasina_is), ["RD3/R1", "RBD/B1"]);
    }
}

#[test]
fn a_sensitive_person_is_not_traced_by_place() {
    for db in indexes() {
        let person = feed(&db, "RD3/R1", &Demographics { sensitive: true, ..thomasina() });
        let by_number = Demographics { addresses: vec![], telephones: vec![], ..thomasina() };
        assert_eq!(traced(&db, &by_number)[0].person, person);
        let by_place = Demographics {
            names: vec![name("Smith", "Thomasina")],
            birth_date: "1950-01-01".parse().ok(),
            ..without_number(thomasina())
        };
        assert!(traced(&db, &by_place).is_empty());
        // A name and birth date weigh the same with and without the address.
        let named = without_number(thomasina());
        let placeless = Demographics { addresses: vec![], telephones: vec![], ..named.clone() };
        let weights = |who: &Demographics| -> Vec<f64> {
            traced(&db, who).iter().map(|one| one.score).collect()
        };
        assert_eq!(weights(&named), weights(&placeless));
    }
}
