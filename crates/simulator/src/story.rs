//! One person's two years in hospitals: what happened, and when each thing was told.
//!
//! Told by dice of the person's own, so a story can be told again whenever a message is written.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::county::County;
use crate::dice::Dice;
use crate::illness::{
    admissions_yearly_per_mille, attendances_yearly_per_mille, days_before, likely_complaint,
    likely_reason, reason,
};
use crate::outpatient::{Appointment, Booking, clinic_for, general_clinics};
use crate::person::{Part, Person, PersonIndex};
use crate::spell::{Cause, Spell, any_bed, any_consultant};

/// How far history reaches back.
const DAYS: i64 = 730;

/// What happened to one person.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) spells: Vec<Spell>,
    pub(crate) appointments: Vec<Appointment>,
    /// Ordered as told, not yet by time.
    pub(crate) events: Vec<Event>,
}

/// Something a hospital tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    /// Place of the patient index entry in [`County`].
    pub(crate) entry: usize,
    pub(crate) told: Told,
}

/// What is told. Spells and appointments are places in the story's lists.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// A28: a new entry of the index.
    Registered,
    /// A31: a wedding or a move.
    Changed,
    /// A31 with the day of death.
    Died,
    /// A40: this entry was merged into the other.
    Merged { into: usize },
    /// An ADT message about a spell.
    Moved { spell: usize, movement: Movement },
    /// ORU R01.
    Measured { spell: Option<usize>, panels: &'static [&'static str], number: u64, status: char },
    /// MDM T02 about a spell.
    Written { spell: usize, number: u64 },
    /// SIU S12 to S15.
    Scheduled { appointment: usize, booking: Booking },
}

/// Movements of a spell, by their ADT event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Movement {
    /// A05.
    PreAdmit,
    /// A04.
    Attend,
    /// A01.
    Admit,
    /// A02.
    Transfer,
    /// A08.
    Update,
    /// A03.
    Discharge,
    /// A12.
    CancelTransfer,
    /// A13.
    CancelDischarge,
}

/// Tells the story of a person.
pub(crate) fn tell(county: &County, index: PersonIndex) -> Story {
    let Some(person) = county.people.get(index) else { return Story::default() };
    let number = u64::try_from(index).unwrap_or(0);
    let mut teller = Teller {
        county,
        person,
        dice: Dice::new(county.seed, "story", number),
        next_number: number * 100 + 10_000_000,
        story: Story::default(),
    };
    teller.tell_identity(index);
    teller.tell_part(index);
    teller.tell_stays(index);
    teller.tell_present_stay(index);
    teller.tell_attendances(index);
    teller.tell_blood_tests(index);
    teller.tell_clinics(index);
    let mut story = teller.story;
    // Nothing is told before it happened, nor by an index that does not know the person yet.
    story.events.retain(|event| event.at <= county.now);
    story
}

struct Teller<'a> {
    county: &'a County,
    person: &'a Person,
    dice: Dice,
    next_number: u64,
    story: Story,
}

impl Teller<'_> {
    /// Registrations, weddings, moves, deaths and merges of second entries.
    fn tell_identity(&mut self, index: PersonIndex) {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let mut first = offset;
        for (entry, place) in self.county.entries_of(index).iter().zip(offset..) {
            let registered = self.at(entry.since, 8, 17);
            self.push(registered, place, Told::Registered);
            if !entry.is_second {
                first = place;
            } else if let Some(day) = entry.merged_on {
                let at = self.at(day, 9, 16);
                self.push(at, first, Told::Merged { into: first });
                self.mark_merge(place, first);
                continue;
            }
            let changes = [self.person.former_family, None].into_iter().flatten().map(|it| it.1);
            let moves = self.person.former_home.map(|(_, day)| day);
            for day in
                changes.chain(moves).filter(|day| *day > entry.since && *day < self.county.today)
            {
                let at = self.at(day, 9, 17);
                self.push(at, place, Told::Changed);
            }
            if let Some(died) = self.person.died.filter(|died| *died > entry.since) {
                let at = self.at(died, 18, 23);
                self.push(at, place, Told::Died);
            }
        }
    }

    /// The merge is told by the second entry, into the first.
    fn mark_merge(&mut self, second: usize, first: usize) {
        if let Some(event) = self.story.events.last_mut() {
            event.entry = second;
            event.told = Told::Merged { into: first };
        }
    }

    /// The written stays of the leads.
    fn tell_part(&mut self, index: PersonIndex) {
        let days: &[(&str, &str, i64, Option<i64>)] = match self.person.part {
            Some(Part::Inpatient) => &[
                ("RBD", "pneumonia", 610, Some(603)),
                ("RDZ", "cataract", 250, Some(250)),
                ("RD3", "hip_fracture", 3, None),
            ],
            Some(Part::Duplicate) => &[("RD3", "copd_exacerbation", 130, Some(126))],
            Some(Part::SilentPractice) => &[("RBD", "heart_failure_admission", 40, Some(33))],
            Some(Part::SlowPractice) => &[("RD3", "stroke", 2, None)],
            _ => &[],
        };
        for (ods, key, from, to) in days {
            let entry =
                self.place_where(index, |entry| entry.hospital.ods() == *ods && !entry.is_second);
            if let (Some(entry), Some(reason)) = (entry, reason(key)) {
                let admitted = self.at(days_before(self.county.today, *from), 9, 15);
                let ended = to.map(|to| self.at(days_before(self.county.today, to), 16, 19));
                let expected = days_before(self.county.today, to.unwrap_or(-5));
                self.tell_stay(entry, Cause::Admission(reason), admitted, ended, Some(expected));
            }
        }
    }

    /// Admissions, each quarter as likely as age and illnesses make them.
    fn tell_stays(&mut self, index: PersonIndex) {
        if self.person.part.is_some() {
            return;
        }
        let mut free_from = days_before(self.county.today, DAYS);
        for quarter in 0..8 {
            let day =
                days_before(self.county.today, DAYS - quarter * 91 - self.dice.between(0, 90));
            let yearly = admissions_yearly_per_mille(self.person, day);
            if !self.dice.chance((yearly / 3).min(500)) || day < free_from || !self.is_about(day) {
                continue;
            }
            let Some(reason) = likely_reason(&mut self.dice, self.person, day) else { continue };
            let Some(entry) = self.some_entry(index, day) else { continue };
            let length = self.dice.between(reason.min_days, reason.max_days);
            let admitted = match (reason.is_elective(), length) {
                (true, _) => self.at(day, 7, 9),
                (false, 0) => self.at(day, 1, 10),
                (false, _) => self.at(day, 1, 22),
            };
            let leaves = days_before(day, -length);
            let ended = self.at(leaves, if length == 0 { 14 } else { 11 }, 18);
            free_from = days_before(leaves, -3);
            if self.person.died.is_some_and(|died| died <= leaves) {
                continue;
            }
            let expected = days_before(leaves, -self.dice.between(-1, 1)).max(day);
            let ended = (ended <= self.county.now).then_some(ended);
            self.tell_stay(entry, Cause::Admission(reason), admitted, ended, Some(expected));
        }
    }

    /// A stay that still lasts: a county at work has more of these than two years' dice leave.
    fn tell_present_stay(&mut self, index: PersonIndex) {
        let today = self.county.today;
        let yearly = admissions_yearly_per_mille(self.person, today);
        let is_free =
            self.story.spells.iter().all(|spell| {
                spell.ended.is_some_and(|ended| ended < self.county.now - hours(24 * 12))
            });
        let is_due = self.dice.chance((yearly / 12).min(150)) && self.dice.chance(700);
        let day = days_before(today, self.dice.between(1, 6));
        if self.person.part.is_some() || !is_due || !is_free || !self.is_about(today) {
            return;
        }
        if let Some(reason) = likely_reason(&mut self.dice, self.person, day)
            && reason.max_days > 2
            && let Some(entry) = self.some_entry(index, day)
        {
            let admitted = self.at(day, 1, 22);
            let expected = days_before(today, -self.dice.between(0, 6));
            self.tell_stay(entry, Cause::Admission(reason), admitted, None, Some(expected));
        }
    }

    /// One stay with its movements, blood tests, letter and follow-up.
    fn tell_stay(
        &mut self,
        entry: usize,
        cause: Cause,
        admitted: Timestamp,
        ended: Option<Timestamp>,
        expected: Option<Date>,
    ) {
        let Cause::Admission(reason) = cause else { return };
        let Some(hospital) = self.county.registrations.get(entry).map(|entry| entry.hospital)
        else {
            return;
        };
        let spell = self.story.spells.len();
        let moved = |movement| Told::Moved { spell, movement };
        let mut beds = Vec::new();
        if !reason.is_elective() && reason.ward != "maternity" && reason.ward != "children" {
            beds.push(any_bed(&mut self.dice, hospital, "assessment", admitted));
        }
        let settled = admitted + hours(if beds.is_empty() { 0 } else { self.dice.between(5, 26) });
        if beds.is_empty() || ended.is_none_or(|ended| settled < ended) {
            beds.push(any_bed(&mut self.dice, hospital, reason.ward, settled));
        }
        if reason.is_elective() && self.dice.chance(400) {
            let arranged = admitted - hours(24 * self.dice.between(5, 20));
            self.push(arranged, entry, moved(Movement::PreAdmit));
        }
        self.push(admitted, entry, moved(Movement::Admit));
        let panels: &[&str] = if reason.ward == "cardiology" {
            &["FBC", "UE", "TROP"]
        } else {
            &["FBC", "UE", "CRP"]
        };
        if reason.ward != "daycase" {
            self.tell_blood_test(entry, Some(spell), panels, admitted + hours(3));
        }
        if settled > admitted && beds.len() > 1 {
            self.push(settled, entry, moved(Movement::Transfer));
            if self.dice.chance(30) {
                self.push(settled + minutes(9), entry, moved(Movement::CancelTransfer));
                self.push(settled + minutes(40), entry, moved(Movement::Transfer));
            }
        }
        let until = ended.unwrap_or(self.county.now);
        // Expected day and working diagnosis follow within a day, or half way through a short stay.
        let half = until.duration_since(admitted) / 2;
        let known = half.clamp(minutes(30), hours(20));
        self.push(admitted + known, entry, moved(Movement::Update));
        for day in [2, 4, 7] {
            let at = admitted + hours(24 * day);
            if at < until {
                self.tell_blood_test(entry, Some(spell), &["FBC", "UE", "CRP"], at);
            }
        }
        let number = self.number();
        let consultant = any_consultant(&mut self.dice);
        self.story.spells.push(Spell {
            entry,
            number,
            cause,
            consultant,
            started: admitted,
            beds,
            expected,
            ended,
        });
        if let Some(ended) = ended {
            self.tell_discharge(entry, spell, ended, reason.key);
        }
    }

    fn tell_discharge(&mut self, entry: usize, spell: usize, ended: Timestamp, key: &str) {
        let moved = |movement| Told::Moved { spell, movement };
        if self.dice.chance(20) {
            // Discharged too early on the screen, taken back, discharged again.
            self.push(ended - hours(2), entry, moved(Movement::Discharge));
            self.push(ended - hours(1), entry, moved(Movement::CancelDischarge));
        }
        self.push(ended, entry, moved(Movement::Discharge));
        if self.dice.chance(60) {
            let late = ended + hours(self.dice.between(1, 30));
            self.push(late, entry, moved(Movement::Update));
        }
        let number = self.number();
        let written = ended + hours(self.dice.between(1, 40));
        self.push(written, entry, Told::Written { spell, number });
        if self.dice.chance(400) {
            let clinic = clinic_for(key).unwrap_or(*self.dice.pick(&general_clinics()));
            self.tell_booking(entry, clinic, ended + hours(20), 42);
        }
    }

    /// Emergency department attendances that end at home.
    fn tell_attendances(&mut self, index: PersonIndex) {
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
            self.push(arrived, entry, Told::Moved { spell, movement: Movement::Attend });
            if !complaint.panel.is_empty() {
                let panels: &[&str] = match complaint.panel {
                    "TROP" => &["FBC", "TROP"],
                    "UE" => &["UE"],
                    _ => &["FBC", "CRP"],
                };
                self.tell_blood_test(entry, Some(spell), panels, arrived + minutes(40));
            }
            self.push(left, entry, Told::Moved { spell, movement: Movement::Discharge });
            if self.dice.chance(250) {
                let number = self.number();
                self.push(left + hours(1), entry, Told::Written { spell, number });
            }
        }
    }

    /// Blood tests that the GP asked for, done in the hospital's laboratory.
    fn tell_blood_tests(&mut self, index: PersonIndex) {
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

    /// Outpatient clinics: those that follow an illness, and others by chance.
    fn tell_clinics(&mut self, index: PersonIndex) {
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
    fn tell_booking(
        &mut self,
        entry: usize,
        clinic: &'static crate::outpatient::Clinic,
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

    /// Taken, and reported two hours later; one in fifty first as preliminary.
    fn tell_blood_test(
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

    /// A visit, order, letter or booking number; a story has room for a hundred.
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn push(&mut self, at: Timestamp, entry: usize, told: Told) {
        self.story.events.push(Event { at, entry, told });
    }

    /// A moment on a day between two hours.
    fn at(&mut self, day: Date, from: i64, to: i64) -> Timestamp {
        let hour = i8::try_from(self.dice.between(from, to)).unwrap_or(12);
        let minute = i8::try_from(self.dice.between(0, 59)).unwrap_or(0);
        let second = i8::try_from(self.dice.between(0, 59)).unwrap_or(0);
        day.at(hour, minute, second, 0)
            .to_zoned(self.county.zone.clone())
            .map_or(self.county.now, |zoned| zoned.timestamp())
    }

    /// A clinic's slot on a day: every twenty minutes.
    fn slot(&mut self, day: Date) -> Timestamp {
        let hour = i8::try_from(self.dice.between(9, 16)).unwrap_or(9);
        let minute = i8::try_from(self.dice.between(0, 2) * 20).unwrap_or(0);
        day.at(hour, minute, 0, 0)
            .to_zoned(self.county.zone.clone())
            .map_or(self.county.now, |zoned| zoned.timestamp())
    }

    /// Alive that day, and not in the first days of history or of life.
    fn is_about(&self, day: Date) -> bool {
        self.person.lives_on(day) && day <= self.county.today
    }

    fn is_inside(&self, from: Timestamp, to: Timestamp) -> bool {
        self.story
            .spells
            .iter()
            .any(|spell| spell.started <= to && spell.ended.is_none_or(|ended| ended >= from))
    }

    /// An index entry to use that day: mostly the nearest hospital's; a second entry while it lasts.
    fn some_entry(&mut self, index: PersonIndex, day: Date) -> Option<usize> {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let nearest = self.county.homes.get(self.person.home).map(|home| home.town.hospital);
        let entries = self.county.entries_of(index);
        let places: Vec<(usize, u32)> = entries
            .iter()
            .zip(offset..)
            .filter(|(entry, _)| entry.since < day && entry.merged_on.is_none_or(|gone| day < gone))
            .map(|(entry, place)| (place, if Some(entry.hospital) == nearest { 7 } else { 2 }))
            .collect();
        self.dice.weigh(&places, |place| place.1).map(|place| place.0)
    }

    fn place_where(
        &self,
        index: PersonIndex,
        fits: impl Fn(&crate::registration::Registration) -> bool,
    ) -> Option<usize> {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let entries = self.county.entries_of(index);
        entries.iter().zip(offset..).find(|(entry, _)| fits(entry)).map(|(_, place)| place)
    }
}

/// That many hours.
pub(crate) fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// That many minutes.
pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
