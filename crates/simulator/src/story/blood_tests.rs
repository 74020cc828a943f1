//! Blood tests: those that a GP asks for year by year, and how any is reported.

use jiff::Timestamp;

use super::{DAYS, Teller, Told, hours, minutes};
use crate::illness::days_before;
use crate::person::PersonIndex;

impl Teller<'_> {
    /// Blood tests that the GP asked for, done in the hospital's laboratory.
    pub(super) fn tell_blood_tests(&mut self, index: PersonIndex) {
        let today = self.county.today;
        let age = self.person.age_on(today);
        let has = |key| self.person.has(key, today);
        let (often, panels): (u32, &'static [&'static str]) = if has("diabetes") {
            (750, &["HBA1C", "UE"])
        } else if has("ckd") || has("heart_failure") {
            (700, &["UE", "FBC"])
        } else if age >= 60 {
            (240, &["FBC", "UE"])
        } else if age >= 18 {
            (70, &["FBC"])
        } else {
            (0, &[])
        };
        for half_year in 0..4 {
            let day = days_before(today, DAYS - half_year * 182 - self.dice.between(0, 181));
            if self.dice.chance(often)
                && self.is_about(day)
                && let Some(entry) = self.some_entry(index, day)
            {
                let at = self.at(day, 8, 12);
                self.tell_blood_test(entry, None, panels, at);
            }
        }
    }

    /// Taken, and reported two hours later; one in fifty first as preliminary.
    pub(super) fn tell_blood_test(
        &mut self,
        entry: usize,
        spell: Option<usize>,
        panels: &'static [&'static str],
        taken: Timestamp,
    ) {
        let number = self.number();
        let measured = |status| Told::Measured { spell, panels, number, status };
        if self.dice.chance(20) {
            self.push(taken + minutes(70), entry, measured('P'));
        }
        self.push(taken + hours(2), entry, measured('F'));
    }
}
