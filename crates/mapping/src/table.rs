//! Maps as data: which field becomes which element, one row each, in `maps/*.csv` beside this file.
//!
//! `to,from,as,when,why`. `to` is a path into the resource (`dosageInstruction.0.route`); the first
//! row that yields a value for a path has it, unless the path ends in `+`: those are all kept, in a
//! list. `as` says how the field is read ([`How`]). `when` holds the row back unless a field is said
//! (`RXO-3`), is not (`!RXO-3`), or says a word (`RXA-21=D`). `why` is for whoever reads the table.

mod how;
mod row;

use std::collections::BTreeSet;

use fhir::{Resource, datatype};
use hl7v2::Segment;
use model::LocalIdentity;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::feed::Feed;
use crate::spell::encounter_id;
pub(crate) use row::Table;
use row::{Place, Row};

/// Segments that belong together: one order, one vaccination.
pub(crate) type Group<'m> = Vec<Segment<'m>>;

/// Whose what a table makes is.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) feed: &'a Feed,
    pub(crate) subject: &'a LocalIdentity,
    pub(crate) visit: Option<&'a str>,
}

impl Context<'_> {
    /// Reference to the patient.
    pub(crate) fn patient(&self) -> Value {
        datatype::reference("Patient", self.subject.local_patient())
    }

    /// Reference to the encounter, where a visit is named.
    pub(crate) fn encounter(&self) -> Value {
        self.visit.map_or(Value::Null, |one| {
            datatype::reference("Encounter", encounter_id(self.subject, one))
        })
    }
}

impl Table {
    /// The resource that these segments amount to, without its id.
    pub(crate) fn resource(
        &self,
        resource_type: &str,
        group: &[Segment<'_>],
        context: &Context<'_>,
    ) -> Result<Resource, Error> {
        let mut body = Value::Object(Map::new());
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for row in self.rows().iter().filter(|row| row.applies(group)) {
            if said.contains(row.to) {
                continue;
            }
            let value = how::read(row, group, context.feed)?;
            if fhir::is_empty(&value) {
                continue;
            }
            if let Some(list) = row.to.strip_suffix('+') {
                append(&mut body, list, value);
            } else {
                *at(&mut body, row.to) = value;
                said.insert(row.to);
            }
        }
        let mut resource = Resource::new(resource_type);
        if let Value::Object(body) = body {
            for (name, mut value) in body {
                prune(&mut value);
                resource.set(&name, value);
            }
        }
        Ok(resource)
    }

    /// The fields that the table reads, for the list of those nothing reads.
    pub(crate) fn reads(&self, segment: &str, field: usize) -> bool {
        let named = |place: &Place| place.segment == segment && place.field == field;
        self.rows().iter().any(|row| row.places().any(named))
    }
}

impl Row {
    fn applies(&self, group: &[Segment<'_>]) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(group))
    }
}

/// Takes out what stayed empty in lists: a second performer without a first.
fn prune(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.iter_mut().for_each(prune);
            list.retain(|one| !fhir::is_empty(one));
        }
        Value::Object(object) => object.values_mut().for_each(prune),
        _ => {}
    }
}

/// Adds to the list at a path: all of a list, or one value.
fn append(body: &mut Value, path: &str, value: Value) {
    let list = at(body, path);
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(list) = list.as_array_mut() else { return };
    match value {
        Value::Array(values) => {
            let new = values.into_iter().filter(|one| !fhir::is_empty(one));
            for value in new {
                if !list.contains(&value) {
                    list.push(value);
                }
            }
        }
        value if !list.contains(&value) => list.push(value),
        _ => {}
    }
}

/// The place at a path, with what leads there made.
fn at<'v>(body: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(body, |value, step| {
        if let Ok(index) = step.parse::<usize>() {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            item(value, index)
        } else {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            &mut value[step]
        }
    })
}

fn item(value: &mut Value, index: usize) -> &mut Value {
    if let Some(list) = value.as_array_mut()
        && list.len() <= index
    {
        list.resize(index + 1, Value::Null);
    }
    &mut value[index]
}

#[cfg(test)]
mod tests;
