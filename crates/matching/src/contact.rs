//! Where people live and how they are reached: evidence of a household first, of a person second.

use crate::Profile;
use crate::weights::{self, Level};

/// What a shared home says: one group, capped by the caller. A mobile belongs to the household
/// unless the forename agrees; parents give theirs for their children.
pub(crate) fn household(a: &Profile, b: &Profile, forename_agrees: bool) -> Vec<Level> {
    let both_have_homes = !a.postcodes.is_empty() && !b.postcodes.is_empty();
    let telephone =
        share(&a.landlines, &b.landlines) || (!forename_agrees && share(&a.mobiles, &b.mobiles));
    let practice = match (&a.demographics().gp_practice, &b.demographics().gp_practice) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    };
    let mut levels = Vec::new();
    if same_home(a, b) {
        levels.push(weights::HOME_SAME);
    } else if share(&a.postcodes, &b.postcodes) {
        levels.push(weights::HOME_POSTCODE);
    }
    levels.extend(telephone.then_some(weights::HOME_TELEPHONE));
    levels.extend(practice.then_some(weights::HOME_PRACTICE));
    if levels.is_empty() && both_have_homes {
        levels.push(weights::HOME_DIFFERENT);
    }
    levels
}

/// What a person's own telephone and e-mail say, given that the forename agrees.
pub(crate) fn own(a: &Profile, b: &Profile, forename_agrees: bool) -> Vec<Level> {
    if !forename_agrees {
        return Vec::new();
    }
    let mobile = share(&a.mobiles, &b.mobiles).then_some(weights::OWN_MOBILE);
    let email = share(&a.emails, &b.emails).then_some(weights::OWN_EMAIL);
    mobile.into_iter().chain(email).collect()
}

/// An address, past or present, is the same.
pub(crate) fn same_home(a: &Profile, b: &Profile) -> bool {
    share(&a.homes, &b.homes)
}

fn share(a: &[String], b: &[String]) -> bool {
    a.iter().any(|one| b.contains(one))
}
