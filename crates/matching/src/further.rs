//! Further given names: twins who share the first are told apart by them.

use crate::forename::{ForenameLevel, forename_pair};
use crate::profile::Name;
use crate::slip::{are_of_one_sex, is_slip};
use crate::{Model, Profile, nickname};

/// Each has a further given name in full, or a half of a hyphenated one, that none of the other's
/// names is like.
pub(crate) fn further_conflict(model: &Model, a: &Profile, b: &Profile) -> bool {
    let one_sex = are_of_one_sex(a, b);
    let is_of = |name: &Name, other: &Profile| {
        let names = other.forenames.iter().chain(&other.middles).chain(&other.families);
        names
            .into_iter()
            .any(|one| !forename_pair(name, one).conflicts() || is_slip(model, name, one, one_sex))
    };
    let alone = |one: &Profile, other: &Profile| {
        one.middles.iter().any(|name| {
            !name.is_initial() && !is_of(name, other) && !is_half(model, name, one, other)
        })
    };
    alone(a, b) && alone(b, a)
}

/// Both are Mohammed, and go by further names that are alike and not one: Mohammed Hassan and Mohammed
/// Hussain are what twins are called.
pub(crate) fn are_called_alike(model: &Model, a: &Profile, b: &Profile) -> bool {
    let one_sex = are_of_one_sex(a, b);
    let is_mohammed = |profile: &Profile| {
        profile.forenames.iter().any(|name| nickname::related("MOHAMMED", &name.text))
    };
    let is_one = |one: &Name, other: &Name| {
        use ForenameLevel::{Initial, Nickname, Same};
        matches!(forename_pair(one, other), Same | Nickname | Initial)
            || is_slip(model, one, other, one_sex)
    };
    let pairs = || a.middles.iter().flat_map(|one| b.middles.iter().map(move |other| (one, other)));
    pairs().next().is_some()
        && is_mohammed(a)
        && is_mohammed(b)
        && !pairs().any(|(one, other)| is_one(one, other))
}

/// The second half of two words that the other has as one name: `Carol-nne` of Carol-Anne, or `O BRIEN`
/// where forename and surname changed places.
fn is_half(model: &Model, name: &Name, of: &Profile, other: &Profile) -> bool {
    let is_whole = |whole: &&Name| whole.id != name.id && whole.text.ends_with(&*name.text);
    of.forenames.iter().filter(is_whole).any(|whole| {
        other.families.iter().any(|family| family.id == whole.id)
            || other.forenames.iter().any(|one| is_slip(model, one, whole, false))
    })
}
