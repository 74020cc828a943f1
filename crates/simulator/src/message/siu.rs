//! SIU S12 to S15: an appointment booked, moved, changed or cancelled.

use crate::message::About;
use crate::message::dialect::{header, stamp};
use crate::message::patient::{Extent, identify};
use crate::message::segment::{Draft, components};
use crate::organisation::Hospital;
use crate::outpatient::{Appointment, Booking};
use crate::story::minutes;

/// What became of a booking.
pub(crate) fn booking(about: &About<'_>, slot: &Appointment, booking: Booking) -> Draft {
    let (event, reason, status) = match booking {
        Booking::Booked => ("S12", "", "Booked"),
        Booking::Rescheduled => ("S13", "Moved by the hospital", "Booked"),
        Booking::Modified => ("S14", "Change of clinician", "Booked"),
        Booking::Cancelled => ("S15", "Cancelled by the patient", "Cancelled"),
    };
    let mut draft = Draft::new();
    header(&mut draft, about, &format!("SIU^{event}^SIU_S12"));
    let starts = stamp(about, slot.starts);
    let ends = stamp(about, slot.starts + minutes(i64::from(slot.minutes)));
    let length = slot.minutes.to_string();
    let number = components(&[&slot.number.to_string(), about.entry.hospital.ods()]);
    let who = slot.consultant;
    let doctor = components(&[who.number, who.family, who.given, "", "", "Dr"]);
    draft.segment(
        "SCH",
        &[
            (1, &number),
            (2, &number),
            (6, &components(&["", reason])),
            (8, &components(&["FU", "Outpatient follow-up"])),
            (9, &length),
            (10, "min"),
            (11, &format!("^^^{starts}^{ends}")),
            (16, &doctor),
            (25, status),
        ],
    );
    identify(&mut draft, about, Extent::Brief);
    draft.segment("PV1", &[(1, "1"), (2, "O"), (10, slot.clinic.specialty)]);
    draft.segment("RGS", &[(1, "1"), (2, "A")]);
    let service = components(&[slot.clinic.specialty, slot.clinic.name]);
    let fields = [(1, "1"), (2, "A"), (3, &*service), (4, &*starts), (7, &*length), (8, "min")];
    draft.segment("AIS", &fields);
    draft.segment("AIP", &[(1, "1"), (2, "A"), (3, &doctor), (6, &starts)]);
    let site = match about.entry.hospital {
        Hospital::DorsetCounty => "RBD01",
        Hospital::Poole => "RD301",
        Hospital::Bournemouth => "RDZ20",
    };
    let place = components(&[slot.clinic.code, "", "", site, "", "", "", "", slot.clinic.name]);
    draft.segment("AIL", &[(1, "1"), (2, "A"), (3, &place), (6, &starts)]);
    draft
}
