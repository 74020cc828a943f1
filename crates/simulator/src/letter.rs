//! What a discharge letter says, line by line.

use crate::message::About;
use crate::spell::{Cause, Spell};

/// The widest line that fits a page.
const WIDTH: usize = 88;

/// A letter to the GP about a spell.
pub(crate) fn lines(about: &About<'_>, spell: &Spell) -> Vec<String> {
    let zone = &about.county.zone;
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%-d %B %Y").to_string();
    let believed = &about.believed;
    let (diagnosis, _, _) = spell.cause.diagnosis();
    let is_stay = spell.is_admission();
    let mut lines = vec![
        about.entry.hospital.name().to_owned(),
        (if is_stay { "Discharge summary" } else { "Emergency department summary" }).to_owned(),
        String::new(),
        format!("Patient: {} {}", believed.given, believed.family),
        format!("Born: {}", about.entry.birth_date.strftime("%-d %B %Y")),
        format!("Hospital number: {}", about.entry.patient_number()),
    ];
    if let Some(number) = about.entry.nhs_number {
        lines.push(format!("NHS number: {}", number.spaced()));
    }
    lines.push(String::new());
    let started = day(spell.started);
    let ended = day(spell.ended.unwrap_or(about.at));
    lines.push(if is_stay {
        format!("Admitted {started}, discharged {ended}.")
    } else {
        format!("Attended {started}.")
    });
    lines.push(format!("Diagnosis: {diagnosis}"));
    lines.push(String::new());
    let summary = match spell.cause {
        Cause::Admission(reason) => reason.summary,
        Cause::Attendance(_) => "Assessed and discharged with advice. No follow-up needed here.",
    };
    lines.extend(wrap(summary));
    lines.push(String::new());
    lines.extend(wrap(&medicines(about)));
    lines.extend(wrap(&allergies(about)));
    lines.push(String::new());
    let who = spell.consultant;
    lines.push(format!("Dr {} {}", who.given, who.family));
    lines
}

fn medicines(about: &About<'_>) -> String {
    let names: Vec<&str> =
        about.person.illnesses.iter().map(|found| found.illness.medicine).collect();
    match names.as_slice() {
        [] => "Medicines on discharge: none.".to_owned(),
        names => format!("Medicines on discharge: {}.", names.join("; ")),
    }
}

fn allergies(about: &About<'_>) -> String {
    let names: Vec<&str> = about.person.allergies.iter().map(|allergy| allergy.text).collect();
    match names.as_slice() {
        [] => "No known allergies.".to_owned(),
        names => format!("Allergies: {}.", names.join(", ")),
    }
}

/// Lines no wider than a page, broken between words.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
