//! The decision: link, ask a steward, or leave apart.

use serde::{Deserialize, Serialize};

use crate::compare::Comparison;
use crate::veto::Vetoes;
use crate::{Model, Profile, Rule, Veto, Weight, objection};

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
    /// A link that somebody doubts who has read both records. Never the engine's own finding.
    DoubtedLink,
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
    pub const ALL: [Self; 6] = [
        Self::ConfusedNumber,
        Self::DoubtedLink,
        Self::ConflictingDeath,
        Self::Twins,
        Self::Newborn,
        Self::PossibleDuplicate,
    ];

    /// The code in the store and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::ConfusedNumber => "confused_number",
            Self::DoubtedLink => "doubted_link",
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
            Self::DoubtedLink => "Doubted link",
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

/// A decision about a record and a whole person, or about two people.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What to do.
    pub outcome: Outcome,
    /// The comparison that decided.
    pub weight: Weight,
    /// Which record of the one it was with, counted from 0.
    pub record: usize,
    /// Which member of the other it was with, counted from 0.
    pub member: usize,
}

/// A decision without its explanation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruling {
    pub(crate) outcome: Outcome,
    /// The pair that decided.
    pub(crate) pair: (usize, usize),
    pub(crate) total: f64,
}

impl Model {
    /// Decides about two records: vetoes first, then rules, then the sum.
    pub fn decide(&self, weight: &Weight) -> Outcome {
        let vetoes = weight.vetoes.iter().copied().collect();
        self.outcome(weight.total, vetoes, weight.rule)
    }

    /// Decides about a record and a whole person: the best member speaks for the person, but any
    /// member's conflict speaks against. `None` where there is no member.
    pub fn against(&self, record: &Profile, members: &[Profile]) -> Option<Verdict> {
        self.people(std::slice::from_ref(record), members)
    }

    /// Decides about two people in the same way: the best pair of records speaks for one person, and
    /// any pair's conflict against.
    pub fn people(&self, one: &[Profile], other: &[Profile]) -> Option<Verdict> {
        let (one, other): (Vec<_>, Vec<_>) = (one.iter().collect(), other.iter().collect());
        let ruling = self.rule(&one, &other)?;
        let (record, member) = ruling.pair;
        let weight = self.compare(one.get(record)?, other.get(member)?);
        Some(Verdict { outcome: ruling.outcome, weight, record, member })
    }

    pub(crate) fn decide_on(&self, found: &Comparison) -> Outcome {
        self.outcome(found.total, found.vetoes, found.rule)
    }

    fn outcome(&self, total: f64, vetoes: Vetoes, rule: Option<Rule>) -> Outcome {
        if vetoes.contains(Veto::SameNumberOtherPerson) {
            return Outcome::Review(ReviewKind::ConfusedNumber);
        }
        // Before two verified numbers: an old and a new identity are never shown side by side.
        if vetoes.contains(Veto::Sensitive) {
            return Outcome::New;
        }
        if vetoes.contains(Veto::DifferentVerifiedNumbers) {
            return self.review(total, ReviewKind::PossibleDuplicate);
        }
        if let Some(rule) = rule {
            return Outcome::Link(Basis::Rule(rule));
        }
        if let Some(veto) = vetoes.iter().next() {
            return self.review(total, veto.review());
        }
        if total >= self.link_from {
            return Outcome::Link(Basis::Weight);
        }
        self.review(total, ReviewKind::PossibleDuplicate)
    }

    fn review(&self, total: f64, kind: ReviewKind) -> Outcome {
        if total >= self.review_from { Outcome::Review(kind) } else { Outcome::New }
    }

    /// Decides about two people without explaining.
    pub(crate) fn rule(&self, one: &[&Profile], other: &[&Profile]) -> Option<Ruling> {
        let pairs = one.iter().enumerate().flat_map(|(record, a)| {
            other.iter().enumerate().map(move |(member, b)| ((record, member), *a, *b))
        });
        let compared: Vec<Compared> = pairs
            .map(|(pair, a, b)| {
                let found = self.comparison(a, b);
                Compared { pair, found, outcome: self.decide_on(&found) }
            })
            .collect();
        let best = compared.iter().max_by(|a, b| a.strength().total_cmp(&b.strength()))?;
        if best.outcome == Outcome::Link(Basis::Weight) && mean(&compared) < self.mean_at_least {
            let outcome = self.review(best.found.total, ReviewKind::PossibleDuplicate);
            return Some(best.ruling(outcome));
        }
        // A new identity has a new number: whatever else is like, the old one is not shown beside it.
        if compared.iter().any(Compared::is_another_identity) {
            return Some(best.ruling(Outcome::New));
        }
        let objection =
            compared.iter().filter(|pair| objection::objects(self, pair, best, (one, other)));
        let hardest = |one: &&Compared, other: &&Compared| {
            let hardness = one.hardness().cmp(&other.hardness());
            hardness.then(one.found.total.total_cmp(&other.found.total))
        };
        let Some(objection) = objection.max_by(hardest) else {
            return Some(best.ruling(best.outcome));
        };
        let best_total = best.found.total.max(objection.found.total);
        let vetoes = objection.found.vetoes;
        let kind = vetoes.iter().next().map_or(ReviewKind::PossibleDuplicate, Veto::review);
        let outcome = match objection.outcome {
            Outcome::Review(kind) => Outcome::Review(kind),
            _ if vetoes.contains(Veto::Sensitive) => Outcome::New,
            _ => self.review(best_total, kind),
        };
        let confused = matches!(outcome, Outcome::Review(ReviewKind::ConfusedNumber));
        Some(if confused { objection } else { best }.ruling(outcome))
    }
}

/// The mean weight of some comparisons.
fn mean(compared: &[Compared]) -> f64 {
    let count = u32::try_from(compared.len()).unwrap_or(u32::MAX);
    compared.iter().map(|pair| pair.found.total).sum::<f64>() / f64::from(count.max(1))
}

/// Two records of two people, compared.
pub(crate) struct Compared {
    pub(crate) pair: (usize, usize),
    pub(crate) found: Comparison,
    pub(crate) outcome: Outcome,
}

impl Compared {
    /// Links by rule are stronger than any sum.
    fn strength(&self) -> f64 {
        let rule = f64::from(u8::from(matches!(self.outcome, Outcome::Link(Basis::Rule(_)))));
        self.found.total + 1000.0 * rule
    }

    /// Of several objections the same one is heard, whatever the order of the records: as in
    /// [`Model::decide`] a confused number first, and then somebody sensitive.
    fn hardness(&self) -> u8 {
        let vetoes = self.found.vetoes;
        match vetoes.iter().next() {
            _ if vetoes.contains(Veto::SameNumberOtherPerson) => 4,
            _ if vetoes.contains(Veto::Sensitive) => 3,
            Some(Veto::DifferentVerifiedNumbers) => 2,
            Some(_) => 1,
            None => 0,
        }
    }

    fn is_another_identity(&self) -> bool {
        let vetoes = self.found.vetoes;
        vetoes.contains(Veto::Sensitive) && vetoes.contains(Veto::DifferentVerifiedNumbers)
    }

    fn ruling(&self, outcome: Outcome) -> Ruling {
        Ruling { outcome, pair: self.pair, total: self.found.total }
    }
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
