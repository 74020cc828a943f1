//! Further columns that a model may weigh: an occupation, a place of birth, a whole name.

use rapidfuzz::distance::jaro_winkler;

use crate::model::{Chances, Extra};
use crate::profile::Name;
use crate::{Model, Profile};

/// How a further detail agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtraLevel {
    Same,
    Close,
    Different,
}

impl ExtraLevel {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Close => "alike",
            Self::Different => "different",
        }
    }

    /// Its place among the levels.
    #[expect(clippy::as_conversions, reason = "the discriminant of a plain enum is its place")]
    pub(crate) fn place(self) -> usize {
        self as usize
    }

    pub(crate) fn chances(self, extra: &Extra) -> Chances {
        match self {
            Self::Same => extra.same,
            Self::Close => extra.close,
            Self::Different => extra.different,
        }
    }
}

/// Each of the model's details that both records give: its place in the model, how it agrees, and
/// what that adds.
pub(crate) fn compare<'a>(
    model: &'a Model,
    a: &'a Profile,
    b: &'a Profile,
) -> impl Iterator<Item = (usize, ExtraLevel, f64)> + 'a {
    model.extras.iter().enumerate().filter_map(move |(place, extra)| {
        let of = |profile: &'a Profile| profile.extras.iter().find(|(id, _)| *id == extra.id);
        let (one, other) = (&of(a)?.1, &of(b)?.1);
        let level = level(one, other);
        let weight = level.chances(extra).for_share(extra.frequencies.log2_share(one.id));
        Some((place, level, weight))
    })
}

fn level(one: &Name, other: &Name) -> ExtraLevel {
    if one.id == other.id {
        return ExtraLevel::Same;
    }
    let spelling = jaro_winkler::similarity(one.text.bytes(), other.text.bytes());
    let alike = spelling >= 0.9 || words_in_common(one, other) > 0.5;
    if alike { ExtraLevel::Close } else { ExtraLevel::Different }
}

/// Of the words of the shorter text, the share that the other has too; nothing for single words.
fn words_in_common(one: &Name, other: &Name) -> f64 {
    let count = |name: &Name| name.text.split(' ').count();
    let (shorter, longer) = if count(one) <= count(other) { (one, other) } else { (other, one) };
    let words = count(shorter);
    if words < 2 {
        return 0.0;
    }
    let shared = shorter.text.split(' ').filter(|word| longer.text.split(' ').any(|w| w == *word));
    let as_number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    as_number(shared.count()) / as_number(words)
}
