//! Whom do these demographics mean? Weighed as a feed's would be, and nothing is kept.

use std::collections::BTreeSet;

use db::Tx;
use matching::{Outcome, Profile, against, blocking};
use model::{Demographics, PersonId};

use crate::{LocalPatient, Result, blocking_index, local_patient, person};

/// A person that may be meant.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The person.
    pub person: PersonId,
    /// What the engine would do with a record like this: `Link` or `Review`, never `New`.
    pub outcome: Outcome,
    /// The sum of the weights, as log2 of odds.
    pub weight: f64,
}

/// Every person that these demographics may mean, the most likely first.
///
/// A sensitive person (PDS S-flag) is weighed by numbers, names, birth date and gender only: neither
/// found nor made likelier by an address or a telephone.
pub fn trace(tx: &mut Tx, demographics: &Demographics) -> Result<Vec<Traced>> {
    let whole = Profile::new(demographics);
    let placeless = Profile::new(&weighable(demographics));
    let without_place = blocking_index::candidates(tx, &blocking::keys(&placeless))?;
    let with_place = blocking_index::candidates(tx, &blocking::keys(&whole))?;
    let mut weighed = BTreeSet::new();
    let mut traced = Vec::new();
    for seq in with_place.union(&without_place) {
        let Some(record) = local_patient::by_seq(tx, *seq)? else { continue };
        let members = local_patient::members(tx, record.person)?;
        let sensitive = members.iter().any(|member| member.demographics.sensitive);
        let by_place_alone = sensitive && !without_place.contains(seq);
        if by_place_alone || !weighed.insert(record.person) {
            continue;
        }
        let profile = if sensitive { &placeless } else { &whole };
        traced.extend(weigh(profile, record.person, &members, sensitive));
    }
    let rank = |one: &Traced| matches!(one.outcome, Outcome::Link(_));
    traced.sort_by(|a: &Traced, b: &Traced| {
        rank(b).cmp(&rank(a)).then(b.weight.total_cmp(&a.weight)).then(a.person.cmp(&b.person))
    });
    Ok(traced)
}

fn weigh(
    profile: &Profile,
    person: PersonId,
    members: &[LocalPatient],
    sensitive: bool,
) -> Option<Traced> {
    let profile_of = |member: &LocalPatient| {
        let said = &member.demographics;
        if sensitive { Profile::new(&weighable(said)) } else { Profile::new(said) }
    };
    let profiles: Vec<Profile> = members.iter().map(profile_of).collect();
    let verdict = against(profile, &profiles)?;
    (verdict.outcome != Outcome::New).then_some(Traced {
        person,
        outcome: verdict.outcome,
        weight: verdict.weight.total,
    })
}

/// Without place and contacts, and without the flag itself, which keeps records apart for good
/// reason but must not hide a person from somebody who has their number.
fn weighable(demographics: &Demographics) -> Demographics {
    let stripped = person::without_place(demographics.clone());
    Demographics { sensitive: false, ..stripped }
}
