//! Records of one invented person that are not quite alike: linked without asking, and no further.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use matching::{Model, Outcome, Profile, ReviewKind};
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, PersonName, PostalAddress, Telephone,
};

/// `Hardy, Ann Mary, female`, born in 1988; a birth date may follow. `O_Brien` is one name of two words.
fn person(text: &str) -> Demographics {
    let mut fields = text.split(',').map(str::trim);
    let family = fields.next().unwrap();
    let given = fields.next().unwrap();
    Demographics {
        names: vec![PersonName {
            family: family.into(),
            given: given.split_whitespace().map(|name| name.replace('_', " ")).collect(),
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

fn decided(one: &[Demographics], other: &[Demographics]) -> Outcome {
    let profiles = |people: &[Demographics]| people.iter().map(Profile::new).collect::<Vec<_>>();
    Model::standard().people(&profiles(one), &profiles(other)).unwrap().outcome
}

/// What is decided about two records without a number.
fn unnumbered(one: &str, other: &str) -> Outcome {
    decided(&[person(one)], &[person(other)])
}

/// What is decided about a person of some records and another record, all on one number.
fn numbered(one: &[&str], other: &str) -> Outcome {
    let one: Vec<_> = one.iter().map(|text| on_one_number(text)).collect();
    decided(&one, &[on_one_number(other)])
}

fn links(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Link(_))
}

const TWINS: Outcome = Outcome::Review(ReviewKind::Twins);
const CONFUSED: Outcome = Outcome::Review(ReviewKind::ConfusedNumber);

#[test]
fn a_slip_in_a_common_name_needs_no_number() {
    for (name, slip) in [
        ("Robert", "Robort"),
        ("Steven", "teven"),
        ("Stacey", "Stace"),
        ("Lucas", "uLcas"),
        ("Matthew", "Mattheew"),
    ] {
        let (one, other) = (format!("Hardy, {name}, male"), format!("Hardy, {slip}, male"));
        assert!(links(unnumbered(&one, &other)), "{name} {slip}");
    }
}

#[test]
fn what_may_be_another_name_is_no_slip() {
    for (one, other, why) in [
        ("Robert, male", "Robort", "a sex is not stated"),
        ("Robert, male", "Robort, female", "brother and sister"),
        ("Jayden, male", "Jaylen, male", "another letter, of another sound"),
        ("Anita, female", "Amita, female", "not so common a name"),
        ("Daniel, male", "Daniela, female", "a letter more at the end"),
        ("Donna, female", "Denna, female", "as near to Jenna"),
        ("Tamika, female", "Tamiko, female", "neither is on the list"),
        ("Paul, male", "Peul, male", "too short"),
    ] {
        let outcome = unnumbered(&format!("Okafor, {one}"), &format!("Okafor, {other}"));
        assert!(!links(outcome), "{one} {other}: {why}");
    }
}

#[test]
fn an_email_address_says_how_a_name_is_spelt() {
    let reached = |address: &str| Demographics {
        emails: vec![address.into()],
        ..person("Okafor, Oluwtobi, female")
    };
    let other = || [person("Okafor, Oluwatobi, female")];
    assert!(links(decided(&[reached("oluwatobi.okafor@post.example")], &other())));
    assert_eq!(decided(&[reached("okafor95@post.example")], &other()), TWINS);
    let sister = Demographics {
        emails: vec!["tamika.okafor@post.example".into()],
        ..person("Okafor, Tamiko, female")
    };
    assert_eq!(decided(&[sister], &[person("Okafor, Tamika, female")]), TWINS, "no plain slip");
}

#[test]
fn who_bears_both_names_lifts_the_question_between_them() {
    let ann = ["Hardy, Ann Mary, female", "Hardy, Ann, female"];
    assert!(links(numbered(&ann, "Hardy, Mary, female")));
    let emma = ["Hooser, Emma Margaret, female", "Hooser, Emmy, female"];
    assert!(links(numbered(&emma, "Hooser, Margaret, female")));
    for (two, other, why) in [
        (["Hardy, Jane Jade, female", "Hardy, Jane, female"], "Hardy, Jade, female", "alike"),
        (["Hardy, Leslie Ann, female", "Hardy, Leslie, male"], "Hardy, Ann, female", "two sexes"),
        (["Hardy, Ann Mary, female", "Hardy, Ann, female"], "Brown, Mary, female", "two surnames"),
        (["Hardy, Ann Mary", "Hardy, Ann Grace"], "Hardy, Mary Rose", "further names"),
        (["Hardy, Ann Marie", "Hardy, Ann"], "Hardy, Mary", "not quite the name"),
    ] {
        assert_eq!(numbered(&two, other), CONFUSED, "{why}");
    }
    assert!(!links(numbered(&["Hardy, Ann, female"], "Hardy, Mary, female")), "nobody bears both");
    let unproven: Vec<_> = ann.iter().map(|text| person(text)).collect();
    assert!(!links(decided(&unproven, &[person("Hardy, Mary, female")])), "no number");
}

#[test]
fn two_slips_in_one_name_are_of_whoever_bears_it() {
    assert!(links(numbered(&["Davies, Paul", "Davies, Pau"], "Davies, Paull")));
    assert_eq!(numbered(&["Davies, Pau"], "Davies, Paull"), CONFUSED, "nobody is called so");
}

#[test]
fn names_on_no_list_are_asked_about_if_another_consonant_makes_two_of_them() {
    for (one, other) in [("Xiaoming", "Xiaoling"), ("Rajvir", "Ranvir"), ("Jaskaran", "Jaskirat")] {
        let outcome = numbered(&[&format!("Chen, {one}")], &format!("Chen, {other}"));
        assert_eq!(outcome, CONFUSED, "{one} {other}");
    }
    for (one, other) in [
        ("Xiaoming", "Xiaomng"),
        ("Xiaoming", "Xiaomign"),
        ("Babatunde", "Babatund"),
        ("Nasreen", "Nazreen"),
        ("Sumaiya", "Sumaiiea"),
        ("Ahlam", "Ahlsm"),
        ("Robert", "Roberk"),
    ] {
        let outcome = numbered(&[&format!("Chen, {one}")], &format!("Chen, {other}"));
        assert!(links(outcome), "{one} {other}");
    }
    let reached = |text| Demographics {
        telephones: vec![Telephone { number: "07700900123".into(), mobile: true }],
        ..on_one_number(text)
    };
    assert!(links(decided(&[reached("Chen, Kamil")], &[reached("Chen, Kanil")])), "their own");
}

#[test]
fn a_short_form_stands_for_a_misspelt_name_on_one_number() {
    for (short, slip) in [("Joe", "Jozhua"), ("Kendrick", "Keneth"), ("Stteve", "Stephen")] {
        let (one, other) = (format!("Hardy, {short}, male"), format!("Hardy, {slip}, male"));
        assert!(links(numbered(&[&one], &other)), "{short} {slip}");
        assert_eq!(unnumbered(&one, &other), TWINS, "{short} {slip}");
    }
}

#[test]
fn a_slip_in_a_further_name_makes_no_second_person() {
    for (one, other) in [
        ("Amber Jessica", "Amber Ejssica"),
        ("James Stephen", "James tephen"),
        ("Carol-Anne Jean", "Carol-nne J"),
    ] {
        let (one, other) = (format!("Shaw, {one}, female"), format!("Shaw, {other}, female"));
        assert!(links(numbered(&[&one], &other)), "{one} {other}");
        assert!(links(unnumbered(&one, &other)), "{one} {other}");
    }
    for (one, other) in [
        ("Mohammed Amir", "Mohammed Samir"),
        ("Mohammed Ali", "Mohammed Wali"),
        ("Xiao-Ming", "Xiao-Ling"),
        ("Mary-Anne", "Mary-Jane"),
    ] {
        let (one, other) = (format!("Khan, {one}, male"), format!("Khan, {other}, male"));
        assert_eq!(numbered(&[&one], &other), CONFUSED, "{one} {other}");
        assert_eq!(unnumbered(&one, &other), TWINS, "{one} {other}");
    }
}

#[test]
fn two_called_mohammed_go_by_a_further_name() {
    for (one, other) in [("Hassan", "Hussain"), ("Amir", "Amin"), ("Saad", "Saud")] {
        let (one, other) =
            (format!("Khan, Mohammed {one}, male"), format!("Khan, Muhammad {other}, male"));
        assert_eq!(unnumbered(&one, &other), TWINS, "{one} {other}");
    }
    for other in ["Hassan", "Hasssan", "H"] {
        let other = format!("Khan, Mohammed {other}, male");
        assert!(links(unnumbered("Khan, Mohammed Hassan, male", &other)), "{other}");
    }
}

#[test]
fn a_surname_of_two_words_among_the_forenames_is_no_further_name() {
    assert!(links(numbered(&["OBrien, James Frank, male"], "JIM, O_BRIEN, male")));
    assert_eq!(
        numbered(&["Ghazali, Mohammed Ali, male"], "Ghazali, Mohammed Umar, male"),
        CONFUSED
    );
}

#[test]
fn a_forename_in_the_place_of_a_surname_that_changed_is_one_person_on_one_number() {
    let (one, other) = ("Hebert, Hannah Claire, female", "Hannah, Cripps, female");
    assert!(links(numbered(&[one], other)));
    assert!(!links(unnumbered(one, other)), "no number");
    let stranger = numbered(&["Smith, Rose, female"], "Rose, Grace, female");
    assert_eq!(stranger, CONFUSED, "Grace is a forename, and Rose a surname");
    let outcome = numbered(&["Smith, Thomas, male"], "Thomas, Oluwaseun, male");
    assert_eq!(outcome, CONFUSED, "men keep their surnames");
    let (one, other) = ("Hebert, Hannah, female", "Hannah, Cripps, female, 1988-03-15");
    assert_eq!(numbered(&[one], other), CONFUSED, "another birth date");
}

#[test]
fn a_telephone_of_their_own_tells_a_slip_in_the_year_from_a_parent() {
    let reached = |text| Demographics {
        telephones: vec![Telephone { number: "07700900123".into(), mobile: true }],
        ..on_one_number(text)
    };
    let (first, second) = ("Oak, Donna, female, 1967-02-21", "Oak, Donna, female, 1987-02-21");
    let known = [reached(first), on_one_number(first)];
    assert!(links(decided(&known, &[reached(second)])));
    let unknown = [on_one_number(first)];
    assert_eq!(decided(&unknown, &[reached(second)]), CONFUSED, "nothing of their own");
    let namesakes = [reached(first), on_one_number("Oak, Dora, female, 1967-02-21")];
    assert_eq!(decided(&namesakes, &[reached(second)]), CONFUSED, "another name");
}
