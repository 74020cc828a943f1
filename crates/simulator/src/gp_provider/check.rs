//! The headers and the token, checked as strictly as a supplier's system does.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refusal;

const INTERACTION: &str =
    "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";

/// The Spine's headers.
pub(super) fn headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let trace = required(headers, "Ssp-TraceID")?;
    trace.parse::<Uuid>().map_err(|_| Refusal::bad_request("Ssp-TraceID is not a UUID"))?;
    required(headers, "Ssp-From")?;
    required(headers, "Ssp-To")?;
    if required(headers, "Ssp-InteractionID")? != INTERACTION {
        return Err(Refusal::bad_request("Ssp-InteractionID names another interaction"));
    }
    let content_type = required(headers, "Content-Type")?;
    if !content_type.starts_with("application/fhir+json") {
        return Err(Refusal::bad_request("Content-Type is not application/fhir+json"));
    }
    Ok(())
}

fn required<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.is_empty() {
        Err(Refusal::bad_request(&format!("{name} is missing")))
    } else {
        Ok(value)
    }
}

/// The unsigned token: who asks, for which organisation, why (cross-organisation audit and provenance).
pub(super) fn token(headers: &HeaderMap) -> Result<(), Refusal> {
    let authorization = required(headers, "Authorization")?;
    let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
    let [header, claims, ""] = token.split('.').collect::<Vec<_>>()[..] else {
        return Err(Refusal::bad_request(
            "the token is not header.claims. with an empty signature",
        ));
    };
    let (header, claims) = (decoded(header)?, decoded(claims)?);
    if header.get("alg").and_then(Value::as_str) != Some("none") {
        return Err(Refusal::bad_request("the token's alg is not none"));
    }
    claims_fit(&claims)
}

fn decoded(part: &str) -> Result<Value, Refusal> {
    let refusal = || Refusal::bad_request("a part of the token is not base64url JSON");
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| refusal())?;
    serde_json::from_slice(&bytes).map_err(|_| refusal())
}

fn claims_fit(claims: &Value) -> Result<(), Refusal> {
    let text = |pointer: &str| {
        claims.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    for name in [
        "/iss",
        "/sub",
        "/aud",
        "/requesting_practitioner/name/0/family",
        "/requesting_organization/name",
    ] {
        text(name).ok_or_else(|| Refusal::bad_request(&format!("the token has no {name}")))?;
    }
    for (name, value) in [
        ("/reason_for_request", "directcare"),
        ("/requested_scope", "patient/*.read"),
        ("/requesting_device/resourceType", "Device"),
        ("/requesting_organization/resourceType", "Organization"),
        (
            "/requesting_organization/identifier/0/system",
            "https://fhir.nhs.uk/Id/ods-organization-code",
        ),
        ("/requesting_practitioner/resourceType", "Practitioner"),
        ("/requesting_practitioner/identifier/0/system", "https://fhir.nhs.uk/Id/sds-user-id"),
        (
            "/requesting_practitioner/identifier/1/system",
            "https://fhir.nhs.uk/Id/sds-role-profile-id",
        ),
    ] {
        if text(name) != Some(value) {
            return Err(Refusal::bad_request(&format!("the token's {name} is not {value}")));
        }
    }
    if text("/requesting_practitioner/id") != text("/sub") {
        return Err(Refusal::bad_request("the token's requesting_practitioner is not its sub"));
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    match (seconds("iat"), seconds("exp")) {
        (Some(issued), Some(expires)) if expires == issued.saturating_add(300) => Ok(()),
        _ => Err(Refusal::bad_request("the token does not live for five minutes")),
    }
}
