//! Who recorded something: follows a reference to a person's name and role.

use serde_json::Value;

use crate::bundle::Bundle;
use crate::element::{each, text, words};

/// `Dr Nichole Gilbert, General Medical Practitioner`, or the organisation's name.
pub(crate) fn named(bundle: &Bundle, resource: &Value, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|pointer| {
        let target = bundle.follow(resource, &format!("{pointer}/reference"));
        target
            .and_then(|target| name(bundle, target))
            .or_else(|| text(resource, &format!("{pointer}/display")).map(str::to_owned))
    })
}

fn name(bundle: &Bundle, target: &Value) -> Option<String> {
    match text(target, "/resourceType")? {
        "Practitioner" => practitioner(target),
        "PractitionerRole" => {
            let person = bundle.follow(target, "/practitioner/reference").and_then(practitioner);
            let role = words(target, "/code/0");
            match (person, role) {
                (Some(person), Some(role)) => Some(format!("{person}, {role}")),
                (person, role) => person.or(role),
            }
        }
        "Organization" => text(target, "/name").map(str::to_owned),
        _ => None,
    }
}

fn practitioner(practitioner: &Value) -> Option<String> {
    let name = each(practitioner, "name").next()?;
    let given = each(name, "prefix").chain(each(name, "given")).filter_map(Value::as_str);
    let parts: Vec<&str> = given.chain(text(name, "/family")).collect();
    match parts.as_slice() {
        [] => text(name, "/text").map(str::to_owned),
        parts => Some(parts.join(" ")),
    }
}
