//! Two people whom a rule for the slips of one person would have joined: a steward is asked.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use matching::{Model, Outcome, Profile, ReviewKind};
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, PersonName, PostalAddress, Telephone,
};

/// `Hardy, Ann Mary, female`, born in 1988; a birth date may follow.
fn person(text: &str) -> Demographics {
    let mut fields = text.split(',').map(str::trim);
    let family = fields.next().unwrap();
    let given = fields.next().unwrap();
    Demographics {
        names: vec![PersonName {
            family: family.into(),
            given: given.split_whitespace().map(Into::into).collect(),
            prefix: None,
        }],
        gender: fields.next().and_then(Gender::parse),
        birth_date: fields.next().unwrap_or("1988-03-14").parse().ok(),
        addresses: vec![PostalAddress {
            lines: vec!["3 Heath Road".into()],
            city: None,
            postcode: Some("BH20 6AA".into()),
        }],
        ..Demographics::default()
    }
}

fn on_one_number(text: &str) -> Demographics {
    Demographics {
        nhs_number: NhsNumber::parse("9990000018").ok(),
        nhs_number_status: NhsNumberStatus::Verified,
        ..person(text)
    }
}

fn born(order: u8, person: Demographics) -> Demographics {
    Demographics { birth_order: Some(order), ..person }
}

fn decided(one: &[Demographics], other: &[Demographics]) -> Outcome {
    let profiles = |people: &[Demographics]| people.iter().map(Profile::new).collect::<Vec<_>>();
    Model::standard().people(&profiles(one), &profiles(other)).unwrap().outcome
}

/// What is decided about a person of some records and another record, all on one number.
fn numbered(one: &[&str], other: &str) -> Outcome {
    let one: Vec<_> = one.iter().map(|text| on_one_number(text)).collect();
    decided(&one, &[on_one_number(other)])
}

const TWINS: Outcome = Outcome::Review(ReviewKind::Twins);
const CONFUSED: Outcome = Outcome::Review(ReviewKind::ConfusedNumber);

#[test]
fn a_name_of_the_same_sound_may_be_a_twins() {
    for (one, other, sex) in [
        ("Sandra", "Sondra", "female"),
        ("Hilda", "Hulda", "female"),
        ("Clive", "Cleve", "male"),
        ("Dennis", "Ennis", "male"),
        ("Hannah", "Annah", "female"),
    ] {
        let of = |name| [person(&format!("Okafor, {name}, {sex}"))];
        assert_eq!(decided(&of(one), &of(other)), TWINS, "{one} {other}");
    }
}

#[test]
fn an_email_address_may_be_a_twins() {
    for (one, other) in [("Alexia", "Alexa"), ("Samia", "Samira"), ("Hadia", "Hadiya")] {
        let reached = Demographics {
            emails: vec![format!("{other}.khan@post.example")],
            ..person(&format!("Khan, {one}, female"))
        };
        let sister = person(&format!("Khan, {other}, female"));
        assert_eq!(decided(&[reached], &[sister]), TWINS, "{one} {other}");
    }
}

#[test]
fn a_listed_name_as_near_to_both_makes_no_one_of_two() {
    for (both, one, other) in [("Amir", "Amin", "Asir"), ("Zain", "Zaim", "Zein")] {
        let known = [format!("Okafor, {both}, male"), format!("Okafor, {one}, male")];
        let known = known.each_ref().map(String::as_str);
        assert_eq!(numbered(&known, &format!("Okafor, {other}, male")), CONFUSED, "{one} {other}");
    }
    let known = ["Davies, Paul", "Davies, Pau, male"];
    assert_eq!(numbered(&known, "Davies, Paull, female"), CONFUSED, "two sexes");
}

#[test]
fn who_bears_both_names_is_of_one_stated_sex_and_a_known_birthday() {
    let known = ["Hardy, Leslie Ann", "Hardy, Leslie, male"];
    assert_eq!(numbered(&known, "Hardy, Ann"), CONFUSED, "not both state a sex");
    let known = ["Khan, Mohammed Ali, male, 1970-01-01", "Khan, Mohammed, male, 1970-01-01"];
    assert_eq!(numbered(&known, "Khan, Ali, male, 1970-01-01"), CONFUSED, "a date that stands in");
}

#[test]
fn first_and_second_of_a_birth_are_two_whoever_bears_their_names() {
    let ann = born(1, on_one_number("Hardy, Ann, female"));
    let mary = [born(2, on_one_number("Hardy, Mary, female"))];
    for third in ["Hardy, Ann Mary, female", "Hardy, Mary, female"] {
        assert_eq!(decided(&[on_one_number(third), ann.clone()], &mary), CONFUSED, "{third}");
    }
    let hannah = born(1, on_one_number("Hebert, Hannah, female"));
    let cripps = born(2, on_one_number("Hannah, Cripps, female"));
    assert_eq!(decided(&[hannah], &[cripps]), CONFUSED);
}

#[test]
fn a_forename_that_is_a_surname_too_may_be_anothers() {
    for (one, other) in [
        ("Hussain, Fatima, female", "Fatima, Sakeena, female"),
        ("Khan, Noor, female", "Noor, Kaniz, female"),
        ("Okafor, Joy, female", "Joy, Chidinma, female"),
        ("Smith, Rose, female", "Rose, Oluwaseun, female"),
        ("Hebert, Hannah, female, 1988-01-01", "Hannah, Cripps, female, 1988-01-01"),
    ] {
        assert_eq!(numbered(&[one], other), CONFUSED, "{one} and {other}");
    }
}

#[test]
fn a_short_form_stands_for_no_other_name() {
    for (short, other) in [("Will", "Wilton"), ("Tony", "Antonin"), ("Bert", "Gilberto")] {
        let (one, other) = (format!("Hardy, {short}, male"), format!("Hardy, {other}, male"));
        assert_eq!(numbered(&[&one], &other), CONFUSED, "{one} {other}");
    }
}

#[test]
fn parent_and_child_of_two_sexes_are_two() {
    let reached = |text| Demographics {
        telephones: vec![Telephone { number: "07700900123".into(), mobile: true }],
        ..on_one_number(text)
    };
    let (father, daughter) = ("Oak, Alex, male, 1967-02-21", "Oak, Alex, female, 1987-02-21");
    assert_eq!(decided(&[reached(father), on_one_number(father)], &[reached(daughter)]), CONFUSED);
}

#[test]
fn a_confused_number_is_asked_about_whatever_order_the_records_come_in() {
    let mut known = [person("Hardy, Ann"), on_one_number("Hardy, Ann, female, 1968-03-14")];
    let other = [on_one_number("Hardy, Pau, male")];
    assert_eq!(decided(&known, &other), CONFUSED);
    known.reverse();
    assert_eq!(decided(&known, &other), CONFUSED);
    assert_eq!(decided(&other, &known), CONFUSED);
}

#[test]
fn names_that_differ_in_their_digits_are_two_names() {
    let living_at = |line: &str, text: &str| {
        let addresses =
            vec![PostalAddress { lines: vec![line.into()], ..person(text).addresses[0].clone() }];
        [Demographics { addresses, ..person(text) }]
    };
    for (one, other) in
        [("Surname369, Given369", "Surname513, Given513"), ("Load1, Ann1", "Load2, Ann2")]
    {
        let (one, other) = (living_at("153 High Street", one), living_at("193 High Street", other));
        assert_eq!(decided(&one, &other), Outcome::New);
    }
}
