//! What has happened to links since a reader last asked: for notifications, mirrors and caches.

use db::{Tx, params};
use jiff::Timestamp;
use model::{LocalPatientId, PersonId};

use crate::history::LinkKind;
use crate::{Error, Result};

/// Something happened to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place among all changes; ask for what comes after the last one seen.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: LinkKind,
    /// The person it is about.
    pub person: PersonId,
    /// The other person: the one merged away, split off, left or kept apart.
    pub other_person: Option<PersonId>,
    /// The record that was linked or unlinked.
    pub local_patient: LocalPatientId,
}

/// The changes after this one, oldest first, at most `limit`.
pub fn changes(tx: &mut Tx, after_seq: i64, limit: u32) -> Result<Vec<Change>> {
    let rows = tx.query(
        "select seq, at, kind, person, other_person, local_patient from link_event
         where seq > ?1 order by seq limit ?2",
        params![after_seq, limit],
        |row| {
            let kind: String = row.get(2)?;
            let change = Change {
                seq: row.get(0)?,
                at: row.get(1)?,
                kind: LinkKind::Linked,
                person: PersonId::from_uuid(row.get(3)?),
                other_person: row.get::<Option<uuid::Uuid>>(4)?.map(PersonId::from_uuid),
                local_patient: LocalPatientId::from_uuid(row.get(5)?),
            };
            Ok((kind, change))
        },
    )?;
    let complete = |(kind, change): (String, Change)| {
        let kind = LinkKind::parse(&kind).ok_or(Error::Unknown("kind of link event"))?;
        Ok(Change { kind, ..change })
    };
    rows.into_iter().map(complete).collect()
}

/// The number of the last change there is; 0 before the first.
pub fn last_change(tx: &mut Tx) -> Result<i64> {
    let sql = "select seq from link_event order by seq desc limit 1";
    Ok(tx.query_one(sql, &[], |row| row.get(0))?.unwrap_or(0))
}
