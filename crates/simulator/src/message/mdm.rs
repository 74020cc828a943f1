//! MDM T02: a letter with its content, a PDF in two hospitals, plain text in the oldest system.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::letter;
use crate::message::About;
use crate::message::adt::{consultant, visit_number};
use crate::message::dialect::{header, stamp};
use crate::message::patient::{Extent, identify};
use crate::message::segment::{Draft, components, plain};
use crate::organisation::Hospital;
use crate::pdf;
use crate::spell::Spell;

/// The letter about a spell.
pub(crate) fn letter(about: &About<'_>, spell: &Spell, number: u64) -> Draft {
    let mut draft = Draft::new();
    header(&mut draft, about, "MDM^T02^MDM_T02");
    let at = stamp(about, about.at);
    draft.segment("EVN", &[(1, "T02"), (2, &at)]);
    identify(&mut draft, about, Extent::Brief);
    let (doctor, visit) = (consultant(about, spell), visit_number(about, spell));
    let class = if spell.is_admission() { "I" } else { "E" };
    draft.segment("PV1", &[(1, "1"), (2, class), (7, &doctor), (19, &visit)]);
    let kind = if spell.is_admission() {
        components(&["DS", "Discharge summary"])
    } else {
        components(&["ED", "Emergency department summary"])
    };
    let is_plain = about.entry.hospital == Hospital::DorsetCounty;
    let unique = components(&[&format!("DOC{number}"), about.entry.hospital.ods()]);
    draft.segment(
        "TXA",
        &[
            (1, "1"),
            (2, &kind),
            (3, if is_plain { "TX" } else { "AP" }),
            (4, &at),
            (5, &doctor),
            (6, &at),
            (9, &doctor),
            (12, &unique),
            (17, "LA"),
            (19, "AV"),
        ],
    );
    let lines = letter::lines(about, spell);
    if is_plain {
        for (line, place) in lines.iter().zip(1..) {
            let fields =
                [(1, &*place.to_string()), (2, "TX"), (3, "LETTER"), (5, &plain(line)), (11, "F")];
            draft.segment("OBX", &fields);
        }
    } else {
        let encoded = BASE64_STANDARD.encode(pdf::page(&lines));
        let content = format!("^application^pdf^Base64^{encoded}");
        let code = components(&["PDF", "Letter"]);
        draft.segment("OBX", &[(1, "1"), (2, "ED"), (3, &code), (5, &content), (11, "F")]);
    }
    draft
}
