//! One function per STU3 resource of the GP Connect data model.

use jiff::Timestamp;
use model::{OdsCode, stable_id};
use serde_json::{Value, json};

use super::record::{
    Allergy, Coded, Consultation, ConsultationEntry, GpPatient, GpRecordData, Immunisation,
    Investigation, Measured, Medicine, Observation, Problem, TestResult,
};

/// Makes the resources of one patient; ids are the same on every request.
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

    /// The report first, then what it refers to.
    pub(super) fn investigation(&self, index: &str, investigation: &Investigation) -> Vec<Value> {
        let specimen = self.id(&["Specimen", index]);
        let results: Vec<Value> = investigation
            .results
            .iter()
            .enumerate()
            .map(|(number, result)| {
                self.test_result(&[index, &number.to_string()], result, investigation.issued)
            })
            .collect();
        let references: Vec<Value> = results.iter().map(reference).collect();
        let mut report = json!({
            "resourceType": "DiagnosticReport",
            "id": self.id(&["DiagnosticReport", index]),
            "meta": profile("CareConnect-GPC-DiagnosticReport-1"),
            "status": "final",
            "code": concept(&investigation.code),
            "subject": self.subject(),
            "issued": investigation.issued.to_string(),
            "performer": [{"actor": self.practitioner(&investigation.author)}],
            "result": references,
        });
        let mut resources = Vec::new();
        if let Some(kind) = &investigation.specimen {
            set(&mut report, "specimen", json!([{"reference": format!("Specimen/{specimen}")}]));
            resources.push(json!({
                "resourceType": "Specimen",
                "id": specimen,
                "meta": profile("CareConnect-GPC-Specimen-1"),
                "type": {"text": kind},
                "subject": self.subject(),
            }));
        }
        resources.insert(0, report);
        resources.extend(results);
        resources
    }

    fn test_result(&self, words: &[&str], result: &TestResult, at: Timestamp) -> Value {
        let mut all = vec!["TestResult"];
        all.extend(words);
        let mut resource = self.observation_resource(&self.id(&all), &result.code, at);
        set(
            &mut resource,
            "valueQuantity",
            json!({"value": number(&result.value), "unit": result.unit}),
        );
        let mut range = json!({});
        for (name, limit) in [("low", &result.low), ("high", &result.high)] {
            if let Some(limit) = limit {
                set(&mut range, name, json!({"value": number(limit), "unit": result.unit}));
            }
        }
        if result.low.is_some() || result.high.is_some() {
            set(&mut resource, "referenceRange", json!([range]));
        }
        if let Some(flag) = &result.flag {
            set(&mut resource, "interpretation", json!({"text": flag}));
        }
        resource
    }

    pub(super) fn observation(&self, index: &str, observation: &Observation) -> Value {
        let mut resource = self.observation_resource(
            &self.id(&["Observation", index]),
            &observation.code,
            observation.at,
        );
        set(&mut resource, "performer", json!([self.practitioner(&observation.author)]));
        match &observation.value {
            Measured::Quantity { value, unit } => {
                set(&mut resource, "valueQuantity", json!({"value": number(value), "unit": unit}));
            }
            Measured::Pressure { systolic, diastolic } => {
                let part = |code, name, value: &u32| {
                    json!({
                        "code": concept(&Coded::snomed(code, name)),
                        "valueQuantity": {"value": value, "unit": "mmHg"},
                    })
                };
                set(
                    &mut resource,
                    "component",
                    json!([
                        part("271649006", "Systolic blood pressure", systolic),
                        part("271650006", "Diastolic blood pressure", diastolic),
                    ]),
                );
            }
            Measured::Words(words) if !words.is_empty() => {
                set(&mut resource, "valueString", json!(words));
            }
            Measured::Words(_) => {}
        }
        resource
    }

    fn observation_resource(&self, id: &str, code: &Coded, at: Timestamp) -> Value {
        json!({
            "resourceType": "Observation",
            "id": id,
            "meta": profile("CareConnect-GPC-Observation-1"),
            "status": "final",
            "code": concept(code),
            "subject": self.subject(),
            "effectiveDateTime": at.to_string(),
            "issued": at.to_string(),
        })
    }

    /// The encounter first, then its structure: consultation, topic, headings, entries.
    pub(super) fn consultation(&self, index: &str, consultation: &Consultation) -> Vec<Value> {
        let encounter = json!({
            "resourceType": "Encounter",
            "id": self.id(&["Encounter", index]),
            "meta": profile("CareConnect-GPC-Encounter-1"),
            "status": "finished",
            "type": [{"text": consultation.kind}],
            "subject": self.subject(),
            "participant": [{"individual": self.practitioner(&consultation.author)}],
            "period": {"start": consultation.at.to_string()},
        });
        let visit = reference(&encounter);
        let (mut headings, mut narratives): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        for (number, group) in
            consultation.entries.chunk_by(|a, b| a.heading == b.heading).enumerate()
        {
            let number = number.to_string();
            let start = narratives.len();
            narratives.extend(group.iter().enumerate().map(|(entry, said)| {
                self.narrative(&[index, &number, &entry.to_string()], said, consultation.at)
            }));
            let title = group.first().map(|said| said.heading.clone()).unwrap_or_default();
            let entries: Vec<Value> = narratives.iter().skip(start).map(reference).collect();
            headings.push(self.structure(
                &[index, "Heading", &number],
                ("24781000000107", &title),
                &visit,
                &entries,
            ));
        }
        let topic_entries: Vec<Value> = headings.iter().map(reference).collect();
        let topic =
            self.structure(&[index, "Topic"], ("25851000000105", ""), &visit, &topic_entries);
        let whole = self.structure(
            &[index, "Consultation"],
            ("325851000000107", &consultation.kind),
            &visit,
            &[reference(&topic)],
        );
        let mut resources = vec![encounter, whole, topic];
        resources.extend(headings);
        resources.extend(narratives);
        resources
    }

    fn narrative(&self, words: &[&str], said: &ConsultationEntry, at: Timestamp) -> Value {
        let mut all = vec!["Narrative"];
        all.extend(words);
        let comment = Coded::snomed("37331000000100", "Comment note");
        let code = said.code.as_ref().unwrap_or(&comment);
        let mut resource = self.observation_resource(&self.id(&all), code, at);
        set(&mut resource, "comment", json!(said.text));
        resource
    }

    fn structure(
        &self,
        words: &[&str],
        (code, title): (&str, &str),
        visit: &Value,
        entries: &[Value],
    ) -> Value {
        let mut all = vec!["List"];
        all.extend(words);
        let entries: Vec<Value> = entries.iter().map(|item| json!({"item": item})).collect();
        let mut list = json!({
            "resourceType": "List",
            "id": self.id(&all),
            "meta": profile("CareConnect-GPC-List-1"),
            "status": "current",
            "mode": "snapshot",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
            "subject": self.subject(),
            "encounter": visit,
            "entry": entries,
        });
        if !title.is_empty() {
            set(&mut list, "title", json!(title));
        }
        list
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

fn concept(coded: &Coded) -> Value {
    json!({"coding": [{"system": coded.system, "code": coded.code, "display": coded.display}]})
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

/// A decimal as it was written; words stay words.
fn number(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Number(number)) => Value::Number(number),
        _ => json!(text),
    }
}

fn set(resource: &mut Value, name: &str, value: Value) {
    if let Some(fields) = resource.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
