//! What a pair of records says against making one person of two, and what answers it.

use crate::birth_date::{BirthDateLevel, is_first_january};
use crate::compare::Comparison;
use crate::decide::{Basis, Compared, Outcome};
use crate::forename::ForenameLevel;
use crate::level::Level;
use crate::profile::Name;
use crate::slip::{COMMON, are_of_one_sex, is_spelling_of_one};
use crate::veto::birth_orders_differ;
use crate::{Model, Profile, Veto};

/// What speaks against a link that the best pair makes:
///
/// 1. two verified numbers, always;
/// 2. one number on two people, unless they were born on one day and the number is proven by a
///    member with the same name in full, or this one misspelt, or one who bears both names: then one
///    of them is known by another name; or unless a member born on the same day told a slip in the
///    birth date from a parent; two of a multiple birth by their order are never lifted;
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
        let told = (self.pair.found.born_same_day() && named()) || self.tells_a_slip_in_the_date();
        told && !self.are_of_one_birth()
    }

    /// The pair that objects was born first and second.
    fn are_of_one_birth(&self) -> bool {
        let (a, b) = self.pair.pair;
        self.one.get(a).zip(self.other.get(b)).is_some_and(|(a, b)| birth_orders_differ(a, b))
    }

    fn tells_one_name(&self) -> bool {
        let best = &self.best.found;
        let told = || best.forenames.are_full() || self.is_misspelt();
        !self.pair.found.forenames.further_conflict && best.born_same_day() && told()
    }

    /// The best pair has one name with a slip in it, and it is clear whose: the name that objects is
    /// the same, another form of it, or another slip in it where many bear the name. `Jae` is as like
    /// Jane as Jade, and proves neither; Amin and Asir are two people, whoever typed Amir.
    fn is_misspelt(&self) -> bool {
        self.best.found.forenames.level == Some(ForenameLevel::Close)
            && self.speak_of_one(|objects, proves, found| {
                let close = found.forenames.level == Some(ForenameLevel::Close);
                found.forenames.are_full() || (close && self.is_slip_of_common(objects, proves))
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
            && [pair, best].iter().all(|found| found.born_same_day() && found.family_agrees)
            && self.are_all_of_one_sex()
            && !self.share_first_january()
            && self.speak_of_one(|_, _, found| has_full_name(found))
    }

    /// Who objects and who proves state one sex, all of them.
    fn are_all_of_one_sex(&self) -> bool {
        let is_one = |(a, b): (usize, usize)| {
            self.one.get(a).zip(self.other.get(b)).is_some_and(|(a, b)| are_of_one_sex(a, b))
        };
        is_one(self.pair.pair)
            && is_one(self.best.pair)
            && self.speak_of_one(|a, b, _| are_of_one_sex(a, b))
    }

    /// Born on the day that stands in for one that nobody knows: `Mohammed` and `Ali` may be strangers.
    fn share_first_january(&self) -> bool {
        let born = self.one.get(self.pair.pair.0).and_then(|profile| profile.birth_date);
        born.is_some_and(is_first_january)
    }

    /// A digit of the birth year differs as between a parent and a child, and the best pair, which
    /// differs in the same way, has something of their own that says one person.
    fn tells_a_slip_in_the_date(&self) -> bool {
        let (pair, best) = (&self.pair.found, &self.best.found);
        [pair, best]
            .iter()
            .all(|found| found.birth_date == Some(BirthDateLevel::OneDigit) && has_full_name(found))
            && !pair.gender_differs
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

    /// Nobody is called as the one is, but for a slip in the common name of the other; and what is
    /// compared with that name has a slip of the same kind.
    fn is_slip_of_common(&self, slip: &Profile, named: &Profile) -> bool {
        let is_listed = |name: &Name| self.model.is_forename(name);
        let is_common = |name: &Name| self.model.is_common_forename(name, COMMON);
        let (a, b) = self.best.pair;
        let best = self.one.get(a).zip(self.other.get(b));
        !self.pair.found.gender_differs
            && !slip.forenames.iter().any(is_listed)
            && named.forenames.iter().any(is_common)
            && are_spellings(slip, named)
            && best.is_some_and(|(a, b)| are_spellings(a, b))
    }
}

fn are_spellings(one: &Profile, other: &Profile) -> bool {
    one.forenames.iter().any(|a| other.forenames.iter().any(|b| is_spelling_of_one(a, b)))
}

fn has_full_name(found: &Comparison) -> bool {
    found.forenames.are_full() && found.family_agrees && !found.forenames.further_conflict
}
