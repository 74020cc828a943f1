//! The links from their history: every event again, in order.

use std::collections::BTreeMap;

use db::{Tx, params};
use model::{LocalPatientId, PersonId};

use crate::history::LinkKind;
use crate::{Result, changes, local_patient, person};

/// Events read at once.
const AT_ONCE: u32 = 20_000;

/// What the events say, and whether the stored links agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Events replayed.
    pub events: usize,
    /// Records with a link.
    pub records: usize,
    /// People with a record.
    pub people: usize,
    /// Records whose stored link, and people whose stored redirect, were others. They have been put
    /// right; more than none means that something beside this program wrote to the store.
    pub differed: usize,
}

/// Replays every event and makes the stored links what they say.
pub fn rebuild(tx: &mut Tx) -> Result<Rebuilt> {
    let mut links = Links::default();
    let mut rebuilt = Rebuilt::default();
    let mut after = 0;
    loop {
        let events = changes(tx, after, AT_ONCE)?;
        let Some(last) = events.last() else { break };
        after = last.seq;
        rebuilt.events += events.len();
        for event in &events {
            links.apply(event.kind, event.local_patient, event.person, event.other_person);
        }
    }
    rebuilt.records = links.person_of.len();
    rebuilt.people = links.person_of.values().collect::<std::collections::BTreeSet<_>>().len();
    rebuilt.differed = put_links_right(tx, &links)? + put_redirects_right(tx, &links)?;
    Ok(rebuilt)
}

/// Who belongs to whom, and which id stands for which.
#[derive(Default)]
struct Links {
    person_of: BTreeMap<LocalPatientId, PersonId>,
    redirect: BTreeMap<PersonId, PersonId>,
}

impl Links {
    fn apply(
        &mut self,
        kind: LinkKind,
        record: LocalPatientId,
        person: PersonId,
        other: Option<PersonId>,
    ) {
        match kind {
            LinkKind::Linked | LinkKind::Split => {
                self.person_of.insert(record, person);
                self.redirect.remove(&person);
            }
            LinkKind::Merged => {
                self.person_of.insert(record, person);
                self.redirect.remove(&person);
                self.redirect.extend(other.map(|gone| (gone, person)));
            }
            // The event that says where the record went comes after.
            LinkKind::Unlinked | LinkKind::Confirmed | LinkKind::Refused => {}
        }
    }
}

fn put_links_right(tx: &mut Tx, links: &Links) -> Result<usize> {
    let mut differed = 0;
    let mut after = 0;
    loop {
        let stored: Vec<(i64, uuid::Uuid, uuid::Uuid)> = tx.query(
            "select seq, id, person from local_patient where seq > ?1 order by seq limit ?2",
            params![after, AT_ONCE],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let Some((last, _, _)) = stored.last() else { return Ok(differed) };
        after = *last;
        for (_, id, person) in stored {
            let id = LocalPatientId::from_uuid(id);
            let replayed = links.person_of.get(&id);
            if let Some(replayed) = replayed.filter(|replayed| replayed.uuid() != person) {
                differed += 1;
                local_patient::move_to(tx, id, *replayed)?;
            }
        }
    }
}

fn put_redirects_right(tx: &mut Tx, links: &Links) -> Result<usize> {
    let stored: Vec<(uuid::Uuid, Option<uuid::Uuid>)> =
        tx.query("select id, merged_into from person", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut differed = 0;
    for (id, merged_into) in stored {
        let id = PersonId::from_uuid(id);
        let replayed = links.redirect.get(&id).copied();
        if replayed.map(PersonId::uuid) == merged_into {
            continue;
        }
        // Before redirects were kept as they were made, they led straight to the end.
        let stored = person::resolve(tx, id)?;
        if replayed.is_some() && stored == Some(links.end_of(id)) {
            continue;
        }
        differed += 1;
        match replayed {
            Some(into) => person::redirect(tx, id, into)?,
            None => person::revive(tx, id)?,
        }
    }
    Ok(differed)
}

impl Links {
    fn end_of(&self, id: PersonId) -> PersonId {
        let mut current = id;
        while let Some(next) = self.redirect.get(&current) {
            current = *next;
        }
        current
    }
}
