//! Golden messages: what each message of the corpus says, beside it. `BLESS=1` rewrites the answers;
//! a person reads the difference.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fhir::Resource;
use mapping::{Feed, Mapped, hl7_v2, spell};
use model::OdsCode;
use serde_json::{Value, json};

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|one| one == "hl7"));
    files.sort();
    files
}

/// Every message of a file, each beginning with MSH.
fn messages(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut messages: Vec<String> = Vec::new();
    for line in text.lines() {
        match messages.last_mut() {
            Some(message) if !line.starts_with("MSH") => {
                message.push('\r');
                message.push_str(line);
            }
            _ => messages.push(line.to_owned()),
        }
    }
    messages
}

/// Poole, Bournemouth (whose numbers come bare) and Dorchester (which sends an OID), by MSH-4.
fn feed(message: &str) -> Feed {
    let (organisation, authority, alias) = match message.split('|').nth(3) {
        Some("RDZ") => ("R0D", "RDZ", ""),
        Some("RBD") => ("RBD", "RBD", "2.16.840.1.113883.2.1.3.8.77"),
        _ => ("R0D", "RD3", "2.16.840.1.113883.3.9999"),
    };
    Feed {
        aliases: vec![alias.into()],
        ..Feed::new(OdsCode::parse(organisation).unwrap(), authority)
    }
}

fn map(message: &str) -> Result<Mapped, mapping::Error> {
    let parsed = hl7v2::parse(message.as_bytes()).unwrap();
    hl7_v2(&parsed, &feed(message), "2026-12-31T12:00:00Z".parse().unwrap())
}

/// Everything a file says: each message, then the spells they amount to.
fn answer(file: &Path) -> Value {
    let mapped: Vec<Result<Mapped, mapping::Error>> =
        messages(file).iter().map(|message| map(message)).collect();
    let events: Vec<spell::SpellEvent> =
        mapped.iter().flatten().flat_map(|one| one.spell_events.clone()).collect();
    let spells = by_visit(&events).into_values();
    let spells: Vec<Value> =
        spells.filter_map(|events| spell::fold(&events)).map(Resource::into_value).collect();
    json!({"messages": mapped.iter().map(show).collect::<Vec<_>>(), "spells": spells})
}

fn by_visit(events: &[spell::SpellEvent]) -> BTreeMap<&str, Vec<spell::SpellEvent>> {
    let mut visits: BTreeMap<&str, Vec<spell::SpellEvent>> = BTreeMap::new();
    for event in events {
        visits.entry(&event.visit).or_default().push(event.clone());
    }
    visits
}

/// What a message says; lists of what it does not speak of are left out.
fn show(mapped: &Result<Mapped, mapping::Error>) -> Value {
    let mut shown = show_all(mapped);
    if let Some(shown) = shown.as_object_mut() {
        let rare = ["superseded", "links", "unlinks", "births", "moves", "out_of_scope"];
        shown.retain(|name, said| {
            !(rare.contains(&name.as_str()) && said.as_array().is_some_and(Vec::is_empty))
        });
    }
    shown
}

fn show_all(mapped: &Result<Mapped, mapping::Error>) -> Value {
    let mapped = match mapped {
        Ok(mapped) => mapped,
        Err(error) => return json!({"error": error.to_string()}),
    };
    let identity = |one: &model::LocalIdentity| format!("{} {}", one.authority, one.value);
    let link = |one: &mapping::Link| json!([identity(&one.a), identity(&one.b)]);
    json!({
        "event": mapped.event,
        "occurred_at": mapped.occurred_at.to_string(),
        "patients": mapped.patients.iter().map(|one| json!({
            "identity": identity(&one.identity),
            "resource": one.resource.to_value(),
            "cleared": one.cleared,
        })).collect::<Vec<_>>(),
        "merges": mapped.merges.iter().map(|one| {
            let mut merge = json!({
                "survivor": identity(&one.survivor),
                "subsumed": identity(&one.subsumed),
            });
            if let Some(number) = one.other_nhs_number {
                merge["other_nhs_number"] = json!(number.to_string());
            }
            merge
        }).collect::<Vec<_>>(),
        "superseded": mapped.superseded.iter().map(|one| {
            json!({"old": one.old.to_string(), "new": one.new.to_string()})
        }).collect::<Vec<_>>(),
        "links": mapped.links.iter().map(link).collect::<Vec<_>>(),
        "unlinks": mapped.unlinks.iter().map(link).collect::<Vec<_>>(),
        "births": mapped.births.iter().map(|one| json!({
            "newborn": identity(&one.newborn),
            "mother": identity(&one.mother),
            "order": one.order,
        })).collect::<Vec<_>>(),
        "moves": mapped.moves.iter().map(|one| json!({
            "from": identity(&one.from),
            "to": identity(&one.to),
            "what": match &one.what {
                mapping::Moving::Visit { was, is } => format!("visit {was} -> {is}"),
                mapping::Moving::Account { was, is } => format!("account {was} -> {is}"),
            },
        })).collect::<Vec<_>>(),
        "spell_events": mapped.spell_events.iter().map(|one| {
            json!({"kind": one.kind.code(), "visit": one.visit, "at": one.at.to_string()})
        }).collect::<Vec<_>>(),
        "resources": mapped.resources.iter().map(|one| json!({
            "subject": identity(&one.subject),
            "event_time": one.event_time.to_string(),
            "resource": one.resource.to_value(),
        })).collect::<Vec<_>>(),
        "unmapped": mapped.unmapped,
        "out_of_scope": mapped.out_of_scope.map_or(json!([]), Value::from),
    })
}

/// The same with its names in order, so that blessing changes no more than what is said.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let ordered: BTreeMap<&String, &Value> = object.iter().collect();
            ordered.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_message_of_the_corpus_says_what_stands_beside_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut differing = Vec::new();
    for file in corpus() {
        let golden = file.with_extension("json");
        let said = answer(&file);
        if bless {
            std::fs::write(&golden, format!("{:#}\n", sorted(&said))).unwrap();
            continue;
        }
        let expected: Value =
            serde_json::from_slice(&std::fs::read(&golden).unwrap_or_default()).unwrap_or_default();
        if said != expected {
            differing.push(file.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert!(differing.is_empty(), "{differing:?} say something else; read what BLESS=1 changes");
}

#[test]
fn the_order_of_arrival_never_matters() {
    for file in corpus() {
        let events: Vec<spell::SpellEvent> = messages(&file)
            .iter()
            .filter_map(|message| map(message).ok())
            .flat_map(|one| one.spell_events)
            .collect();
        for (visit, events) in by_visit(&events) {
            let forwards = spell::fold(&events);
            let backwards: Vec<_> = events.iter().rev().cloned().collect();
            assert_eq!(spell::fold(&backwards), forwards, "{visit} of {}", file.display());
            let twice = [events.clone(), events].concat();
            assert_eq!(spell::fold(&twice), forwards, "{visit} of {}", file.display());
        }
    }
}

#[test]
fn every_resource_is_what_fhir_calls_one() {
    for file in corpus() {
        for mapped in messages(&file).iter().filter_map(|message| map(message).ok()) {
            for one in &mapped.resources {
                assert_eq!(fhir::uk_core::first_problem(&one.resource), None, "{}", file.display());
                assert!(one.resource.id().is_some());
            }
            let spell = spell::fold(&mapped.spell_events);
            assert_eq!(spell.as_ref().and_then(fhir::uk_core::first_problem), None);
        }
    }
}

#[test]
fn nothing_is_said_later_than_it_was_received() {
    let message = "MSH|^~\\&|PAS|RD3|CHESIL|R0D|20990101000000||ADT^A01|1|P|2.4\r\
                   EVN|A01|20990101000000\rPID|1||R1^^^RD3^MR||Hardy^Ann\r\
                   PV1|1|I|A4||||||||||||||||V1\rAL1|1|DA|P^Penicillin^L";
    let mapped = map(message).unwrap();
    let latest: jiff::Timestamp = "2026-12-31T12:05:00Z".parse().unwrap();
    let event = &mapped.spell_events[0];
    assert_eq!(mapped.occurred_at, latest);
    assert_eq!((mapped.patients[0].event_time, mapped.resources[0].event_time), (latest, latest));
    assert_eq!((event.at, event.recorded_at, event.sent_at), (latest, latest, Some(latest)));

    let result = message.replace("ADT^A01", "ORU^R01").replace("PV1|", "OBR|1||L1|UE\rZZZ|");
    let result = result.replace("L1|UE", "L1|UE||||||||||||||||||20990101\rOBX|1|ST|K||x||||||F");
    let mapped = map(&result).unwrap();
    assert!(!mapped.resources.is_empty());
    assert!(mapped.resources.iter().all(|one| one.event_time <= latest));
}

mod demographics;
mod explained;
mod sentences;
