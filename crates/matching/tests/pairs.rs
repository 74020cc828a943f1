//! Labelled pairs of invented people, and what must hold for any pair.

#![allow(clippy::indexing_slicing, reason = "a test may fail loudly")]

use matching::{Basis, Model, Outcome, Profile, Veto, Weight, blocking};
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, PersonName, PostalAddress, Telephone,
};
use proptest::prelude::*;

const PAIRS: &str = include_str!("pairs.csv");

#[test]
fn labelled_pairs_are_decided_as_labelled() {
    let wrong: Vec<String> = pairs().into_iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_weighed_of_how_a_sensitive_person_is_reached() {
    let said = Demographics {
        telephones: vec![Telephone { number: "01305 496411".into(), mobile: false }],
        emails: vec!["ottilie.quenchwell@post.example".into()],
        gp_practice: model::OdsCode::parse("J81073").ok(),
        ..pairs()[0].2.clone()
    };
    let sensitive = Demographics { sensitive: true, ..said.clone() };
    let parts = compare(&said, &sensitive).parts;
    let told = |field: &str| parts.iter().any(|part| part.field == field);
    assert!(!told("Household") && !told("Own contact"));
    let keys = blocking::keys(&Profile::new(&sensitive));
    let named = Demographics {
        telephones: vec![],
        emails: vec![],
        addresses: vec![],
        gp_practice: None,
        ..said
    };
    assert_eq!(keys, blocking::keys(&Profile::new(&named)));
}

#[test]
fn pairs_that_belong_together_share_a_blocking_key() {
    for (pair, expected, a, b) in pairs() {
        let keys = blocking::keys(&Profile::new(&a));
        let met = blocking::keys(&Profile::new(&b)).iter().any(|key| keys.contains(key));
        assert!(met || expected == "new", "{pair}");
    }
}

#[test]
fn keys_of_a_record_are_few_and_each_is_there_once() {
    for (pair, _, a, _) in pairs() {
        let keys = blocking::keys(&Profile::new(&a));
        assert!(keys.len() <= 28, "{pair} has {} keys", keys.len());
        assert!(keys.is_sorted_by(|one, next| one < next), "{pair}");
    }
}

fn compare(a: &Demographics, b: &Demographics) -> Weight {
    Model::standard().compare(&Profile::new(a), &Profile::new(b))
}

fn decide(weight: &Weight) -> Outcome {
    Model::standard().decide(weight)
}

/// `None` if the pair is decided as its label says, else the sentence to print.
fn check((pair, expected, a, b): (String, String, Demographics, Demographics)) -> Option<String> {
    let weight = compare(&a, &b);
    let decided = match decide(&weight) {
        Outcome::Link(Basis::Rule(_)) => "link by rule".to_owned(),
        Outcome::Link(Basis::Weight) => "link".to_owned(),
        Outcome::Review(kind) => format!("review {}", kind.code()),
        Outcome::New => "new".to_owned(),
    };
    (decided != expected).then(|| {
        let parts: Vec<String> = weight
            .parts
            .iter()
            .map(|part| format!("{} {} {:+.1}", part.field, part.level, part.weight))
            .collect();
        format!(
            "{pair}: {decided}, not {expected} ({:.1}; {}; {:?})",
            weight.total,
            parts.join("; "),
            weight.vetoes
        )
    })
}

fn pairs() -> Vec<(String, String, Demographics, Demographics)> {
    let rows: Vec<Vec<&str>> =
        PAIRS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    rows.chunks(2)
        .map(|pair| {
            let (a, b) = (&pair[0], &pair[1]);
            assert_eq!((a[0], b[1]), (b[0], ""), "pairs stand in two rows");
            (a[0].to_owned(), a[1].to_owned(), read(a), read(b))
        })
        .collect()
}

fn read(row: &[&str]) -> Demographics {
    let some = |at: usize| Some(row[at].to_owned()).filter(|text| !text.is_empty());
    let name = |family: &str| PersonName {
        family: family.to_owned(),
        given: row[5].split_whitespace().map(str::to_owned).collect(),
        prefix: None,
    };
    Demographics {
        nhs_number: NhsNumber::parse(row[2]).ok(),
        nhs_number_status: NhsNumberStatus::parse(row[3]),
        names: std::iter::once(name(row[4])).chain(some(6).map(|former| name(&former))).collect(),
        birth_date: row[7].parse().ok(),
        gender: Gender::parse(row[8]),
        addresses: some(9)
            .map(|line| PostalAddress { lines: vec![line], city: None, postcode: some(10) })
            .into_iter()
            .collect(),
        telephones: some(11)
            .map(|number| Telephone { mobile: number.starts_with("07"), number })
            .into_iter()
            .collect(),
        emails: some(12).into_iter().collect(),
        deceased: row[13] == "dead",
        sensitive: row[13] == "sensitive",
        birth_order: row[13].strip_prefix("twin ").and_then(|order| order.parse().ok()),
        ..Demographics::default()
    }
}

/// Any record that can be made of the fields of the labelled ones.
fn mixed() -> impl Strategy<Value = Demographics> {
    let records: Vec<Demographics> = pairs().into_iter().flat_map(|(_, _, a, b)| [a, b]).collect();
    let one = prop::sample::select(records);
    (one.clone(), one.clone(), one.clone(), one).prop_map(|(names, born, home, number)| {
        Demographics {
            names: names.names,
            gender: names.gender,
            birth_date: born.birth_date,
            birth_order: born.birth_order,
            deceased: born.deceased,
            addresses: home.addresses,
            telephones: home.telephones,
            sensitive: home.sensitive,
            nhs_number: number.nhs_number,
            nhs_number_status: number.nhs_number_status,
            ..Demographics::default()
        }
    })
}

proptest! {
    #[test]
    fn the_order_of_two_records_never_matters(a in mixed(), b in mixed()) {
        let (one, other) = (compare(&a, &b), compare(&b, &a));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(decide(&one), decide(&other));
    }

    #[test]
    fn two_verified_numbers_are_never_linked(a in mixed(), b in mixed()) {
        let weight = compare(&a, &b);
        let verified = |d: &Demographics| Profile::new(d).verified_number();
        if verified(&a).zip(verified(&b)).is_some_and(|(one, other)| one != other) {
            prop_assert!(weight.vetoes.contains(&Veto::DifferentVerifiedNumbers));
            prop_assert!(!matches!(decide(&weight), Outcome::Link(_)));
        }
    }

    #[test]
    fn the_parts_add_up(a in mixed(), b in mixed()) {
        let weight = compare(&a, &b);
        let sum: f64 = weight.parts.iter().map(|part| part.weight).sum();
        prop_assert!((sum - weight.total).abs() < 1e-9);
    }
}
