//! What a steward saw who said that two records are one person's. A number or a name that comes
//! later is no part of that decision: it may be asked about again.

use std::collections::BTreeSet;

use db::Tx;
use jiff::Timestamp;
use model::{Actor, LocalPatientId, NhsNumber, stable_id};

use crate::review::Review;
use crate::{Error, LocalPatient, Result, assertion, local_patient};

/// Keeps the decision that the two records of a review are one person's, with what it rests on:
/// every two verified numbers that it brings together, and the details of the two.
pub(crate) fn confirm(tx: &mut Tx, review: &Review, actor: &Actor, at: Timestamp) -> Result<()> {
    let (a, b) = (local_patient::known(tx, review.a.id)?, local_patient::known(tx, review.b.id)?);
    let mut numbers = confirmed_by(tx, &a)?;
    numbers.retain(|(with, _)| *with == b.id);
    let mut seen: BTreeSet<String> = numbers.into_iter().flat_map(|(_, seen)| seen).collect();
    let (mut one, mut other) = (vec![a.clone()], vec![b.clone()]);
    if a.person != b.person {
        one = local_patient::members(tx, a.person)?;
        other = local_patient::members(tx, b.person)?;
    }
    for (x, y) in one.iter().flat_map(|x| other.iter().map(move |y| (x, y))) {
        seen.extend(two_numbers(x, y));
    }
    assertion::record(tx, a.id, b.id, true, actor, at)?;
    let numbers = seen.into_iter().collect::<Vec<_>>().join(" ");
    assertion::keep_seen(tx, a.id, b.id, &numbers, &details(&a, &b)?)
}

/// What stewards have confirmed about the records of one person.
#[derive(Default)]
pub(crate) struct Confirmed {
    numbers: BTreeSet<String>,
    details: BTreeSet<String>,
    /// Decisions of which it was not kept what they rest on.
    unknown: BTreeSet<(LocalPatientId, LocalPatientId)>,
}

impl Confirmed {
    pub(crate) fn about(tx: &mut Tx, members: &[LocalPatient]) -> Result<Self> {
        let mut confirmed = Self::default();
        for member in members {
            for (other, kept) in assertion::about(tx, member.id)? {
                if !kept.same {
                    continue;
                }
                confirmed.numbers.extend(split(kept.seen_numbers.as_deref()));
                match kept.seen_details {
                    Some(details) => confirmed.details.extend([details]),
                    None => confirmed.unknown.extend([(member.id, other)]),
                }
            }
        }
        Ok(confirmed)
    }

    /// Stewards have seen the two numbers of these records, and called them one person's.
    pub(crate) fn knows_numbers(&self, a: &LocalPatient, b: &LocalPatient) -> bool {
        two_numbers(a, b).is_some_and(|numbers| self.numbers.contains(&numbers))
    }

    /// A steward has called these two one person's, and neither has become somebody else since.
    pub(crate) fn knows_pair(&self, a: &LocalPatient, b: &LocalPatient) -> Result<bool> {
        Ok(self.unknown.contains(&(a.id, b.id)) || self.details.contains(&details(a, b)?))
    }
}

fn confirmed_by(
    tx: &mut Tx,
    record: &LocalPatient,
) -> Result<Vec<(LocalPatientId, BTreeSet<String>)>> {
    let kept = assertion::about(tx, record.id)?.into_iter().filter(|(_, kept)| kept.same);
    Ok(kept.map(|(other, kept)| (other, split(kept.seen_numbers.as_deref()).collect())).collect())
}

fn split(words: Option<&str>) -> impl Iterator<Item = String> {
    words.unwrap_or_default().split_whitespace().map(str::to_owned)
}

/// The digest of their two verified numbers; `None` unless there are two.
fn two_numbers(a: &LocalPatient, b: &LocalPatient) -> Option<String> {
    let (a, b): (NhsNumber, NhsNumber) = a.verified_number().zip(b.verified_number())?;
    let (low, high) = (a.min(b), a.max(b));
    let digest = || stable_id(&["two numbers", &low.to_string(), &high.to_string()]).to_string();
    (low != high).then(digest)
}

/// The digest of who each of the two is said to be. Where they live and how they are reached changes
/// with the years and is no part of it; two numbers are kept by themselves.
fn details(a: &LocalPatient, b: &LocalPatient) -> Result<String> {
    let (low, high) = if a.id < b.id { (a, b) } else { (b, a) };
    let mut words = vec!["two records".to_owned()];
    for record in [low, high] {
        let said = &record.demographics;
        let text = serde_json::to_string(&(&said.names, &said.birth_date, &said.gender));
        words.push(record.id.to_string());
        words.push(text.map_err(|source| Error::Stored { what: "details", source })?);
    }
    Ok(stable_id(&words.iter().map(String::as_str).collect::<Vec<_>>()).to_string())
}
