//! PID, PD1, NK1 and AL1: who the message is about, as the hospital believes.

use jiff::civil::Date;
use model::Gender;

use crate::message::About;
use crate::message::dialect::{patient_numbers, without_accent};
use crate::message::segment::{Draft, components, repetitions};
use crate::organisation::Hospital;

/// How much of the patient a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All that the index holds.
    Whole,
    /// Numbers, name and birth date.
    Brief,
}

/// Adds PID, and for a whole patient PD1 and NK1.
pub(crate) fn identify(draft: &mut Draft, about: &About<'_>, extent: Extent) {
    let whole = extent == Extent::Whole;
    let only = |value: String| if whole { value } else { String::new() };
    let (numbers, nhs_in_19) = patient_numbers(about);
    let is_old = about.entry.hospital == Hospital::DorsetCounty;
    let ethnic = only(about.person.ethnic_category.to_string());
    let status = about.entry.status.code().map(|code| format!("NSTS{code}")).unwrap_or_default();
    let (died, death_date) = death(about);
    draft.segment(
        "PID",
        &[
            (1, "1"),
            (3, &numbers),
            (5, &names(about, extent)),
            (7, &day(about.entry.birth_date)),
            (8, gender(about.person.gender)),
            (10, if is_old { "" } else { &ethnic }),
            (11, &only(address(about))),
            (13, &only(telephones(about))),
            (16, &only(marital_status(about).to_owned())),
            (19, &nhs_in_19),
            (22, if is_old { &ethnic } else { "" }),
            (24, if whole && about.person.birth_order.is_some() { "Y" } else { "" }),
            (
                25,
                &only(about.person.birth_order.map(|order| order.to_string()).unwrap_or_default()),
            ),
            (29, &only(death_date)),
            (30, &only(died.to_owned())),
            (32, if about.entry.hospital == Hospital::Bournemouth { "" } else { &status }),
        ],
    );
    if whole {
        add_practice(draft, about);
        add_next_of_kin(draft, about);
    }
}

/// Adds an AL1 for every allergy that this hospital has been told of.
pub(crate) fn add_allergies(draft: &mut Draft, about: &About<'_>) {
    for (allergy, number) in about.person.allergies.iter().zip(1..) {
        // Bournemouth was never told of the second one.
        if about.entry.hospital == Hospital::Bournemouth && number > 1 {
            return;
        }
        let code = match about.entry.hospital {
            Hospital::Poole => components(&[allergy.code, allergy.text, "SCT"]),
            _ => components(&["", allergy.text]),
        };
        draft.segment(
            "AL1",
            &[
                (1, &number.to_string()),
                (2, allergy.kind),
                (3, &code),
                (4, allergy.severity),
                (5, allergy.reaction),
            ],
        );
    }
}

fn names(about: &About<'_>, extent: Extent) -> String {
    let believed = &about.believed;
    let title = about.person.title(about.county.today);
    let middle = believed.middle.unwrap_or_default();
    let write = |family: &str, given: &str, middle: &str, title: &str, kind: &str| {
        let spell = |word: &str| match about.entry.hospital {
            Hospital::DorsetCounty => {
                word.chars().map(without_accent).collect::<String>().to_uppercase()
            }
            _ => word.to_owned(),
        };
        let (family, given, middle) = (spell(family), spell(given), spell(middle));
        components(&[&family, &given, &middle, "", title, "", kind])
    };
    let current = write(&believed.family, &believed.given, middle, title, "L");
    let former = believed
        .former_family
        .filter(|_| extent == Extent::Whole && about.entry.hospital != Hospital::DorsetCounty)
        .map(|former| write(former, &believed.given, "", "", "M"));
    repetitions(&[current, former.unwrap_or_default()])
}

fn address(about: &About<'_>) -> String {
    let believed = &about.believed;
    let (house, street) = believed.home.lines();
    let (first, second) = match house {
        Some(house) => (house, street.as_str()),
        None => (street.as_str(), ""),
    };
    let town = believed.home.town.name;
    components(&[first, second, town, "Dorset", &believed.postcode, "GBR", "H"])
}

/// Landline and mobile; the old system says `""` where it has neither.
fn telephones(about: &About<'_>) -> String {
    let landline = about.believed.home.telephone().unwrap_or_default();
    let mobile = about.person.mobile().unwrap_or_default();
    let number = |number: &str, usage: &str, kind: &str| match number {
        "" => String::new(),
        number => components(&[number, usage, kind]),
    };
    let both = repetitions(&[number(&landline, "PRN", "PH"), number(&mobile, "PRS", "CP")]);
    match about.entry.hospital {
        Hospital::DorsetCounty if both.is_empty() => "\"\"".to_owned(),
        _ => both,
    }
}

/// PID-30 and PID-29. The old system says `""` of the living.
fn death(about: &About<'_>) -> (&'static str, String) {
    let died = about
        .entry
        .wrongly_died
        .or(about.person.died)
        .filter(|died| *died <= about.at.to_zoned(about.county.zone.clone()).date());
    match (died, about.entry.hospital) {
        (Some(died), _) => ("Y", day(died)),
        (None, Hospital::DorsetCounty) => ("\"\"", "\"\"".to_owned()),
        (None, Hospital::Poole) => ("N", String::new()),
        (None, Hospital::Bournemouth) => ("", String::new()),
    }
}

fn marital_status(about: &About<'_>) -> &'static str {
    match (about.person.married, about.person.kin) {
        (true, Some((_, "SPO"))) => "M",
        (true, _) => "W",
        _ => "S",
    }
}

fn add_practice(draft: &mut Draft, about: &About<'_>) {
    let practice = about.person.practice;
    // Nobody's numbers: GPs' own begin with G and seven other digits.
    let (family, given) = ("Squibb", "Helen");
    let last = practice.chars().last().unwrap_or('1');
    let doctor = format!("G990001{last}");
    let (organisation, doctor) = match about.entry.hospital {
        // The code in lower case is seen in real feeds.
        Hospital::DorsetCounty => (
            components(&["", "", &practice.to_lowercase()]),
            components(&[&doctor, &family.to_uppercase(), "H", "", "", "DR"]),
        ),
        _ => (components(&["", "", practice]), components(&[&doctor, family, given, "", "", "Dr"])),
    };
    draft.segment("PD1", &[(3, &organisation), (4, &doctor)]);
}

fn add_next_of_kin(draft: &mut Draft, about: &About<'_>) {
    let Some((kin, relation)) = about.person.kin else { return };
    let Some(kin) = about.county.people.get(kin) else { return };
    let title = kin.title(about.county.today);
    let name = components(&[kin.family, kin.given, "", "", title]);
    let text = match relation {
        "SPO" => "Spouse",
        "MTH" => "Mother",
        "DAU" => "Daughter",
        _ => "Relative",
    };
    let telephone = kin.mobile().unwrap_or_default();
    draft.segment(
        "NK1",
        &[(1, "1"), (2, &name), (3, &components(&[relation, text])), (5, &telephone), (7, "N")],
    );
}

fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "M",
        Gender::Female => "F",
        Gender::Other => "I",
        Gender::Unknown => "U",
    }
}

/// `19430521`.
pub(crate) fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
