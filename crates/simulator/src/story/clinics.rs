//! Outpatient clinics: what is booked, and what becomes of it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{DAYS, Teller, Told, hours};
use crate::illness::days_before;
use crate::outpatient::{Appointment, Booking, Clinic, clinic_for, general_clinics};
use crate::person::PersonIndex;
use crate::spell::any_consultant;

impl Teller<'_> {
    /// Outpatient clinics: those that follow an illness, and others by chance.
    pub(super) fn tell_clinics(&mut self, index: PersonIndex) {
        let followed: Vec<_> = self
            .person
            .illnesses
            .iter()
            .filter_map(|found| clinic_for(found.illness.key))
            .collect();
        for year in 0..2 {
            let day = days_before(self.county.today, DAYS - year * 365 - self.dice.between(0, 364));
            let often = if followed.is_empty() { 130 } else { 420 };
            if !self.dice.chance(often) || !self.is_about(day) {
                continue;
            }
            let Some(entry) = self.some_entry(index, day) else { continue };
            let clinic = match followed.as_slice() {
                [] => *self.dice.pick(&general_clinics()),
                some => *self.dice.pick(some),
            };
            let booked = self.at(day, 9, 16);
            self.tell_booking(entry, clinic, booked, 70);
        }
    }

    /// A booking, with what became of it.
    pub(super) fn tell_booking(
        &mut self,
        entry: usize,
        clinic: &'static Clinic,
        booked: Timestamp,
        within_days: i64,
    ) {
        let appointment = self.story.appointments.len();
        let day = booked.to_zoned(self.county.zone.clone()).date();
        let wait = self.dice.between(7, within_days);
        let starts = self.slot(days_before(day, -wait));
        let number = self.number();
        let consultant = any_consultant(&mut self.dice);
        let slot = Appointment { entry, number, clinic, consultant, starts, minutes: 20 };
        self.story.appointments.push(slot);
        let told = |appointment, booking| Told::Scheduled { appointment, booking };
        self.push(booked, entry, told(appointment, Booking::Booked));
        let later = booked + hours(24 * self.dice.between(1, 5));
        match self.dice.below(100) {
            0..9 => {
                let starts = starts + hours(24 * 14);
                self.story.appointments.push(Appointment { starts, ..slot });
                self.push(later, entry, told(appointment + 1, Booking::Rescheduled));
            }
            9..14 => {
                let consultant = any_consultant(&mut self.dice);
                self.story.appointments.push(Appointment { consultant, ..slot });
                self.push(later, entry, told(appointment + 1, Booking::Modified));
            }
            14..22 => self.push(later, entry, told(appointment, Booking::Cancelled)),
            _ => {}
        }
    }

    /// A clinic's slot on a day: every twenty minutes.
    fn slot(&mut self, day: Date) -> Timestamp {
        let hour = i8::try_from(self.dice.between(9, 16)).unwrap_or(9);
        let minute = i8::try_from(self.dice.between(0, 2) * 20).unwrap_or(0);
        day.at(hour, minute, 0, 0)
            .to_zoned(self.county.zone.clone())
            .map_or(self.county.now, |zoned| zoned.timestamp())
    }
}
