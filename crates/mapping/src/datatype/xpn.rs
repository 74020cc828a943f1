//! XPN, a person's name, to HumanName.

use fhir::Element;
use hl7v2::Repetition;
use serde_json::Value;

use crate::concept;
use crate::read::{self, part, sub};

/// A name; `otherwise` is the use of one whose type (XPN.7) is not said.
pub(crate) fn human_name(name: &Repetition<'_>, otherwise: &str) -> Option<Value> {
    let family = sub(name, 1, 1);
    let forenames = [part(name, 2), part(name, 3)].join(" ");
    let given: Vec<Value> = forenames.split_whitespace().map(Value::from).collect();
    if family.is_empty() && given.is_empty() {
        return None;
    }
    let found = concept::lookup("0200", &part(name, 7)).map_or(otherwise, |found| found.code);
    let one = |text: String| if text.is_empty() { Vec::new() } else { vec![Value::from(text)] };
    let element = Element::new()
        .with("use", found)
        .with("family", family)
        .with("given", given)
        .with("prefix", one(part(name, 5)))
        .with("suffix", one(part(name, 4)))
        .with("period", read::period(name, [12, 13], 10));
    Some(element.build())
}
