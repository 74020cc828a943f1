//! ORU R01: blood results.

use crate::laboratory::{Inpatient, measure, panel_name};
use crate::message::About;
use crate::message::adt::{consultant, visit_number};
use crate::message::dialect::{header, stamp};
use crate::message::patient::{Extent, identify};
use crate::message::segment::{Draft, components, plain};
use crate::organisation::Hospital;
use crate::spell::Spell;
use crate::story::{hours, minutes};

/// One report with a group for every panel.
pub(crate) fn report(
    about: &About<'_>,
    spell: Option<&Spell>,
    panels: &[&str],
    number: u64,
    status: char,
) -> Draft {
    let mut draft = Draft::new();
    header(&mut draft, about, "ORU^R01");
    identify(&mut draft, about, Extent::Brief);
    if let Some(spell) = spell {
        let class = if spell.is_admission() { "I" } else { "E" };
        let ward = spell.bed_at(about.at).map_or("", |bed| bed.ward.code);
        let ward = components(&[ward]);
        let (doctor, visit) = (consultant(about, spell), visit_number(about, spell));
        draft.segment("PV1", &[(1, "1"), (2, class), (3, &ward), (7, &doctor), (19, &visit)]);
    }
    let wait = if status == 'P' { minutes(70) } else { hours(2) };
    let taken = about.at - wait;
    let status = status.to_string();
    for (panel, group) in panels.iter().zip(1..) {
        let filler = format!("{number}-{panel}");
        let (taken_text, at) = (stamp(about, taken), stamp(about, about.at));
        let service = components(&[panel, panel_name(panel), "LAB"]);
        draft.segment(
            "OBR",
            &[
                (1, &group.to_string()),
                (2, &number.to_string()),
                (3, &components(&[&filler, laboratory(about.entry.hospital)])),
                (4, &service),
                (7, &taken_text),
                (14, &taken_text),
                (22, &at),
                (24, if *panel == "FBC" { "HM" } else { "CH" }),
                (25, &status),
            ],
        );
        let day = taken.to_zoned(about.county.zone.clone()).date();
        let inpatient = spell.filter(|spell| spell.is_admission()).map(|spell| Inpatient {
            reason: spell.cause.key(),
            days: taken.duration_since(spell.started).as_hours() / 24,
        });
        let values =
            measure(about.county.seed, about.person, about.entry.person, panel, day, inpatient);
        for ((test, value), line) in values.iter().zip(1..) {
            let kind = if value.text.starts_with('>') { "ST" } else { "NM" };
            let code = match about.entry.hospital {
                Hospital::Poole => components(&[test.code, test.text, "LAB", test.read, "", "RV2"]),
                _ => components(&[test.code, test.text, "LAB"]),
            };
            draft.segment(
                "OBX",
                &[
                    (1, &line.to_string()),
                    (2, kind),
                    (3, &code),
                    (5, &plain(&value.text)),
                    (6, &plain(test.unit)),
                    (7, &plain(&test.range())),
                    (8, value.flag),
                    (11, &status),
                    (14, &taken_text),
                ],
            );
            if value.flag == "HH" || value.flag == "LL" {
                draft.segment("NTE", &[(1, "1"), (3, "Telephoned to the requester.")]);
            }
        }
    }
    draft
}

fn laboratory(hospital: Hospital) -> &'static str {
    match hospital {
        Hospital::DorsetCounty => "RBDLAB",
        Hospital::Poole => "RD3LAB",
        Hospital::Bournemouth => "RDZLAB",
    }
}
