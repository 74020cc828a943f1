//! The request on the wire: the Parameters body, the token and the headers.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::Date;
use model::{NhsNumber, Section};
use serde_json::{Value, json};

use crate::area::Area;
use crate::config::{Consumer, Limits, Practice};
use crate::{GpRequest, moment};

/// The interaction that `Ssp-InteractionID` names.
pub(crate) const INTERACTION: &str =
    "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";

/// FHIR's content type in STU3.
pub(crate) const FHIR_JSON: &str = "application/fhir+json";

/// The body: only the areas that the reader may see. Filters that are not permitted beside
/// consultations or problems are never sent (Not permitted parameter combinations).
pub(crate) fn parameters(
    number: NhsNumber,
    request: &GpRequest,
    now: Timestamp,
    limits: &Limits,
) -> Value {
    let mut parameter = vec![json!({
        "name": "patientNHSNumber",
        "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number.to_string()},
    })];
    let asked_since = asked_since(&request.sections, now, limits);
    let asked = Area::ALL.into_iter().filter(|area| request.sections.contains(&area.section()));
    for area in asked.filter(|area| *area != Area::EndedAllergies) {
        parameter.push(match area {
            Area::Allergies => json!({
                "name": area.parameter(),
                "part": [{"name": "includeResolvedAllergies", "valueBoolean": true}],
            }),
            Area::Medicines => json!({
                "name": area.parameter(),
                "part": [{"name": "includePrescriptionIssues", "valueBoolean": true}],
            }),
            Area::Consultations => period(area, "consultationSearchPeriod", &asked_since),
            Area::Investigations => period(area, "investigationSearchPeriod", &asked_since),
            _ => json!({"name": area.parameter()}),
        });
    }
    json!({"resourceType": "Parameters", "parameter": parameter})
}

fn period(area: Area, part: &str, asked_since: &BTreeMap<Section, Date>) -> Value {
    let start = asked_since.get(&area.section()).map(Date::to_string);
    json!({"name": area.parameter(), "part": [{"name": part, "valuePeriod": {"start": start}}]})
}

/// The sections that are asked for only from a day on. Long records are slow to make.
pub(crate) fn asked_since(
    sections: &BTreeSet<Section>,
    now: Timestamp,
    limits: &Limits,
) -> BTreeMap<Section, Date> {
    [
        (Section::Consultations, limits.consultation_days),
        (Section::Results, limits.investigation_days),
    ]
    .into_iter()
    .filter(|(section, _)| sections.contains(section))
    .map(|(section, days)| (section, moment::days_before(now, days)))
    .collect()
}

/// The unsigned token that says who asks and why (GP Connect, cross-organisation audit and
/// provenance): one per request, five minutes long, with the real user and the user's organisation.
pub(crate) fn token(
    consumer: &Consumer,
    practice: &Practice,
    request: &GpRequest,
    now: Timestamp,
) -> String {
    let issued = now.as_second();
    let claims = json!({
        "iss": consumer.issuer,
        "sub": request.actor.user.to_string(),
        "aud": practice.base_url,
        "exp": issued + 300,
        "iat": issued,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read",
        "requesting_device": device(consumer),
        "requesting_organization": organisation(request),
        "requesting_practitioner": practitioner(consumer, request),
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    // "alg": "none" means no third part, but its dot stays (RFC 7519 §6.1).
    format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT"})), part(&claims))
}

fn device(consumer: &Consumer) -> Value {
    json!({
        "resourceType": "Device",
        "identifier": [{"system": format!("{}/Id/device", consumer.issuer), "value": consumer.system}],
        "model": consumer.system,
        "version": consumer.version,
    })
}

/// The reader's organisation, not the one that hosts the system.
fn organisation(request: &GpRequest) -> Value {
    json!({
        "resourceType": "Organization",
        "identifier": [{
            "system": "https://fhir.nhs.uk/Id/ods-organization-code",
            "value": request.actor.organisation.as_str(),
        }],
        "name": request.organisation_name,
    })
}

/// The reader. Staff without a smartcard have "UNK" for their national numbers.
fn practitioner(consumer: &Consumer, request: &GpRequest) -> Value {
    let user = request.actor.user.to_string();
    let name = request.actor.name.trim();
    let (given, family) = name.rsplit_once(' ').unwrap_or(("", name));
    json!({
        "resourceType": "Practitioner",
        "id": user,
        "identifier": [
            {"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK"},
            {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "UNK"},
            {"system": format!("{}/Id/user", consumer.issuer), "value": user},
        ],
        "name": [{"family": family, "given": given.split_whitespace().collect::<Vec<_>>()}],
    })
}

/// Whether any of the sections can be asked of a practice.
pub(crate) fn asks_anything(sections: &BTreeSet<Section>) -> bool {
    Area::ALL.iter().any(|area| sections.contains(&area.section()))
}
