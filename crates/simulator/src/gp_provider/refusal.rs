//! How a provider says no: an OperationOutcome with a spine code (GP Connect, error handling guidance).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refusal with its spine code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    issue: &'static str,
    diagnostics: String,
}

impl Refusal {
    pub(super) const PATIENT_NOT_FOUND: Self = Self::new(404, "PATIENT_NOT_FOUND", "not-found");
    pub(super) const ORGANISATION_NOT_FOUND: Self =
        Self::new(404, "ORGANISATION_NOT_FOUND", "not-found");
    pub(super) const NO_RELATIONSHIP: Self = Self::new(403, "NO_RELATIONSHIP", "forbidden");
    pub(super) const INVALID_NHS_NUMBER: Self = Self::new(400, "INVALID_NHS_NUMBER", "value");
    pub(super) const INVALID_IDENTIFIER_SYSTEM: Self =
        Self::new(400, "INVALID_IDENTIFIER_SYSTEM", "value");

    const fn new(status: u16, code: &'static str, issue: &'static str) -> Self {
        Self { status, code, issue, diagnostics: String::new() }
    }

    /// A header or claim is missing or wrong.
    pub(super) fn bad_request(what: &str) -> Self {
        Self { diagnostics: what.to_owned(), ..Self::new(400, "BAD_REQUEST", "invalid") }
    }

    /// The body is not the Parameters resource that it should be.
    pub(super) fn invalid_resource(what: &str) -> Self {
        Self { diagnostics: what.to_owned(), ..Self::new(422, "INVALID_RESOURCE", "value") }
    }

    /// A parameter is missing, wrong or not permitted beside another.
    pub(super) fn invalid_parameter(which: &str) -> Self {
        Self { diagnostics: which.to_owned(), ..Self::new(422, "INVALID_PARAMETER", "value") }
    }

    /// What went wrong, for tests.
    #[cfg(test)]
    pub(super) fn diagnostics(&self) -> &str {
        &self.diagnostics
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let outcome = json!({
            "resourceType": "OperationOutcome",
            "meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1"]},
            "issue": [{
                "severity": "error",
                "code": self.issue,
                "details": {"coding": [{
                    "system": "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1",
                    "code": self.code,
                    "display": self.code.replace('_', " ").to_lowercase(),
                }]},
                "diagnostics": self.diagnostics,
            }],
        });
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        super::fhir(status, outcome.to_string())
    }
}
