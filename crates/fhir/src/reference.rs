//! References between resources: finding them, and giving them new targets.

use serde_json::Value;

use crate::resource::Resource;

/// Calls `visit` with every `Reference` object in the resource (contained ones too).
pub fn each_mut(resource: &mut Resource, visit: &mut impl FnMut(&mut Value)) {
    resource.values_mut().for_each(|value| walk(value, visit));
}

fn walk(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    if value.get("reference").is_some_and(Value::is_string) {
        visit(value);
        return;
    }
    match value {
        Value::Object(object) => object.values_mut().for_each(|child| walk(child, visit)),
        Value::Array(list) => list.iter_mut().for_each(|child| walk(child, visit)),
        _ => {}
    }
}

/// The patient a resource is about: `subject`, `patient`, `for`, `beneficiary`, or the participant
/// of an appointment who is a patient.
pub fn subject(resource: &Resource) -> Option<(&'static str, &Value)> {
    for name in ["subject", "patient", "for", "beneficiary"] {
        if let Some(reference) = resource.get(name) {
            return Some((name, reference));
        }
    }
    let actors = resource.list("participant").iter().filter_map(|one| one.get("actor"));
    actors
        .into_iter()
        .find(|actor| is_to(actor, "Patient"))
        .map(|actor| ("participant.actor", actor))
}

/// The reference says that it leads to this type of resource.
pub fn is_to(reference: &Value, resource_type: &str) -> bool {
    let typed = reference.get("type").and_then(Value::as_str) == Some(resource_type);
    let target = reference.get("reference").and_then(Value::as_str).unwrap_or("");
    typed || split(target).is_some_and(|(name, _)| name == resource_type)
}

/// `("Patient", "p1")` of `Patient/p1`, `https://x/fhir/Patient/p1` or `Patient/p1/_history/2`.
pub fn split(target: &str) -> Option<(&str, &str)> {
    let target = target.split_once("/_history/").map_or(target, |(before, _)| before);
    let (before, id) = target.rsplit_once('/')?;
    let name = before.rsplit('/').next()?;
    (name.starts_with(|first: char| first.is_ascii_uppercase()) && !id.is_empty())
        .then_some((name, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_in_all_their_spellings() {
        for (text, expected) in [
            ("Patient/p1", Some(("Patient", "p1"))),
            ("https://x.example/fhir/Patient/p1", Some(("Patient", "p1"))),
            ("Patient/p1/_history/2", Some(("Patient", "p1"))),
            ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", None),
            ("#contained", None),
            ("Patient/", None),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn the_patient_of_an_appointment_is_a_participant() {
        let text = br#"{"resourceType":"Appointment","participant":[
            {"actor":{"reference":"Location/l"}},{"actor":{"reference":"Patient/p"}}]}"#;
        let appointment = Resource::parse(text).unwrap();
        let (path, reference) = subject(&appointment).unwrap();
        assert_eq!(
            (path, reference["reference"].as_str()),
            ("participant.actor", Some("Patient/p"))
        );
    }
}
