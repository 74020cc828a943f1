//! Investigations with their results, and observations that stand alone.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::{Coded, Investigation, Measured, Observation, TestResult};
use super::resource::{Writer, concept, number, profile, reference, set};

impl Writer<'_> {
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

    pub(super) fn observation_resource(&self, id: &str, code: &Coded, at: Timestamp) -> Value {
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
}
