//! What became of each field.

use super::*;
use crate::feed::Ignored;
use crate::rule::{Act, Rule, Rules};

const ADMISSION: &str = "MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||ADT^A01|1|P|2.4\r\
    EVN|A01|20260105101000\r\
    PID|1||R1^^^RD3^MR||Hardy^Ann||19760121|F|||||||||||9990000018||||||||||||Y\r\
    PV1|1|I|A4^2^1||||C1234567^Oak^Gabriel||||||||||||V1\r\
    ZU1|1|waiting|x";

fn explained(text: &str, feed: &Feed) -> Explanation {
    let message = hl7v2::parse(text.as_bytes()).unwrap();
    explain(&message, feed, "2026-01-05T12:00:00Z".parse().unwrap())
}

fn feed() -> Feed {
    Feed::new(model::OdsCode::parse("RD3").unwrap(), "RD3")
}

fn fate<'e>(explanation: &'e Explanation, path: &str) -> &'e Fate {
    &explanation.fields.iter().find(|one| one.path == path).unwrap().fate
}

fn from<'e>(explanation: &'e Explanation, path: &str) -> &'e [String] {
    &explanation.elements.iter().find(|one| one.path == path).unwrap().from
}

#[test]
fn each_element_says_which_field_it_came_of() {
    let told = explained(ADMISSION, &feed());
    assert_eq!(told.refused, None);
    assert_eq!(from(&told, "Patient.name[0].family"), ["PID-5.1"]);
    assert_eq!(from(&told, "Patient.birthDate"), ["PID-7"]);
    assert!(from(&told, "Encounter.location[0].location.display").contains(&"PV1-3.1".to_owned()));
    assert_eq!(from(&told, "Encounter.period.start"), ["EVN-2"]);
    assert!(from(&told, "Encounter.status").is_empty(), "it is so by the kind of message");
}

#[test]
fn each_field_has_a_fate() {
    let told = explained(ADMISSION, &feed());
    assert_eq!(*fate(&told, "PID-1"), Fate::Ignored("it counts segments".to_owned()));
    assert!(matches!(fate(&told, "MSH-3"), Fate::Ignored(_)));
    assert_eq!(*fate(&told, "PV1-2"), Fate::Follows, "whoever is admitted is an inpatient");
    assert_eq!(*fate(&told, "ZU1-2"), Fate::NotUnderstood);
    assert_eq!(*fate(&told, "PID-31"), Fate::NotUnderstood);
    assert!(matches!(fate(&told, "PID-3.1"), Fate::Becomes(_) | Fate::Needed(_)));
    assert!(matches!(fate(&told, "PV1-19"), Fate::Needed(_)));
    let because = "waiting lists are kept elsewhere".to_owned();
    let ignored = vec![Ignored { place: "ZU1".parse().unwrap(), because: because.clone() }];
    let told = explained(ADMISSION, &Feed { ignored, ..feed() });
    assert_eq!(*fate(&told, "ZU1-2"), Fate::Ignored(because));
}

#[test]
fn what_a_rule_makes_use_of_is_understood() {
    let path = "PID-31".parse().unwrap();
    let act = Act::Move { from: path, to: "PID-30".parse().unwrap(), if_nhs_number: false };
    let rules = Rules::new(vec![Rule { when: None, act }]);
    let told = explained(ADMISSION, &Feed { rules, ..feed() });
    let Fate::Becomes(elements) = fate(&told, "PID-31") else { panic!("not understood") };
    assert_eq!(elements, &["Patient.deceasedBoolean"]);
}

#[test]
fn a_message_that_names_nobody_is_refused_and_explained_all_the_same() {
    let told = explained(&ADMISSION.replace("R1^^^RD3^MR", "").replace("9990000018", ""), &feed());
    assert!(told.refused.is_some());
    assert_eq!(from(&told, "Patient.name[0].family"), ["PID-5.1"]);
}

#[test]
fn a_message_that_cannot_be_mapped_says_why() {
    let told = explained(&ADMISSION.replace("ADT^A01", "ADT^A23"), &feed());
    assert_eq!(told.refused.as_deref(), Some("ADT^A23 is not a message Chesil maps"));
    assert!(told.elements.is_empty() && told.not_understood() > 0);
}
