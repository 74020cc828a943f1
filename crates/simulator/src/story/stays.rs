//! Stays in hospital: written ones of the leads, others by age and illness, and those that last.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{DAYS, Movement, Teller, Told, hours, minutes};
use crate::illness::{Reason, admissions_yearly_per_mille, days_before, likely_reason, reason};
use crate::organisation::Hospital;
use crate::outpatient::{clinic_for, general_clinics};
use crate::person::{Part, PersonIndex};
use crate::spell::{Bed, Cause, Spell, any_bed, any_consultant};

impl Teller<'_> {
    /// The written stays of the leads.
    pub(super) fn tell_part(&mut self, index: PersonIndex) {
        let days: &[(&str, &str, i64, Option<i64>)] = match self.person.part {
            Some(Part::Inpatient) => &[
                ("RBD", "pneumonia", 610, Some(603)),
                ("RDZ", "cataract", 250, Some(250)),
                ("RD3", "hip_fracture", 3, None),
            ],
            Some(Part::Duplicate) => &[("RD3", "copd_exacerbation", 130, Some(126))],
            Some(Part::SilentPractice) => &[("RBD", "heart_failure_admission", 40, Some(33))],
            // The elder one, who alone is known there.
            Some(Part::Namesake) => &[("RD3", "pneumonia", 20, Some(16))],
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
                self.tell_stay(entry, reason, admitted, ended, expected);
            }
        }
    }

    /// Admissions, each quarter as likely as age and illnesses make them.
    pub(super) fn tell_stays(&mut self, index: PersonIndex) {
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
            self.tell_stay(entry, reason, admitted, ended, expected);
        }
    }

    /// A stay that still lasts: a county at work has more of these than two years' dice leave.
    pub(super) fn tell_present_stay(&mut self, index: PersonIndex) {
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
            self.tell_stay(entry, reason, admitted, None, expected);
        }
    }

    /// One stay with its movements, blood tests, letter and follow-up.
    fn tell_stay(
        &mut self,
        entry: usize,
        reason: &'static Reason,
        admitted: Timestamp,
        ended: Option<Timestamp>,
        expected: Date,
    ) {
        let Some(hospital) = self.county.registrations.get(entry).map(|entry| entry.hospital)
        else {
            return;
        };
        let spell = self.story.spells.len();
        let beds = self.beds(hospital, reason, admitted, ended);
        self.tell_admission(entry, spell, reason, admitted);
        if let Some(settled) = beds.get(1) {
            self.tell_transfer(entry, spell, settled.since);
        }
        self.tell_course(entry, spell, admitted, ended.unwrap_or(self.county.now));
        let number = self.number();
        let consultant = any_consultant(&mut self.dice);
        self.story.spells.push(Spell {
            entry,
            number,
            cause: Cause::Admission(reason),
            consultant,
            started: admitted,
            beds,
            expected: Some(expected),
            ended,
        });
        if let Some(ended) = ended {
            self.tell_discharge(entry, spell, ended, reason.key);
        }
    }

    /// The bed on the ward, after one on the assessment unit for those who come unannounced.
    fn beds(
        &mut self,
        hospital: Hospital,
        reason: &Reason,
        admitted: Timestamp,
        ended: Option<Timestamp>,
    ) -> Vec<Bed> {
        let mut beds = Vec::new();
        if !reason.is_elective() && reason.ward != "maternity" && reason.ward != "children" {
            beds.push(any_bed(&mut self.dice, hospital, "assessment", admitted));
        }
        let settled = admitted + hours(if beds.is_empty() { 0 } else { self.dice.between(5, 26) });
        if beds.is_empty() || ended.is_none_or(|ended| settled < ended) {
            beds.push(any_bed(&mut self.dice, hospital, reason.ward, settled));
        }
        beds
    }

    fn tell_admission(&mut self, entry: usize, spell: usize, reason: &Reason, admitted: Timestamp) {
        if reason.is_elective() && self.dice.chance(400) {
            let arranged = admitted - hours(24 * self.dice.between(5, 20));
            self.push_moved(arranged, entry, spell, Movement::PreAdmit);
        }
        self.push_moved(admitted, entry, spell, Movement::Admit);
        let panels: &[&str] = if reason.ward == "cardiology" {
            &["FBC", "UE", "TROP"]
        } else {
            &["FBC", "UE", "CRP"]
        };
        if reason.ward != "daycase" {
            self.tell_blood_test(entry, Some(spell), panels, admitted + hours(3));
        }
    }

    /// To the ward; a few were told too early, taken back and told again.
    fn tell_transfer(&mut self, entry: usize, spell: usize, settled: Timestamp) {
        self.push_moved(settled, entry, spell, Movement::Transfer);
        if self.dice.chance(30) {
            self.push_moved(settled + minutes(9), entry, spell, Movement::CancelTransfer);
            self.push_moved(settled + minutes(40), entry, spell, Movement::Transfer);
        }
    }

    fn tell_course(&mut self, entry: usize, spell: usize, admitted: Timestamp, until: Timestamp) {
        // Expected day and working diagnosis follow within a day, or half way through a short stay.
        let half = until.duration_since(admitted) / 2;
        let known = half.clamp(minutes(30), hours(20));
        self.push_moved(admitted + known, entry, spell, Movement::Update);
        for day in [2, 4, 7] {
            let at = admitted + hours(24 * day);
            if at < until {
                self.tell_blood_test(entry, Some(spell), &["FBC", "UE", "CRP"], at);
            }
        }
    }

    fn tell_discharge(&mut self, entry: usize, spell: usize, ended: Timestamp, key: &str) {
        if self.dice.chance(20) {
            // Discharged too early on the screen, taken back, discharged again.
            self.push_moved(ended - hours(2), entry, spell, Movement::Discharge);
            self.push_moved(ended - hours(1), entry, spell, Movement::CancelDischarge);
        }
        self.push_moved(ended, entry, spell, Movement::Discharge);
        if self.dice.chance(60) {
            let late = ended + hours(self.dice.between(1, 30));
            self.push_moved(late, entry, spell, Movement::Update);
        }
        let number = self.number();
        let written = ended + hours(self.dice.between(1, 40));
        self.push(written, entry, Told::Written { spell, number });
        if self.dice.chance(400) {
            let clinic = clinic_for(key).unwrap_or(*self.dice.pick(&general_clinics()));
            self.tell_booking(entry, clinic, ended + hours(20), 42);
        }
    }
}
