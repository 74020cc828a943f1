//! Appointments.

use fhir::Resource;
use model::Section;
use serde_json::Value;

use super::{Line, concept_text, owned};

pub(super) fn line(appointment: &Resource) -> Line {
    let with = participant(appointment, "Practitioner");
    let place = participant(appointment, "Location");
    let what = concept_text(appointment.get("serviceType.0"))
        .or_else(|| concept_text(appointment.get("specialty.0")))
        .or_else(|| owned(appointment.text("description")))
        .or_else(|| concept_text(appointment.get("appointmentType")));
    let mut line = Line::new(Section::Appointments, appointment, "serviceType")
        .at(appointment.text("start"))
        .until(appointment.text("end"))
        .status(appointment.text("status"))
        .author(with.as_deref())
        .detail(vec![
            place,
            concept_text(appointment.get("reasonCode.0")),
            concept_text(appointment.get("cancelationReason"))
                .map(|reason| format!("cancelled: {reason}")),
            owned(appointment.text("comment")),
        ]);
    line.text = what.unwrap_or_else(|| "Appointment".to_owned());
    line
}

/// The name of the participant who is a `Practitioner`, a `Location`…
fn participant(appointment: &Resource, kind: &str) -> Option<String> {
    let actors = appointment.list("participant").iter().filter_map(|one| one.get("actor"));
    let mut wanted = actors.filter(|actor| fhir::reference::is_to(actor, kind));
    wanted.find_map(|actor| actor.get("display").and_then(Value::as_str)).map(str::to_owned)
}
