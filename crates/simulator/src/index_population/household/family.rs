//! Partners, their wedding, their children.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Settlement, any_sex};
use crate::dice::Dice;
use crate::index_population::calendar::{TODAY, born_aged, days_after, some_day};
use crate::index_population::culture::{self, Culture, FullName, Sex};
use crate::index_population::record::Tag;
use crate::index_population::resident::Resident;

/// Children who are older have left, most of them.
const LEAVES_AT: i64 = 22;

impl Settlement {
    /// Two partners and their children.
    pub(super) fn family(
        &mut self,
        dice: &mut Dice,
        culture: Culture,
        ages: (i64, i64),
    ) -> Vec<Resident> {
        let mut residents = self.couple(dice, culture, ages);
        let children = self.children(dice, &residents);
        residents.extend(children);
        if dice.chance(130) {
            self.separate(dice, &mut residents);
        }
        residents
    }

    /// Two people who share a home; three in four marry.
    pub(super) fn couple(
        &mut self,
        dice: &mut Dice,
        culture: Culture,
        ages: (i64, i64),
    ) -> Vec<Resident> {
        let mut she = self.adult(dice, culture, Sex::Female, ages);
        let age = (she.age() + dice.bell() * 3 / 1000 + 2).clamp(18, 103);
        let sex = if dice.chance(970) { Sex::Male } else { Sex::Female };
        let mut he = self.adult(dice, culture, sex, (age, age));
        for partner in [&mut she, &mut he] {
            self.earlier_home(dice, partner);
        }
        let grown = days_after(she.born.max(he.born), 19 * 365);
        let together = some_day(dice, grown, grown.max(days_after(grown, 5000)).min(TODAY));
        if dice.chance(740) {
            let day = some_day(dice, together, days_after(together, 1500));
            wed(dice, &mut she, &he, day);
        }
        if she.age() > 60 && dice.chance(180) {
            // One mobile for both.
            she.mobiles.clone_from(&he.mobiles);
        }
        let mut residents = vec![she, he];
        self.settle(dice, &mut residents, together);
        residents
    }

    /// A parent alone; the other one lives elsewhere, unknown here.
    pub(super) fn one_parent(&mut self, dice: &mut Dice, culture: Culture) -> Vec<Resident> {
        let mut residents = self.family(dice, culture, (20, 48));
        let stays = if dice.chance(860) { Sex::Female } else { Sex::Male };
        let leaves = residents.iter().take(2).position(|adult| adult.sex != stays);
        if let Some(place) = leaves {
            residents.remove(place);
        }
        residents
    }

    /// Grandparents with a family.
    pub(super) fn three_generations(&mut self, dice: &mut Dice, culture: Culture) -> Vec<Resident> {
        let mut residents = self.family(dice, culture, (26, 45));
        let Some(home) = residents.first().and_then(|one| one.homes.last().cloned()) else {
            return residents;
        };
        let family =
            residents.get(1).and_then(|he| he.names.first()).map(|name| name.what.family.clone());
        for mut old in self.couple(dice, culture, (60, 88)) {
            if old.sex == Sex::Male
                && let (Some(family), Some(name)) = (&family, old.names.first_mut())
            {
                name.what.family.clone_from(family);
            }
            old.move_to(home.from, Arc::clone(&home.what));
            residents.push(old);
        }
        residents
    }

    /// The children of the first resident, and of the second if there is one.
    fn children(&mut self, dice: &mut Dice, parents: &[Resident]) -> Vec<Resident> {
        let Some(mother) = parents.first() else { return Vec::new() };
        let wanted = dice.weigh(&[1_usize, 2, 3, 4, 5], |count| {
            [36, 40, 16, 6, 2].get(count - 1).copied().unwrap_or(0)
        });
        let mut left = wanted.copied().unwrap_or(2);
        let mut day = days_after(mother.born, dice.between(19 * 365, 38 * 365));
        let oldest_birth = days_after(mother.born, 45 * 365).min(TODAY);
        let family = childrens_family(dice, parents);
        let mut children = Vec::new();
        while left > 0 && day < oldest_birth {
            let born_together = match dice.below(10_000) {
                0..3 => 3,
                3..160 => 2,
                _ => 1,
            };
            let siblings = self.birth(dice, parents, &family, day, born_together);
            let at_home = days_after(day, LEAVES_AT * 365) > TODAY || dice.chance(150);
            if at_home {
                children.extend(siblings);
            }
            left = left.saturating_sub(born_together);
            day = days_after(day, dice.between(330, 1700));
        }
        children
    }

    fn birth(
        &mut self,
        dice: &mut Dice,
        parents: &[Resident],
        family: &str,
        day: Date,
        count: usize,
    ) -> Vec<Resident> {
        let Some(mother) = parents.first() else { return Vec::new() };
        let mut siblings: Vec<Resident> = Vec::new();
        for order in 1..=count {
            let sex = match siblings.first() {
                Some(first) if dice.chance(640) => first.sex,
                _ => any_sex(dice),
            };
            let mut child = self.newcomer(dice, mother.culture, sex, day, family);
            child.birth_family =
                mother.name_on(day).map_or_else(String::new, |name| name.family.clone());
            if let Some(twin) = siblings.first() {
                name_like_twin(dice, &mut child, twin);
            }
            if count > 1 {
                child.birth_order = u8::try_from(order).ok();
                child.tags.add(Tag::Twin);
            }
            for home in &mother.homes {
                child.move_to(home.from, Arc::clone(&home.what));
            }
            // A child is reached by a parent's mobile.
            if child.age() < 13 && dice.chance(700) {
                child.mobiles.clone_from(&dice.pick(parents).mobiles);
            }
            siblings.push(child);
        }
        if count == 1 {
            name_after_parent(dice, &mut siblings, parents);
        }
        siblings
    }

    /// The marriage ends: he moves out, she may take her own name again, the children have two homes.
    fn separate(&mut self, dice: &mut Dice, residents: &mut [Resident]) {
        let Some(she) = residents.first() else { return };
        let Some(began) = she.homes.last().map(|home| home.from) else { return };
        let day = some_day(dice, began, TODAY);
        let away = self.doors.anywhere(dice);
        for (place, resident) in residents.iter_mut().enumerate() {
            match place {
                0 if resident.names.len() > 1 && dice.chance(500) => {
                    if let Some(maiden) = resident.names.first().map(|name| name.what.clone()) {
                        resident.rename(day, maiden);
                    }
                }
                0 => {}
                1 => resident.move_to(day, Arc::clone(&away)),
                _ => resident.other_home = Some(Arc::clone(&away)),
            }
        }
    }

    /// Somebody of that age who lives with their parents.
    pub(super) fn grown_child(
        &mut self,
        dice: &mut Dice,
        culture: Culture,
        ages: (i64, i64),
    ) -> Resident {
        let age = dice.between(ages.0, ages.1);
        let (sex, born) = (any_sex(dice), born_aged(dice, age));
        let family = culture::surname(dice, culture);
        let mut child = self.newcomer(dice, culture, sex, born, &family);
        self.earlier_home(dice, &mut child);
        child
    }
}

/// A wedding with somebody who does not live here.
pub(super) fn wed_stranger(dice: &mut Dice, resident: &mut Resident) {
    let family = culture::surname(dice, resident.culture);
    let day = some_day(dice, days_after(resident.born, 19 * 365), TODAY);
    if resident.sex == Sex::Female
        && let Some(name) = resident.names.last()
        && let Some(name) = culture::married(dice, resident.culture, &name.what, &family)
    {
        resident.rename(day, name);
        if dice.chance(300)
            && let Some(maiden) = resident.names.first().map(|name| name.what.clone())
        {
            resident.rename(some_day(dice, day, TODAY), maiden);
        }
    }
}

fn wed(dice: &mut Dice, she: &mut Resident, he: &Resident, day: Date) {
    if day > TODAY {
        return;
    }
    let (Some(own), Some(his)) = (she.names.last(), he.names.last()) else { return };
    if let Some(name) = culture::married(dice, she.culture, &own.what, &his.what.family) {
        she.rename(day, name);
    }
}

/// The father's surname; of unmarried parents sometimes the mother's, or both.
fn childrens_family(dice: &mut Dice, parents: &[Resident]) -> String {
    let family = |parent: Option<&Resident>| {
        parent.and_then(|one| one.names.last()).map(|name| name.what.family.clone())
    };
    let (hers, his) = (family(parents.first()), family(parents.get(1)));
    match (hers, his) {
        (Some(hers), Some(his)) if hers != his => match dice.below(1000) {
            0..180 => hers,
            180..260 => format!("{hers}-{his}"),
            _ => his,
        },
        (hers, his) => his.or(hers).unwrap_or_default(),
    }
}

/// Twins often have names that begin or sound alike.
fn name_like_twin(dice: &mut Dice, child: &mut Resident, twin: &Resident) {
    let (culture, sex, born) = (child.culture, child.sex, child.born);
    let (Some(name), Some(other)) = (child.names.first_mut(), twin.names.first()) else { return };
    let (own, other): (&mut FullName, &FullName) = (&mut name.what, &other.what);
    let alike: fn(&str, &str) -> bool = match dice.below(1000) {
        0..300 => |a, b| a.get(..1) == b.get(..1),
        300..380 => |a, b| a.len() == b.len() && a.get(..2) == b.get(..2),
        380..430 => |a, b| a.len() > 3 && a.get(a.len() - 3..) == b.get(b.len().max(3) - 3..),
        _ => |_, _| true,
    };
    for _ in 0..80 {
        let fits = own.given != other.given && alike(&own.given, &other.given);
        if fits {
            break;
        }
        own.given = culture::forename(dice, culture, sex, born);
    }
    if own.given == other.given {
        own.given = if sex == Sex::Female { "Evangeline".into() } else { "Barnaby".into() };
    }
    if dice.chance(200) {
        own.middle.clone_from(&other.middle);
    }
    child.known_as = None;
}

/// A son with his father's whole name, a daughter with her mother's.
fn name_after_parent(dice: &mut Dice, siblings: &mut [Resident], parents: &[Resident]) {
    let Some(child) = siblings.first_mut() else { return };
    let per_mille = if child.sex == Sex::Male { 45 } else { 12 };
    let parent = parents.iter().find(|parent| parent.sex == child.sex);
    let (Some(parent), true) = (parent, dice.chance(per_mille)) else { return };
    let (Some(name), Some(theirs)) = (child.names.first_mut(), parent.names.last()) else { return };
    name.what.given.clone_from(&theirs.what.given);
    if dice.chance(350) {
        name.what.middle.clone_from(&theirs.what.middle);
    }
    name.what.family.clone_from(&theirs.what.family);
    child.tags.add(Tag::Jr);
}
