//! Which organisations know somebody, since when, and how lately they looked.

use jiff::civil::Date;
use model::NhsNumber;

use super::calendar::{TODAY, age_on, days_after, some_day};
use super::culture::Sex;
use super::organisation::{Habits, ORGANISATIONS};
use super::record::{IndexRecord, Tag};
use super::resident::Resident;
use super::telling;
use crate::dice::Dice;

/// An entry in one organisation's index.
#[derive(Debug)]
pub(super) struct Registration<'a> {
    pub(super) resident: &'a Resident,
    pub(super) habits: &'static Habits,
    /// The organisation's place in [`ORGANISATIONS`].
    pub(super) place: usize,
    pub(super) registered: Date,
    /// The last day on which anybody asked.
    pub(super) updated: Date,
    /// Still under the name of the first days.
    pub(super) newborn: bool,
}

/// Everything that the four organisations hold of a household. `others` are numbers of other people.
pub(super) fn records(
    dice: &mut Dice,
    residents: &[Resident],
    others: &[NhsNumber],
) -> Vec<IndexRecord> {
    let mut records = Vec::new();
    for resident in residents {
        for (place, habits) in ORGANISATIONS.iter().enumerate() {
            if !knows(dice, resident, place) {
                continue;
            }
            let once = registration(dice, resident, (place, habits), false);
            records.push(telling::tell(dice, &once, residents, others));
            if dice.chance(habits.registers_twice) {
                let twice = registration(dice, resident, (place, habits), true);
                let mut record = telling::tell(dice, &twice, residents, others);
                record.tags.add(Tag::Dup);
                records.push(record);
            }
        }
    }
    records
}

/// People known of a thousand, by age, sex and where they live.
fn knows(dice: &mut Dice, resident: &Resident, place: usize) -> bool {
    let age = age_on(resident.born, resident.last_day());
    let west = resident.homes.last().is_some_and(|home| home.what.west);
    let hospital = match age {
        0..2 => 880,
        2..18 => 560,
        18..45 if resident.sex == Sex::Female => 620,
        18..45 => 410,
        45..65 => 600,
        65..80 => 800,
        _ => 910,
    };
    let per_mille = match place {
        0 => 955,
        1 if west => hospital,
        2 if !west => hospital,
        // The other hospital: a specialist, or a day at the seaside.
        1 | 2 => hospital / 7,
        _ => match age {
            0..18 => 90,
            18..65 => 55,
            65..80 => 150,
            _ => 370,
        },
    };
    dice.chance(per_mille)
}

fn registration<'a>(
    dice: &mut Dice,
    resident: &'a Resident,
    (place, habits): (usize, &'static Habits),
    second: bool,
) -> Registration<'a> {
    let last = resident.last_day();
    let earliest = resident.homes.first().map_or(resident.born, |home| home.from);
    let hospital = matches!(place, 1 | 2);
    // A child born in hospital is in its index from the first day.
    let born_there = hospital && age_on(resident.born, TODAY) < 30 && dice.chance(700);
    let newborn =
        born_there && !second && dice.chance(if resident.birth_order.is_some() { 70 } else { 28 });
    // A practice asks everybody who comes; others see some people once in many years.
    let days_ago = match place {
        0 if dice.chance(650) => 0,
        0 => dice.between(0, 60) * dice.between(0, 45),
        3 => dice.between(0, 70) * dice.between(0, 60),
        _ => dice.between(0, 75) * dice.between(0, 75),
    };
    let updated = if newborn {
        days_after(resident.born, dice.between(0, 5)).min(last)
    } else {
        days_after(last, -days_ago).max(earliest)
    };
    let registered = if born_there {
        resident.born
    } else {
        some_day(dice, days_after(updated, -6500).max(earliest), updated)
    };
    Registration { resident, habits, place, registered, updated, newborn }
}
