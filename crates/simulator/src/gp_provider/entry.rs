//! Allergies, problems and immunisations: one resource each.

use serde_json::{Value, json};

use super::record::{Allergy, Immunisation, Problem};
use super::resource::{Writer, concept, profile, set};

impl Writer<'_> {
    pub(super) fn allergy(&self, id: &str, allergy: &Allergy) -> Value {
        let mut resource = json!({
            "resourceType": "AllergyIntolerance",
            "id": id,
            "meta": profile("CareConnect-GPC-AllergyIntolerance-1"),
            "clinicalStatus": "active",
            "verificationStatus": "unconfirmed",
            "code": concept(&allergy.code),
            "patient": self.subject(),
            "assertedDate": allergy.recorded.to_string(),
            "recorder": self.practitioner(&allergy.author),
        });
        if let Some(reaction) = &allergy.reaction {
            let mut said = json!({"manifestation": [concept(reaction)]});
            if let Some(severity) = &allergy.severity {
                set(&mut said, "severity", json!(severity));
            }
            set(&mut resource, "reaction", json!([said]));
        }
        if let Some(ended) = &allergy.ended {
            set(&mut resource, "clinicalStatus", json!("resolved"));
            set(
                &mut resource,
                "extension",
                json!([{
                    "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-AllergyIntoleranceEnd-1",
                    "extension": [
                        {"url": "endDate", "valueDateTime": ended.on.to_string()},
                        {"url": "reasonEnded", "valueString": ended.reason},
                    ],
                }]),
            );
        }
        resource
    }

    pub(super) fn problem(&self, index: &str, problem: &Problem) -> Value {
        let mut resource = json!({
            "resourceType": "Condition",
            "id": self.id(&["Condition", index]),
            "meta": profile("CareConnect-GPC-ProblemHeader-Condition-1"),
            "extension": [{
                "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1",
                "valueCode": if problem.major { "major" } else { "minor" },
            }],
            "clinicalStatus": if problem.ended.is_some() { "inactive" } else { "active" },
            "category": [{"coding": [{"system": "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1", "code": "problem-list-item"}]}],
            "code": concept(&problem.code),
            "subject": self.subject(),
            "onsetDateTime": problem.onset.to_string(),
            "assertedDate": problem.onset.to_string(),
            "asserter": self.practitioner(&problem.author),
        });
        if let Some(ended) = problem.ended {
            set(&mut resource, "abatementDateTime", json!(ended.to_string()));
        }
        if let Some(note) = &problem.note {
            set(&mut resource, "note", json!([{"text": note}]));
        }
        resource
    }

    pub(super) fn immunisation(&self, index: &str, immunisation: &Immunisation) -> Value {
        let unknown =
            json!({"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK"}]});
        let mut resource = json!({
            "resourceType": "Immunization",
            "id": self.id(&["Immunization", index]),
            "meta": profile("CareConnect-GPC-Immunization-1"),
            "extension": [{
                "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1",
                "valueCodeableConcept": concept(&immunisation.code),
            }],
            "status": "completed",
            "notGiven": false,
            "vaccineCode": immunisation.product.as_ref().map_or(unknown, concept),
            "patient": self.subject(),
            "date": immunisation.given.to_string(),
            "primarySource": true,
            "practitioner": [{"actor": self.practitioner(&immunisation.author)}],
        });
        if let Some(dose) = immunisation.dose {
            set(&mut resource, "vaccinationProtocol", json!([{"doseSequence": dose}]));
        }
        if let Some(batch) = &immunisation.batch {
            set(&mut resource, "lotNumber", json!(batch));
        }
        resource
    }
}
