//! What people fall ill with, and how often at which age.

use std::sync::LazyLock;

use jiff::civil::Date;
use model::Gender;

use crate::dice::Dice;
use crate::person::{Diagnosed, Person};
use crate::table::{lines, number};

/// A long-term illness: a line of `tables/illnesses.csv`.
#[derive(Debug)]
pub(crate) struct Illness {
    pub(crate) key: &'static str,
    pub(crate) text: &'static str,
    pub(crate) icd10: &'static str,
    pub(crate) snomed: &'static str,
    gender: Option<Gender>,
    /// People in a thousand who have it, by age band.
    prevalence: [u32; 5],
    pub(crate) medicine: &'static str,
    pub(crate) dose: &'static str,
}

/// A reason to be admitted: a line of `tables/admissions.csv`.
#[derive(Debug)]
pub(crate) struct Reason {
    pub(crate) key: &'static str,
    pub(crate) text: &'static str,
    pub(crate) icd10: &'static str,
    pub(crate) snomed: &'static str,
    gender: Option<Gender>,
    /// Admissions a year among a thousand people, by age band.
    rate: [u32; 5],
    /// The illness that makes it likelier, and by how much; with no rate of its own, it is per mille.
    illness: &'static str,
    factor: u32,
    pub(crate) min_days: i64,
    pub(crate) max_days: i64,
    /// Treatment function code.
    pub(crate) specialty: &'static str,
    /// Kind of ward.
    pub(crate) ward: &'static str,
    /// Method of admission (NHS Data Dictionary: 11–13 elective, 21–28 emergency, 31 maternity).
    pub(crate) method: &'static str,
    pub(crate) summary: &'static str,
}

/// A reason to come to an emergency department and go home: a line of `tables/attendances.csv`.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) text: &'static str,
    pub(crate) icd10: &'static str,
    pub(crate) snomed: &'static str,
    rate: [u32; 5],
    pub(crate) panel: &'static str,
}

/// Something people react to: a line of `tables/allergies.csv`.
#[derive(Debug)]
pub(crate) struct Allergy {
    /// SNOMED CT code of the allergy, where we know it.
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    /// HL7 table 0127: `DA` drug, `FA` food, `EA` environment, `MA` miscellaneous.
    pub(crate) kind: &'static str,
    pub(crate) reaction: &'static str,
    /// HL7 table 0128: `SV`, `MO`, `MI`.
    pub(crate) severity: &'static str,
    weight: u32,
}

static ILLNESSES: LazyLock<Vec<Illness>> = LazyLock::new(|| {
    lines(include_str!("../tables/illnesses.csv"))
        .map(|[key, text, icd10, snomed, gender, a, b, c, d, e, medicine, dose]| Illness {
            key,
            text,
            icd10,
            snomed,
            gender: gender_of(gender),
            prevalence: [a, b, c, d, e].map(number),
            medicine,
            dose,
        })
        .collect()
});

static REASONS: LazyLock<Vec<Reason>> = LazyLock::new(|| {
    lines(include_str!("../tables/admissions.csv"))
        .map(
            |[
                key,
                text,
                icd10,
                snomed,
                gender,
                a,
                b,
                c,
                d,
                e,
                illness,
                factor,
                min_days,
                max_days,
                specialty,
                ward,
                method,
                summary,
            ]| Reason {
                key,
                text,
                icd10,
                snomed,
                gender: gender_of(gender),
                rate: [a, b, c, d, e].map(number),
                illness,
                factor: number(factor),
                min_days: number(min_days),
                max_days: number(max_days),
                specialty,
                ward,
                method,
                summary,
            },
        )
        .collect()
});

static COMPLAINTS: LazyLock<Vec<Complaint>> = LazyLock::new(|| {
    lines(include_str!("../tables/attendances.csv"))
        .map(|[_, text, icd10, snomed, a, b, c, d, e, panel]| Complaint {
            text,
            icd10,
            snomed,
            rate: [a, b, c, d, e].map(number),
            panel,
        })
        .collect()
});

static ALLERGIES: LazyLock<Vec<Allergy>> = LazyLock::new(|| {
    lines(include_str!("../tables/allergies.csv"))
        .map(|[code, text, kind, reaction, severity, weight]| Allergy {
            code,
            text,
            kind,
            reaction,
            severity,
            weight: number(weight),
        })
        .collect()
});

/// The illness of that key.
pub(crate) fn illness(key: &str) -> Option<&'static Illness> {
    ILLNESSES.iter().find(|illness| illness.key == key)
}

/// The reason of that key.
pub(crate) fn reason(key: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.key == key)
}

/// The allergy of that name.
pub(crate) fn allergy(text: &str) -> Option<&'static Allergy> {
    ALLERGIES.iter().find(|allergy| allergy.text == text)
}

/// The illnesses somebody of that age lives with, each with the day of its diagnosis.
pub(crate) fn illnesses_of(
    dice: &mut Dice,
    gender: Gender,
    age: i64,
    today: Date,
) -> Vec<Diagnosed> {
    let fits = |illness: &Illness| illness.gender.is_none_or(|only| only == gender);
    let mut found = Vec::new();
    for illness in ILLNESSES.iter().filter(|illness| fits(illness)) {
        if dice.chance(at_age(illness.prevalence, age)) {
            // A pregnancy is this year's; other illnesses have been there for up to fifteen years.
            let days = if illness.key == "pregnancy" { 200 } else { (age * 200).clamp(30, 5400) };
            let since = days_before(today, dice.between(20, days.max(21)));
            found.push(Diagnosed { illness, since });
        }
    }
    found
}

/// What somebody reacts to: nothing for four in five.
pub(crate) fn allergies_of(dice: &mut Dice) -> Vec<&'static Allergy> {
    let count = if dice.chance(190) { 1 + dice.below(2) } else { 0 };
    let mut found: Vec<&'static Allergy> = Vec::new();
    for _ in 0..count {
        let known: &'static [Allergy] = &ALLERGIES;
        if let Some(allergy) = dice.weigh(known, |allergy| allergy.weight)
            && !found.iter().any(|other| other.text == allergy.text)
        {
            found.push(allergy);
        }
    }
    found
}

/// A reason for which this person may be admitted on a day, weighed by age and illnesses.
pub(crate) fn likely_reason(
    dice: &mut Dice,
    person: &Person,
    day: Date,
) -> Option<&'static Reason> {
    let known: &'static [Reason] = &REASONS;
    dice.weigh(known, |reason| reason.yearly_per_mille(person, day))
}

/// How often in a thousand years somebody like this person is admitted.
pub(crate) fn admissions_yearly_per_mille(person: &Person, day: Date) -> u32 {
    REASONS.iter().map(|reason| reason.yearly_per_mille(person, day)).sum()
}

/// A complaint that brings this person to an emergency department and home again.
pub(crate) fn likely_complaint(dice: &mut Dice, age: i64) -> Option<&'static Complaint> {
    let known: &'static [Complaint] = &COMPLAINTS;
    dice.weigh(known, |complaint| at_age(complaint.rate, age))
}

/// How often in a thousand years somebody of that age attends and goes home.
pub(crate) fn attendances_yearly_per_mille(age: i64) -> u32 {
    COMPLAINTS.iter().map(|complaint| at_age(complaint.rate, age)).sum()
}

impl Reason {
    /// Admissions a year among a thousand people like this one.
    fn yearly_per_mille(&self, person: &Person, day: Date) -> u32 {
        if self.gender.is_some_and(|only| only != person.gender) {
            return 0;
        }
        let base = at_age(self.rate, person.age_on(day));
        match (person.has(self.illness, day), base) {
            (true, 0) => self.factor,
            (true, base) => base * self.factor,
            (false, base) => base,
        }
    }

    /// Planned beforehand.
    pub(crate) fn is_elective(&self) -> bool {
        self.method.starts_with('1')
    }
}

/// The value for an age: child, young, middle, older, oldest.
fn at_age([child, young, middle, older, oldest]: [u32; 5], age: i64) -> u32 {
    match age {
        ..18 => child,
        18..40 => young,
        40..65 => middle,
        65..80 => older,
        _ => oldest,
    }
}

fn gender_of(cell: &str) -> Option<Gender> {
    match cell {
        "F" => Some(Gender::Female),
        "M" => Some(Gender::Male),
        _ => None,
    }
}

/// The day that many days before.
pub(crate) fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}
