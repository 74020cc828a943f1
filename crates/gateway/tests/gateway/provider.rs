//! Small practices on free ports, and one invented patient: Thomasina Hardy, 9990000018.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use gateway::{Config, Gateway, GpRecord, GpRequest, Limits, Patience, Practice, SECTIONS};
use jiff::civil::date;
use model::{
    Actor, Clock, Demographics, FixedClock, Gender, NhsNumber, NhsNumberStatus, OdsCode,
    PersonName, Role, UserId,
};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Serves every path of a router; gives its address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A practice that always answers the same.
pub(crate) async fn answering(status: u16, body: String) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    serve(Router::new().fallback(any(move || async move { (status, body) }))).await
}

/// A practice that does with each connection what `each` does.
pub(crate) async fn raw<F>(each: fn(TcpStream) -> F) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(each(stream));
        }
    });
    address
}

/// A clock that stands at noon of 22 November 2026.
pub(crate) fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at("2026-11-22T12:00:00Z".parse().unwrap()))
}

/// Deadlines short enough for tests.
pub(crate) fn short() -> Limits {
    Limits {
        shown_deadline: Duration::from_millis(300),
        hard_deadline: Duration::from_secs(3),
        ..Limits::default()
    }
}

/// A gateway to these practices.
pub(crate) fn gateway_to(
    practices: &[(&str, &str)],
    limits: Limits,
    clock: Arc<dyn Clock>,
) -> Gateway {
    let practices: BTreeMap<OdsCode, Practice> = practices
        .iter()
        .map(|(ods, base_url)| {
            let practice = Practice {
                name: format!("Practice {ods}"),
                base_url: (*base_url).to_owned(),
                asid: "200000000001".into(),
            };
            (OdsCode::parse(ods).unwrap(), practice)
        })
        .collect();
    Gateway::new(Config { practices, limits, ..Config::default() }, clock).unwrap()
}

/// Dr Oak of R0D asks for everything about Thomasina Hardy of J81012.
pub(crate) fn request() -> GpRequest {
    GpRequest {
        demographics: Demographics {
            nhs_number: NhsNumber::parse("9990000018").ok(),
            nhs_number_status: NhsNumberStatus::Verified,
            names: vec![PersonName {
                family: "Hardy".into(),
                given: vec!["Thomasina".into()],
                prefix: None,
            }],
            birth_date: Some(date(1940, 6, 2)),
            gender: Some(Gender::Female),
            gp_practice: OdsCode::parse("J81012").ok(),
            ..Demographics::default()
        },
        actor: Actor {
            user: UserId::from_uuid(Uuid::from_u128(7)),
            name: "Dr Gabriel Oak".into(),
            role: Role::Clinician,
            organisation: OdsCode::parse("R0D").unwrap(),
        },
        organisation_name: "University Hospitals Dorset".into(),
        sections: SECTIONS.into(),
        patience: Patience::Longer,
        trace: Uuid::from_u128(1),
    }
}

/// Asks one practice once.
pub(crate) async fn ask(address: &str) -> GpRecord {
    gateway_to(&[("J81012", address)], short(), clock()).gp_record(&request()).await
}

/// What a practice answers with these resources beside the patient.
pub(crate) async fn ask_with(resources: &[Value]) -> GpRecord {
    let mut all = vec![patient()];
    all.extend_from_slice(resources);
    ask(&answering(200, bundle(&all)).await).await
}

/// Thomasina Hardy as her practice has her.
pub(crate) fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
        "name": [{"use": "official", "family": "HARDY", "given": ["Thomasina", "Jane"]}],
        "gender": "female",
        "birthDate": "1940-06-02",
    })
}

/// A collection bundle.
pub(crate) fn bundle(resources: &[Value]) -> String {
    let entries: Vec<Value> =
        resources.iter().map(|resource| json!({"resource": resource})).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

/// A primary list of these references, or an empty one with its reason.
pub(crate) fn list(code: &str, references: &[&str]) -> Value {
    let mut list = json!({
        "resourceType": "List",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        "subject": {"reference": "Patient/p1"},
    });
    if references.is_empty() {
        list["emptyReason"] = json!({"coding": [{"code": "no-content-recorded"}]});
        list["note"] = json!([{"text": "Information not available."}]);
    } else {
        let entries = references.iter().map(|reference| json!({"item": {"reference": reference}}));
        list["entry"] = entries.collect();
    }
    list
}

/// Codes of the primary lists.
pub(crate) const ALLERGIES: &str = "886921000000105";
pub(crate) const ENDED_ALLERGIES: &str = "1103671000000101";
pub(crate) const MEDICINES: &str = "933361000000108";
pub(crate) const PROBLEMS: &str = "717711000000103";
pub(crate) const CONSULTATIONS: &str = "1149501000000101";
pub(crate) const IMMUNISATIONS: &str = "1102181000000102";
pub(crate) const INVESTIGATIONS: &str = "887191000000108";
pub(crate) const UNCATEGORISED: &str = "826501000000100";
