//! What a decision changed, kept so that it can be taken back exactly: redirects of people, links of
//! records, decisions about pairs, and where other questions stood.

use std::collections::{BTreeMap, BTreeSet};

use db::{Tx, params};
use model::{LocalPatientId, PersonId};
use serde::{Deserialize, Serialize};

use crate::assertion::{self, Kept};
use crate::review::Review;
use crate::state::Standing;
use crate::{Error, Result, ground, local_patient};

/// One thing before and after. For a person: `None` is unknown, `Some(None)` in use, `Some(Some(id))`
/// a redirect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change<K, V> {
    pub(crate) key: K,
    pub(crate) before: V,
    pub(crate) after: V,
}

/// What a decision changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Effects {
    pub(crate) people: Vec<Change<PersonId, Standpoint>>,
    /// Every record of the people in question, moved or not.
    pub(crate) links: Vec<Change<LocalPatientId, PersonId>>,
    pub(crate) assertions: Vec<Change<(LocalPatientId, LocalPatientId), Option<Kept>>>,
    pub(crate) reviews: Vec<Change<i64, Standing>>,
    /// What was known of the records; `None` for a decision older than this.
    #[serde(default)]
    pub(crate) ground: Option<uuid::Uuid>,
    /// The answer that decided the same question before, on earlier details.
    #[serde(default)]
    pub(crate) answered_before: Option<i64>,
}

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standpoint {
    /// Nobody yet.
    Unknown,
    /// A person.
    Person,
    /// Another id.
    Redirect(PersonId),
}

impl<K, V: PartialEq> Change<K, V> {
    pub(crate) fn has_moved(&self) -> bool {
        self.before != self.after
    }
}

impl Effects {
    /// The records that changed their person.
    pub(crate) fn moved(&self) -> impl Iterator<Item = &Change<LocalPatientId, PersonId>> {
        self.links.iter().filter(|link| link.has_moved())
    }

    /// What an id stood for that became a person by this decision; `None` for every other id.
    pub(crate) fn begun(&self, id: PersonId) -> Option<Standpoint> {
        let change = self.people.iter().find(|change| change.key == id)?;
        (change.after == Standpoint::Person).then_some(change.before)
    }

    /// Every record of the people between whom records moved; none where none did.
    pub(crate) fn moved_people(&self) -> Vec<LocalPatientId> {
        if self.moved().next().is_none() {
            return Vec::new();
        }
        self.links.iter().map(|link| link.key).collect()
    }

    /// The people that the records are in now, whatever has come since.
    pub(crate) fn people_now(&self, tx: &mut Tx) -> Result<BTreeSet<PersonId>> {
        let records: Vec<LocalPatientId> = self.links.iter().map(|link| link.key).collect();
        Ok(links(tx, &records)?.into_values().collect())
    }

    /// The people that the records are in afterwards.
    pub(crate) fn people_after(&self) -> BTreeSet<PersonId> {
        self.links.iter().map(|link| link.after).collect()
    }

    pub(crate) fn write(&self) -> Result<String> {
        let stored = |source| Error::Stored { what: "effects of a decision", source };
        serde_json::to_string(self).map_err(stored)
    }

    pub(crate) fn read(text: &str) -> Result<Self> {
        let stored = |source| Error::Stored { what: "effects of a decision", source };
        serde_json::from_str(text).map_err(stored)
    }
}

/// How things stood before a decision about two records.
pub(crate) struct Before {
    people: BTreeSet<PersonId>,
    records: Vec<LocalPatientId>,
    snapshot: Snapshot,
}

/// Everything that a decision about these people may change.
#[derive(Default)]
struct Snapshot {
    people: BTreeMap<PersonId, Standpoint>,
    links: BTreeMap<LocalPatientId, PersonId>,
    assertions: BTreeMap<(LocalPatientId, LocalPatientId), Kept>,
    reviews: BTreeMap<i64, Standing>,
}

impl Before {
    pub(crate) fn capture(tx: &mut Tx, review: &Review) -> Result<Self> {
        let people = BTreeSet::from([review.a.person, review.b.person]);
        let mut records = Vec::new();
        for person in &people {
            records.extend(local_patient::members(tx, *person)?.iter().map(|record| record.id));
        }
        let snapshot = Snapshot::take(tx, &people, &records)?;
        Ok(Self { people, records, snapshot })
    }

    /// What has changed since.
    pub(crate) fn changes(&self, tx: &mut Tx) -> Result<Effects> {
        let links = links(tx, &self.records)?;
        let people: BTreeSet<PersonId> =
            self.people.iter().chain(links.values()).copied().collect();
        // The same ids are looked at before and after: a person that did not exist was unknown.
        let after = Snapshot::take(tx, &people, &self.records)?;
        let ground = Some(ground::of(tx, &self.records)?);
        let mut effects = Effects { ground, ..Effects::default() };
        let ids: BTreeSet<PersonId> =
            self.snapshot.people.keys().chain(after.people.keys()).copied().collect();
        for key in ids {
            let before = self.snapshot.people.get(&key).copied().unwrap_or(Standpoint::Unknown);
            let after = after.people.get(&key).copied().unwrap_or(Standpoint::Unknown);
            if before != after {
                effects.people.push(Change { key, before, after });
            }
        }
        for (key, before) in &self.snapshot.links {
            let after = links.get(key).copied().unwrap_or(*before);
            effects.links.push(Change { key: *key, before: *before, after });
        }
        effects.assertions = changed(&self.snapshot.assertions, &after.assertions);
        for (key, after) in after.reviews {
            let before = self.snapshot.reviews.get(&key).cloned();
            if let Some(before) = before.filter(|before| *before != after) {
                effects.reviews.push(Change { key, before, after });
            }
        }
        Ok(effects)
    }
}

fn changed<K: Ord + Copy, V: PartialEq + Clone>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> Vec<Change<K, Option<V>>> {
    let keys: BTreeSet<K> = before.keys().chain(after.keys()).copied().collect();
    keys.into_iter()
        .map(|key| Change {
            key,
            before: before.get(&key).cloned(),
            after: after.get(&key).cloned(),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

impl Snapshot {
    fn take(tx: &mut Tx, people: &BTreeSet<PersonId>, records: &[LocalPatientId]) -> Result<Self> {
        let mut snapshot = Self { links: links(tx, records)?, ..Self::default() };
        for person in people {
            let ids = tx.query(
                "with recursive former (id) as (
                     select id from person where id = ?1
                     union select p.id from person p join former f on p.merged_into = f.id)
                 select id, merged_into from person where id in (select id from former)",
                params![person.uuid()],
                |row| Ok((row.get(0)?, row.get::<Option<uuid::Uuid>>(1)?)),
            )?;
            for (id, merged_into) in ids {
                let redirect = |id| Standpoint::Redirect(PersonId::from_uuid(id));
                let standpoint = merged_into.map_or(Standpoint::Person, redirect);
                snapshot.people.insert(PersonId::from_uuid(id), standpoint);
            }
        }
        for record in records {
            for (other, kept) in assertion::about(tx, *record)? {
                snapshot.assertions.insert((*record, other), kept.clone());
                snapshot.assertions.insert((other, *record), kept);
            }
            let reviews = tx.query(
                "select seq, state, closed_by, closed_at, asked_by_user, asked_by, asked_at,
                     referred_to, note
                 from review where a = ?1 or b = ?1",
                params![record.uuid()],
                |row| Ok((row.get(0)?, Standing::from_row(row, 1)?)),
            )?;
            snapshot.reviews.extend(reviews);
        }
        Ok(snapshot)
    }
}

fn links(tx: &mut Tx, records: &[LocalPatientId]) -> Result<BTreeMap<LocalPatientId, PersonId>> {
    let mut links = BTreeMap::new();
    for record in records {
        let person = crate::person_of(tx, *record)?;
        links.insert(*record, person.ok_or(Error::Unknown("record of a person"))?);
    }
    Ok(links)
}
