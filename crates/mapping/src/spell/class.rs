//! What kind of stay it is: PV1-2 through v2 table 0004, and what the events show.
//!
//! Whoever was admitted is in a bed, whatever a hospital's own code for it; only a class known to be
//! an outpatient's says otherwise.

use fhir::{datatype, system};
use serde_json::Value;

use super::fields::{Said, SpellFields};
use super::walk::{State, Stay};
use crate::concept;

/// The class (v3-ActCode). It must be given, so what was not said follows from the events.
pub(super) fn class(stay: &Stay, authority: &str) -> Value {
    let in_a_bed = stay.inpatient || stay.state == State::InProgress;
    let said = said(&stay.fields);
    let found = concept::lookup("0004", said.unwrap_or_default());
    match (said, found) {
        // Someone who has come is not expected any more, whatever was last said.
        (_, Some(found)) if found.code == "PRENC" && has_begun(stay) => inpatient(),
        (_, Some(found)) => datatype::coding(system::ACT_CODE, found.code, found.display),
        (_, None) if in_a_bed => inpatient(),
        (Some(code), None) => datatype::coding(&system::local_code(authority, "PV1-2"), code, ""),
        (None, None) => datatype::coding(system::ACT_CODE, "AMB", "Ambulatory"),
    }
}

fn inpatient() -> Value {
    datatype::coding(system::ACT_CODE, "IMP", "Inpatient")
}

fn has_begun(stay: &Stay) -> bool {
    stay.inpatient && matches!(stay.state, State::InProgress | State::Finished)
}

/// The class is known to be an outpatient's.
pub(super) fn is_outpatient(fields: &SpellFields) -> bool {
    said(fields)
        .and_then(|code| concept::lookup("0004", code))
        .is_some_and(|found| found.code == "AMB")
}

/// A stay planned to end on its day.
pub(super) fn is_day_case(fields: &SpellFields) -> bool {
    let code = said(fields).unwrap_or_default();
    ["D", "DAYCASE"].iter().any(|one| one.eq_ignore_ascii_case(code))
}

fn said(fields: &SpellFields) -> Option<&str> {
    fields.class.as_ref().and_then(Said::value).map(String::as_str)
}
