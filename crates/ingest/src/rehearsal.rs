//! A message tried under the rules of now, and taken back: what would it change?
//!
//! It is the real thing, in the writer's transaction, up to the last moment: whatever would park the
//! message parks the rehearsal.

use std::panic::{AssertUnwindSafe, catch_unwind};

use db::Tx;
use engine::Received;
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Ingest};

/// What delivering a message now would come to. No content: types, ids and paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// The sentence it would be parked with, or tried again with.
    pub refused: Option<String>,
    /// The resources that would get a new version.
    pub changes: Vec<Change>,
    /// Paths that carried a value and would not be used.
    pub unmapped: Vec<String>,
}

/// A resource that would get a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// FHIR type.
    pub resource_type: String,
    /// Its id.
    pub id: Uuid,
    /// There is none with this id yet.
    pub is_new: bool,
    /// It speaks of an earlier moment than what is known: kept in the history alone.
    pub is_older: bool,
    /// The elements that would differ from what is current: `name[0].family`. Never values.
    pub paths: Vec<String>,
}

/// How a rehearsal leaves the savepoint it must not keep.
enum Left {
    Over(Rehearsal),
    Failed(Error),
}

impl From<db::Error> for Left {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Delivers `received` and takes it back. Run it on the writer: it writes, and keeps nothing.
pub fn rehearse(ingest: &Ingest, tx: &mut Tx, received: &Received) -> Result<Rehearsal, Error> {
    let left = tx.savepoint(|tx| match play(ingest, tx, received) {
        Ok(rehearsal) => Err::<(), Left>(Left::Over(rehearsal)),
        Err(error) => Err(Left::Failed(error)),
    });
    match left {
        Err(Left::Over(rehearsal)) => Ok(rehearsal),
        Err(Left::Failed(error)) if error.category() == model::Category::Unavailable => Err(error),
        Err(Left::Failed(error)) => Ok(refused(error.to_string())),
        Ok(()) => Ok(refused("nothing was tried".to_owned())),
    }
}

fn refused(sentence: String) -> Rehearsal {
    Rehearsal { refused: Some(sentence), changes: Vec::new(), unmapped: Vec::new() }
}

fn play(ingest: &Ingest, tx: &mut Tx, received: &Received) -> Result<Rehearsal, Error> {
    let before = repository::traces_of_message(tx, received.id)?;
    let played = catch_unwind(AssertUnwindSafe(|| ingest.ingest(tx, received)));
    let Ok(ingested) = played else {
        return Ok(refused("the delivery panicked; see the log".to_owned()));
    };
    let unmapped = ingested?.unmapped;
    let mut changes = Vec::new();
    for trace in repository::traces_of_message(tx, received.id)? {
        if before.iter().any(|one| one.id == trace.id && one.version == trace.version) {
            continue;
        }
        let body = |tx: &mut Tx, version| -> Result<Value, Error> {
            let found = repository::version(tx, &trace.resource_type, trace.id, version)?;
            Ok(found.map_or(Value::Null, |one| one.resource.into_value()))
        };
        let now = body(tx, trace.version)?;
        let earlier = repository::traces_of_resource(tx, &trace.resource_type, trace.id)?;
        let current = earlier.iter().find(|one| one.version < trace.version && one.was_current);
        let was = current.map_or(Ok(Value::Null), |one| body(tx, one.version))?;
        let mut paths = Vec::new();
        differing("", &was, &now, &mut paths);
        changes.push(Change {
            is_new: trace.version == 1,
            is_older: !trace.was_current,
            resource_type: trace.resource_type,
            id: trace.id,
            paths,
        });
    }
    Ok(Rehearsal { refused: None, changes, unmapped })
}

/// The paths of the leaves that differ.
fn differing(path: &str, was: &Value, now: &Value, paths: &mut Vec<String>) {
    let below = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    match (was, now) {
        _ if was == now => {}
        (Value::Object(was), Value::Object(now)) => {
            let names = now.keys().chain(was.keys().filter(|name| !now.contains_key(*name)));
            for name in names {
                let of = |side: &serde_json::Map<String, Value>| {
                    side.get(name).cloned().unwrap_or(Value::Null)
                };
                differing(&below(name), &of(was), &of(now), paths);
            }
        }
        (Value::Array(was), Value::Array(now)) => {
            for index in 0..was.len().max(now.len()) {
                let of = |side: &[Value]| side.get(index).cloned().unwrap_or(Value::Null);
                differing(&format!("{path}[{index}]"), &of(was), &of(now), paths);
            }
        }
        // What is wholly new or gone is named once.
        _ => paths.push(if path.is_empty() { "all of it".to_owned() } else { path.to_owned() }),
    }
}
