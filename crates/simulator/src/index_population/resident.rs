//! A person of the population as they truly are, with what was so before.

use std::sync::Arc;

use jiff::civil::{Date, date};
use model::NhsNumber;

use super::calendar::{Since, TODAY, age_on, on, some_day};
use super::culture::{Culture, FullName, Sex};
use super::dwelling::Dwelling;
use super::record::{Tag, Tags};
use crate::dice::Dice;

/// Moves before this day are in hardly any index.
const FORGOTTEN: Date = date(2012, 1, 1);

/// A person as they truly are; histories begin with the oldest.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    pub(super) person: u32,
    pub(super) nhs_number: NhsNumber,
    pub(super) born: Date,
    pub(super) died: Option<Date>,
    pub(super) sex: Sex,
    /// The day from which the other sex is registered.
    pub(super) changed_sex: Option<Date>,
    pub(super) culture: Culture,
    pub(super) names: Vec<Since<FullName>>,
    pub(super) known_as: Option<String>,
    pub(super) homes: Vec<Since<Arc<Dwelling>>>,
    /// The other parent's home, given to some organisations.
    pub(super) other_home: Option<Arc<Dwelling>>,
    pub(super) mobiles: Vec<Since<String>>,
    pub(super) email: Option<String>,
    /// The mother's surname at birth, which a newborn's record bears.
    pub(super) birth_family: String,
    /// 1, 2 or 3 for those born together.
    pub(super) birth_order: Option<u8>,
    /// Nobody may trace where they live (the S-flag of PDS).
    pub(super) sensitive: bool,
    /// No record of this identity is newer: the person has another one since.
    pub(super) ended: Option<Date>,
    pub(super) tags: Tags,
}

impl Resident {
    pub(super) fn name_on(&self, day: Date) -> Option<&FullName> {
        on(&self.names, day)
    }

    pub(super) fn home_on(&self, day: Date) -> Option<&Arc<Dwelling>> {
        on(&self.homes, day)
    }

    pub(super) fn sex_on(&self, day: Date) -> Sex {
        match self.changed_sex {
            Some(changed) if changed <= day => self.sex.other(),
            _ => self.sex,
        }
    }

    /// The last day on which this identity can have been seen.
    pub(super) fn last_day(&self) -> Date {
        self.died.into_iter().chain(self.ended).min().unwrap_or(TODAY).max(self.born)
    }

    pub(super) fn age(&self) -> i64 {
        age_on(self.born, TODAY)
    }

    /// From that day on the name is another one.
    pub(super) fn rename(&mut self, from: Date, what: FullName) {
        self.names.push(Since { from, what });
        self.tags.add(Tag::Married);
    }

    /// Lives there from that day on, at the earliest from birth.
    pub(super) fn move_to(&mut self, from: Date, what: Arc<Dwelling>) {
        let from = from.max(self.born);
        // Two moves in one day are one.
        self.homes.retain(|home| home.from < from);
        if !self.homes.is_empty() && from > FORGOTTEN {
            self.tags.add(Tag::Moved);
        }
        self.homes.push(Since { from, what });
    }

    /// Some have died in the last years, of the old more.
    pub(super) fn maybe_die(&mut self, dice: &mut Dice) {
        let per_mille = match self.age() {
            90.. => 330,
            80..90 => 150,
            70..80 => 55,
            50..70 => 14,
            _ => 2,
        };
        if dice.chance(per_mille) {
            let earliest = super::calendar::days_after(TODAY, -2200).max(self.born);
            self.died = Some(some_day(dice, earliest, TODAY));
        }
    }
}
