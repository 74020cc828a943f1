//! Whom do these demographics mean? Weighed as a feed's would be, and nothing is kept.

use db::Tx;
use matching::{Model, Outcome, Profile, blocking};
use model::{Demographics, PersonId};

use crate::blocking_index::Index;
use crate::{LocalPatient, Result, local_patient, person};

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
pub fn trace(tx: &mut Tx, model: &Model, demographics: &Demographics) -> Result<Vec<Traced>> {
    let whole = Profile::new(demographics);
    let placeless = Profile::new(&weighable(demographics));
    let index = Index::direct();
    let without_place = index.look(tx, &blocking::keys(&placeless))?.patients;
    let with_place = index.look(tx, &blocking::keys(&whole))?.patients;
    let mut traced = Vec::new();
    for members in local_patient::people_of(tx, &(&with_place | &without_place))? {
        let sensitive = members.iter().any(|member| member.demographics.sensitive);
        let by_place_alone =
            sensitive && !members.iter().any(|member| without_place.contains(&member.seq));
        if !by_place_alone {
            let profile = if sensitive { &placeless } else { &whole };
            traced.extend(weigh(model, profile, &members, sensitive));
        }
    }
    let rank = |one: &Traced| matches!(one.outcome, Outcome::Link(_));
    traced.sort_by(|a: &Traced, b: &Traced| {
        rank(b).cmp(&rank(a)).then(b.weight.total_cmp(&a.weight)).then(a.person.cmp(&b.person))
    });
    Ok(traced)
}

fn weigh(
    model: &Model,
    profile: &Profile,
    members: &[LocalPatient],
    sensitive: bool,
) -> Option<Traced> {
    let profile_of = |member: &LocalPatient| {
        let said = &member.demographics;
        if sensitive { Profile::new(&weighable(said)) } else { member.profile() }
    };
    let profiles: Vec<Profile> = members.iter().map(profile_of).collect();
    let verdict = model.against(profile, &profiles)?;
    let person = members.first()?.person;
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
