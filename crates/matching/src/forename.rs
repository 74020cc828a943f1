//! How forenames agree, and whether they may be two people's.

use rapidfuzz::distance::osa;

use crate::compare::Tally;
use crate::further::{are_called_alike, further_conflict};
use crate::level::Level;
use crate::name::best;
use crate::profile::Name;
use crate::slip::{
    are_of_one_sex, is_common_misspelt, is_slip, is_slip_within, is_spelling_of_one,
};
use crate::spelling::{self, alike};
use crate::{Model, Profile, nickname};

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

/// What the forenames say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Forenames {
    pub(crate) level: Option<ForenameLevel>,
    /// They agree, but each may be a name of its own.
    pub(crate) may_be_two: bool,
    /// Whether the middle names agree, where both give one.
    pub(crate) middle_agrees: Option<bool>,
    pub(crate) spelling: Spelling,
    /// Each has a further name in full that is none of the other's: Mohammed Ali, Mohammed Umar.
    pub(crate) further_conflict: bool,
    /// Both go by a further name, and these are alike: Mohammed Hassan, Mohammed Hussain.
    pub(crate) called_alike: bool,
}

/// What it says that two names are alike and not the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// One name or two.
    #[default]
    Open,
    /// One is the other with a slip in it, and nobody's name; or all given names are there in another
    /// order.
    Slip,
    /// Both are on no list, and differ as two names do: Xiaoming, Xiaoling.
    TwoNames,
}

impl Forenames {
    /// The whole name, written in full by both.
    pub(crate) fn are_full(self) -> bool {
        self.level.is_some_and(ForenameLevel::is_full)
    }
}

pub(crate) fn compare(
    model: &Model,
    a: &Profile,
    b: &Profile,
    tally: &mut impl Tally,
) -> Forenames {
    let level = first(model, a, b, tally);
    let middle_agrees = middle(model, a, b, level, tally);
    let may_be_two = level.is_some_and(|level| may_be_two(model, a, b, level));
    let spelling = match level {
        Some(ForenameLevel::Close) if is_told_slip(model, a, b) => Spelling::Slip,
        Some(ForenameLevel::Close) if are_unlisted(model, a, b) => Spelling::TwoNames,
        Some(ForenameLevel::Middle) if are_in_another_order(a, b) => Spelling::Slip,
        _ => Spelling::Open,
    };
    let further_conflict = further_conflict(model, a, b);
    let called_alike = are_called_alike(model, a, b);
    Forenames { level, may_be_two, middle_agrees, spelling, further_conflict, called_alike }
}

/// One forename is the other with a slip in it: it is nobody's, or the e-mail address of whoever is
/// written so spells it as the other does.
fn is_told_slip(model: &Model, a: &Profile, b: &Profile) -> bool {
    let one_sex = are_of_one_sex(a, b);
    pairs(a, b).any(|(one, other)| {
        let spelt = a.email_families.contains(&other.id) || b.email_families.contains(&one.id);
        is_slip(model, one, other, one_sex) || (spelt && is_slip_within(model, one, other))
    })
}

/// Both are on no list, and one is not the other with a letter more or less or out of place, or spelt
/// by its sound: Xiaoming, Xiaoling.
fn are_unlisted(model: &Model, a: &Profile, b: &Profile) -> bool {
    let is_told = |(one, other): (&Name, &Name)| {
        model.is_forename(one) || model.is_forename(other) || is_spelling_of_one(one, other)
    };
    !pairs(a, b).any(is_told) && !is_misspelt_form(model, a, b)
}

fn first(model: &Model, a: &Profile, b: &Profile, tally: &mut impl Tally) -> Option<ForenameLevel> {
    let (found, one, other) = best(&a.forenames, &b.forenames, forename_pair)?;
    let found = match found {
        ForenameLevel::Close | ForenameLevel::Similar if are_two_names(model, one, other) => {
            ForenameLevel::Similar
        }
        ForenameLevel::Close | ForenameLevel::Similar => ForenameLevel::Close,
        ForenameLevel::Different if is_misspelt_form(model, a, b) => ForenameLevel::Close,
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
    let spellings = one.sound == other.sound && spelling::spelling(one, other) >= 0.86;
    model.is_forename(one) && model.is_forename(other) && !spellings
}

/// `Rita Frances` and `Frances Rita`, or `Frances R`.
fn are_in_another_order(a: &Profile, b: &Profile) -> bool {
    let is_there = |one: &Profile, other: &Profile| {
        one.forenames.iter().any(|name| {
            other.middles.iter().any(|middle| {
                matches!(forename_pair(name, middle), ForenameLevel::Same | ForenameLevel::Initial)
            })
        })
    };
    is_there(a, b) && is_there(b, a)
}

/// Of three letters a slip makes another name: Mei is not Megan's Meg.
const SHORTEST_MISSPELT: usize = 4;

/// A short or pet form with a slip in it: `STTEVE` for Stephen. What is misspelt is nobody's name. A
/// rarer short form stands for a common name misspelt only: Will is Wilson's, and Wilton another.
fn is_misspelt_form(model: &Model, a: &Profile, b: &Profile) -> bool {
    let one_sex = are_of_one_sex(a, b);
    let slip = |name: &Name, other: &Name| {
        let one_off = |form: &str| {
            form.len() >= SHORTEST_MISSPELT
                && form.bytes().next() == name.text.bytes().next()
                && osa::distance(form.bytes(), name.text.bytes()) == 1
        };
        let misspells =
            |full: &str| one_sex && is_common_misspelt(model, &Name::new(full.into()), name);
        name.text.len() >= SHORTEST_MISSPELT
            && !model.is_forename(name)
            && (nickname::forms(&other.text).any(one_off)
                || nickname::rarer_names(&other.text).any(misspells))
    };
    pairs(a, b).any(|(one, other)| slip(one, other) || slip(other, one))
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

/// They agree, but only as two forms of one root that are names of their own, or as one such form and
/// a name that may be foreign rather than misspelt: Alfie and Freddie may be twins, Alfie and Alfred
/// hardly.
fn may_be_two(model: &Model, a: &Profile, b: &Profile, level: ForenameLevel) -> bool {
    let is_one_form = |one: &Name, other: &Name| {
        nickname::related(&one.text, &other.text)
            && (nickname::is_short_for(&one.text, &other.text) || !are_two_names(model, one, other))
    };
    let is_middle_name = |one: &Profile, other: &Profile| {
        one.forenames.iter().any(|name| other.middles.iter().any(|middle| middle.id == name.id))
    };
    match level {
        ForenameLevel::Nickname => !pairs(a, b).any(|(one, other)| is_one_form(one, other)),
        ForenameLevel::Close => !pairs(a, b).any(|(one, other)| alike(one, other)),
        ForenameLevel::Middle => !is_middle_name(a, b) && !is_middle_name(b, a),
        _ => false,
    }
}

fn pairs<'a>(a: &'a Profile, b: &'a Profile) -> impl Iterator<Item = (&'a Name, &'a Name)> {
    a.forenames.iter().flat_map(|one| b.forenames.iter().map(move |other| (one, other)))
}

/// How two forenames agree, whatever is on a list.
pub(crate) fn forename_pair(a: &Name, b: &Name) -> ForenameLevel {
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
) -> Option<bool> {
    if matches!(forename, Some(ForenameLevel::Middle | ForenameLevel::MiddleInitial)) {
        return None;
    }
    let (found, _, _) = best(&a.middles, &b.middles, forename_pair)?;
    let level = match found {
        ForenameLevel::Same | ForenameLevel::Nickname | ForenameLevel::Close => Level::MiddleSame,
        ForenameLevel::Initial => Level::MiddleInitial,
        _ => Level::MiddleDifferent,
    };
    tally.say(level, model.weight(level));
    Some(level != Level::MiddleDifferent)
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
}
