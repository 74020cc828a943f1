//! The legitimate relationships that follow from what an organisation says: who has somebody in a
//! bed, in a clinic or on a care package has a reason to open that person's record.

use access::Basis;
use db::Tx;
use fhir::{Resource, When};
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode};

use crate::Error;

/// A relationship that a resource makes, from when it began until it ended. How long it may be used
/// after that, for letters and late results, is for the access policies to say, and only for them.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    basis: Basis,
    from: Timestamp,
    until: Option<Timestamp>,
}

/// Keeps the relationship that `resource` makes between its sender and the patient; one that was
/// cancelled or entered in error ends what it made.
pub(crate) fn note(
    tx: &mut Tx,
    organisation: &OdsCode,
    patient: LocalPatientId,
    resource: &Resource,
    said_at: Timestamp,
) -> Result<(), Error> {
    let source = resource.id().unwrap_or_default();
    let Made { basis, from, until } = made(resource, said_at);
    if is_withdrawn(resource) {
        accounts::end_relationship(tx, organisation, patient, basis, source, said_at)?;
    } else if basis != Basis::Known {
        accounts::note_relationship(tx, organisation, patient, basis, source, from, until)?;
    }
    Ok(())
}

/// Keeps the registration with a GP practice, and ends the one before.
pub(crate) fn registration(
    tx: &mut Tx,
    patient: LocalPatientId,
    before: Option<&OdsCode>,
    now: Option<&OdsCode>,
    at: Timestamp,
) -> Result<(), Error> {
    if before == now {
        return Ok(());
    }
    let source = patient.to_string();
    if let Some(before) = before {
        accounts::end_relationship(tx, before, patient, Basis::Registered, &source, at)?;
    }
    if let Some(now) = now {
        accounts::note_relationship(tx, now, patient, Basis::Registered, &source, at, None)?;
    }
    Ok(())
}

pub(crate) fn is_withdrawn(resource: &Resource) -> bool {
    matches!(resource.text("status"), Some("entered-in-error" | "cancelled"))
}

fn made(resource: &Resource, said_at: Timestamp) -> Made {
    let status = resource.text("status").unwrap_or_default();
    let (basis, from, until) = match resource.resource_type() {
        "Encounter" => {
            let inpatient = matches!(resource.text("class.code"), Some("IMP" | "ACUTE" | "NONAC"));
            let basis = if inpatient { Basis::Admitted } else { Basis::Attended };
            let from = moment(resource.text("period.start"));
            let goes_on = matches!(status, "planned" | "arrived" | "in-progress");
            // A visit is over on its day; a stay without an end was over when that was said.
            let at_latest = if inpatient { said_at } else { from.unwrap_or(said_at) };
            let ended = moment(resource.text("period.end")).unwrap_or(at_latest);
            (basis, from, (!goes_on).then_some(ended))
        }
        "Appointment" => {
            let start = moment(resource.text("start"));
            (Basis::Appointment, Some(said_at), Some(start.unwrap_or(said_at)))
        }
        "CarePlan" => {
            let ended = moment(resource.text("period.end"));
            let until = if status == "active" { ended } else { Some(ended.unwrap_or(said_at)) };
            (Basis::CarePackage, moment(resource.text("period.start")), until)
        }
        _ => (Basis::Known, Some(said_at), Some(said_at)),
    };
    Made { basis, from: from.unwrap_or(said_at), until }
}

fn moment(text: Option<&str>) -> Option<Timestamp> {
    Some(When::parse(text?)?.timestamp())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(resource: serde_json::Value, expected: (Basis, Option<&str>)) {
        let said_at: Timestamp = "2026-01-10T00:00:00Z".parse().unwrap();
        let made = made(&Resource::from_value(resource).unwrap(), said_at);
        assert_eq!(
            (made.basis, made.until),
            (expected.0, expected.1.map(|until| until.parse().unwrap()))
        );
    }

    #[test]
    fn a_stay_that_goes_on_has_no_end_and_a_finished_one_ends_at_the_discharge() {
        let stay = |status: &str| {
            json!({"resourceType": "Encounter", "status": status, "class": {"code": "IMP"},
                "period": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-03T00:00:00Z"}})
        };
        check(stay("in-progress"), (Basis::Admitted, None));
        check(stay("finished"), (Basis::Admitted, Some("2026-01-03T00:00:00Z")));
    }

    #[test]
    fn a_finished_stay_without_an_end_ended_when_that_was_said() {
        let stay = json!({"resourceType": "Encounter", "status": "finished",
            "class": {"code": "IMP"}, "period": {"start": "2025-11-01T00:00:00Z"}});
        check(stay, (Basis::Admitted, Some("2026-01-10T00:00:00Z")));
    }

    #[test]
    fn a_visit_without_an_end_is_over_when_it_began() {
        let visit = json!({"resourceType": "Encounter", "status": "finished",
            "class": {"code": "EMER"}, "period": {"start": "2026-01-02T09:00:00Z"}});
        check(visit, (Basis::Attended, Some("2026-01-02T09:00:00Z")));
    }

    #[test]
    fn an_appointment_ends_when_it_takes_place() {
        let appointment = json!({"resourceType": "Appointment", "status": "booked",
            "start": "2026-03-01T10:00:00Z"});
        check(appointment, (Basis::Appointment, Some("2026-03-01T10:00:00Z")));
    }

    #[test]
    fn a_care_package_lasts_as_long_as_it_is_active() {
        let package = |status: &str| json!({"resourceType": "CarePlan", "status": status});
        check(package("active"), (Basis::CarePackage, None));
        check(package("completed"), (Basis::CarePackage, Some("2026-01-10T00:00:00Z")));
    }
}
