//! Where people live and how they are reached: evidence of a household first, of a person second.

use crate::compare::Tally;
use crate::level::Level;
use crate::{Model, Profile};

/// What a shared home says: one group of facts that hang together, so capped. The cap is low where
/// another member of the household may explain it, and higher where forename and birth date agree:
/// nobody shares a home with a namesake of the same day. A mobile belongs to the household unless
/// the forename agrees; parents give theirs for their children.
pub(crate) fn household(
    model: &Model,
    a: &Profile,
    b: &Profile,
    (forename_agrees, birth_date_agrees): (bool, bool),
    tally: &mut impl Tally,
) {
    let one_person = forename_agrees && birth_date_agrees;
    let mut room = if one_person { model.household_of_one_cap } else { model.household_cap };
    let mut said = false;
    let mut say = |level: Level, tally: &mut dyn FnMut(Level, f64)| {
        let weight = model.weight(level).min(room);
        room -= weight;
        said = true;
        tally(level, weight);
    };
    let mut tell = |level, weight| tally.say(level, weight);
    if same_home(a, b) {
        say(Level::HomeSame, &mut tell);
    } else if a.homes.iter().any(|one| b.homes.iter().any(|other| one.postcode == other.postcode)) {
        say(Level::HomePostcode, &mut tell);
    }
    if share(&a.landlines, &b.landlines) || (!forename_agrees && share(&a.mobiles, &b.mobiles)) {
        say(Level::HomeTelephone, &mut tell);
    }
    if a.practice.is_some() && a.practice == b.practice {
        say(Level::HomePractice, &mut tell);
    }
    if !said && !a.homes.is_empty() && !b.homes.is_empty() {
        tally.say(Level::HomeDifferent, model.weight(Level::HomeDifferent));
    }
}

/// What a person's own telephone and e-mail say, given that the forename agrees; capped together.
pub(crate) fn own(
    model: &Model,
    a: &Profile,
    b: &Profile,
    forename_agrees: bool,
    tally: &mut impl Tally,
) {
    if !forename_agrees {
        return;
    }
    let mut room = model.own_contact_cap;
    let shared = [
        (Level::OwnMobile, share(&a.mobiles, &b.mobiles)),
        (Level::OwnEmail, share(&a.emails, &b.emails)),
    ];
    for (level, _) in shared.into_iter().filter(|(_, shared)| *shared) {
        let weight = model.weight(level).min(room);
        room -= weight;
        tally.say(level, weight);
    }
}

/// A telephone or e-mail address of one's own is the same.
pub(crate) fn same_contact(a: &Profile, b: &Profile) -> bool {
    share(&a.mobiles, &b.mobiles) || share(&a.emails, &b.emails)
}

/// An address, past or present, is the same: house and postcode.
pub(crate) fn same_home(a: &Profile, b: &Profile) -> bool {
    a.homes.iter().any(|home| home.house.is_some() && b.homes.contains(home))
}

fn share(a: &[u64], b: &[u64]) -> bool {
    a.iter().any(|one| b.contains(one))
}
