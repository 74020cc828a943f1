//! Where a patient is, for the stewards: a question about somebody in hospital comes first.

use db::Tx;
use empi::{Activity, Attendance, Attended, Model};
use fhir::{Resource, When};
use jiff::Timestamp;
use model::LocalPatientId;

use crate::{Error, relationship};

/// Notes what a resource that is news says of where the patient is.
pub(crate) fn note(
    tx: &mut Tx,
    patient: LocalPatientId,
    resource: &Resource,
    at: Timestamp,
    (model, recorded_at): (&Model, Timestamp),
) -> Result<(), Error> {
    // A booking says nothing of today, and nobody is seen in the future.
    let at = at.min(recorded_at);
    empi::note_activity(tx, patient, activity(resource), at)?;
    let id = resource.id().unwrap_or_default();
    if relationship::is_withdrawn(resource) {
        return Ok(empi::withdraw_attendance(tx, model, patient, id, at)?);
    }
    let attended = attendance(resource, at).map(|(how, on)| Attended { how, on, resource: id });
    if let Some(attended) = attended.filter(|attended| attended.on <= recorded_at) {
        empi::note_attendance(tx, model, patient, &attended, at)?;
    }
    Ok(())
}

/// What is done to living patients only, and when. A booking counts from when it was made; a plan, a
/// letter or a discharge does not count.
fn attendance(resource: &Resource, said_at: Timestamp) -> Option<(Attendance, Timestamp)> {
    let status = resource.text("status").unwrap_or_default();
    let (attendance, on) = match (resource.resource_type(), status) {
        ("Encounter", "planned") | ("Appointment", "noshow" | "proposed" | "waitlist") => {
            return None;
        }
        ("Encounter", _) => (Attendance::Visit, resource.text("period.start")),
        ("Appointment", "arrived" | "fulfilled" | "checked-in") => {
            (Attendance::Appointment, resource.text("start"))
        }
        ("Appointment", _) => return Some((Attendance::Appointment, said_at)),
        ("Observation" | "DiagnosticReport", _) => {
            (Attendance::Specimen, resource.text("effectiveDateTime"))
        }
        _ => return None,
    };
    Some((attendance, When::parse(on?)?.timestamp()))
}

/// Only a bed counts as in hospital (v3-ActCode IMP, ACUTE, NONAC, EMER, OBSENC, SS); a clinic's visit
/// neither begins nor ends a stay.
fn activity(resource: &Resource) -> Activity {
    let class = resource.text("class.code").unwrap_or_default();
    let in_a_bed = matches!(class, "IMP" | "ACUTE" | "NONAC" | "EMER" | "OBSENC" | "SS");
    match resource.text("status") {
        _ if resource.resource_type() != "Encounter" || !in_a_bed => Activity::Seen,
        Some("arrived" | "triaged" | "in-progress" | "onleave") => Activity::InHospital,
        Some("finished" | "cancelled" | "entered-in-error") => Activity::Left,
        _ => Activity::Seen,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_stay_in_a_bed_is_in_hospital() {
        for (class, status, expected) in [
            ("IMP", "in-progress", Activity::InHospital),
            ("EMER", "in-progress", Activity::InHospital),
            ("IMP", "finished", Activity::Left),
            ("IMP", "cancelled", Activity::Left),
            ("IMP", "planned", Activity::Seen),
            ("AMB", "in-progress", Activity::Seen),
            ("AMB", "finished", Activity::Seen),
        ] {
            let encounter = Resource::new("Encounter")
                .with("status", status)
                .with("class", json!({"code": class}));
            assert_eq!(activity(&encounter), expected, "{class} {status}");
        }
        let result = Resource::new("Observation").with("status", "final");
        assert_eq!(activity(&result), Activity::Seen);
    }
}
