//! Which numbers are one patient's, which are one person's, and whose child somebody is.

use db::Tx;
use mapping::Mapped;
use model::PersonId;

use crate::story::Teller;
use crate::{Error, admission};

/// Merges, links and their like; returns the people concerned.
pub(crate) fn one_patient(
    tx: &mut Tx,
    mapped: &Mapped,
    teller: &Teller<'_>,
    written: &mut usize,
) -> Result<Vec<PersonId>, Error> {
    if !mapped.links.is_empty() || !mapped.unlinks.is_empty() {
        return Err(Error::NotYet("links"));
    }
    let (organisation, at) = (&teller.feed.organisation, mapped.occurred_at);
    let mut people = Vec::new();
    for merge in &mapped.merges {
        let (survivor, subsumed) = (&merge.survivor, &merge.subsumed);
        people.push(empi::merge(tx, teller.model, survivor, subsumed, organisation, at)?);
        *written += admission::join_stays(tx, subsumed, at, teller)?;
    }
    Ok(people)
}
