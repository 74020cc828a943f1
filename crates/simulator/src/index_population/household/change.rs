//! What changes who somebody is on paper: another gender, a new family's name, a new identity.

use std::sync::Arc;

use super::Settlement;
use crate::dice::Dice;
use crate::index_population::calendar::{Since, TODAY, days_after, some_day};
use crate::index_population::culture;
use crate::index_population::record::Tag;
use crate::index_population::resident::Resident;

impl Settlement {
    /// Rare things that happen to people of a finished household.
    pub(super) fn change_lives(&mut self, dice: &mut Dice, residents: &mut Vec<Resident>) {
        mark_parents_of_namesakes(residents);
        let mut new_identities = Vec::new();
        for resident in &mut *residents {
            match dice.below(10_000) {
                0..6 if resident.age() > 16 => change_gender(dice, resident),
                6..9 => new_identities.push(self.new_identity(dice, resident)),
                9..150 if resident.age() < 18 => step_family(dice, resident),
                _ => {}
            }
        }
        residents.extend(new_identities);
    }

    /// Adoption, transition or protection: a new NHS number and a new name, and nobody may lead from
    /// the old identity to the new one. To an index these are two people.
    fn new_identity(&mut self, dice: &mut Dice, old: &mut Resident) -> Resident {
        let day = some_day(dice, old.born.max(days_after(TODAY, -2500)), TODAY);
        let family = culture::surname(dice, old.culture);
        let mut new = self.newcomer(dice, old.culture, old.sex, old.born, &family);
        new.sensitive = true;
        new.died = old.died.filter(|died| *died > day);
        old.died = None;
        new.move_to(day, self.doors.anywhere(dice));
        new.homes.retain(|home| home.from >= day);
        for name in &mut new.names {
            name.from = day;
        }
        old.ended = Some(day);
        new
    }
}

/// A child takes the surname of a parent's new partner.
fn step_family(dice: &mut Dice, child: &mut Resident) {
    let Some(mut name) = child.names.last().map(|name| name.what.clone()) else { return };
    name.family = culture::surname(dice, child.culture);
    let day = some_day(dice, child.born, TODAY);
    child.rename(day, name);
}

/// Another first name and the other gender, under the same NHS number.
fn change_gender(dice: &mut Dice, resident: &mut Resident) {
    let day = some_day(dice, days_after(resident.born, 15 * 365).min(TODAY), TODAY);
    let Some(mut name) = resident.names.last().map(|name| name.what.clone()) else { return };
    name.given = culture::forename(dice, resident.culture, resident.sex.other(), resident.born);
    resident.names.retain(|name| name.from < day);
    resident.names.push(Since { from: day, what: name });
    resident.known_as = None;
    resident.changed_sex = Some(day);
}

/// A father is as easily mistaken for his son as the son for him.
fn mark_parents_of_namesakes(residents: &mut [Resident]) {
    let namesakes: Vec<String> = residents
        .iter()
        .filter(|resident| resident.tags.has(Tag::Jr))
        .filter_map(|child| child.names.first().map(|name| name.what.given.clone()))
        .collect();
    for resident in residents {
        if resident.names.first().is_some_and(|name| namesakes.contains(&name.what.given)) {
            resident.tags.add(Tag::Jr);
        }
    }
}

/// One home for everybody from a day on.
pub(super) fn gather(
    residents: &mut [Resident],
    home: &Arc<crate::index_population::dwelling::Dwelling>,
    from: impl Fn(&Resident) -> jiff::civil::Date,
) {
    for resident in residents {
        let day = from(resident);
        resident.move_to(day, Arc::clone(home));
    }
}
