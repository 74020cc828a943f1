//! The facts about one actor and one person, for `access` to weigh.

use std::collections::BTreeSet;

use access::{Basis, Facts, Relationship};
use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::{Actor, LocalPatientId, OdsCode, PersonId};

use crate::Error;
use crate::break_glass::live_claim;
use crate::dissent::dissents;

/// A relationship that ended longer ago than any policy's grace is no fact any more.
const ENDED_WITHIN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Gathers the facts: relationships of the actor's organisation with any of the person's local
/// patients, the actor's own claim, the person's dissent.
pub fn facts(
    tx: &mut Tx,
    actor: &Actor,
    local_patients: &[LocalPatientId],
    person: PersonId,
    at: Timestamp,
) -> Result<Facts, Error> {
    let mut relationships = Vec::new();
    for patient in local_patients {
        relationships.extend(relationships_with(tx, &actor.organisation, *patient, at)?);
    }
    Ok(Facts {
        actor: actor.clone(),
        relationships,
        claim: live_claim(tx, actor.user, person, at)?,
        dissent: dissents(tx, person, local_patients)?,
        scopes: BTreeSet::new(),
    })
}

fn relationships_with(
    tx: &mut Tx,
    organisation: &OdsCode,
    local_patient: LocalPatientId,
    at: Timestamp,
) -> Result<Vec<Relationship>, Error> {
    tx.query(
        "select basis, until_at from account_relationship
         where local_patient = ?1 and organisation = ?2 and from_at <= ?3
           and (until_at is null or until_at > ?4)",
        params![local_patient.uuid(), organisation.as_str(), at, at - ENDED_WITHIN],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<Timestamp>>(1)?)),
    )?
    .into_iter()
    .map(|(basis, until)| {
        Ok(Relationship {
            organisation: organisation.clone(),
            basis: Basis::parse(&basis).ok_or(Error::Stored("a relationship's basis"))?,
            until,
        })
    })
    .collect()
}
