//! The call itself: deadlines, sizes, refusals, the breaker, and what practices see of us.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::{Limits, Patience};
use jiff::SignedDuration;
use model::{NhsNumberStatus, Section};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::provider::{
    answering, ask, bundle, clock, gateway_to, list, patient, raw, request, serve, short,
};

/// What a call comes to: the record's state, and the one state that all its sections share.
async fn check(address: &str, record_state: &str, section_state: &str) {
    let record = ask(address).await;
    assert_eq!(record.state.code(), record_state);
    assert_eq!(record.sections.len(), 6);
    for (section, state) in &record.sections {
        assert_eq!(state.code(), section_state, "{}", section.code());
    }
    assert!(record.items.is_empty());
    assert!(!record.state.sentence().contains("9990000018"));
}

fn outcome(code: &str) -> String {
    json!({"resourceType": "OperationOutcome", "issue": [{"details": {"coding": [{"code": code}]},
        "diagnostics": "9990000018 is not ours"}]})
    .to_string()
}

#[tokio::test]
async fn each_refusal_has_its_state() {
    for (status, code, record_state, section_state) in [
        (404, "PATIENT_NOT_FOUND", "not_found", "not_retrievable"),
        (404, "NO_RECORD_FOUND", "not_found", "not_retrievable"),
        (400, "INVALID_NHS_NUMBER", "not_found", "not_retrievable"),
        (403, "NO_PATIENT_CONSENT", "refused", "access_denied"),
        (403, "NO_ORGANISATION_CONSENT", "refused", "access_denied"),
        (403, "NO_RELATIONSHIP", "refused", "access_denied"),
        (403, "ACCESS DENIED", "refused", "access_denied"),
        (404, "ORGANISATION_NOT_FOUND", "unavailable", "unavailable"),
        (422, "INVALID_PARAMETER", "unavailable", "unavailable"),
        (501, "NOT_IMPLEMENTED", "unavailable", "not_supported"),
        (500, "INTERNAL_SERVER_ERROR", "unavailable", "unavailable"),
    ] {
        check(&answering(status, outcome(code)).await, record_state, section_state).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_no_bundle_is_unavailable() {
    let whole = bundle(&[patient()]);
    for body in
        ["", "<html>Busy</html>", "[]", r#"{"resourceType":"Patient"}"#, &whole[..whole.len() / 2]]
    {
        check(&answering(200, body.to_owned()).await, "unavailable", "unavailable").await;
    }
    check(&answering(500, "<html>Oops</html>".to_owned()).await, "unavailable", "unavailable")
        .await;
    check(&answering(302, String::new()).await, "unavailable", "unavailable").await;
}

#[tokio::test]
async fn an_answer_beyond_ten_megabytes_is_not_read() {
    let padding = " ".repeat(10 * 1024 * 1024);
    check(&answering(200, bundle(&[patient()]) + &padding).await, "unavailable", "unavailable")
        .await;
}

#[tokio::test]
async fn a_practice_that_drops_the_connection_or_has_no_listener_is_unavailable() {
    check(&raw(|stream| async { drop(stream) }).await, "unavailable", "unavailable").await;
    check("http://127.0.0.1:1", "unavailable", "unavailable").await;
}

#[tokio::test]
async fn a_silent_practice_times_out_by_the_shown_deadline() {
    let silent =
        raw(|mut stream| async move { _ = stream.read_to_end(&mut Vec::new()).await }).await;
    let limits = Limits { hard_deadline: Duration::from_hours(1), ..short() };
    let gateway = gateway_to(&[("J81012", &silent)], limits, clock());
    let record =
        gateway.gp_record(&gateway::GpRequest { patience: Patience::Usual, ..request() }).await;
    assert_eq!(record.state.code(), "timed_out");
    assert!(record.sections.values().all(|state| state.code() == "timed_out"));
}

#[tokio::test]
async fn a_practice_that_drips_its_answer_times_out_too() {
    let dripping = raw(|mut stream| async move {
        _ = stream.read(&mut [0; 8192]).await;
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let gateway = gateway_to(&[("J81012", &dripping)], short(), clock());
    let record =
        gateway.gp_record(&gateway::GpRequest { patience: Patience::Usual, ..request() }).await;
    assert_eq!(record.state.code(), "timed_out");
}

#[tokio::test]
async fn a_slow_practice_delays_no_other() {
    let silent =
        raw(|mut stream| async move { _ = stream.read_to_end(&mut Vec::new()).await }).await;
    let quick = answering(200, bundle(&[patient()])).await;
    let limits = Limits { hard_deadline: Duration::from_hours(1), ..short() };
    let gateway = Arc::new(gateway_to(&[("J81012", &quick), ("J81999", &silent)], limits, clock()));
    let mut elsewhere = request();
    elsewhere.demographics.gp_practice = model::OdsCode::parse("J81999").ok();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (gateway, elsewhere) = (Arc::clone(&gateway), elsewhere.clone());
            tokio::spawn(async move { gateway.gp_record(&elsewhere).await })
        })
        .collect();
    assert_eq!(gateway.gp_record(&request()).await.state.code(), "answered");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn waiting_for_a_free_line_ends_at_the_deadline() {
    let silent =
        raw(|mut stream| async move { _ = stream.read_to_end(&mut Vec::new()).await }).await;
    let limits = Limits { calls_at_once: 1, failures_to_open: 100, ..short() };
    let gateway = Arc::new(gateway_to(&[("J81012", &silent)], limits, clock()));
    let usual = gateway::GpRequest { patience: Patience::Usual, ..request() };
    let (first, second) = tokio::join!(gateway.gp_record(&usual), gateway.gp_record(&usual));
    assert_eq!((first.state.code(), second.state.code()), ("timed_out", "timed_out"));
}

#[tokio::test]
async fn after_five_failures_a_practice_is_left_alone_and_probed_each_ten_seconds() {
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    let sick = serve(Router::new().fallback(any(move || {
        *counted.lock().unwrap() += 1;
        async { axum::http::StatusCode::BAD_GATEWAY }
    })))
    .await;
    let clock = clock();
    let gateway = gateway_to(&[("J81012", &sick)], short(), clock.clone());
    for (advance, calls_made) in
        [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 5), (9, 5), (1, 6), (0, 6), (10, 7)]
    {
        clock.advance(SignedDuration::from_secs(advance));
        assert_eq!(gateway.gp_record(&request()).await.state.code(), "unavailable");
        assert_eq!(*calls.lock().unwrap(), calls_made);
    }
}

#[tokio::test]
async fn refusals_in_good_order_never_open_the_breaker() {
    let refusing = answering(404, outcome("PATIENT_NOT_FOUND")).await;
    let gateway = gateway_to(&[("J81012", &refusing)], short(), clock());
    for _ in 0..20 {
        assert_eq!(gateway.gp_record(&request()).await.state.code(), "not_found");
    }
}

#[tokio::test]
async fn nobody_is_called_without_a_verified_number_or_a_connected_practice() {
    let gateway = gateway_to(&[("J81012", "http://127.0.0.1:1")], short(), clock());
    let mut unverified = request();
    unverified.demographics.nhs_number_status = NhsNumberStatus::NotTraced;
    let mut elsewhere = request();
    elsewhere.demographics.gp_practice = model::OdsCode::parse("J81999").ok();
    let mut nowhere = request();
    nowhere.demographics.gp_practice = None;
    for (request, state) in
        [(unverified, "not_found"), (elsewhere, "no_practice"), (nowhere, "no_practice")]
    {
        let record = gateway.gp_record(&request).await;
        assert_eq!(record.state.code(), state);
        assert!(record.sections.values().all(|state| state.code() == "not_retrievable"));
    }
}

/// What the practice saw of one request.
async fn seen_by_the_practice(request: &gateway::GpRequest) -> (HeaderMap, Value) {
    let seen = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&seen);
    let address = serve(Router::new().fallback(any(move |headers: HeaderMap, body: String| {
        *keep.lock().unwrap() = Some((headers, body));
        async { "" }
    })))
    .await;
    gateway_to(&[("J81012", &address)], short(), clock()).gp_record(request).await;
    let (headers, body) = seen.lock().unwrap().take().unwrap();
    (headers, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn the_practice_learns_who_asks_for_whom_and_why() {
    let (headers, _) = seen_by_the_practice(&request()).await;
    assert_eq!(headers["ssp-traceid"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(headers["ssp-to"], "200000000001");
    assert_eq!(
        headers["ssp-interactionid"],
        "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1"
    );
    let token = headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!((parts.len(), parts[2]), (3, ""));
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!(claims["requesting_practitioner"]["id"], claims["sub"]);
    assert_eq!(claims["requesting_practitioner"]["name"][0]["family"], "Oak");
    assert_eq!(claims["requesting_organization"]["identifier"][0]["value"], "R0D");
    assert_eq!(claims["reason_for_request"], "directcare");
    assert_eq!(claims["iat"], 1_795_348_800);
    assert_eq!(claims["exp"], 1_795_349_100);
}

#[tokio::test]
async fn only_what_the_reader_may_see_is_asked_for() {
    let names = |body: &Value| -> Vec<String> {
        let parameters = body["parameter"].as_array().unwrap();
        parameters.iter().map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    let (_, everything) = seen_by_the_practice(&request()).await;
    assert_eq!(names(&everything).len(), 8);
    assert_eq!(everything["parameter"][4]["part"][0]["valuePeriod"]["start"], "2025-11-22");
    assert_eq!(everything["parameter"][1]["part"][0]["name"], "includeResolvedAllergies");
    let mut little = request();
    little.sections = [Section::Allergies, Section::SocialCare].into();
    let (_, body) = seen_by_the_practice(&little).await;
    assert_eq!(names(&body), ["patientNHSNumber", "includeAllergies"]);
}

#[tokio::test]
async fn sections_that_were_not_asked_for_are_not_answered() {
    let condition = json!({"resourceType": "Condition", "id": "c1", "code": {"text": "Asthma"}});
    let answer =
        bundle(&[patient(), list(crate::provider::PROBLEMS, &["Condition/c1"]), condition]);
    let address = answering(200, answer).await;
    let mut little = request();
    little.sections = [Section::Allergies].into();
    let record = gateway_to(&[("J81012", &address)], short(), clock()).gp_record(&little).await;
    assert_eq!((record.sections.len(), record.items.len()), (1, 0));
}
