//! What the references of a Bundle lead to.

use std::collections::{BTreeMap, BTreeSet};

use fhir::bundle::Entry;
use fhir::{Bundle, Element, Resource, datatype, reference, system};
use model::{LocalIdentity, stable_id};
use serde_json::Value;
use uuid::Uuid;

use super::DIRECTORY;

/// Every way the entries of a Bundle are called, and what becomes of them.
pub(super) struct Targets<'a> {
    authority: &'a str,
    /// `urn:uuid:…`, `https://x/Condition/7`, `Condition/7` → entry number.
    called: BTreeMap<String, usize>,
    /// Entry number → `Condition/<new id>`, for what is kept.
    kept: BTreeMap<usize, String>,
    /// Entry number → what is only named.
    directory: BTreeMap<usize, &'a Resource>,
    /// Directory entries that some reference leads to.
    named: BTreeSet<usize>,
}

impl<'a> Targets<'a> {
    pub(super) fn of(
        bundle: &'a Bundle,
        patients: &BTreeMap<usize, LocalIdentity>,
        authority: &'a str,
    ) -> Self {
        let mut targets = Self {
            authority,
            called: BTreeMap::new(),
            kept: BTreeMap::new(),
            directory: BTreeMap::new(),
            named: BTreeSet::new(),
        };
        for entry in &bundle.entries {
            let name = entry.resource.resource_type();
            for called in names(entry) {
                targets.called.entry(called).or_insert(entry.number);
            }
            if let Some(identity) = patients.get(&entry.number) {
                targets.kept.insert(entry.number, format!("Patient/{}", identity.local_patient()));
            } else if DIRECTORY.contains(&name) {
                targets.directory.insert(entry.number, &entry.resource);
            } else {
                targets.kept.insert(entry.number, format!("{name}/{}", targets.id(entry)));
            }
        }
        for entry in &bundle.entries {
            let mut resource = entry.resource.clone();
            reference::each_mut(&mut resource, &mut |one| {
                let target = one.get("reference").and_then(Value::as_str).unwrap_or("");
                let number = targets.entry(target);
                targets.named.extend(number);
            });
        }
        targets
    }

    /// The entry that a reference leads to.
    pub(super) fn entry(&self, target: &str) -> Option<usize> {
        let short = reference::split(target).map(|(name, id)| format!("{name}/{id}"));
        let by_short = || short.as_ref().and_then(|one| self.called.get(one));
        self.called.get(target).or_else(by_short).copied()
    }

    /// Some resource of the Bundle refers to this entry.
    pub(super) fn is_named(&self, entry: &Entry) -> bool {
        self.named.contains(&entry.number)
    }

    /// The id that an entry always gets: from the address it is put at, else its business
    /// identifier, else its own id, else what the Bundle calls it, else its content.
    pub(super) fn id(&self, entry: &Entry) -> Uuid {
        let name = entry.resource.resource_type();
        let put = entry.method.as_deref() == Some("PUT");
        let by_url = entry.url.as_deref().filter(|_| put).and_then(reference::split);
        let text = |path: &str| entry.resource.text(path).unwrap_or("");
        let key = if let Some((_, id)) = by_url {
            id.to_owned()
        } else if !text("identifier.value").is_empty() {
            format!("{}|{}", text("identifier.system"), text("identifier.value"))
        } else if let Some(id) = entry.resource.id() {
            id.to_owned()
        } else {
            entry.full_url.clone().unwrap_or_else(|| entry.resource.to_string())
        };
        stable_id(&[name, self.authority, &key])
    }

    /// Gives a reference its new target. One that leads out of the Bundle is taken to name a
    /// resource sent earlier, or somebody by number.
    pub(super) fn redirect(&self, one: &mut Value) {
        let target = one.get("reference").and_then(Value::as_str).unwrap_or("").to_owned();
        if target.starts_with('#') {
            return;
        }
        let display = one.get("display").and_then(Value::as_str).unwrap_or("").to_owned();
        match self.entry(&target) {
            Some(number) => {
                if let Some(kept) = self.kept.get(&number) {
                    set(one, "reference", kept);
                } else if let Some(resource) = self.directory.get(&number) {
                    *one = named(resource, &display);
                }
            }
            None => match reference::split(&target) {
                Some((name, id)) if DIRECTORY.contains(&name) => {
                    let kind = name.to_ascii_lowercase();
                    let system = system::local_number(&kind, self.authority);
                    let identifier = datatype::identifier(&system, id);
                    *one = datatype::logical_reference(name, identifier, &display);
                }
                Some((name, id)) if name != "Patient" => {
                    let id = stable_id(&[name, self.authority, id]);
                    set(one, "reference", &format!("{name}/{id}"));
                }
                _ => {}
            },
        }
    }

    /// The code of the Medication that a reference leads to.
    pub(super) fn medication(&self, one: &Value) -> Option<Value> {
        let target = one.get("reference").and_then(Value::as_str)?;
        let medication = self.directory.get(&self.entry(target)?)?;
        medication.get("code").cloned()
    }
}

/// What other entries may call this one.
fn names(entry: &Entry) -> Vec<String> {
    let name = entry.resource.resource_type();
    let mut names: Vec<String> = entry.full_url.iter().cloned().collect();
    let short = entry.full_url.as_deref().and_then(reference::split);
    names.extend(short.map(|(name, id)| format!("{name}/{id}")));
    names.extend(entry.resource.id().map(|id| format!("{name}/{id}")));
    names
}

/// A reference by identifier and name to something that is not kept.
fn named(resource: &Resource, display: &str) -> Value {
    let identifier = resource.get("identifier.0").cloned();
    let text = |path: &str| resource.text(path).unwrap_or("");
    let person = [text("name.prefix.0"), text("name.given.0"), text("name.family")];
    let said = [
        display.to_owned(),
        text("name").to_owned(),
        text("name.text").to_owned(),
        person.iter().filter(|one| !one.is_empty()).copied().collect::<Vec<_>>().join(" "),
        text("code.text").to_owned(),
        text("code.coding.display").to_owned(),
    ];
    let display = said.into_iter().find(|one| !one.is_empty());
    Element::new()
        .with("type", resource.resource_type())
        .with("identifier", identifier)
        .with("display", display)
        .build()
}

fn set(one: &mut Value, name: &str, value: &str) {
    if let Some(object) = one.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
}
