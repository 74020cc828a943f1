//! A JSON object under construction that leaves out whatever is empty, as FHIR requires.

use serde_json::{Map, Value};

/// An object under construction: `Element::new().with("family", "Hardy")`.
#[derive(Clone, Default)]
pub struct Element(pub(crate) Map<String, Value>);

impl Element {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more element; an empty value (null, `""`, `[]`, `{}`) is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !is_empty(&value) {
            self.0.insert(name.into(), value);
        }
        self
    }

    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object.
    pub fn build(self) -> Value {
        Value::Object(self.0)
    }
}

impl From<Element> for Value {
    fn from(element: Element) -> Self {
        element.build()
    }
}

/// Null, an empty text, an empty list (or one of empty values) or an empty object: FHIR R4 §2.6.2
/// forbids all of these.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.iter().all(is_empty),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
