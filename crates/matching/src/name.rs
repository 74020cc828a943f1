//! How two people's names agree: every name either has borne, in either order.

use crate::birth_date::is_first_january;
use crate::compare::Tally;
use crate::forename::{ForenameLevel, Forenames};
use crate::further::further_conflict;
use crate::level::Level;
use crate::number::{self, NumberLevel};
use crate::profile::Name;
use crate::slip::COMMON;
use crate::spelling::alike;
use crate::veto::birth_orders_differ;
use crate::{Model, Profile, forename, nickname};
use model::Gender;

/// How surnames agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FamilyLevel {
    /// The same.
    Same,
    /// The same as a former one.
    Former,
    /// One half of a double surname.
    Part,
    /// Spelt or sounding alike.
    Close,
    /// Different, but the other's e-mail address has it.
    InEmail,
    /// Anything else.
    Different,
}

impl FamilyLevel {
    /// Anything but different.
    pub fn agrees(self) -> bool {
        self != Self::Different
    }
}

/// What the names say.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) family: Option<FamilyLevel>,
    pub(crate) forenames: Forenames,
}

pub(crate) fn compare(model: &Model, a: &Profile, b: &Profile, tally: &mut impl Tally) -> Names {
    if changed_places(a, b) {
        tally.say(Level::NamesSwapped, model.weight(Level::NamesSwapped));
        // Somebody who looks for a person is told that the names are not where they were looked for.
        let forenames = Forenames {
            level: Some(ForenameLevel::Same),
            further_conflict: further_conflict(model, a, b),
            ..Forenames::default()
        };
        return Names { family: Some(FamilyLevel::Former), forenames };
    }
    if let Some(name) = forename_as_surname(model, a, b) {
        let family = Level::FamilyDifferent;
        tally.say(family, model.surname_weight(family, name));
        tally.say(Level::ForenameSame, model.forename_weight(Level::ForenameSame, name));
        let level = Some(ForenameLevel::Same);
        let further_conflict = further_conflict(model, a, b);
        let forenames = Forenames { level, further_conflict, ..Forenames::default() };
        return Names { family: Some(FamilyLevel::Different), forenames };
    }
    let family = family(model, a, b, tally);
    Names { family, forenames: forename::compare(model, a, b, tally) }
}

/// `HARDY, Thomasina` at one source is `THOMASINA, Hardy` at the other: the surname of each is the first
/// forename of the other; one of the two may have a slip in it. Middle names do not count: `HASSAN, Ali
/// Mohammed` and `MOHAMMED, Omar Hassan` are two people.
fn changed_places(a: &Profile, b: &Profile) -> bool {
    let (Some(family_a), Some(family_b)) = (a.families.first(), b.families.first()) else {
        return false;
    };
    if family_a.id == family_b.id {
        return false;
    }
    let (a_to_b, b_to_a) = (given_as(family_a, b), given_as(family_b, a));
    a_to_b != Place::Nowhere
        && b_to_a != Place::Nowhere
        && (a_to_b == Place::Exact || b_to_a == Place::Exact)
}

/// `HANNAH, Cripps` of `HEBERT, Hannah`: forename and surname changed places, and the surname changed as
/// well. Only of women, on one verified number and birth date, and where what stands in the surname's
/// place is a forename that many bear and no surname, and what stands in the forename's is none: Sakeena
/// Fatima is not Fatima Hussain. Who shares 1 January, or was born first and second, is asked about.
fn forename_as_surname<'a>(model: &Model, a: &'a Profile, b: &'a Profile) -> Option<&'a Name> {
    let one_number = number::compare(a, b) == Some(NumberLevel::SameVerified);
    let is_known = a.birth_date.is_some_and(|date| !is_first_january(date));
    let born_same_day = is_known && a.birth_date == b.birth_date && !birth_orders_differ(a, b);
    let women = [a, b].iter().all(|person| person.gender == Some(Gender::Female));
    let of = |one: &'a Profile, other: &'a Profile| {
        let is_typed_there =
            |name: &&Name| model.is_common_forename(name, COMMON) && !model.is_surname(name);
        let name = one.families.first().filter(is_typed_there)?;
        let has = |names: &[Name]| names.iter().any(|other| other.id == name.id);
        let unlisted = !one.forenames.iter().any(|name| model.is_forename(name));
        let is_forename = !one.forenames.is_empty() && unlisted && has(&other.forenames);
        (is_forename && !has(&other.families)).then_some(name)
    };
    (one_number && born_same_day && women).then(|| of(a, b).or_else(|| of(b, a)))?
}

/// Whether a surname is somebody's first forename.
#[derive(PartialEq, Eq)]
enum Place {
    Exact,
    Alike,
    Nowhere,
}

fn given_as(family: &Name, other: &Profile) -> Place {
    let mut given = other.forenames.iter().filter(|name| !name.is_initial());
    if given.clone().any(|name| name.id == family.id) {
        Place::Exact
    } else if given.any(|name| alike(name, family) || nickname::related(&name.text, &family.text)) {
        Place::Alike
    } else {
        Place::Nowhere
    }
}

/// The lowest (best) level over all pairs of names, with the names that agree so.
pub(crate) fn best<'a, T: Ord>(
    a: &'a [Name],
    b: &'a [Name],
    level: impl Fn(&Name, &Name) -> T,
) -> Option<(T, &'a Name, &'a Name)> {
    let pairs = a.iter().flat_map(|one| b.iter().map(move |other| (one, other)));
    let levels = pairs.map(|(one, other)| (level(one, other), one, other));
    levels.reduce(|best, next| if next.0 < best.0 { next } else { best })
}

fn family(model: &Model, a: &Profile, b: &Profile, tally: &mut impl Tally) -> Option<FamilyLevel> {
    let (found, one, _) = best(&a.families, &b.families, family_pair)?;
    let current = |profile: &Profile| profile.families.first().map(|name| name.id);
    // The same name counts less where one of the two has given it up.
    let given_up = current(a) != current(b) || current(a) != Some(one.id);
    let found = match found {
        FamilyLevel::Same if given_up => FamilyLevel::Former,
        other => other,
    };
    let (found, one) = match in_email(a, b) {
        Some(name) if found == FamilyLevel::Different => (FamilyLevel::InEmail, name),
        _ => (found, one),
    };
    let woman = [a, b].iter().any(|p| p.gender == Some(Gender::Female))
        && [a, b].iter().all(|p| p.gender != Some(Gender::Male));
    let level = match found {
        FamilyLevel::Same => Level::FamilySame,
        FamilyLevel::Former => Level::FamilyFormer,
        FamilyLevel::Part => Level::FamilyPart,
        FamilyLevel::Close => Level::FamilyClose,
        FamilyLevel::InEmail => Level::FamilyInEmail,
        FamilyLevel::Different if woman => Level::FamilyDifferentWoman,
        FamilyLevel::Different => Level::FamilyDifferent,
    };
    tally.say(level, model.surname_weight(level, one));
    Some(found)
}

/// The surname of either that stands in the e-mail address of the other; whichever, it is the same
/// whatever the order of the two.
fn in_email<'a>(a: &'a Profile, b: &'a Profile) -> Option<&'a Name> {
    let kept = |one: &'a Profile, other: &'a Profile| {
        one.families.iter().filter(|family| other.email_families.contains(&family.id))
    };
    kept(a, b).chain(kept(b, a)).min_by_key(|family| family.id)
}

fn family_pair(a: &Name, b: &Name) -> FamilyLevel {
    let half = |whole: &Name, part: &str| {
        whole.text.contains(' ') && whole.text.split(' ').any(|word| word.len() > 2 && word == part)
    };
    let halves = |a: &Name, b: &Name| a.text.split(' ').any(|word| half(b, word));
    if a.id == b.id {
        FamilyLevel::Same
    } else if half(a, &b.text) || half(b, &a.text) || (a.text.contains(' ') && halves(a, b)) {
        FamilyLevel::Part
    } else if alike(a, b) {
        FamilyLevel::Close
    } else {
        FamilyLevel::Different
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_told_apart_and_together() {
        for (a, b, expected) in [
            ("OBRIEN", "O BRIEN", FamilyLevel::Same),
            ("SMITH JONES", "JONES", FamilyLevel::Part),
            ("SMITH JONES", "JONES TAYLOR", FamilyLevel::Part),
            ("THOMPSON", "THOMSON", FamilyLevel::Close),
            ("HARDY", "HARDIE", FamilyLevel::Close),
            ("HARDY", "BROWN", FamilyLevel::Different),
        ] {
            let (a, b) = (&Name::new(a.into()), &Name::new(b.into()));
            assert_eq!(family_pair(a, b), expected, "{} {}", a.text, b.text);
            assert_eq!(family_pair(b, a), expected, "{} {}", b.text, a.text);
        }
    }
}
