//! Pairs of two invented people that are as like as one: none is linked without asking.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use matching::{Basis, Model, Outcome, Profile, ReviewKind};
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, PersonName, PostalAddress, Telephone,
};

const BORN: &str = "1988-03-14";

/// `Okafor, Ada`, born on a day.
fn person(name: &str, born: &str) -> Demographics {
    let (family, given) = name.split_once(',').unwrap();
    Demographics {
        names: vec![PersonName {
            family: family.into(),
            given: given.split_whitespace().map(Into::into).collect(),
            prefix: None,
        }],
        birth_date: born.parse().ok(),
        addresses: vec![PostalAddress {
            lines: vec!["3 Heath Road".into()],
            city: None,
            postcode: Some("BH20 6AA".into()),
        }],
        ..Demographics::default()
    }
}

fn verified(number: &str, person: Demographics) -> Demographics {
    Demographics {
        nhs_number: NhsNumber::parse(number).ok(),
        nhs_number_status: NhsNumberStatus::Verified,
        ..person
    }
}

fn on_one_number(person: Demographics) -> Demographics {
    verified("9990000018", person)
}

fn reached_at(mobile: &str, person: Demographics) -> Demographics {
    let telephones = vec![Telephone { number: mobile.into(), mobile: true }];
    Demographics { telephones, ..person }
}

fn decided(one: &[Demographics], other: &[Demographics]) -> Outcome {
    let profiles = |people: &[Demographics]| people.iter().map(Profile::new).collect::<Vec<_>>();
    Model::standard().people(&profiles(one), &profiles(other)).unwrap().outcome
}

/// What is decided about two named people born on one day, at one address.
fn decided_on(one: &str, other: &str) -> Outcome {
    decided(&[person(one, BORN)], &[person(other, BORN)])
}

fn links(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Link(_))
}

#[test]
fn twins_whose_names_are_on_no_list_are_asked_about() {
    for (one, other) in [
        ("Xiaoming", "Xiaoling"),
        ("Jaskaran", "Jaskirat"),
        ("Rajvir", "Ranvir"),
        ("Tamika", "Tamiko"),
        ("Thu", "Thi"),
        ("Ada", "Eda"),
        ("Kaylee", "Kaylen"),
        ("Lorelai", "Lorelei"),
        ("Shanelle", "Chanelle"),
        ("Taiwo", "Taiye"),
        ("Ada", ""),
    ] {
        let outcome = decided_on(&format!("Okafor,{one}"), &format!("Okafor,{other}"));
        assert_eq!(outcome, Outcome::Review(ReviewKind::Twins), "{one} {other}");
    }
}

#[test]
fn a_slip_or_something_of_their_own_links_one_person_without_asking() {
    let (one, other) = (person("Hardy,Matthew", BORN), person("Hardy,Mattheew", BORN));
    assert!(links(decided(&[one], &[other])));
    let of_their_own = |name| reached_at("07700900123", person(name, BORN));
    assert!(links(decided(&[of_their_own("Okafor,Tamika")], &[of_their_own("Okafor,Tamiko")])));
    assert!(links(decided_on("Drake,Rita Frances", "Drake,Frances Rita")));
}

#[test]
fn twins_who_share_a_first_forename_are_two() {
    for (one, other) in [
        ("Khan,Mohammed Ali", "Khan,Mohammed Umar"),
        ("Khan,Mohammed Ali Shah", "Khan,Mohammed Umar Shah"),
        ("Kelly,Mary-Anne", "Kelly,Mary-Jane"),
    ] {
        let outcome = decided_on(one, other);
        assert_eq!(outcome, Outcome::Review(ReviewKind::Twins), "{one} {other}");
        let on_one = |name| [on_one_number(person(name, BORN))];
        let outcome = decided(&on_one(one), &on_one(other));
        assert_eq!(outcome, Outcome::Review(ReviewKind::ConfusedNumber), "{one} {other}");
    }
    let between = [person("Khan,Mohammed Ali", BORN), person("Khan,Mohammed", BORN)];
    assert!(!links(decided(&between, &[person("Khan,Mohammed Umar", BORN)])));
}

#[test]
fn names_change_places_only_between_surname_and_first_forename() {
    let (one, other) = ("Hassan,Ali Mohammed", "Mohammed,Omar Hassan");
    assert_eq!(decided_on(one, other), Outcome::New);
    let on_one = |name| [on_one_number(person(name, BORN))];
    let outcome = decided(&on_one(one), &on_one(other));
    assert_eq!(outcome, Outcome::Review(ReviewKind::ConfusedNumber));
    let sex = |gender, name| Demographics { gender: Some(gender), ..person(name, BORN) };
    let (brother, sister) =
        (sex(Gender::Male, "Ali,Hassan Khan"), sex(Gender::Female, "Khan,Fatima Ali"));
    assert!(!links(decided(&[brother], &[sister])));
    assert!(links(decided_on("Hardy,Thomasina", "Thomasina,Hardy")));
}

#[test]
fn a_misspelt_record_does_not_let_a_twin_onto_the_number() {
    let on_one = |name: &str| on_one_number(person(name, BORN));
    for between in ["Jae", "Jaee", "Jaye", "Jande", "Jadne", "Jaed", "Jaen", "Jane Jade"] {
        let person = [on_one("Smith,Jane"), on_one(&format!("Smith,{between}"))];
        let outcome = decided(&person, &[on_one("Smith,Jade")]);
        assert_eq!(outcome, Outcome::Review(ReviewKind::ConfusedNumber), "{between}");
    }
    let ahmed = [on_one("Ahmed,Caity"), on_one("Ahmed,Caitlin")];
    assert!(links(decided(&ahmed, &[on_one("Ahmed,Caitlib")])), "it is clear whose slip it is");
}

#[test]
fn placeholders_of_newborns_are_asked_about() {
    for given in [
        "Baby",
        "BabyA",
        "Babe",
        "Girlbaby",
        "Male Infant",
        "FemaleInfant",
        "M/Infant",
        "BG",
        "Bby",
        "Baby-Girl",
        "Twin1",
        "Boy1",
    ] {
        let outcome = decided_on(&format!("Jones,{given}"), &format!("Jones,{given}"));
        assert_eq!(outcome, Outcome::Review(ReviewKind::Newborn), "{given}");
    }
}

#[test]
fn two_whom_nobody_knew_are_not_made_one() {
    for name in [
        "Unknown,Male",
        "Unknown Male,Patient",
        "Trauma,Tango",
        "Unidentified,Female",
        "Test,Amy",
        "Doe,John",
    ] {
        assert!(!links(decided_on(name, name)), "{name}");
    }
}

#[test]
fn a_common_name_a_hostel_and_the_first_of_january_are_asked_about() {
    let one = || person("Mohammed,Ahmed", "1995-01-01");
    let outcome = decided(&[one()], &[one()]);
    assert_eq!(outcome, Outcome::Review(ReviewKind::PossibleDuplicate));
    let reached = || reached_at("07700900123", one());
    assert!(links(decided(&[reached()], &[reached()])));
}

#[test]
fn father_and_son_on_one_number_are_two() {
    let born = |day| [on_one_number(person("Penhaligon,John", day))];
    for (father, son) in [("1951-03-14", "1981-03-14"), ("1951-03-14", "1981-08-02")] {
        let outcome = decided(&born(father), &born(son));
        assert_eq!(outcome, Outcome::Review(ReviewKind::ConfusedNumber), "{father} {son}");
    }
    let slip = decided(&born("1951-03-14"), &born("1951-03-15"));
    assert!(matches!(slip, Outcome::Link(Basis::Rule(_))));
}

#[test]
fn an_old_and_a_new_identity_are_never_side_by_side() {
    let old = [person("Hardy,Thomasina", BORN), verified("9990000018", person("Hardy,T", BORN))];
    let new = verified("9990000026", person("Hardy,Thomasina", BORN));
    assert!(
        matches!(decided(&old, std::slice::from_ref(&new)), Outcome::Review(_)),
        "without the flag"
    );
    let flagged = Demographics { sensitive: true, ..new };
    assert_eq!(decided(&old, &[flagged]), Outcome::New);
}
