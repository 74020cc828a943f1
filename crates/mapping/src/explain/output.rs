//! What a message amounts to, as elements with values, so that two of them can be laid side by side.

use std::collections::BTreeMap;

use fhir::Resource;
use model::LocalIdentity;
use serde_json::{Value, json};

use crate::mapped::{Mapped, Moving};
use crate::spell;

/// The output of a mapping.
pub(super) struct Output {
    /// Every element with its value, in order.
    pub(super) elements: Vec<(String, String)>,
    /// The resources, whole.
    pub(super) resources: Vec<Value>,
    things: Vec<Thing>,
}

/// A resource, or what a message says beside resources.
struct Thing {
    kind: String,
    id: String,
    /// `Observation[2]`, where there are several.
    name: String,
    elements: Vec<(String, String)>,
}

impl Output {
    pub(super) fn of(mapped: &Mapped) -> Self {
        let spell = spell::fold(&mapped.spell_events);
        let resources: Vec<Value> = mapped
            .patients
            .iter()
            .map(|one| &one.resource)
            .chain(&spell)
            .chain(mapped.resources.iter().map(|one| &one.resource))
            .map(Resource::to_value)
            .collect();
        let mut things: Vec<Thing> = resources.iter().map(thing).collect();
        things.push(beside(mapped));
        name(&mut things);
        let each = |thing: &Thing| -> Vec<(String, String)> {
            let named = |(path, value): &(String, String)| {
                (format!("{}.{path}", thing.name), value.clone())
            };
            thing.elements.iter().map(named).collect()
        };
        let elements = things.iter().flat_map(each).collect();
        Self { elements, resources, things }
    }

    /// The elements that another output lacks or says otherwise. A thing is the same by its id, else
    /// by its place among those of its kind that have no other.
    pub(super) fn differing(&self, other: &Self) -> Vec<String> {
        let mut differing = Vec::new();
        let taken: Vec<&str> = self.things.iter().map(|one| one.id.as_str()).collect();
        let mut spare: BTreeMap<&str, Vec<&Thing>> = BTreeMap::new();
        for thing in other.things.iter().rev().filter(|one| !taken.contains(&one.id.as_str())) {
            spare.entry(&thing.kind).or_default().push(thing);
        }
        for thing in &self.things {
            let same = other.things.iter().find(|one| one.id == thing.id && one.kind == thing.kind);
            let same = same.or_else(|| spare.get_mut(thing.kind.as_str()).and_then(Vec::pop));
            let said: BTreeMap<&str, &str> = same
                .map(|one| {
                    one.elements
                        .iter()
                        .map(|(path, value)| (path.as_str(), value.as_str()))
                        .collect()
                })
                .unwrap_or_default();
            let lost = thing.elements.iter().filter(|(path, value)| {
                !is_reference(path) && said.get(path.as_str()) != Some(&value.as_str())
            });
            differing.extend(lost.map(|(path, _)| format!("{}.{path}", thing.name)));
            if same.is_some() && differing.is_empty() && said.len() > thing.elements.len() {
                differing.push(thing.name.clone());
            }
        }
        differing
    }
}

/// References follow ids, and say nothing of their own.
fn is_reference(path: &str) -> bool {
    path.ends_with("reference")
}

fn thing(resource: &Value) -> Thing {
    let text =
        |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut elements = Vec::new();
    flatten(resource, "", &mut elements);
    elements.retain(|(path, _)| path != "resourceType");
    Thing { kind: text("resourceType"), id: text("id"), name: String::new(), elements }
}

/// When it happened, and who is whom.
fn beside(mapped: &Mapped) -> Thing {
    let identity = |one: &LocalIdentity| json!(format!("{} {}", one.authority, one.value));
    let both = |one: &crate::mapped::Link| json!({"a": identity(&one.a), "b": identity(&one.b)});
    let said = json!({
        "occurredAt": mapped.occurred_at.to_string(),
        "cleared": mapped.patients.iter().flat_map(|one| one.cleared.clone()).collect::<Vec<_>>(),
        "merge": mapped.merges.iter().map(|one| json!({
            "survivor": identity(&one.survivor), "subsumed": identity(&one.subsumed),
        })).collect::<Vec<_>>(),
        "superseded": mapped.superseded.iter().map(|one| json!({
            "old": one.old.to_string(), "new": one.new.to_string(),
        })).collect::<Vec<_>>(),
        "link": mapped.links.iter().map(both).collect::<Vec<_>>(),
        "unlink": mapped.unlinks.iter().map(both).collect::<Vec<_>>(),
        "birth": mapped.births.iter().map(|one| json!({
            "newborn": identity(&one.newborn), "mother": identity(&one.mother), "order": one.order,
        })).collect::<Vec<_>>(),
        "move": mapped.moves.iter().map(|one| json!({
            "from": identity(&one.from), "to": identity(&one.to),
            "visit": match &one.what {
                Moving::Visit { was, is } | Moving::Account { was, is } => format!("{was} to {is}"),
            },
        })).collect::<Vec<_>>(),
    });
    let mut elements = Vec::new();
    flatten(&said, "", &mut elements);
    Thing { kind: "Message".to_owned(), id: "message".to_owned(), name: String::new(), elements }
}

/// `Observation[2]`, where there are several of a kind.
fn name(things: &mut [Thing]) {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for thing in things.iter() {
        counts.entry(thing.kind.clone()).or_default().0 += 1;
    }
    for thing in things {
        let Some((all, number)) = counts.get_mut(&thing.kind) else { continue };
        *number += 1;
        thing.name =
            if *all == 1 { thing.kind.clone() } else { format!("{}[{number}]", thing.kind) };
    }
}

fn flatten(value: &Value, path: &str, elements: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(value, &path, elements);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                flatten(value, &format!("{path}[{index}]"), elements);
            }
        }
        Value::Null => {}
        Value::String(text) => elements.push((path.to_owned(), text.clone())),
        other => elements.push((path.to_owned(), other.to_string())),
    }
}
