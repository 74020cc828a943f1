//! Visits to the emergency department that end at home.

use jiff::Timestamp;

use super::{DAYS, Movement, Teller, Told, hours, minutes};
use crate::illness::{attendances_yearly_per_mille, days_before, likely_complaint};
use crate::person::PersonIndex;
use crate::spell::{Cause, Spell, any_bed, any_consultant};

impl Teller<'_> {
    /// Emergency department attendances that end at home.
    pub(super) fn tell_attendances(&mut self, index: PersonIndex) {
        for quarter in 0..8 {
            let day =
                days_before(self.county.today, DAYS - quarter * 91 - self.dice.between(0, 90));
            let age = self.person.age_on(day);
            if !self.dice.chance(attendances_yearly_per_mille(age) / 4) || !self.is_about(day) {
                continue;
            }
            let Some(complaint) = likely_complaint(&mut self.dice, age) else { continue };
            let Some(entry) = self.some_entry(index, day) else { continue };
            let Some(known) = self.county.registrations.get(entry) else { continue };
            let arrived = self.at(day, 0, 22);
            let left = arrived + minutes(self.dice.between(55, 330));
            if left > self.county.now || self.is_inside(arrived, left) {
                continue;
            }
            let spell = self.story.spells.len();
            let bed = any_bed(&mut self.dice, known.hospital, "emergency", arrived);
            let number = self.number();
            self.story.spells.push(Spell {
                entry,
                number,
                cause: Cause::Attendance(complaint),
                consultant: any_consultant(&mut self.dice),
                started: arrived,
                beds: vec![bed],
                expected: None,
                ended: Some(left),
            });
            self.push_moved(arrived, entry, spell, Movement::Attend);
            if !complaint.panel.is_empty() {
                let panels: &[&str] = match complaint.panel {
                    "TROP" => &["FBC", "TROP"],
                    "UE" => &["UE"],
                    _ => &["FBC", "CRP"],
                };
                self.tell_blood_test(entry, Some(spell), panels, arrived + minutes(40));
            }
            self.push_moved(left, entry, spell, Movement::Discharge);
            if self.dice.chance(250) {
                let number = self.number();
                self.push(left + hours(1), entry, Told::Written { spell, number });
            }
        }
    }

    fn is_inside(&self, from: Timestamp, to: Timestamp) -> bool {
        self.story
            .spells
            .iter()
            .any(|spell| spell.started <= to && spell.ended.is_none_or(|ended| ended >= from))
    }
}
