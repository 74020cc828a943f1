//! A Patient said piece by piece: each element holds what was said of it last, by event time.
//!
//! Hospitals send partial updates (an empty field changes nothing, `""` deletes), late and twice.
//! So each top-level element carries the moment it was last said or cleared, and news only wins
//! against older news. The result does not depend on the order of arrival.

use std::collections::BTreeMap;

use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use model::LocalPatientId;
use serde_json::Value;

use crate::put::{Provenance, Write, find};
use crate::{Error, read};

type ElementTimes = BTreeMap<String, Timestamp>;

/// A Patient before and after news about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// As it stood; `None` for a patient heard of for the first time.
    pub before: Option<Resource>,
    /// As it stands now.
    pub now: Resource,
}

/// Merges what was `said` of local patient `subject` at `event_time`, and removes what was `cleared`.
pub fn merge_patient(
    tx: &mut Tx,
    subject: LocalPatientId,
    said: &Resource,
    cleared: &[String],
    event_time: Timestamp,
    provenance: &Provenance,
) -> Result<Merged, Error> {
    let id = subject.to_string();
    let before = find(tx, "Patient", &id)?;
    let mut times = before.as_ref().map_or_else(ElementTimes::new, element_times);
    let known = read::current(tx, "Patient", subject.uuid())?.map(|version| version.resource);
    let mut merged = known.clone().unwrap_or_else(|| Resource::new("Patient").with_id(&id));
    overlay(&mut merged, &mut times, said, cleared, event_time);

    let write = Write {
        subject,
        resource: &merged,
        id: &id,
        event_time,
        provenance,
        element_times: serde_json::to_string(&times).ok(),
    };
    match before {
        None => write.first(tx)?,
        // Nothing new was said, but it was said again: older news must not win against that.
        Some(_) if known.as_ref() == Some(&merged) => write.remember_times(tx)?,
        Some(current) => write.next(tx, &current)?,
    }
    Ok(Merged { before: known, now: merged })
}

fn element_times(current: &crate::put::Current) -> ElementTimes {
    let text = current.element_times.as_deref().unwrap_or("{}");
    serde_json::from_str(text).unwrap_or_default()
}

/// Applies news to every element of which nothing newer is known.
fn overlay(
    merged: &mut Resource,
    times: &mut ElementTimes,
    said: &Resource,
    cleared: &[String],
    at: Timestamp,
) {
    let mut is_news = |name: &str| {
        let newest = times.get(name).is_none_or(|known| *known <= at);
        if newest {
            times.insert(name.to_owned(), at);
        }
        newest
    };
    for name in cleared {
        if is_news(name) {
            merged.remove(name);
        }
    }
    for (name, value) in said.elements() {
        match name {
            "resourceType" | "id" => {}
            // A feed that sends one identifier or extension does not thereby withdraw the others.
            "identifier" => union(merged, "identifier", value, "system", &mut is_news),
            "extension" => union(merged, "extension", value, "url", &mut is_news),
            _ if is_news(name) => merged.set(name, value.clone()),
            _ => {}
        }
    }
}

/// Replaces the members of a list that have the same `key`, one by one, and keeps the rest.
fn union(
    merged: &mut Resource,
    name: &str,
    said: &Value,
    key: &str,
    is_news: &mut impl FnMut(&str) -> bool,
) {
    let said = said.as_array().map_or(&[][..], Vec::as_slice);
    let mut list: Vec<Value> = merged.list(name).to_vec();
    let mut keys: Vec<&str> = said.iter().filter_map(|member| member.get(key)?.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for value in keys {
        if is_news(&format!("{name} {value}")) {
            let same = |member: &Value| member.get(key).and_then(Value::as_str) == Some(value);
            list.retain(|member| !same(member));
            list.extend(said.iter().filter(|member| same(member)).cloned());
        }
    }
    list.sort_by_cached_key(|member| member.get(key).and_then(Value::as_str).map(str::to_owned));
    merged.set(name, list);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone)]
    struct News {
        at: i64,
        said: Value,
        cleared: Vec<String>,
    }

    fn news() -> impl Strategy<Value = Vec<News>> {
        let one = (0..2usize, 0..4usize, "[a-c]").prop_map(|(clear, element, word)| {
            let name = ["gender", "birthDate", "name", "identifier"][element];
            let value = match name {
                "name" => json!([{"family": word}]),
                "identifier" => json!([{"system": word, "value": word}]),
                _ => json!(word),
            };
            let said = json!({"resourceType": "Patient", name: value});
            let cleared = if clear == 1 { vec!["birthDate".to_owned()] } else { vec![] };
            (said, cleared)
        });
        // Distinct moments: two different statements of one moment have no order of their own.
        proptest::collection::vec(one, 1..8).prop_map(|list| {
            let all = (1..).zip(list);
            all.map(|(at, (said, cleared))| News { at, said, cleared }).collect()
        })
    }

    fn fold(news: &[News]) -> Resource {
        let (mut merged, mut times) = (Resource::new("Patient"), ElementTimes::new());
        for one in news {
            let said = Resource::from_value(one.said.clone()).unwrap();
            overlay(
                &mut merged,
                &mut times,
                &said,
                &one.cleared,
                Timestamp::from_second(one.at).unwrap(),
            );
        }
        merged
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_gives_the_same_patient((ordered, shuffled) in news().prop_flat_map(|news| (Just(news.clone()), Just(news).prop_shuffle()))) {
            prop_assert_eq!(fold(&ordered), fold(&shuffled));
        }
    }

    #[test]
    fn empty_changes_nothing_and_cleared_deletes_until_said_again() {
        let one = |at, said: Value, cleared: &[&str]| News {
            at,
            said,
            cleared: cleared.iter().map(|name| (*name).into()).collect(),
        };
        let merged = fold(&[
            one(
                1,
                json!({"resourceType": "Patient", "gender": "female", "birthDate": "1940-06-02"}),
                &[],
            ),
            one(
                3,
                json!({"resourceType": "Patient", "name": [{"family": "Hardy"}]}),
                &["birthDate"],
            ),
            one(2, json!({"resourceType": "Patient", "birthDate": "1941-06-02"}), &[]),
        ]);
        assert_eq!(
            (merged.text("gender"), merged.text("birthDate"), merged.text("name.family")),
            (Some("female"), None, Some("Hardy"))
        );
    }
}
