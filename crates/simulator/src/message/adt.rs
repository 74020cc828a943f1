//! ADT: entries of the index and movements of a spell.

use crate::message::About;
use crate::message::dialect::{header, stamp};
use crate::message::patient::{Extent, add_allergies, day, identify};
use crate::message::segment::{Draft, components, plain};
use crate::organisation::Hospital;
use crate::spell::{Bed, Cause, Spell};
use crate::story::{Movement, Told};

/// A28, A31 or A40.
pub(crate) fn identity(about: &About<'_>, told: Told) -> Draft {
    let mut draft = Draft::new();
    match told {
        Told::Merged { into } => {
            let survivor = about.county.registrations.get(into).unwrap_or(about.entry);
            let kept = About { entry: survivor, believed: about.believed.clone(), ..*about };
            begin(&mut draft, &kept, "A40", "ADT_A39");
            identify(&mut draft, &kept, Extent::Brief);
            draft.segment("MRG", &[(1, &merged_number(about))]);
        }
        Told::Registered => {
            begin(&mut draft, about, "A28", "ADT_A05");
            identify(&mut draft, about, Extent::Whole);
            add_allergies(&mut draft, about);
        }
        _ => {
            begin(&mut draft, about, "A31", "ADT_A05");
            identify(&mut draft, about, Extent::Whole);
        }
    }
    draft
}

/// The number that is given up; the old system leaves its authority out.
fn merged_number(about: &About<'_>) -> String {
    let number = about.entry.patient_number();
    match about.entry.hospital {
        Hospital::DorsetCounty => plain(&number),
        Hospital::Poole => components(&[&number, "", "", "RD3", "MR"]),
        Hospital::Bournemouth => components(&[&number, "", "", "RDZ", "PI"]),
    }
}

/// A01 to A13 about a spell.
pub(crate) fn movement(about: &About<'_>, spell: &Spell, movement: Movement) -> Draft {
    let (event, structure) = match movement {
        Movement::PreAdmit => ("A05", "ADT_A05"),
        Movement::Attend => ("A04", "ADT_A01"),
        Movement::Admit => ("A01", "ADT_A01"),
        Movement::Transfer => ("A02", "ADT_A02"),
        Movement::Update => ("A08", "ADT_A01"),
        Movement::Discharge => ("A03", "ADT_A03"),
        Movement::CancelTransfer => ("A12", "ADT_A12"),
        Movement::CancelDischarge => ("A13", "ADT_A01"),
    };
    let mut draft = Draft::new();
    begin(&mut draft, about, event, structure);
    let is_partial = movement == Movement::Update && about.entry.hospital == Hospital::DorsetCounty;
    let extent = match movement {
        Movement::CancelTransfer | Movement::Transfer => Extent::Brief,
        _ if is_partial => Extent::Brief,
        _ => Extent::Whole,
    };
    identify(&mut draft, about, extent);
    add_visit(&mut draft, about, spell, movement, is_partial);
    let tells_more = matches!(
        movement,
        Movement::Admit | Movement::Attend | Movement::Update | Movement::Discharge
    );
    if tells_more {
        add_reason(&mut draft, about, spell, movement);
        if !is_partial {
            add_allergies(&mut draft, about);
        }
        add_diagnosis(&mut draft, about, spell, movement);
    }
    draft
}

fn begin(draft: &mut Draft, about: &About<'_>, event: &str, structure: &str) {
    let kind = match about.entry.hospital {
        // The structure is left out by older senders.
        Hospital::DorsetCounty => format!("ADT^{event}"),
        _ => format!("ADT^{event}^{structure}"),
    };
    header(draft, about, &kind);
    let at = stamp(about, about.at);
    let occurred = if about.entry.hospital == Hospital::Poole { at.as_str() } else { "" };
    draft.segment("EVN", &[(1, event), (2, &at), (6, occurred)]);
}

/// PV1.
fn add_visit(
    draft: &mut Draft,
    about: &About<'_>,
    spell: &Spell,
    movement: Movement,
    is_partial: bool,
) {
    let is_admission = spell.is_admission();
    let only = |value: String| if is_partial { String::new() } else { value };
    let (method, specialty) = match spell.cause {
        Cause::Admission(reason) => (reason.method, reason.specialty),
        Cause::Attendance(_) => ("", "180"),
    };
    let bed = match movement {
        Movement::CancelTransfer => previous_bed(about, spell),
        _ => spell.bed_at(about.at).map(|bed| location(about, bed)).unwrap_or_default(),
    };
    let before = match movement {
        Movement::Transfer => previous_bed(about, spell),
        _ => String::new(),
    };
    let ended = match (movement, spell.ended) {
        (Movement::Discharge, ended) => stamp(about, ended.unwrap_or(about.at)),
        (Movement::Update, Some(ended)) if ended <= about.at => stamp(about, ended),
        (Movement::CancelDischarge, _) if about.entry.hospital == Hospital::DorsetCounty => {
            "\"\"".to_owned()
        }
        _ => String::new(),
    };
    let leaves = movement == Movement::Discharge;
    let started = match movement {
        Movement::PreAdmit => String::new(),
        _ => stamp(about, spell.started),
    };
    let class = match (is_admission, movement) {
        (true, Movement::PreAdmit) => "P",
        (true, _) => "I",
        _ => "E",
    };
    let destination = if about.person.in_care_home { "54" } else { "19" };
    draft.segment(
        "PV1",
        &[
            (1, "1"),
            (2, class),
            (3, &bed),
            (4, method),
            (6, &before),
            (7, &only(consultant(about, spell))),
            (10, specialty),
            (14, if is_admission && !is_partial { "19" } else { "" }),
            (18, if is_admission { "NHS" } else { "" }),
            (19, &visit_number(about, spell)),
            (36, if leaves { "1" } else { "" }),
            (37, if leaves { destination } else { "" }),
            (44, &only(started)),
            (45, &ended),
        ],
    );
}

/// PV2: the reason in words and the expected day of discharge.
fn add_reason(draft: &mut Draft, about: &About<'_>, spell: &Spell, movement: Movement) {
    let (text, _, _) = spell.cause.diagnosis();
    let expected = match (spell.expected, movement) {
        (Some(expected), Movement::Admit | Movement::Update) => day(expected),
        _ => String::new(),
    };
    let reason = match about.entry.hospital {
        Hospital::Bournemouth => plain(text),
        _ => components(&["", text]),
    };
    draft.segment("PV2", &[(3, &reason), (9, &expected)]);
}

/// DG1, once somebody has made up their mind: at the update and at discharge.
fn add_diagnosis(draft: &mut Draft, about: &About<'_>, spell: &Spell, movement: Movement) {
    let kind = match movement {
        Movement::Update => "W",
        Movement::Discharge => "F",
        _ => return,
    };
    let (text, icd10, snomed) = spell.cause.diagnosis();
    let code = match (about.entry.hospital, spell.cause) {
        (Hospital::Poole, Cause::Attendance(_)) => components(&[snomed, text, "SCT"]),
        _ => components(&[icd10, text, "I10"]),
    };
    let at = stamp(about, spell.started);
    draft.segment("DG1", &[(1, "1"), (3, &code), (5, &at), (6, kind)]);
    // Long-term illnesses are coded as further diagnoses when the stay ends.
    if movement != Movement::Discharge || !spell.is_admission() {
        return;
    }
    let today = about.at.to_zoned(about.county.zone.clone()).date();
    let known = about.person.illnesses.iter().filter(|found| found.since <= today);
    for (found, number) in known.take(4).zip(2..) {
        let illness = found.illness;
        let code = components(&[illness.icd10, illness.text, "I10"]);
        let since = day(found.since);
        draft.segment("DG1", &[(1, &number.to_string()), (3, &code), (5, &since), (6, "F")]);
    }
}

/// `W07^BAY2^3^RD301`.
fn location(about: &About<'_>, bed: &Bed) -> String {
    let (bay, place) = match about.entry.hospital {
        Hospital::DorsetCounty => (format!("{}", bed.bay), format!("{}", bed.place)),
        _ => (format!("BAY{}", bed.bay), format!("BED{}", bed.place)),
    };
    let name = if about.entry.hospital == Hospital::Poole { bed.ward.name } else { "" };
    components(&[bed.ward.code, &bay, &place, bed.ward.site, "", "", "", "", name])
}

/// The bed before the one that the patient is in; empty for the first.
fn previous_bed(about: &About<'_>, spell: &Spell) -> String {
    let place = spell.beds.iter().rposition(|bed| bed.since <= about.at);
    let before = place.and_then(|place| place.checked_sub(1));
    let bed = before.and_then(|place| spell.beds.get(place));
    bed.map(|bed| location(about, bed)).unwrap_or_default()
}

/// `C9900011^Fairweather^Imogen^^^Dr^^^NHSPRSNLID`.
pub(crate) fn consultant(about: &About<'_>, spell: &Spell) -> String {
    let who = spell.consultant;
    let authority = match about.entry.hospital {
        Hospital::Poole => "NHSPRSNLID",
        _ => "DRNBR",
    };
    components(&[who.number, who.family, who.given, "", "", "Dr", "", "", authority])
}

/// PV1-19.
pub(crate) fn visit_number(about: &About<'_>, spell: &Spell) -> String {
    let number = spell.number.to_string();
    match about.entry.hospital {
        Hospital::DorsetCounty => number,
        Hospital::Poole => components(&[&number, "", "", "RD3", "VISITID"]),
        Hospital::Bournemouth => components(&[&number, "", "", "RDZ", "VN"]),
    }
}
