//! Who lives together: families with twins and namesakes, couples, people alone, three generations,
//! students, newcomers who share a house, care homes.

mod family;
mod change;
mod shared;

use std::sync::Arc;

use jiff::civil::Date;
use model::NhsNumber;

use super::calendar::{Since, TODAY, born_aged, days_after, some_day};
use super::contact;
use super::culture::{self, Culture, Sex};
use super::dwelling::{Doors, Dwelling};
use super::record::{IndexRecord, Tags};
use super::registration;
use super::resident::Resident;
use crate::dice::Dice;

/// Makes one household after the other.
#[derive(Debug)]
pub(super) struct Settlement {
    seed: u64,
    households: u64,
    people: u32,
    doors: Doors,
    /// Numbers of the people last made, for a clerk who takes the wrong one.
    recent: Vec<NhsNumber>,
}

/// NHS numbers begin with 9: none of these was ever issued.
const FIRST_STEM: u32 = 900_000_000;
const STEMS: u64 = 100_000_000;
/// Odd and no multiple of five: stepping by it visits every stem once.
const STEP: u64 = 61_195_367;
/// So many numbers are remembered.
const RECENT: usize = 512;

impl Settlement {
    pub(super) fn new(seed: u64, records: u32) -> Self {
        let doors = Doors::new(seed, records);
        Self { seed, households: 0, people: 0, doors, recent: Vec::new() }
    }

    /// The records that organisations hold of one more household.
    pub(super) fn next_household(&mut self) -> Vec<IndexRecord> {
        let mut dice = Dice::new(self.seed, "index household", self.households);
        self.households += 1;
        let mut residents = self.residents(&mut dice);
        for resident in &mut residents {
            resident.maybe_die(&mut dice);
        }
        self.change_lives(&mut dice, &mut residents);
        let records = registration::records(&mut dice, &residents, &self.recent);
        for resident in residents {
            if self.recent.len() < RECENT {
                self.recent.push(resident.nhs_number);
            } else if let Some(slot) = self.recent.get_mut(dice.place(RECENT)) {
                *slot = resident.nhs_number;
            }
        }
        records
    }

    fn residents(&mut self, dice: &mut Dice) -> Vec<Resident> {
        let culture = Culture::of_household(dice);
        match dice.below(10_000) {
            0..3000 => self.family(dice, culture, (22, 58)),
            3000..3700 => self.one_parent(dice, culture),
            3700..4900 => self.couple(dice, culture, (22, 64)),
            4900..6250 => self.couple(dice, culture, (65, 92)),
            6250..7900 => self.alone(dice, culture, (19, 64)),
            7900..9450 => self.alone(dice, culture, (65, 101)),
            9450..9650 => self.three_generations(dice, culture),
            9650..9830 => self.shared_house(dice, culture),
            9830..9995 => self.student_house(dice),
            9995..9998 => self.care_home(dice),
            _ => self.student_hall(dice),
        }
    }

    /// Somebody new, with a name, a number and no home yet.
    fn newcomer(
        &mut self,
        dice: &mut Dice,
        culture: Culture,
        sex: Sex,
        born: Date,
        family: &str,
    ) -> Resident {
        let name = culture::full_name(dice, culture, sex, born, family);
        let mut resident = Resident {
            person: 0,
            nhs_number: self.number(),
            born,
            died: None,
            sex,
            changed_sex: None,
            culture,
            known_as: culture::known_as(dice, culture, &name),
            birth_family: name.family.clone(),
            names: vec![Since { from: born, what: name }],
            homes: Vec::new(),
            other_home: None,
            mobiles: Vec::new(),
            email: None,
            birth_order: None,
            sensitive: dice.chance(1),
            ended: None,
            tags: Tags::default(),
        };
        resident.person = self.people;
        contact::give(dice, &mut resident);
        resident
    }

    fn number(&mut self) -> NhsNumber {
        // One stem in eleven has no check digit; it is nobody's.
        loop {
            self.people += 1;
            let stem = (u64::from(self.people) * STEP + self.seed % STEMS) % STEMS;
            let stem = u32::try_from(stem).unwrap_or(0);
            if let Some(number) = NhsNumber::from_stem(FIRST_STEM + stem) {
                return number;
            }
        }
    }

    fn adult(&mut self, dice: &mut Dice, culture: Culture, sex: Sex, ages: (i64, i64)) -> Resident {
        let age = dice.between(ages.0, ages.1);
        let mut born = born_aged(dice, age);
        if dice.chance(culture.unknown_birthdays()) {
            born = jiff::civil::date(born.year(), 1, 1);
        }
        let family = culture::surname(dice, culture);
        self.newcomer(dice, culture, sex, born, &family)
    }

    /// One or more homes from a day until now, for all of them.
    fn settle(&mut self, dice: &mut Dice, residents: &mut [Resident], from: Date) {
        let mut day = from;
        while day < TODAY {
            let before = residents.first().and_then(|one| one.homes.last().map(|h| h.what.clone()));
            let home = match before {
                Some(before) => self.doors.near(dice, &before),
                None => self.doors.anywhere(dice),
            };
            for resident in &mut *residents {
                resident.move_to(day, Arc::clone(&home));
            }
            // Every ten years or so; some at once after the last.
            day = days_after(day, 300 + dice.between(0, 120) * dice.between(0, 120));
        }
    }

    /// A home of one's own before the present household.
    fn earlier_home(&mut self, dice: &mut Dice, resident: &mut Resident) {
        let home: Arc<Dwelling> = self.doors.anywhere(dice);
        resident.move_to(resident.born, home);
    }

    fn alone(&mut self, dice: &mut Dice, culture: Culture, ages: (i64, i64)) -> Vec<Resident> {
        let sex = any_sex(dice);
        let mut resident = self.adult(dice, culture, sex, ages);
        if resident.age() > 26 && dice.chance(420) {
            // Divorced or widowed: the name of a partner who is not in the county any more.
            family::wed_stranger(dice, &mut resident);
        }
        self.earlier_home(dice, &mut resident);
        let from = some_day(dice, days_after(resident.born, 18 * 365), TODAY);
        let mut residents = vec![resident];
        self.settle(dice, &mut residents, from);
        residents
    }
}

fn any_sex(dice: &mut Dice) -> Sex {
    if dice.chance(506) { Sex::Female } else { Sex::Male }
}
