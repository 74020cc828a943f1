//! Which fields carried a value that nothing used: paths for whoever extends a mapping, never values.

use std::collections::BTreeSet;

use hl7v2::{Message, Presence, Segment};

use crate::mapped::{Mapped, Moving};
use crate::segment::{medicine, pr1, problem, referral, request, vaccination};
use crate::table::Table;

/// Segments and the fields of them that are used, by kind of message. Field 1 (set id) never counts.
const PATIENT: &[(&str, &[usize])] = &[
    ("PID", &[2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 22, 24, 25, 29, 30, 32, 40]),
    ("PD1", &[3, 4, 12]),
    ("NK1", &[2, 3, 4, 5, 6, 7, 8, 9, 15]),
];
const ADT: &[(&str, &[usize])] = &[
    ("PV1", &[2, 3, 4, 7, 8, 9, 10, 14, 17, 18, 19, 36, 37, 39, 44, 45, 50]),
    ("PV2", &[3, 9]),
    ("OBX", OBX),
    ("NTE", &[2, 3]),
];
const OBX: &[usize] = &[2, 3, 4, 5, 6, 7, 8, 11, 14, 15, 16, 23];
/// What goes with orders, vaccinations and problems, beside what their tables read.
const ORDERS: &[(&str, &[usize])] = &[
    ("PV1", &[19, 50]),
    ("OBR", &[2, 3, 4, 7]),
    ("OBX", OBX),
    ("NTE", &[2, 3]),
    ("PRD", &[1, 2, 4, 7]),
    ("RXD", &[1, 3]),
    ("RXA", &[2, 3]),
];
/// What may come with any message that is not a result, a document or a booking.
const WHOLE: &[(&str, &[usize])] = &[
    ("AL1", &[2, 3, 4, 5, 6]),
    ("IAM", &[2, 3, 4, 5, 6, 7, 11, 13, 17]),
    ("DG1", &[3, 4, 5, 6, 16, 20, 21]),
];
const ORU: &[(&str, &[usize])] = &[
    ("PV1", &[19, 50]),
    ("ORC", &[2, 3]),
    ("OBR", &[2, 3, 4, 7, 8, 15, 16, 22, 24, 25]),
    ("OBX", OBX),
    ("NTE", &[2, 3]),
    ("SPM", &[4]),
];
const MDM: &[(&str, &[usize])] = &[
    ("PV1", &[19, 50]),
    ("TXA", &[2, 3, 4, 5, 6, 9, 12, 13, 16, 17, 18, 19, 25]),
    ("OBX", &[2, 3, 5]),
];
const SIU: &[(&str, &[usize])] = &[
    ("PV1", &[19, 50]),
    ("SCH", &[2, 6, 7, 8, 9, 10, 11, 16, 25]),
    ("AIS", &[3, 4, 7, 8]),
    ("AIP", &[3]),
    ("AIL", &[3]),
    ("AIG", &[3]),
    ("NTE", &[2, 3]),
];
/// Said of the message, not of the patient.
const ENVELOPE: [&str; 5] = ["MSH", "SFT", "EVN", "RGS", "DSC"];

/// Paths (`ZU1-3`, `PID-31`) that carried a value and were not used, each once, in order of sending.
pub(crate) fn unmapped(message: &Message<'_>, code: &str, mapped: &Mapped) -> Vec<String> {
    let (own, tables) = used_by(code);
    let lists = |name: &str| {
        let whole = if matches!(code, "ORU" | "OUL" | "MDM" | "SIU") { &[][..] } else { WHOLE };
        let all = PATIENT.iter().chain(own).chain(whole);
        all.filter(|(one, _)| *one == name).map(|(_, fields)| *fields).collect::<Vec<_>>()
    };
    // What only some messages use.
    let mut seen: BTreeSet<(String, usize)> = BTreeSet::new();
    let mut use_too = |name: &str, number| seen.insert((name.to_owned(), number));
    if !mapped.births.is_empty() {
        use_too("PID", 21);
    }
    if !(mapped.merges.is_empty() && mapped.superseded.is_empty() && mapped.moves.is_empty()) {
        let of_old = message.segments_named("MRG").any(|mrg| has_value(&mrg, 1));
        use_too("MRG", if of_old { 1 } else { 4 });
    }
    for moved in &mapped.moves {
        use_too("MRG", if matches!(moved.what, Moving::Visit { .. }) { 5 } else { 3 });
    }
    let mut paths = Vec::new();
    for segment in message.segments().filter(|one| !ENVELOPE.contains(&one.name())) {
        let name = segment.name();
        let used = lists(name);
        let by_table = |number| tables.iter().any(|table| table.reads(name, number));
        let known = !used.is_empty() || (2..60).any(by_table);
        let counts = |number: usize| {
            let is_used = used.iter().any(|fields| fields.contains(&number)) || by_table(number);
            (number > 1 || !known) && !is_used
        };
        let with_value = segment.fields().filter(|(_, field)| field.presence() == Presence::Value);
        for (number, _) in with_value.filter(|(number, _)| counts(*number)) {
            if seen.insert((name.to_owned(), number)) {
                paths.push(format!("{name}-{number}"));
            }
        }
    }
    paths
}

/// What a kind of message uses: by list, and by table.
fn used_by(code: &str) -> (&'static [(&'static str, &'static [usize])], Vec<&'static Table>) {
    let procedure = || vec![&*pr1::TABLE];
    match code {
        "ADT" => (ADT, procedure()),
        "ORU" | "OUL" => (ORU, Vec::new()),
        "MDM" => (MDM, Vec::new()),
        "SIU" => (SIU, Vec::new()),
        "DFT" | "BAR" => (&[("PV1", &[19, 50])], procedure()),
        "REF" => (ORDERS, vec![&*referral::TABLE, &*pr1::TABLE]),
        "VXU" => (ORDERS, vec![&*vaccination::TABLE, &*pr1::TABLE]),
        _ => {
            let medicines = [&*medicine::REQUEST, &*medicine::DISPENSE, &*medicine::ADMINISTRATION];
            let others = [&*request::TABLE, &*problem::TABLE, &*pr1::TABLE];
            (ORDERS, medicines.into_iter().chain(others).collect())
        }
    }
}

fn has_value(segment: &Segment<'_>, field: usize) -> bool {
    segment.field(field).is_some_and(|field| field.presence() == Presence::Value)
}
