//! What every resource of a record needs: ids, the patient, the staff, the small pieces of STU3.

use model::{OdsCode, stable_id};
use serde_json::{Value, json};

use super::record::{Coded, GpPatient, GpRecordData};

/// Makes the resources of one patient; ids are the same on every request. Each clinical part has
/// a file of its own.
pub(super) struct Writer<'a> {
    pub(super) ods: &'a OdsCode,
    pub(super) patient: &'a GpPatient,
}

impl Writer<'_> {
    /// The id of the resource that these words name within this record.
    pub(super) fn id(&self, words: &[&str]) -> String {
        let number = self.patient.nhs_number.to_string();
        let mut all = vec!["GpRecord", self.ods.as_str(), number.as_str()];
        all.extend(words);
        stable_id(&all).to_string()
    }

    /// The id of somebody who works for the practice.
    fn practitioner_id(&self, name: &str) -> String {
        stable_id(&["GpPractitioner", self.ods.as_str(), name]).to_string()
    }

    /// `Patient/…`.
    pub(super) fn subject(&self) -> Value {
        json!({"reference": format!("Patient/{}", self.id(&["Patient"]))})
    }

    /// `Practitioner/…`.
    pub(super) fn practitioner(&self, name: &str) -> Value {
        json!({"reference": format!("Practitioner/{}", self.practitioner_id(name))})
    }

    fn organisation(&self) -> Value {
        json!({"reference": format!("Organization/{}", stable_id(&["GpOrganization", self.ods.as_str()]))})
    }

    pub(super) fn patient_resource(&self) -> Value {
        let patient = self.patient;
        let mut name = json!({"use": "official", "family": patient.family, "given": patient.given});
        if let Some(prefix) = &patient.prefix {
            set(&mut name, "prefix", json!([prefix]));
        }
        json!({
            "resourceType": "Patient",
            "id": self.id(&["Patient"]),
            "meta": profile("CareConnect-GPC-Patient-1"),
            "identifier": [{
                "extension": [{
                    "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-NHSNumberVerificationStatus-1",
                    "valueCodeableConcept": {"coding": [{
                        "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-GPC-NHSNumberVerificationStatus-1",
                        "code": "01", "display": "Number present and verified"}]},
                }],
                "system": "https://fhir.nhs.uk/Id/nhs-number",
                "value": patient.nhs_number.to_string(),
            }],
            "active": true,
            "name": [name],
            "gender": patient.gender.code(),
            "birthDate": patient.birth_date.to_string(),
            "address": [{"use": "home", "line": patient.address, "postalCode": patient.postcode}],
            "generalPractitioner": [self.practitioner(&patient.usual_gp)],
            "managingOrganization": self.organisation(),
        })
    }

    pub(super) fn organisation_resource(&self, record: &GpRecordData) -> Value {
        json!({
            "resourceType": "Organization",
            "id": stable_id(&["GpOrganization", self.ods.as_str()]).to_string(),
            "meta": profile("CareConnect-GPC-Organization-1"),
            "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": self.ods.as_str()}],
            "name": record.practice_name,
        })
    }

    pub(super) fn practitioner_resource(&self, name: &str) -> Value {
        let (given, family) = name.rsplit_once(' ').unwrap_or(("", name));
        json!({
            "resourceType": "Practitioner",
            "id": self.practitioner_id(name),
            "meta": profile("CareConnect-GPC-Practitioner-1"),
            "name": [{"use": "usual", "family": family, "given": given.split_whitespace().collect::<Vec<_>>()}],
        })
    }
}

/// `Type/id` of a resource.
pub(super) fn reference(resource: &Value) -> Value {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    json!({"reference": format!("{}/{}", text("resourceType"), text("id"))})
}

/// The profile that a resource claims.
pub(super) fn profile(name: &str) -> Value {
    json!({"profile": [format!("https://fhir.nhs.uk/STU3/StructureDefinition/{name}")]})
}

/// A CodeableConcept.
pub(super) fn concept(coded: &Coded) -> Value {
    json!({"coding": [{"system": coded.system, "code": coded.code, "display": coded.display}]})
}

/// A decimal as it was written; words stay words.
pub(super) fn number(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Number(number)) => Value::Number(number),
        _ => json!(text),
    }
}

/// Adds or replaces an element.
pub(super) fn set(resource: &mut Value, name: &str, value: Value) {
    if let Some(fields) = resource.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
