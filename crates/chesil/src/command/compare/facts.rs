//! What FHIR resources say, as facts that do not depend on how they are arranged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Something said: which element, what kind of thing it is, and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fact {
    /// `Patient.name`, without the parts of a datatype.
    pub(super) element: String,
    pub(super) kind: Kind,
    pub(super) value: String,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Name,
    Date,
    Identifier,
    Code,
    Value,
    Unit,
    Address,
    Words,
    Count,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Date => "date",
            Self::Identifier => "identifier",
            Self::Code => "code",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Address => "address",
            Self::Words => "words",
            Self::Count => "count",
        }
    }
}

impl Fact {
    /// The value stands somewhere in these words.
    pub(super) fn is_within(&self, words: &str) -> bool {
        self.kind != Kind::Count && words.contains(&format!("\n{}\n", self.value))
    }
}

/// Resources that say how data came and from which directory, not what happened to a patient.
const NOT_ABOUT_PATIENTS: &[&str] = &[
    "MessageHeader",
    "Provenance",
    "Bundle",
    "Composition",
    "Parameters",
    "OperationOutcome",
    "Endpoint",
    "Device",
];

/// Resources counted: the others are only whom or where one of these points to.
const COUNTED: &[&str] = &[
    "Patient",
    "Encounter",
    "Observation",
    "DiagnosticReport",
    "Condition",
    "AllergyIntolerance",
    "Immunization",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationAdministration",
    "ServiceRequest",
    "DocumentReference",
    "Appointment",
    "Procedure",
];

/// The facts of some resources, each once.
pub(super) fn facts(resources: &[Value]) -> Vec<Fact> {
    let mut facts = BTreeSet::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in resources {
        let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
        if NOT_ABOUT_PATIENTS.contains(&kind) {
            continue;
        }
        if COUNTED.contains(&kind) {
            *counts.entry(kind).or_default() += 1;
        }
        let mut path = vec![kind.to_owned()];
        walk(resource, &mut path, &mut facts);
    }
    facts.extend(counts.into_iter().map(|(kind, count)| Fact {
        element: kind.to_owned(),
        kind: Kind::Count,
        value: count.to_string(),
    }));
    facts.into_iter().collect()
}

fn walk(value: &Value, path: &mut Vec<String>, facts: &mut BTreeSet<Fact>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let aside = ["extension", "modifierExtension", "meta", "text", "contained", "id"];
                let aside =
                    aside.contains(&name.as_str()) && !(name == "text" && value.is_string());
                if aside || name.starts_with('_') {
                    continue;
                }
                path.push(name.clone());
                walk(value, path, facts);
                path.pop();
            }
        }
        Value::Array(list) => list.iter().for_each(|one| walk(one, path, facts)),
        Value::Null => {}
        Value::String(text) => facts.extend(fact(path, text)),
        other => facts.extend(fact(path, &other.to_string())),
    }
}

/// What a leaf says, by its name and that of what holds it.
fn fact(path: &[String], text: &str) -> Option<Fact> {
    let (last, above) = path.split_last()?;
    let holder = above.last().map(String::as_str).unwrap_or_default();
    let (kind, depth) = match (holder, last.as_str()) {
        (_, "family" | "given" | "prefix" | "suffix") => (Kind::Name, 1),
        ("identifier" | "masterIdentifier", "value") => (Kind::Identifier, 1),
        ("coding", "code") => (Kind::Code, 2),
        ("valueQuantity" | "low" | "high" | "doseQuantity" | "quantity", "value") => {
            (Kind::Value, 0)
        }
        ("valueQuantity" | "low" | "high" | "doseQuantity" | "quantity", "unit") => (Kind::Unit, 0),
        (_, "valueString" | "valueInteger") => (Kind::Value, 0),
        ("telecom", "value") | ("address", "line" | "city" | "postalCode") => (Kind::Address, 1),
        (_, "gender" | "status") => (Kind::Code, 0),
        ("note" | "referenceRange", "text") => (Kind::Words, 1),
        (_, name) if is_date(name, text) => (Kind::Date, 0),
        _ => return None,
    };
    let element = path.get(..path.len().saturating_sub(depth)).unwrap_or(path).join(".");
    Some(Fact { element, kind, value: settled(kind, text) })
}

fn is_date(name: &str, text: &str) -> bool {
    let named = ["date", "Date", "DateTime", "start", "end", "issued", "authoredOn", "created"];
    let day = text.get(..4).is_some_and(|year| year.bytes().all(|one| one.is_ascii_digit()));
    day && (named.contains(&name)
        || name.ends_with("Date")
        || name.ends_with("DateTime")
        || name == "time")
}

/// A value so that two ways of writing it are one: a date by its day, a number without idle zeros, text
/// in one case without needless blanks.
fn settled(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Date => text.get(..10).unwrap_or(text).to_owned(),
        Kind::Value => match text.parse::<f64>() {
            Ok(number) => number.to_string(),
            Err(_) => plain(text),
        },
        _ => plain(text),
    }
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Every value in these resources and every word of it, a line each.
pub(super) fn words(resources: &[Value]) -> String {
    let mut words = String::from("\n");
    let mut rest: Vec<&Value> = resources.iter().collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(object) => rest.extend(object.values()),
            Value::Array(list) => rest.extend(list),
            Value::Null => {}
            Value::String(text) => {
                let text = plain(text);
                for word in text.split([' ', ',', ';', '/', '|', ':']).filter(|one| !one.is_empty())
                {
                    words.push_str(word);
                    words.push('\n');
                }
                if is_date("date", &text) {
                    words.push_str(text.get(..10).unwrap_or(&text));
                    words.push('\n');
                }
                words.push_str(&text);
                words.push('\n');
            }
            other => {
                words.push_str(&settled(Kind::Value, &other.to_string()));
                words.push('\n');
            }
        }
    }
    words
}
