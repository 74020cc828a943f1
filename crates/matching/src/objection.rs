//! What a pair of records says against making one person of two, and what answers it.

use crate::birth_date::BirthDateLevel;
use crate::compare::Comparison;
use crate::decide::{Basis, Compared, Outcome};
use crate::forename::ForenameLevel;
use crate::level::Level;
use crate::{Model, Profile, Veto};

/// What speaks against a link that the best pair makes:
///
/// 1. two verified numbers, always;
/// 2. one number on two people, unless they were born on one day and the number is proven by a
///    member with the same name in full, or this one misspelt, or one who bears both names: then one
///    of them is known by another name; or unless a member born on the same day told a slip in the
///    birth date from a parent;
/// 3. a soft veto, unless a number proves the link; a placeholder for a name says nothing
///    once another member has the name, nor does another form of it once one has this form;
/// 4. two records quite unlike, where the link rests on weight: it must not make one person of
///    two through a third that is like both.
pub(crate) fn objects(
    model: &Model,
    pair: &Compared,
    best: &Compared,
    (one, other): (&[&Profile], &[&Profile]),
) -> bool {
    let answer = Answer { model, pair, best, one, other };
    let proven = matches!(best.outcome, Outcome::Link(Basis::Rule(_)));
    let named = matches!(best.outcome, Outcome::Link(_));
    let unlike = pair.found.total - model.weight(Level::Chance) < model.object_below;
    let vetoed = pair.found.vetoes.iter().any(|veto| match veto {
        Veto::DifferentVerifiedNumbers => true,
        Veto::SameNumberOtherPerson => !(proven && answer.tells_one_person()),
        Veto::Newborn | Veto::StandIn => !named,
        Veto::Twins => !(proven || answer.tells_one_name()),
        Veto::Sensitive | Veto::ConflictingDeath | Veto::Generation => !proven,
    });
    vetoed || (unlike && named && !proven)
}

/// What the best pair answers to a pair that objects.
struct Answer<'a> {
    model: &'a Model,
    pair: &'a Compared,
    best: &'a Compared,
    one: &'a [&'a Profile],
    other: &'a [&'a Profile],
}

impl Answer<'_> {
    fn tells_one_person(&self) -> bool {
        let named = || self.tells_one_name() || self.bears_both_names();
        (self.pair.found.born_same_day() && named()) || self.tells_a_slip_in_the_date()
    }

    fn tells_one_name(&self) -> bool {
        let best = &self.best.found;
        let told = || best.forenames.are_full() || self.is_misspelt();
        !self.pair.found.forenames.further_conflict && best.born_same_day() && told()
    }

    /// The best pair has one name with a slip in it, and it is clear whose: the name that objects is
    /// the same, another form of it, or another slip in it. `Jae` is as like Jane as Jade, and proves
    /// neither.
    fn is_misspelt(&self) -> bool {
        self.best.found.forenames.level == Some(ForenameLevel::Close)
            && self.speak_of_one(|objects, proves, found| {
                let close = found.forenames.level == Some(ForenameLevel::Close);
                let is_slip = !self.is_named(objects) && self.is_named(proves);
                found.forenames.are_full() || (close && is_slip)
            })
    }

    /// `Ann` and `Mary` object, and `Ann Mary` bears both names: one sex, one surname. Twins who are
    /// named alike, Jane and Jade, are asked about all the same.
    fn bears_both_names(&self) -> bool {
        let (pair, best) = (&self.pair.found, &self.best.found);
        best.forenames.level == Some(ForenameLevel::Middle)
            && !best.forenames.may_be_two
            && pair.forenames.level == Some(ForenameLevel::Different)
            && !pair.forenames.further_conflict
            && [pair, best]
                .iter()
                .all(|found| found.born_same_day() && found.family_agrees && !found.gender_differs)
            && self.speak_of_one(|_, _, found| has_full_name(found))
    }

    /// A digit of the birth year differs as between a parent and a child, and the best pair, which
    /// differs in the same way, has something of their own that says one person.
    fn tells_a_slip_in_the_date(&self) -> bool {
        let (pair, best) = (&self.pair.found, &self.best.found);
        [pair, best]
            .iter()
            .all(|found| found.birth_date == Some(BirthDateLevel::OneDigit) && has_full_name(found))
            && self.speak_of_one(|_, _, found| found.born_same_day() && has_full_name(found))
    }

    /// On each side the record that objects and the one that proves are the same one, or two that
    /// agree in this way.
    fn speak_of_one(&self, agree: impl Fn(&Profile, &Profile, &Comparison) -> bool) -> bool {
        let is_one = |people: &[&Profile], objects: usize, proves: usize| {
            let both = people.get(objects).zip(people.get(proves));
            let agree = |(objects, proves): (&&Profile, &&Profile)| {
                agree(objects, proves, &self.model.comparison(objects, proves))
            };
            objects == proves || both.is_some_and(agree)
        };
        is_one(self.one, self.pair.pair.0, self.best.pair.0)
            && is_one(self.other, self.pair.pair.1, self.best.pair.1)
    }

    /// They have a forename that people bear.
    fn is_named(&self, profile: &Profile) -> bool {
        profile.forenames.iter().any(|name| self.model.is_forename(name))
    }
}

fn has_full_name(found: &Comparison) -> bool {
    found.forenames.are_full() && found.family_agrees && !found.forenames.further_conflict
}
