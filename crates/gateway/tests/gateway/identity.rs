//! Whose record is it?

use serde_json::{Value, json};

use crate::provider::{PROBLEMS, answering, ask, bundle, list, patient};

/// Asks a practice whose Patient differs in one way; gives the state and what was shown.
async fn check(change: impl Fn(&mut Value), state: &str, mismatches: &[&str]) {
    let mut patient = patient();
    change(&mut patient);
    let condition = json!({"resourceType": "Condition", "id": "c1", "code": {"text": "Asthma"},
        "subject": {"reference": "Patient/p1"}});
    let answer = bundle(&[patient, list(PROBLEMS, &["Condition/c1"]), condition]);
    let record = ask(&answering(200, answer).await).await;
    assert_eq!(record.state.code(), state);
    assert_eq!(record.items.len(), usize::from(state == "answered"));
    assert_eq!(record.demographics_mismatch, mismatches);
    if state == "not_shown" {
        assert!(record.sections.values().all(|state| state.code() == "not_retrievable"));
        assert!(!record.state.sentence().contains("Everdene"), "nothing of somebody else's");
    }
}

#[tokio::test]
async fn small_differences_are_shown_beside_the_record() {
    check(|_| {}, "answered", &[]).await;
    check(
        |patient| patient["gender"] = json!("male"),
        "answered",
        &["Gender at the GP practice: male"],
    )
    .await;
    let born = ["Date of birth at the GP practice: 03-Jun-1940"];
    check(|patient| patient["birthDate"] = json!("1940-06-03"), "answered", &born).await;
    let name = ["Name at the GP practice: EVERDENE, Bathsheba"];
    check(|patient| patient["name"] = everdene(), "answered", &name).await;
    let former = json!([{"family": "Troy", "given": ["Thomasina"]}, {"family": "Har-dy", "given": ["thomasina"]}]);
    check(move |patient| patient["name"] = former.clone(), "answered", &[]).await;
}

#[tokio::test]
async fn somebody_else_is_not_shown() {
    check(|patient| patient["identifier"][0]["value"] = json!("9990000026"), "not_shown", &[])
        .await;
    check(|patient| patient["identifier"] = json!([]), "not_shown", &[]).await;
    check(|patient| patient["resourceType"] = json!("Practitioner"), "not_shown", &[]).await;
    check(|patient| patient["id"] = json!("p2"), "not_shown", &[]).await;
    let both = |patient: &mut Value| {
        patient["name"] = everdene();
        patient["birthDate"] = json!("1951-01-01");
    };
    check(both, "not_shown", &[]).await;
}

#[tokio::test]
async fn two_patients_in_one_answer_are_not_shown() {
    let record = ask(&answering(200, bundle(&[patient(), patient()])).await).await;
    assert_eq!(record.state.code(), "not_shown");
}

fn everdene() -> Value {
    json!([{"family": "Everdene", "given": ["Bathsheba"]}])
}
