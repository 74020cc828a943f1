//! How the three hospitals' systems differ, as real ones do.
//!
//! * RBD: an old patient system. Capitals without accents, NHS number in PID-19, `""` where it has
//!   nothing to say any more, A08 with only what changed, lines that end with LF.
//! * RD3: an integration engine that follows the ITK: UTF-8, NHS number as `^^^NHS^NH`.
//! * RDZ: Latin-1 bytes without a word about it, NHS number typed `NI` with its status in CX.2.

use jiff::Timestamp;

use crate::message::About;
use crate::message::segment::{Draft, components};
use crate::organisation::Hospital;

/// Starts a message: MSH.
pub(crate) fn header(draft: &mut Draft, about: &About<'_>, kind: &str) {
    let sent = stamp(about, about.sent);
    let ods = about.entry.hospital.ods();
    let (application, receiver) = match about.entry.hospital {
        Hospital::DorsetCounty => ("PAS", "SCR"),
        Hospital::Poole => ("TIE", "ROUTE"),
        Hospital::Bournemouth => ("CAMIS", "CHESIL"),
    };
    let is_itk = about.entry.hospital == Hospital::Poole;
    draft.segment(
        "MSH",
        &[
            (3, application),
            (4, ods),
            (5, receiver),
            (6, "DORSET"),
            (7, &sent),
            (9, kind),
            (10, about.control_id),
            (11, "P"),
            (12, "2.4"),
            (15, if is_itk { "NE" } else { "" }),
            (16, if is_itk { "AL" } else { "" }),
            (17, if is_itk { "GBR" } else { "" }),
            (18, if is_itk { "UNICODE UTF-8" } else { "" }),
            (21, if is_itk { "ITKv1.0" } else { "" }),
        ],
    );
}

/// A moment as the hospital writes it: local time, Bournemouth without seconds.
pub(crate) fn stamp(about: &About<'_>, at: Timestamp) -> String {
    let local = at.to_zoned(about.county.zone.clone());
    let (date, time) = (local.date(), local.time());
    let minute = format!(
        "{:04}{:02}{:02}{:02}{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute()
    );
    match about.entry.hospital {
        Hospital::Bournemouth => minute,
        _ => format!("{minute}{:02}", time.second()),
    }
}

/// The patient's numbers for PID-3, and the NHS number for PID-19 where that is its place.
pub(crate) fn patient_numbers(about: &About<'_>) -> (String, String) {
    let own = about.entry.patient_number();
    let nhs = about.entry.nhs_number.map(|number| number.to_string()).unwrap_or_default();
    let status = about.entry.status.code().unwrap_or_default();
    let with = |nhs_part: String, own_part: String| {
        if nhs.is_empty() { own_part } else { format!("{nhs_part}~{own_part}") }
    };
    match about.entry.hospital {
        Hospital::DorsetCounty => (components(&[&own, "", "", "RBD", "PAS"]), nhs),
        Hospital::Poole => (
            with(
                components(&[&nhs, "", "", "NHS", "NH"]),
                components(&[&own, "", "", "RD3", "MR"]),
            ),
            String::new(),
        ),
        Hospital::Bournemouth => (
            with(
                components(&[&nhs, status, "", "", "NI"]),
                components(&[&own, "", "", "RDZ", "PI"]),
            ),
            String::new(),
        ),
    }
}

/// The bytes that leave the hospital.
pub(crate) fn bytes(hospital: Hospital, draft: Draft) -> Vec<u8> {
    let bytes = draft.bytes();
    let text = String::from_utf8_lossy(&bytes);
    match hospital {
        Hospital::Poole => bytes,
        Hospital::Bournemouth => text.chars().map(latin_1).collect(),
        Hospital::DorsetCounty => text
            .chars()
            .map(without_accent)
            .map(|c| if c == '\r' { '\n' } else { c })
            .collect::<String>()
            .into_bytes(),
    }
}

/// One byte of ISO 8859-1; letters it does not have lose their accent.
fn latin_1(c: char) -> u8 {
    u8::try_from(u32::from(c))
        .or_else(|_| u8::try_from(u32::from(without_accent(c))))
        .unwrap_or(b'?')
}

/// A letter without its accent.
pub(crate) fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ą' => 'a',
        'À'..='Å' | 'Ą' => 'A',
        'ç' | 'ć' | 'č' => 'c',
        'Ç' | 'Ć' | 'Č' => 'C',
        'è'..='ë' | 'ę' | 'ě' => 'e',
        'È'..='Ë' | 'Ę' => 'E',
        'ì'..='ï' => 'i',
        'Ì'..='Ï' => 'I',
        'ł' => 'l',
        'Ł' => 'L',
        'ñ' | 'ń' => 'n',
        'Ñ' | 'Ń' => 'N',
        'ò'..='ö' | 'ø' => 'o',
        'Ò'..='Ö' => 'O',
        'ś' | 'š' => 's',
        'Ś' | 'Š' => 'S',
        'ù'..='ü' => 'u',
        'Ù'..='Ü' => 'U',
        'ź' | 'ż' | 'ž' => 'z',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        c if c.is_ascii() => c,
        _ => '?',
    }
}
