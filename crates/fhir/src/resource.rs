//! One FHIR resource: a JSON object with a `resourceType`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::element::is_empty;
use crate::error::Error;

/// A FHIR resource. Always a JSON object with a `resourceType`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Resource {
    resource_type: String,
    body: Map<String, Value>,
}

impl Resource {
    /// An empty resource of this type.
    pub fn new(resource_type: &str) -> Self {
        let mut body = Map::new();
        body.insert("resourceType".into(), resource_type.into());
        Self { resource_type: resource_type.into(), body }
    }

    /// Reads JSON bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| Error::NotJson { line: error.line(), column: error.column() })?;
        Self::from_value(value)
    }

    /// Takes a JSON value that should be a resource.
    pub fn from_value(value: Value) -> Result<Self, Error> {
        let Value::Object(body) = value else { return Err(Error::NotAResource) };
        let resource_type = body.get("resourceType").and_then(Value::as_str).map(str::to_owned);
        match resource_type.filter(|name| is_type_name(name)) {
            Some(resource_type) => Ok(Self { resource_type, body }),
            None => Err(Error::NotAResource),
        }
    }

    /// `Patient`, `Observation`…
    pub fn resource_type(&self) -> &str {
        &self.resource_type
    }

    /// The logical id.
    pub fn id(&self) -> Option<&str> {
        self.body.get("id").and_then(Value::as_str)
    }

    /// This resource with another id.
    #[must_use]
    pub fn with_id(self, id: impl fmt::Display) -> Self {
        self.with("id", id.to_string())
    }

    /// This resource with one more element; an empty value (null, `""`, `[]`, `{}`) is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a top-level element; an empty value changes nothing. The resource's type never changes.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if name != "resourceType" && !is_empty(&value) {
            self.body.insert(name.into(), value);
        }
    }

    /// Removes a top-level element and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        if name == "resourceType" { None } else { self.body.remove(name) }
    }

    /// The value at a dotted path. A number picks from a list (`name.1.family`); a name asked of a
    /// list is asked of its first element (`name.family`).
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split('.');
        let first = self.body.get(steps.next()?)?;
        steps.try_fold(first, |value, step| child(value, step))
    }

    /// The text at a path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path).and_then(Value::as_str)
    }

    /// The list at a path; empty if there is none.
    pub fn list(&self, path: &str) -> &[Value] {
        self.get(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The top-level elements by name.
    pub fn elements(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.body.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The elements, to change in place (references, for example).
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.body.iter_mut().filter(|(name, _)| *name != "resourceType").map(|(_, value)| value)
    }

    /// The whole as a JSON value.
    pub fn into_value(self) -> Value {
        Value::Object(self.body)
    }

    /// The whole as a JSON value, copied.
    pub fn to_value(&self) -> Value {
        Value::Object(self.body.clone())
    }

    /// The bytes to store or send.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

/// The child named or numbered by `step`.
fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Object(object) => object.get(step),
        Value::Array(list) => match step.parse::<usize>() {
            Ok(index) => list.get(index),
            Err(_) => child(list.first()?, step),
        },
        _ => None,
    }
}

/// FHIR names its types in upper camel case.
fn is_type_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl TryFrom<Value> for Resource {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Self::from_value(value)
    }
}

impl From<Resource> for Value {
    fn from(resource: Resource) -> Self {
        resource.into_value()
    }
}

impl fmt::Display for Resource {
    /// Compact JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.body).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Resource {
    /// Type, id and the number of elements: never what it says about a patient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id().unwrap_or("no id");
        write!(f, "{}({id}, {} elements)", self.resource_type, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient() -> Resource {
        Resource::parse(
            br#"{"resourceType":"Patient","id":"p1","name":[{"family":"Hardy"},{"family":"Gifford"}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn paths_lead_to_values() {
        for (path, expected) in [
            ("id", Some("p1")),
            ("name.family", Some("Hardy")),
            ("name.1.family", Some("Gifford")),
            ("name.2.family", None),
            ("name", None),
            ("", None),
        ] {
            assert_eq!(patient().text(path), expected, "{path}");
        }
    }

    #[test]
    fn empty_values_are_never_said() {
        let resource =
            Resource::new("Patient").with("gender", "").with("name", Value::Array(vec![]));
        assert_eq!(resource.to_string(), r#"{"resourceType":"Patient"}"#);
    }

    #[test]
    fn decimals_keep_their_precision() {
        let text = r#"{"resourceType":"Observation","valueQuantity":{"value":5.10}}"#;
        let resource = Resource::parse(text.as_bytes()).unwrap();
        assert!(resource.to_string().contains("5.10"));
    }

    #[test]
    fn what_is_not_a_resource_is_refused_and_debug_text_names_no_one() {
        for (bytes, expected) in [
            (&b"{}"[..], Error::NotAResource),
            (b"[]", Error::NotAResource),
            (br#"{"resourceType":"<b>"}"#, Error::NotAResource),
            (b"{\n x", Error::NotJson { line: 2, column: 2 }),
        ] {
            assert_eq!(Resource::parse(bytes).unwrap_err(), expected);
        }
        assert_eq!(format!("{:?}", patient()), "Patient(p1, 3 elements)");
    }
}
