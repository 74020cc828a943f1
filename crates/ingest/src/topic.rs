//! What of a message others want to hear of at once: what somebody became, by comparing how a resource
//! stood and how it stands.

use db::Tx;
use fhir::Resource;
use jiff::Timestamp;
use model::LocalPatientId;
use repository::Provenance;
use serde_json::Value;
use subscriptions::{NewEvent, Topic};
use uuid::Uuid;

use crate::Error;

/// How a resource stood before a message; nothing where nobody listens.
pub(crate) struct Before {
    id: Uuid,
    stood: Option<Resource>,
}

/// To be asked before a resource is written.
pub(crate) fn before(tx: &mut Tx, resource: &Resource) -> Result<Option<Before>, Error> {
    let resource_type = resource.resource_type();
    let is_watched = Topic::ALL.iter().any(|topic| topic.resource_type() == resource_type);
    let id = resource.id().and_then(|id| id.parse().ok());
    let Some(id) = id.filter(|_| is_watched) else { return Ok(None) };
    if !subscriptions::anybody_listens(tx)? {
        return Ok(None);
    }
    let stood = repository::current(tx, resource_type, id)?.map(|version| version.resource);
    Ok(Some(Before { id, stood }))
}

/// To be told once a resource has been written as news.
pub(crate) fn note(
    tx: &mut Tx,
    before: Option<Before>,
    patient: LocalPatientId,
    now: &Resource,
    at: Timestamp,
    provenance: &Provenance,
) -> Result<(), Error> {
    let Some(Before { id, stood }) = before else { return Ok(()) };
    keep(tx, stood.as_ref(), (id, patient), now, at, provenance)
}

/// The same for a Patient, which tells by itself how it stood.
pub(crate) fn note_patient(
    tx: &mut Tx,
    merged: &repository::Merged,
    patient: LocalPatientId,
    at: Timestamp,
    provenance: &Provenance,
) -> Result<(), Error> {
    if topic(merged.before.as_ref(), &merged.now).is_none() || !subscriptions::anybody_listens(tx)?
    {
        return Ok(());
    }
    let named = (patient.uuid(), patient);
    keep(tx, merged.before.as_ref(), named, &merged.now, at, provenance)
}

fn keep(
    tx: &mut Tx,
    stood: Option<&Resource>,
    (focus, local_patient): (Uuid, LocalPatientId),
    now: &Resource,
    at: Timestamp,
    provenance: &Provenance,
) -> Result<(), Error> {
    let Some(topic) = topic(stood, now) else { return Ok(()) };
    let (message, recorded_at) = (provenance.message, provenance.recorded_at);
    let event = NewEvent { topic, local_patient, focus, message, at, recorded_at };
    Ok(subscriptions::note_event(tx, &event)?)
}

/// What became of it, if it is one of the topics.
fn topic(stood: Option<&Resource>, now: &Resource) -> Option<Topic> {
    let stood_so = |so: &dyn Fn(&Resource) -> bool| stood.is_some_and(so);
    match now.resource_type() {
        // A discharge that is taken back is no second admission.
        "Encounter" if is_in(now) => {
            (!stood_so(&is_in) && !stood_so(&is_over)).then_some(Topic::Admitted)
        }
        "Encounter" if is_over(now) => (!stood_so(&is_over)).then_some(Topic::Discharged),
        "Patient" => (is_dead(now) && !stood_so(&is_dead)).then_some(Topic::Died),
        "DocumentReference" => {
            (is_there(now) && !stood_so(&is_there)).then_some(Topic::NewDocument)
        }
        "CarePlan" => (stood != Some(now)).then_some(Topic::PlanChanged),
        _ => None,
    }
}

/// In a bed (v3-ActCode IMP, ACUTE, NONAC, OBSENC, SS), not in a clinic or an emergency department.
fn is_stay(encounter: &Resource) -> bool {
    let class = encounter.text("class.code").unwrap_or_default();
    matches!(class, "IMP" | "ACUTE" | "NONAC" | "OBSENC" | "SS")
}

fn is_in(encounter: &Resource) -> bool {
    is_stay(encounter) && matches!(encounter.text("status"), Some("in-progress" | "onleave"))
}

fn is_over(encounter: &Resource) -> bool {
    is_stay(encounter) && encounter.text("status") == Some("finished")
}

fn is_dead(patient: &Resource) -> bool {
    patient.get("deceasedBoolean").and_then(Value::as_bool) == Some(true)
        || patient.get("deceasedDateTime").is_some()
}

fn is_there(document: &Resource) -> bool {
    document.text("status") == Some("current")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_topic_is_what_somebody_became() {
        let stay = |class: &str, status: &str| {
            Some(
                Resource::new("Encounter")
                    .with("status", status)
                    .with("class", json!({"code": class})),
            )
        };
        let patient = |name: &str, value: Value| Some(Resource::new("Patient").with(name, value));
        let document =
            |status: &str| Some(Resource::new("DocumentReference").with("status", status));
        let plan = |status: &str| Some(Resource::new("CarePlan").with("status", status));
        for (stood, now, expected) in [
            (None, stay("IMP", "in-progress"), Some(Topic::Admitted)),
            (stay("IMP", "planned"), stay("IMP", "in-progress"), Some(Topic::Admitted)),
            (stay("EMER", "in-progress"), stay("IMP", "in-progress"), Some(Topic::Admitted)),
            (stay("IMP", "in-progress"), stay("IMP", "in-progress"), None),
            (stay("IMP", "onleave"), stay("IMP", "in-progress"), None),
            (stay("IMP", "finished"), stay("IMP", "in-progress"), None),
            (None, stay("IMP", "planned"), None),
            (None, stay("EMER", "in-progress"), None),
            (None, stay("AMB", "finished"), None),
            (stay("IMP", "in-progress"), stay("IMP", "finished"), Some(Topic::Discharged)),
            (None, stay("IMP", "finished"), Some(Topic::Discharged)),
            (stay("IMP", "finished"), stay("IMP", "finished"), None),
            (stay("IMP", "in-progress"), stay("IMP", "cancelled"), None),
            (None, patient("active", json!(true)), None),
            (None, patient("deceasedBoolean", json!(false)), None),
            (
                patient("active", json!(true)),
                patient("deceasedBoolean", json!(true)),
                Some(Topic::Died),
            ),
            (None, patient("deceasedDateTime", json!("2026-01-02")), Some(Topic::Died)),
            (
                patient("deceasedBoolean", json!(true)),
                patient("deceasedDateTime", json!("2026")),
                None,
            ),
            (None, document("current"), Some(Topic::NewDocument)),
            (document("current"), document("current"), None),
            (document("current"), document("entered-in-error"), None),
            (None, plan("active"), Some(Topic::PlanChanged)),
            (plan("active"), plan("revoked"), Some(Topic::PlanChanged)),
            (plan("active"), plan("active"), None),
        ] {
            let now = now.unwrap();
            assert_eq!(topic(stood.as_ref(), &now), expected, "{stood:?} {now:?}");
        }
    }
}
