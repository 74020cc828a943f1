//! XPN, a person's name, to HumanName.

use fhir::Element;
use hl7v2::Repetition;
use serde_json::Value;

use crate::concept;
use crate::datatype::given::with_given;
use crate::read::{self, part, sub};

/// A name; `otherwise` is the use of one whose type (XPN.7) is not said.
pub(crate) fn human_name(name: &Repetition<'_>, otherwise: &str) -> Option<Value> {
    let family = sub(name, 1, 1);
    let words = |place| -> Vec<String> {
        part(name, place).split_whitespace().map(str::to_owned).collect()
    };
    let (forename, middle) = (words(2), words(3));
    let blank = (forename.is_empty() && !middle.is_empty()).then(String::new);
    let given: Vec<String> = blank.into_iter().chain(forename).chain(middle).collect();
    if family.is_empty() && given.is_empty() {
        return None;
    }
    let found = concept::lookup("0200", &part(name, 7)).map_or(otherwise, |found| found.code);
    let one = |text: String| if text.is_empty() { Vec::new() } else { vec![Value::from(text)] };
    // XPN.4 suffix, XPN.6 degree, XPN.14 professional suffix.
    let suffix: Vec<Value> =
        [4, 6, 14].into_iter().flat_map(|place| one(part(name, place))).collect();
    let element = Element::new().with("use", found).with("family", family);
    let element = with_given(element, &given)
        .with("prefix", one(part(name, 5)))
        .with("suffix", suffix)
        .with("period", read::period(name, [12, 13], 10));
    Some(element.build())
}
