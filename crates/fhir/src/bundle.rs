//! A FHIR Bundle taken apart, with errors that name the entry and the path.

use jiff::Timestamp;
use serde_json::Value;

use crate::error::Error;
use crate::resource::Resource;
use crate::time::When;
use crate::uk_core;

/// The kinds of Bundle a source may send.
const KINDS: [&str; 5] = ["transaction", "collection", "batch", "message", "document"];

/// A Bundle whose entries all hold well-formed resources.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// `transaction`, `collection`…
    pub kind: String,
    /// When it was assembled.
    pub timestamp: Option<Timestamp>,
    /// Its entries in order.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place, from 1, as errors name it.
    pub number: usize,
    /// What other entries call it: `urn:uuid:…`.
    pub full_url: Option<String>,
    /// `POST`, `PUT`… of a transaction.
    pub method: Option<String>,
    /// The request's address: `Patient/p1`.
    pub url: Option<String>,
    /// What it says.
    pub resource: Resource,
}

impl Bundle {
    /// Reads a Bundle from JSON bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut bundle = Resource::parse(bytes)?;
        if bundle.resource_type() != "Bundle" {
            return Err(Error::NotABundle(bundle.resource_type().to_owned()));
        }
        let kind = bundle.text("type").unwrap_or("").to_owned();
        if !KINDS.contains(&kind.as_str()) {
            return Err(whole("type", format!("must be one of {}", KINDS.join(", "))));
        }
        let entries = match bundle.remove("entry") {
            Some(Value::Array(entries)) => entries,
            Some(_) => return Err(whole("entry", "must be a list".into())),
            None => Vec::new(),
        };
        let entries: Result<Vec<Entry>, Error> =
            entries.into_iter().enumerate().map(|(index, value)| entry(index + 1, value)).collect();
        let timestamp = bundle.text("timestamp").and_then(When::parse).map(When::timestamp);
        Ok(Self { kind, timestamp, entries: entries? })
    }
}

impl Entry {
    /// An error about something in this entry.
    pub fn error(&self, path: &str, problem: impl Into<String>) -> Error {
        Error::Entry { number: self.number, path: path.into(), problem: problem.into() }
    }
}

fn entry(number: usize, mut value: Value) -> Result<Entry, Error> {
    let wrong = |path: &str, problem: &str| Error::Entry {
        number,
        path: path.into(),
        problem: problem.into(),
    };
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let (full_url, method, url) = (text("/fullUrl"), text("/request/method"), text("/request/url"));
    if method.as_deref() == Some("DELETE") {
        return Err(wrong(
            "request.method",
            "DELETE is not taken; send the resource again with the status entered-in-error",
        ));
    }
    let resource = match value.get_mut("resource").map(Value::take) {
        None => return Err(wrong("resource", "is missing")),
        Some(resource) => Resource::from_value(resource)
            .map_err(|_| wrong("resource.resourceType", "is missing or is not a FHIR type"))?,
    };
    if let Some((path, problem)) = uk_core::first_problem(&resource) {
        return Err(wrong(&format!("resource.{path}"), &problem));
    }
    Ok(Entry { number, full_url, method, url, resource })
}

fn whole(path: &str, problem: String) -> Error {
    Error::Bundle { path: path.into(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let said = match Bundle::parse(json.as_bytes()) {
            Ok(bundle) => format!("{} of {}", bundle.kind, bundle.entries.len()),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn errors_name_the_entry_and_the_path() {
        check("{", "not JSON: line 1, column 1");
        check("{}", "not a FHIR resource: resourceType is missing");
        check(r#"{"resourceType":"Patient"}"#, "not a FHIR Bundle: resourceType is Patient");
        check(
            r#"{"resourceType":"Bundle"}"#,
            "in the Bundle, type: must be one of transaction, collection, batch, message, document",
        );
        check(
            r#"{"resourceType":"Bundle","type":"transaction","entry":{}}"#,
            "in the Bundle, entry: must be a list",
        );
        check(
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"}},{}]}"#,
            "entry 2 of the Bundle, resource: is missing",
        );
        check(
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Observation","status":"final"}}]}"#,
            "entry 1 of the Bundle, resource.code: is missing, and an Observation must have one",
        );
        check(
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Observation","status":"done","code":{"text":"x"}}}]}"#,
            "entry 1 of the Bundle, resource.status: is not a status an Observation can have",
        );
        check(r#"{"resourceType":"Bundle","type":"collection"}"#, "collection of 0");
    }

    #[test]
    fn deleting_by_bundle_is_refused_with_what_to_do_instead() {
        check(
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Condition/1"}}]}"#,
            "entry 1 of the Bundle, request.method: DELETE is not taken; send the resource again with the status entered-in-error",
        );
    }
}
