//! Whom do these demographics mean? Weighed as a feed's would be, and nothing is kept.

use db::Tx;
use matching::{Basis, Model, Outcome, Profile, blocking};
use model::{Demographics, PersonId};

use crate::blocking_index::Index;
use crate::{LocalPatient, Result, local_patient, number, person};

/// A verified number with a fitting name or birth date is as sure as this, whatever the sum.
const BY_RULE: f64 = 0.99;

/// A person that may be meant.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The person.
    pub person: PersonId,
    /// How sure the engine is.
    pub likeness: Likeness,
    /// From 0 to 1; a half stands midway between asking a steward and linking.
    pub score: f64,
}

/// How sure the engine is that these demographics mean a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// A record like this would be linked.
    Certain,
    /// The details agree well enough, but something speaks against it: a steward would be asked.
    Probable,
    /// A steward would be asked.
    Possible,
}

/// Every person that these demographics may mean, the most likely first.
///
/// A sensitive person (PDS S-flag) is weighed by numbers, names, birth date and gender only: neither
/// found nor made likelier by an address or a telephone.
pub fn trace(tx: &mut Tx, model: &Model, demographics: &Demographics) -> Result<Vec<Traced>> {
    // Somebody may know a number that PDS has replaced since.
    let nhs_number = number::replaced_by(tx, demographics.nhs_number)?.or(demographics.nhs_number);
    let demographics = Demographics { nhs_number, ..demographics.clone() };
    let whole = Profile::new(&demographics);
    let placeless = Profile::new(&weighable(&demographics));
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
    traced.sort_by(|a: &Traced, b: &Traced| {
        let by_score = || b.score.total_cmp(&a.score).then(a.person.cmp(&b.person));
        a.likeness.cmp(&b.likeness).then_with(by_score)
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
        if sensitive {
            // With the number that stands for it now, as everywhere.
            Profile::new(&Demographics { nhs_number: member.number(), ..weighable(said) })
        } else {
            member.profile()
        }
    };
    let profiles: Vec<Profile> = members.iter().map(profile_of).collect();
    let verdict = model.against(profile, &profiles)?;
    let person = members.first()?.person;
    let weight = verdict.weight.total;
    let likeness = match verdict.outcome {
        Outcome::Link(_) => Likeness::Certain,
        Outcome::Review(_) if weight >= model.link_from() => Likeness::Probable,
        Outcome::Review(_) => Likeness::Possible,
        Outcome::New => return None,
    };
    let by_rule = matches!(verdict.outcome, Outcome::Link(Basis::Rule(_)));
    let by_weight = probability(weight - f64::midpoint(model.link_from(), model.review_from()));
    let score = if by_rule { by_weight.max(BY_RULE) } else { by_weight };
    Some(Traced { person, likeness, score })
}

/// What odds of 2 to this power are as a probability.
fn probability(log2_odds: f64) -> f64 {
    1.0 / (1.0 + (-log2_odds).exp2())
}

/// Without place and contacts, and without the flag itself, which keeps records apart for good
/// reason but must not hide a person from somebody who has their number.
fn weighable(demographics: &Demographics) -> Demographics {
    let stripped = person::without_place(demographics.clone());
    Demographics { sensitive: false, ..stripped }
}
