//! A medicine: the product, the statement, the authorisation and its issues.

use serde_json::{Value, json};

use super::record::Medicine;
use super::resource::{Writer, concept, number, profile, set};

impl Writer<'_> {
    /// Medication, statement, plan and issues: the statement comes second.
    pub(super) fn medicine(&self, index: &str, medicine: &Medicine) -> Vec<Value> {
        let medication = self.id(&["Medication", index]);
        let plan = self.id(&["MedicationRequest", index]);
        let mut resources = vec![
            json!({
                "resourceType": "Medication",
                "id": medication,
                "meta": profile("CareConnect-GPC-Medication-1"),
                "code": concept(&medicine.code),
            }),
            self.medication_statement(index, medicine, &medication, &plan),
        ];
        let mut request = self.medication_request(medicine, &medication, &plan, "plan");
        set(&mut request, "authoredOn", json!(medicine.started.to_string()));
        set(&mut request, "extension", json!([prescription_type(medicine.repeat)]));
        resources.push(request);
        for (number, issued) in medicine.issues.iter().enumerate() {
            let id = self.id(&["MedicationRequest", index, &number.to_string()]);
            let mut issue = self.medication_request(medicine, &medication, &id, "order");
            set(&mut issue, "authoredOn", json!(issued.to_string()));
            set(&mut issue, "basedOn", json!([{"reference": format!("MedicationRequest/{plan}")}]));
            resources.push(issue);
        }
        resources
    }

    fn medication_statement(
        &self,
        index: &str,
        medicine: &Medicine,
        medication: &str,
        plan: &str,
    ) -> Value {
        let mut dosage = json!({"text": medicine.dosage});
        if let Some(instructions) = &medicine.instructions {
            set(&mut dosage, "patientInstruction", json!(instructions));
        }
        let mut period = json!({"start": medicine.started.to_string()});
        if let Some(ended) = medicine.ended {
            set(&mut period, "end", json!(ended.to_string()));
        }
        let mut extension = vec![json!({
            "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescribingAgency-1",
            "valueCodeableConcept": {"coding": [{
                "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescribingAgency-1",
                "code": "prescribed-at-gp-practice", "display": "Prescribed at GP practice"}]},
        })];
        if let Some(last) = medicine.issues.iter().max() {
            extension.push(json!({
                "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationStatementLastIssueDate-1",
                "valueDateTime": last.to_string(),
            }));
        }
        json!({
            "resourceType": "MedicationStatement",
            "id": self.id(&["MedicationStatement", index]),
            "meta": profile("CareConnect-GPC-MedicationStatement-1"),
            "extension": extension,
            "basedOn": [{"reference": format!("MedicationRequest/{plan}")}],
            "status": if medicine.ended.is_some() { "completed" } else { "active" },
            "medicationReference": {"reference": format!("Medication/{medication}")},
            "effectivePeriod": period,
            "dateAsserted": medicine.started.to_string(),
            "subject": self.subject(),
            "taken": "unk",
            "dosage": [dosage],
        })
    }

    fn medication_request(
        &self,
        medicine: &Medicine,
        medication: &str,
        id: &str,
        intent: &str,
    ) -> Value {
        let active = intent == "plan" && medicine.ended.is_none();
        json!({
            "resourceType": "MedicationRequest",
            "id": id,
            "meta": profile("CareConnect-GPC-MedicationRequest-1"),
            "status": if active { "active" } else { "completed" },
            "intent": intent,
            "medicationReference": {"reference": format!("Medication/{medication}")},
            "subject": self.subject(),
            "recorder": self.practitioner(&medicine.author),
            "dosageInstruction": [{"text": medicine.dosage}],
            "dispenseRequest": {"quantity": {
                "extension": [{
                    "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationQuantityText-1",
                    "valueString": medicine.unit}],
                "value": number(&medicine.quantity),
            }},
        })
    }
}

fn prescription_type(repeat: bool) -> Value {
    let (code, display) = if repeat { ("repeat", "Repeat") } else { ("acute", "Acute") };
    json!({
        "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-PrescriptionType-1",
        "valueCodeableConcept": {"coding": [{
            "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1",
            "code": code, "display": display}]},
    })
}
