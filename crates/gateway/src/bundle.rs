//! The answer as a set of resources. Nothing here relies on their order, as consumers must not
//! (Access Record Structured, payload response body).

use std::collections::HashMap;

use serde_json::Value;

use crate::Error;
use crate::area::Area;
use crate::element::{each, text};

/// A structured record bundle, indexed by reference.
pub(crate) struct Bundle {
    resources: Vec<Value>,
    by_reference: HashMap<String, usize>,
}

impl Bundle {
    /// Reads the answer's body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut root: Value = serde_json::from_slice(body)
            .map_err(|_| Error::Malformed { what: "it is not JSON" })?;
        if text(&root, "/resourceType") != Some("Bundle") {
            return Err(Error::Malformed { what: "it is not a Bundle" });
        }
        let entries = match root.get_mut("entry").map(Value::take) {
            Some(Value::Array(entries)) => entries,
            None => Vec::new(),
            Some(_) => return Err(Error::Malformed { what: "Bundle.entry is not a list" }),
        };
        let mut bundle =
            Self { resources: Vec::with_capacity(entries.len()), by_reference: HashMap::new() };
        for mut entry in entries {
            let Some(resource) = entry.get_mut("resource").map(Value::take) else { continue };
            bundle.add(resource, text(&entry, "/fullUrl"));
        }
        Ok(bundle)
    }

    /// Where an answer holds one resource twice, the first is kept.
    fn add(&mut self, resource: Value, full_url: Option<&str>) {
        let index = self.resources.len();
        if let (Some(kind), Some(id)) = (text(&resource, "/resourceType"), text(&resource, "/id")) {
            self.by_reference.entry(format!("{kind}/{id}")).or_insert(index);
        }
        if let Some(url) = full_url {
            self.by_reference.entry(url.to_owned()).or_insert(index);
        }
        self.resources.push(resource);
    }

    /// Every resource of one type.
    pub(crate) fn of_type(&self, kind: &'static str) -> impl Iterator<Item = &Value> {
        self.resources.iter().filter(move |resource| text(resource, "/resourceType") == Some(kind))
    }

    /// What `Type/id`, `https://…/Type/id` or `urn:uuid:…` refers to.
    pub(crate) fn resolve(&self, reference: &str) -> Option<&Value> {
        let index = self.by_reference.get(reference).or_else(|| {
            let mut parts = reference.rsplit('/');
            let (id, kind) = (parts.next()?, parts.next()?);
            self.by_reference.get(&format!("{kind}/{id}"))
        });
        self.resources.get(*index?)
    }

    /// What the element at `pointer` refers to.
    pub(crate) fn follow(&self, resource: &Value, pointer: &str) -> Option<&Value> {
        text(resource, pointer).and_then(|reference| self.resolve(reference))
    }

    /// What a list's entry refers to: a resource of the bundle or one contained in the list.
    pub(crate) fn entry<'a>(&'a self, list: &'a Value, entry: &Value) -> Option<&'a Value> {
        let reference = text(entry, "/item/reference")?;
        match reference.strip_prefix('#') {
            Some(id) => each(list, "contained").find(|resource| text(resource, "/id") == Some(id)),
            None => self.resolve(reference),
        }
    }

    /// The primary lists that answer for one area.
    pub(crate) fn lists(&self, area: Area) -> Vec<&Value> {
        self.of_type("List").filter(|list| is_list_of(list, area)).collect()
    }
}

fn is_list_of(list: &Value, area: Area) -> bool {
    let coded = list.get("code").is_some_and(|code| {
        each(code, "coding").any(|coding| text(coding, "/code") == Some(area.list_code()))
    });
    // Before the list had a code of its own it was known by its title (samples of version 1.2).
    let titled = area == Area::EndedAllergies
        && text(list, "/title")
            .is_some_and(|title| matches!(title, "Ended allergies" | "Resolved Allergies"));
    coded || titled
}
