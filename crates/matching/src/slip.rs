//! One name with a slip in it: `Mattheew` is Matthew, and nobody's name.
//!
//! What is on no list of names may still be somebody's: the list is British, and no list has them all.
//! So a slip is believed by its shape, and by how common the name is that it would be a slip of.

use rapidfuzz::distance::osa;

use crate::hash::stable_hash;
use crate::profile::Name;
use crate::{Model, Profile, nickname};

/// Shorter names are too near one another.
const SHORTEST: usize = 5;

/// What is borne by one person in 2,000 is misspelt far more often than a like name is given.
pub(crate) const COMMON: f64 = 0.0005;

/// One is a name that people bear, the other is that name with a slip in it and on no list:
///
/// 1. a letter more, a letter less or two neighbours changed, within it;
/// 2. of a common name and one sex, also its first or last letter left out, its first or last two
///    changed, or another letter that sounds the same, unless that is as near to another name.
///
/// Otherwise another letter in place of one makes another name: Tamika, Tamiko.
pub(crate) fn is_slip(model: &Model, one: &Name, other: &Name, one_sex: bool) -> bool {
    let (name, slip) = match (model.is_forename(one), model.is_forename(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return false,
    };
    let common = || one_sex && model.is_common_forename(name, COMMON);
    is_one_off(name, slip)
        && (is_within(name, slip)
            || (common()
                && (is_end_lost(name, slip) || is_swapped(name, slip) || sounds_same(name, slip))
                && is_near_no_other(model, name, slip)))
}

/// A common name with any one slip in it but in its first letter, as near to no other name: `Jozhua`, `Devid`.
pub(crate) fn is_common_misspelt(model: &Model, name: &Name, slip: &Name) -> bool {
    model.is_common_forename(name, COMMON)
        && is_one_off(name, slip)
        && name.text.bytes().next() == slip.text.bytes().next()
        && is_near_no_other(model, name, slip)
}

/// Names on no list that are as long as this are rarely two: Samia and Samira are.
const LONG: usize = 7;

/// A letter more, a letter less or two neighbours changed, within a long name that is on no list.
pub(crate) fn is_slip_within(model: &Model, one: &Name, other: &Name) -> bool {
    let is_long = |name: &Name| name.text.len() >= LONG && !model.is_forename(name);
    is_long(one) && is_long(other) && is_one_off(one, other) && is_within(one, other)
}

/// A letter more, a letter less, two neighbours changed, other letters of the same sound, or a vowel in
/// place of a consonant, for names are spoken: enough where a number says that they are one.
pub(crate) fn is_spelling_of_one(one: &Name, other: &Name) -> bool {
    let consonants = |name: &Name| -> Vec<u8> {
        name.text.bytes().filter(|letter| !is_vowel(*letter)).collect()
    };
    let one_off = osa::distance(one.text.bytes(), other.text.bytes()) == 1;
    let replaced = one.text.len() == other.text.len() && !is_swapped(one, other);
    let (a, b) = (consonants(one), consonants(other));
    (one_off && (!replaced || a.len() != b.len() || one.sound == other.sound))
        || (a == b && one.sound == other.sound)
}

/// Both are stated, and the same.
pub(crate) fn are_of_one_sex(a: &Profile, b: &Profile) -> bool {
    a.gender.is_some() && a.gender == b.gender
}

fn is_one_off(one: &Name, other: &Name) -> bool {
    one.text.len().min(other.text.len()) >= SHORTEST
        && osa::distance(one.text.bytes(), other.text.bytes()) == 1
}

fn ends_agree(one: &Name, other: &Name) -> bool {
    let (a, b) = (one.text.as_bytes(), other.text.as_bytes());
    a.first() == b.first() && a.last() == b.last()
}

fn is_within(one: &Name, other: &Name) -> bool {
    ends_agree(one, other) && (one.text.len() != other.text.len() || is_swapped(one, other))
}

fn is_swapped(one: &Name, other: &Name) -> bool {
    let sorted = |name: &Name| {
        let mut letters = name.text.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    one.text.len() == other.text.len() && sorted(one) == sorted(other)
}

/// `teven`, `Stace`. A letter more at the end makes a sister's name of a brother's, and a vowel at the
/// beginning may make a brother's: Dennis, Ennis.
fn is_end_lost(name: &Name, slip: &Name) -> bool {
    let begins_anew =
        name.text.ends_with(&*slip.text) && !slip.text.bytes().next().is_some_and(is_vowel);
    slip.text.len() < name.text.len() && (name.text.starts_with(&*slip.text) || begins_anew)
}

/// `Robort`. Another first vowel makes another name, for that is the one that is stressed: Sondra, Hulda.
fn sounds_same(name: &Name, slip: &Name) -> bool {
    let first_vowel = |name: &Name| name.text.bytes().find(|letter| is_vowel(*letter));
    name.sound == slip.sound && ends_agree(name, slip) && first_vowel(name) == first_vowel(slip)
}

fn is_vowel(letter: u8) -> bool {
    b"AEIOUY".contains(&letter)
}

/// No other name on the list is one letter from the slip, but for other forms of the same.
fn is_near_no_other(model: &Model, name: &Name, slip: &Name) -> bool {
    let is_other = |near: &String| {
        **near != *name.text
            && model.is_listed_forename(stable_hash(near.as_bytes()))
            && !nickname::related(near, &name.text)
    };
    !one_letter_off(&slip.text).any(|near| is_other(&near))
}

/// Every text that has one letter more, less or other than this.
fn one_letter_off(text: &str) -> impl Iterator<Item = String> {
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    (0..=text.len()).flat_map(move |at| {
        let (before, here) = (part(0..at), part(at..text.len()));
        let after = here.get(1..).unwrap_or_default();
        let with = move |rest: &'_ str| -> Vec<String> {
            ('A'..='Z').map(|letter| format!("{before}{letter}{rest}")).collect()
        };
        with(here).into_iter().chain(with(after)).chain([format!("{before}{after}")])
    })
}
