//! The decision: link, ask a steward, or leave apart.

use serde::{Deserialize, Serialize};

use crate::{Profile, Rule, Veto, Weight, compare_profiles};

/// From this weight on two records are linked without asking: odds of a thousand to one.
pub const LINK: f64 = 10.0;
/// From this weight on a steward is asked.
pub const REVIEW: f64 = 3.0;

/// What to do with a record and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The same person.
    Link(Basis),
    /// A steward decides; until then they stay apart.
    Review(ReviewKind),
    /// Nothing says that they are the same.
    New,
}

/// What a link rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A deterministic rule.
    Rule(Rule),
    /// The sum of the weights.
    Weight,
}

impl Basis {
    /// The words kept with the link.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.sentence(),
            Self::Weight => "the details agree well enough",
        }
    }
}

/// Why a steward is asked: each kind is a queue of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Two people on one NHS number, or a link that newer details contradict.
    ConfusedNumber,
    /// One says dead, the other says alive or dead on another day.
    ConflictingDeath,
    /// Born on one day under one surname, with forenames that do not agree.
    Twins,
    /// A newborn's placeholder name agrees with nothing.
    Newborn,
    /// Perhaps one person twice.
    PossibleDuplicate,
}

impl ReviewKind {
    /// Every kind, the most dangerous first.
    pub const ALL: [Self; 5] = [
        Self::ConfusedNumber,
        Self::ConflictingDeath,
        Self::Twins,
        Self::Newborn,
        Self::PossibleDuplicate,
    ];

    /// The code in the store and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::ConfusedNumber => "confused_number",
            Self::ConflictingDeath => "conflicting_death",
            Self::Twins => "twins",
            Self::Newborn => "newborn",
            Self::PossibleDuplicate => "possible_duplicate",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::ConfusedNumber => "Two people on one NHS number",
            Self::ConflictingDeath => "Sources disagree about a death",
            Self::Twins => "Possible twins",
            Self::Newborn => "Newborn without a name",
            Self::PossibleDuplicate => "Possible duplicate",
        }
    }

    /// Reads [`ReviewKind::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Decides about two records: vetoes first, then rules, then the sum.
pub fn decide(weight: &Weight) -> Outcome {
    if weight.vetoes.contains(&Veto::SameNumberOtherPerson) {
        return Outcome::Review(ReviewKind::ConfusedNumber);
    }
    if weight.vetoes.contains(&Veto::DifferentVerifiedNumbers) {
        return review_from(weight.total, ReviewKind::PossibleDuplicate);
    }
    if weight.vetoes.contains(&Veto::Sensitive) {
        return Outcome::New;
    }
    if let Some(rule) = weight.rule {
        return Outcome::Link(Basis::Rule(rule));
    }
    if let Some(veto) = weight.vetoes.first() {
        return review_from(weight.total, veto.review());
    }
    if weight.total >= LINK {
        return Outcome::Link(Basis::Weight);
    }
    review_from(weight.total, ReviewKind::PossibleDuplicate)
}

fn review_from(total: f64, kind: ReviewKind) -> Outcome {
    if total >= REVIEW { Outcome::Review(kind) } else { Outcome::New }
}

/// A decision about a record and a whole person.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What to do.
    pub outcome: Outcome,
    /// The comparison that decided.
    pub weight: Weight,
    /// Which member of the person it was with, counted from 0.
    pub member: usize,
}

/// Decides about a record and a person: the best member speaks for the person, but any member's
/// conflict speaks against. `None` where there is no member.
pub fn against(record: &Profile, members: &[Profile]) -> Option<Verdict> {
    let verdicts: Vec<Verdict> = members
        .iter()
        .enumerate()
        .map(|(member, profile)| {
            let weight = compare_profiles(record, profile);
            Verdict { outcome: decide(&weight), weight, member }
        })
        .collect();
    let best = verdicts.iter().max_by(|a, b| strength(a).total_cmp(&strength(b)))?;
    let objection = verdicts.iter().find(|verdict| objects(verdict, best));
    let Some(objection) = objection else { return Some(best.clone()) };
    let best_total = best.weight.total.max(objection.weight.total);
    let outcome = match decide(&objection.weight) {
        Outcome::Review(kind) => Outcome::Review(kind),
        _ if objection.weight.vetoes.contains(&Veto::Sensitive) => Outcome::New,
        _ => review_from(best_total, objection_kind(objection)),
    };
    let shown = if matches!(outcome, Outcome::Review(ReviewKind::ConfusedNumber)) {
        objection
    } else {
        best
    };
    Some(Verdict { outcome, ..shown.clone() })
}

fn objection_kind(objection: &Verdict) -> ReviewKind {
    objection.weight.vetoes.first().map_or(ReviewKind::PossibleDuplicate, |veto| veto.review())
}

/// Links by rule are stronger than any sum.
fn strength(verdict: &Verdict) -> f64 {
    let rule = f64::from(u8::from(matches!(verdict.outcome, Outcome::Link(Basis::Rule(_)))));
    verdict.weight.total + 1000.0 * rule
}

/// A hard veto of any member stands always; a soft one unless an NHS number proves the link. A
/// placeholder name says nothing once another member has the name.
fn objects(verdict: &Verdict, best: &Verdict) -> bool {
    let proven = matches!(best.outcome, Outcome::Link(Basis::Rule(_)));
    let named = matches!(best.outcome, Outcome::Link(_));
    verdict.weight.vetoes.iter().any(|veto| match veto {
        Veto::DifferentVerifiedNumbers | Veto::SameNumberOtherPerson => true,
        Veto::Newborn => !named,
        Veto::Sensitive | Veto::Twins | Veto::ConflictingDeath => !proven,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        for kind in ReviewKind::ALL {
            assert_eq!(ReviewKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(ReviewKind::parse("other"), None);
    }
}
