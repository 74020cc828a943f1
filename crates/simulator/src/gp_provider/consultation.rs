//! Consultations: an encounter, its structure of lists, and what was written.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::{Coded, Consultation, ConsultationEntry};
use super::resource::{Writer, profile, reference, set};

impl Writer<'_> {
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
