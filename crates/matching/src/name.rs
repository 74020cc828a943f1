//! How two people's names agree: every name either has borne, in either order.

use model::Gender;
use rapidfuzz::distance::{jaro_winkler, osa};

use crate::weights::{self, Level};
use crate::{Profile, common, nickname, phonetic};

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
    /// Alike but for the first letter: as typical of twins as of typing.
    Similar,
    /// Anything else.
    Different,
}

impl ForenameLevel {
    /// Near enough to be one name.
    pub fn agrees(self) -> bool {
        !matches!(self, Self::Similar | Self::Different)
    }

    /// The whole name, written in full by both.
    pub fn is_full(self) -> bool {
        matches!(self, Self::Same | Self::Nickname)
    }

    /// Twins are named like this.
    pub(crate) fn may_be_twin(self) -> bool {
        matches!(self, Self::Initial | Self::Similar | Self::Different)
    }
}

/// What the names say.
pub(crate) struct Names {
    pub(crate) family: Option<FamilyLevel>,
    pub(crate) forename: Option<ForenameLevel>,
    pub(crate) levels: Vec<Level>,
}

pub(crate) fn compare(a: &Profile, b: &Profile) -> Names {
    if changed_places(a, b) {
        return Names {
            family: Some(FamilyLevel::Same),
            forename: Some(ForenameLevel::Same),
            levels: vec![weights::NAMES_SWAPPED],
        };
    }
    let family = best(&a.families, &b.families, family_pair).map(|level| former(a, b, level));
    let forename = forename(a, b);
    let mut levels = Vec::new();
    levels.extend(family.map(|level| family_weight(a, b, level)));
    levels.extend(forename.map(|level| forename_weight(a, b, level)));
    levels.extend(middle(a, b, forename));
    Names { family, forename, levels }
}

/// `HARDY, Thomasina` at one source is `THOMASINA, Hardy` at the other.
fn changed_places(a: &Profile, b: &Profile) -> bool {
    let (Some(family_a), Some(family_b)) = (a.families.first(), b.families.first()) else {
        return false;
    };
    let (Some(forename_a), Some(forename_b)) = (a.forenames.first(), b.forenames.first()) else {
        return false;
    };
    family_a != family_b && family_a == forename_b && family_b == forename_a
}

/// The lowest (best) level over all pairs of names.
fn best<T: Ord>(a: &[String], b: &[String], level: impl Fn(&str, &str) -> T) -> Option<T> {
    a.iter().flat_map(|one| b.iter().map(|other| level(one, other)).collect::<Vec<_>>()).min()
}

fn family_pair(a: &str, b: &str) -> FamilyLevel {
    let half = |whole: &str, part: &str| {
        whole.contains(' ') && whole.split(' ').any(|word| word.len() > 2 && word == part)
    };
    let halves = |a: &str, b: &str| a.split(' ').any(|word| half(b, word));
    if joined(a) == joined(b) {
        FamilyLevel::Same
    } else if half(a, b) || half(b, a) || (a.contains(' ') && halves(a, b)) {
        FamilyLevel::Part
    } else if alike(&joined(a), &joined(b)) {
        FamilyLevel::Close
    } else {
        FamilyLevel::Different
    }
}

fn joined(name: &str) -> String {
    name.replace(' ', "")
}

/// The same name counts less where one of the two has given it up.
fn former(a: &Profile, b: &Profile, level: FamilyLevel) -> FamilyLevel {
    let current = |profile: &Profile| profile.families.first().map(|name| joined(name));
    if level == FamilyLevel::Same && current(a) != current(b) { FamilyLevel::Former } else { level }
}

fn family_weight(a: &Profile, b: &Profile, level: FamilyLevel) -> Level {
    let is_common = |p: &Profile| p.families.first().is_some_and(|name| common::is_surname(name));
    let shared_common = is_common(a) || is_common(b);
    let woman = [a, b].iter().any(|p| p.demographics().gender == Some(Gender::Female))
        && [a, b].iter().all(|p| p.demographics().gender != Some(Gender::Male));
    match level {
        FamilyLevel::Same if shared_common => weights::FAMILY_SAME_COMMON,
        FamilyLevel::Same => weights::FAMILY_SAME,
        FamilyLevel::Former => weights::FAMILY_FORMER,
        FamilyLevel::Part => weights::FAMILY_PART,
        FamilyLevel::Close => weights::FAMILY_CLOSE,
        FamilyLevel::Different if woman => weights::FAMILY_DIFFERENT_WOMAN,
        FamilyLevel::Different => weights::FAMILY_DIFFERENT,
    }
}

fn forename(a: &Profile, b: &Profile) -> Option<ForenameLevel> {
    let level = best(&a.forenames, &b.forenames, forename_pair)?;
    let known_by_middle = |a: &Profile, b: &Profile| {
        a.forenames.iter().any(|name| name.len() > 1 && b.middles.contains(name))
    };
    let middle = known_by_middle(a, b) || known_by_middle(b, a);
    Some(if middle { level.min(ForenameLevel::Middle) } else { level })
}

fn forename_pair(a: &str, b: &str) -> ForenameLevel {
    let same_initial = a.chars().next() == b.chars().next();
    if a == b && a.len() > 1 {
        ForenameLevel::Same
    } else if a.len() == 1 || b.len() == 1 {
        if same_initial { ForenameLevel::Initial } else { ForenameLevel::Different }
    } else if nickname::related(a, b) {
        ForenameLevel::Nickname
    } else if alike(a, b) {
        if same_initial { ForenameLevel::Close } else { ForenameLevel::Similar }
    } else {
        ForenameLevel::Different
    }
}

fn forename_weight(a: &Profile, b: &Profile, level: ForenameLevel) -> Level {
    let is_common = |p: &Profile| p.forenames.first().is_some_and(|name| common::is_forename(name));
    match level {
        ForenameLevel::Same if is_common(a) || is_common(b) => weights::FORENAME_SAME_COMMON,
        ForenameLevel::Same => weights::FORENAME_SAME,
        ForenameLevel::Nickname => weights::FORENAME_NICKNAME,
        ForenameLevel::Close => weights::FORENAME_CLOSE,
        ForenameLevel::Initial => weights::FORENAME_INITIAL,
        ForenameLevel::Middle => weights::FORENAME_MIDDLE,
        ForenameLevel::Similar => weights::FORENAME_SIMILAR,
        ForenameLevel::Different => weights::FORENAME_DIFFERENT,
    }
}

/// Middle names, unless they have already been weighed as forenames.
fn middle(a: &Profile, b: &Profile, forename: Option<ForenameLevel>) -> Option<Level> {
    if forename == Some(ForenameLevel::Middle) {
        return None;
    }
    let level = best(&a.middles, &b.middles, forename_pair)?;
    Some(match level {
        ForenameLevel::Same | ForenameLevel::Nickname | ForenameLevel::Close => {
            weights::MIDDLE_SAME
        }
        ForenameLevel::Initial => weights::MIDDLE_INITIAL,
        _ => weights::MIDDLE_DIFFERENT,
    })
}

/// One name with a slip in it, or two spellings of one sound.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let spelling = jaro_winkler::similarity(a.chars(), b.chars());
    let shorter = a.len().min(b.len());
    let one_slip = shorter >= 4 && osa::distance(a.chars(), b.chars()) == 1;
    let (sound_a, sound_b) = (phonetic::code(a), phonetic::code(b));
    let needed = if sound_a.len() > 2 { 0.75 } else { 0.85 };
    spelling >= 0.93 || one_slip || (sound_a == sound_b && spelling >= needed)
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
            ("BRIAN", "BRYAN", ForenameLevel::Close),
            ("JOHN", "J", ForenameLevel::Initial),
            ("JAYDEN", "HAYDEN", ForenameLevel::Similar),
            ("EMMA", "ELLA", ForenameLevel::Different),
            ("OLIVER", "GEORGE", ForenameLevel::Different),
        ] {
            assert_eq!(forename_pair(a, b), expected, "{a} {b}");
            assert_eq!(forename_pair(b, a), expected, "{b} {a}");
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
            assert_eq!(family_pair(a, b), expected, "{a} {b}");
            assert_eq!(family_pair(b, a), expected, "{b} {a}");
        }
    }
}
