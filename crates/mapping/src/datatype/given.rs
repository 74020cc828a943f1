//! Given names, of which the first may be left blank: a middle name is not taken for the forename.
//!
//! FHIR holds a place in a list whose value is not known by `null` and an extension beside it
//! (R4 §2.6.2, JSON representation of primitive elements; extension `data-absent-reason`).

use fhir::Element;
use serde_json::{Value, json};

/// Adds `given` to a name; an empty text is a name that is not known.
pub(crate) fn with_given(name: Element, given: &[String]) -> Element {
    let absent = || {
        json!({"extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }]})
    };
    let values = given.iter().map(|one| if one.is_empty() { Value::Null } else { json!(one) });
    let beside = given.iter().map(|one| if one.is_empty() { absent() } else { Value::Null });
    name.with("given", values.collect::<Vec<_>>()).with("_given", beside.collect::<Vec<_>>())
}

/// The given names of a name, as [`with_given`] wrote them.
pub(crate) fn given(name: &Value) -> Vec<String> {
    let list = name.get("given").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
