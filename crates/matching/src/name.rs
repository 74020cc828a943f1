//! How two people's names agree: every name either has borne, in either order.

use model::Gender;
use rapidfuzz::distance::{jaro_winkler, osa};

use crate::compare::Tally;
use crate::level::Level;
use crate::profile::Name;
use crate::{Model, Profile, nickname};

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
    /// Anything else.
    Different,
}

impl FamilyLevel {
    /// Anything but different.
    pub fn agrees(self) -> bool {
        self != Self::Different
    }
}

/// How forenames agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForenameLevel {
    /// The same.
    Same,
    /// A short or pet form.
    Nickname,
    /// Spelt or sounding alike, with the same first letter.
    Close,
    /// Only an initial is given, and it fits.
    Initial,
    /// One's forename is the other's middle name.
    Middle,
    /// One's forename fits the initial of the other's middle name.
    MiddleInitial,
    /// Alike, but two names that people bear: as typical of twins as of typing.
    Similar,
    /// Anything else.
    Different,
}

impl ForenameLevel {
    /// Near enough to be one name.
    pub fn agrees(self) -> bool {
        !self.conflicts() && self != Self::MiddleInitial
    }

    /// Two names that one person hardly bears.
    pub(crate) fn conflicts(self) -> bool {
        matches!(self, Self::Similar | Self::Different)
    }

    /// The whole name, written in full by both.
    pub fn is_full(self) -> bool {
        matches!(self, Self::Same | Self::Nickname)
    }

    /// Twins are named like this.
    pub(crate) fn may_be_twin(self) -> bool {
        matches!(self, Self::Initial | Self::MiddleInitial | Self::Similar | Self::Different)
    }
}

/// What the names say.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) family: Option<FamilyLevel>,
    pub(crate) forename: Option<ForenameLevel>,
    /// Both give middle names, and they agree.
    pub(crate) middle_agrees: bool,
}

pub(crate) fn compare(model: &Model, a: &Profile, b: &Profile, tally: &mut impl Tally) -> Names {
    if changed_places(a, b) {
        tally.say(Level::NamesSwapped, model.weight(Level::NamesSwapped));
        // Somebody who looks for a person is told that the names are not where they were looked for.
        return Names {
            family: Some(FamilyLevel::Former),
            forename: Some(ForenameLevel::Same),
            middle_agrees: false,
        };
    }
    let family = family(model, a, b, tally);
    let forename = forename(model, a, b, tally);
    let middle_agrees = middle(model, a, b, forename, tally);
    Names { family, forename, middle_agrees }
}

/// `HARDY, Thomasina` at one source is `THOMASINA, Hardy` at the other, or the surname of each stands
/// among the given names of the other; one of the two may have a slip in it.
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

/// Whether a surname stands among somebody's given names.
#[derive(PartialEq, Eq)]
enum Place {
    Exact,
    Alike,
    Nowhere,
}

fn given_as(family: &Name, other: &Profile) -> Place {
    let mut given = other.forenames.iter().chain(&other.middles).filter(|name| !name.is_initial());
    if given.clone().any(|name| name.id == family.id) {
        Place::Exact
    } else if given.any(|name| alike(name, family) || nickname::related(&name.text, &family.text)) {
        Place::Alike
    } else {
        Place::Nowhere
    }
}

/// The lowest (best) level over all pairs of names, with the names that agree so.
fn best<'a, T: Ord>(
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
    let woman = [a, b].iter().any(|p| p.gender == Some(Gender::Female))
        && [a, b].iter().all(|p| p.gender != Some(Gender::Male));
    let level = match found {
        FamilyLevel::Same => Level::FamilySame,
        FamilyLevel::Former => Level::FamilyFormer,
        FamilyLevel::Part => Level::FamilyPart,
        FamilyLevel::Close => Level::FamilyClose,
        FamilyLevel::Different if woman => Level::FamilyDifferentWoman,
        FamilyLevel::Different => Level::FamilyDifferent,
    };
    tally.say(level, model.surname_weight(level, one));
    Some(found)
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

fn forename(
    model: &Model,
    a: &Profile,
    b: &Profile,
    tally: &mut impl Tally,
) -> Option<ForenameLevel> {
    let (found, one, other) = best(&a.forenames, &b.forenames, forename_pair)?;
    let found = match found {
        ForenameLevel::Close | ForenameLevel::Similar if are_two_names(model, one, other) => {
            ForenameLevel::Similar
        }
        ForenameLevel::Close | ForenameLevel::Similar => ForenameLevel::Close,
        other => other,
    };
    let found = if found.conflicts() { middle_as_forename(a, b, found) } else { found };
    let level = match found {
        ForenameLevel::Same => Level::ForenameSame,
        ForenameLevel::Nickname => Level::ForenameNickname,
        ForenameLevel::Close => Level::ForenameClose,
        ForenameLevel::Initial => Level::ForenameInitial,
        ForenameLevel::Middle => Level::ForenameMiddle,
        ForenameLevel::MiddleInitial => Level::ForenameMiddleInitial,
        ForenameLevel::Similar => Level::ForenameSimilar,
        ForenameLevel::Different => Level::ForenameDifferent,
    };
    tally.say(level, model.forename_weight(level, one));
    Some(found)
}

/// Both are names that people bear, and not two spellings of one: Jane and Jade may be twins, where a
/// misspelt name is nobody's.
fn are_two_names(model: &Model, one: &Name, other: &Name) -> bool {
    let spellings = one.sound == other.sound && spelling(one, other) >= 0.86;
    model.is_forename(one) && model.is_forename(other) && !spellings
}

/// Some people are known by their middle name.
fn middle_as_forename(a: &Profile, b: &Profile, found: ForenameLevel) -> ForenameLevel {
    let mut pairs = a
        .forenames
        .iter()
        .flat_map(|forename| b.middles.iter().map(move |middle| (forename, middle)))
        .chain(b.forenames.iter().flat_map(|name| a.middles.iter().map(move |m| (name, m))))
        .filter(|(forename, _)| !forename.is_initial())
        .map(|(forename, middle)| forename_pair(forename, middle));
    match pairs.clone().min() {
        Some(ForenameLevel::Same | ForenameLevel::Nickname | ForenameLevel::Close) => {
            ForenameLevel::Middle
        }
        _ if pairs.any(|level| level == ForenameLevel::Initial) => ForenameLevel::MiddleInitial,
        _ => found,
    }
}

fn forename_pair(a: &Name, b: &Name) -> ForenameLevel {
    let same_initial = a.text.chars().next() == b.text.chars().next();
    if a.is_initial() || b.is_initial() {
        if same_initial { ForenameLevel::Initial } else { ForenameLevel::Different }
    } else if a.id == b.id {
        ForenameLevel::Same
    } else if nickname::related(&a.text, &b.text) {
        ForenameLevel::Nickname
    } else if alike(a, b) {
        if same_initial { ForenameLevel::Close } else { ForenameLevel::Similar }
    } else {
        ForenameLevel::Different
    }
}

/// Middle names, unless they have already been weighed as forenames; whether they agree.
fn middle(
    model: &Model,
    a: &Profile,
    b: &Profile,
    forename: Option<ForenameLevel>,
    tally: &mut impl Tally,
) -> bool {
    if matches!(forename, Some(ForenameLevel::Middle | ForenameLevel::MiddleInitial)) {
        return false;
    }
    let Some((found, _, _)) = best(&a.middles, &b.middles, forename_pair) else { return false };
    let level = match found {
        ForenameLevel::Same | ForenameLevel::Nickname | ForenameLevel::Close => Level::MiddleSame,
        ForenameLevel::Initial => Level::MiddleInitial,
        _ => Level::MiddleDifferent,
    };
    tally.say(level, model.weight(level));
    level != Level::MiddleDifferent
}

/// One name with a slip in it, or two spellings of one sound.
pub(crate) fn alike(a: &Name, b: &Name) -> bool {
    let shorter = a.text.len().min(b.text.len());
    let spelling = spelling(a, b);
    let needed = if a.sounds > 1 { 0.70 } else { 0.76 };
    spelling >= 0.93
        || (a.sound == b.sound && spelling >= needed)
        || (shorter >= 3 && spelling > 0.6 && osa::distance(a.text.bytes(), b.text.bytes()) == 1)
}

/// 1 for the same letters in the same order, 0 for nothing in common (Jaro and Winkler).
fn spelling(a: &Name, b: &Name) -> f64 {
    jaro_winkler::similarity(a.text.bytes(), b.text.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forenames_are_told_apart_and_together() {
        for (a, b, expected) in [
            ("WILLIAM", "WILLIAM", ForenameLevel::Same),
            ("WILLIAM", "BILL", ForenameLevel::Nickname),
            ("CATHERINE", "KATHERINE", ForenameLevel::Nickname),
            ("BRIAN", "BRYAN", ForenameLevel::Nickname),
            ("THOMASINA", "TOMASINA", ForenameLevel::Close),
            ("JOHN", "J", ForenameLevel::Initial),
            ("JAYDEN", "HAYDEN", ForenameLevel::Similar),
            ("EMMA", "ELLA", ForenameLevel::Different),
            ("OLIVER", "GEORGE", ForenameLevel::Different),
        ] {
            let (a, b) = (&Name::new(a.into()), &Name::new(b.into()));
            assert_eq!(forename_pair(a, b), expected, "{} {}", a.text, b.text);
            assert_eq!(forename_pair(b, a), expected, "{} {}", b.text, a.text);
        }
    }

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
