//! Bundles of a provider, right and wrong.

use model::OdsCode;
use serde_json::json;

use super::*;

fn map(bundle: &Value) -> Result<Mapped, Error> {
    let feed = Feed {
        aliases: vec!["https://dhc.example/patient".into()],
        ..Feed::new(OdsCode::parse("RDY").unwrap(), "RDY")
    };
    bundle_of(bundle, &feed)
}

fn bundle_of(value: &Value, feed: &Feed) -> Result<Mapped, Error> {
    bundle(value.to_string().as_bytes(), feed, "2026-01-05T09:00:00Z".parse().unwrap())
}

fn transaction(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "transaction",
        "timestamp": "2026-01-04T10:00:00Z", "entry": entries})
}

fn patient() -> Value {
    json!({"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "identifier": [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"},
        {"system": "https://dhc.example/patient", "value": "M7"}]}})
}

fn condition(subject: &Value) -> Value {
    json!({"fullUrl": "urn:uuid:c", "resource": {"resourceType": "Condition",
        "identifier": [{"system": "https://dhc.example/condition", "value": "77"}],
        "code": {"text": "Depression"}, "subject": subject,
        "recorder": {"reference": "urn:uuid:doctor"},
        "encounter": {"reference": "Encounter/42"}}})
}

fn doctor() -> Value {
    json!({"fullUrl": "urn:uuid:doctor", "resource": {"resourceType": "Practitioner",
        "identifier": [{"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": "C1234567"}],
        "name": [{"family": "Fitzpiers", "given": ["Edred"], "prefix": ["Dr"]}]}})
}

#[test]
fn a_bundle_is_no_news_of_the_future() {
    let mut sent = transaction(&[patient()]);
    sent["timestamp"] = "2099-01-01T00:00:00Z".into();
    let mapped = map(&sent).unwrap();
    assert_eq!(mapped.patients[0].event_time.to_string(), "2026-01-05T09:05:00Z");
}

#[test]
fn resources_get_stable_ids_and_lead_to_their_patient() {
    let sent = transaction(&[patient(), condition(&json!({"reference": "urn:uuid:p"})), doctor()]);
    let mapped = map(&sent).unwrap();
    let identity = LocalIdentity::new("RDY", "M7");
    assert_eq!(mapped.patients[0].identity, identity);
    let condition = &mapped.resources[0];
    assert_eq!(condition.subject, identity);
    let patient = format!("Patient/{}", identity.local_patient());
    assert_eq!(condition.resource.text("subject.reference"), Some(patient.as_str()));
    assert_eq!(condition.resource.text("recorder.display"), Some("Dr Edred Fitzpiers"));
    let encounter = format!("Encounter/{}", model::stable_id(&["Encounter", "RDY", "42"]));
    assert_eq!(condition.resource.text("encounter.reference"), Some(encounter.as_str()));
    assert_eq!(mapped.unmapped, [""; 0]);
    assert_eq!(map(&sent).unwrap(), mapped);
}

#[test]
fn a_patient_named_only_by_identifier_is_enough() {
    let subject = json!({"identifier": {"system": "https://dhc.example/patient", "value": "M7"}});
    let mapped = map(&transaction(&[condition(&subject)])).unwrap();
    assert_eq!(mapped.resources[0].subject, LocalIdentity::new("RDY", "M7"));
    assert_eq!(mapped.patients.len(), 1);
}

#[test]
fn medicines_are_named_where_they_are_taken() {
    let medicine = json!({"fullUrl": "urn:uuid:m", "resource": {"resourceType": "Medication",
        "code": {"text": "Sertraline 50mg tablets"}}});
    let taken = json!({"fullUrl": "urn:uuid:s", "resource": {"resourceType": "MedicationStatement",
        "id": "s1", "status": "active", "subject": {"reference": "urn:uuid:p"},
        "medicationReference": {"reference": "urn:uuid:m"}}});
    let mapped = map(&transaction(&[patient(), medicine, taken])).unwrap();
    let text = mapped.resources[0].resource.text("medicationCodeableConcept.text");
    assert_eq!(text, Some("Sertraline 50mg tablets"));
}

#[test]
fn what_is_wrong_names_the_entry_and_the_path() {
    let check = |entries: &[Value], expected: &str| {
        assert_eq!(map(&transaction(entries)).unwrap_err().to_string(), expected);
    };
    check(&[], "in the Bundle, entry: is empty, so nothing is said");
    check(
        &[patient(), condition(&json!({"reference": "urn:uuid:elsewhere"}))],
        "entry 2 of the Bundle, resource.subject: leads to no Patient of this Bundle and carries no identifier",
    );
    check(
        &[json!({"resource": {"resourceType": "Patient", "name": [{"family": "Hardy"}]}})],
        "entry 1 of the Bundle, resource.identifier: holds no patient number of RDY and no valid NHS number, so it cannot be told whose message this is",
    );
    check(
        &[
            json!({"resource": {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}}),
        ],
        "entry 1 of the Bundle, resource.subject: is missing, so it cannot be told whose this is",
    );
}
