//! What an OperationOutcome says: the Spine's error codes and the practice's warnings.

use serde_json::Value;

use crate::bundle::Bundle;
use crate::element::{each, text};
use crate::{Error, RecordState, SectionState};

/// The error in a refusing answer's body.
pub(crate) fn error(status: u16, body: &[u8]) -> Error {
    let outcome: Value = serde_json::from_slice(body).unwrap_or_default();
    match each(&outcome, "issue").find_map(code) {
        Some(code) if text(&outcome, "/resourceType") == Some("OperationOutcome") => {
            Error::Outcome { status, code }
        }
        _ => Error::Status { status },
    }
}

/// The issue's code, reduced to letters and underscores: it goes into logs.
fn code(issue: &Value) -> Option<String> {
    let code = each(issue.get("details")?, "coding").find_map(|coding| text(coding, "/code"))?;
    let code: String = code
        .chars()
        .take(60)
        .map(|letter| if letter.is_ascii_alphabetic() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    Some(code)
}

/// A parameter that the practice did not answer to, and its words for that.
pub(crate) struct Unsupported {
    pub(crate) parameter: String,
    pub(crate) words: String,
}

/// Warnings of a successful answer (Configuration for supported clinical areas).
pub(crate) fn unsupported(bundle: &Bundle) -> Vec<Unsupported> {
    bundle
        .of_type("OperationOutcome")
        .flat_map(|outcome| each(outcome, "issue"))
        .filter(|issue| text(issue, "/code") == Some("not-supported"))
        .filter_map(|issue| {
            let parameter = text(issue, "/diagnostics")?.to_owned();
            let words =
                text(issue, "/details/text").unwrap_or("A part of the request is not supported.");
            Some(Unsupported { parameter, words: words.to_owned() })
        })
        .collect()
}

/// What a failed call means for the page: for the record as a whole and for each of its sections.
pub(crate) fn meaning(error: &Error) -> (RecordState, SectionState) {
    let code = match error {
        Error::TimedOut => return (RecordState::TimedOut, SectionState::TimedOut),
        Error::Outcome { code, .. } => code.as_str(),
        Error::Status { status: 401 | 403 } => "ACCESS_DENIED",
        Error::Status { status: 404 } => "PRACTICE_NOT_FOUND",
        Error::Status { status: 501 } => "NOT_IMPLEMENTED",
        _ => "",
    };
    let why = sentence(error, code).to_owned();
    match code {
        "PATIENT_NOT_FOUND" | "NO_RECORD_FOUND" | "INVALID_NHS_NUMBER" => {
            (RecordState::NotFound { why: why.clone() }, SectionState::NotRetrievable { why })
        }
        "NO_PATIENT_CONSENT"
        | "NO_ORGANISATION_CONSENT"
        | "NO_RELATIONSHIP"
        | "ACCESS_DENIED"
        | "ASID_CHECK_FAILED" => {
            (RecordState::Refused { why: why.clone() }, SectionState::AccessDenied { why })
        }
        "NOT_IMPLEMENTED" => (RecordState::Unavailable { why }, SectionState::NotSupported),
        _ => (RecordState::Unavailable { why: why.clone() }, SectionState::Unavailable { why }),
    }
}

fn sentence(error: &Error, code: &str) -> &'static str {
    match code {
        "PATIENT_NOT_FOUND" | "NO_RECORD_FOUND" => {
            "The GP practice shares no record under this NHS number: the person may have moved, have died, or be marked sensitive."
        }
        "INVALID_NHS_NUMBER" => "The GP practice does not accept this NHS number.",
        "NO_PATIENT_CONSENT" => {
            "The person has asked the GP practice not to share their record. This cannot be overridden here."
        }
        "NO_ORGANISATION_CONSENT" => {
            "The GP practice does not share records with your organisation."
        }
        "NO_RELATIONSHIP" => "The GP practice found no care relationship with your organisation.",
        "ACCESS_DENIED" | "ASID_CHECK_FAILED" => "The GP practice denied access.",
        "NOT_IMPLEMENTED" => "The GP practice's system does not offer its record.",
        "PRACTICE_NOT_FOUND" | "ORGANISATION_NOT_FOUND" => {
            "The GP practice's system was not found at its address."
        }
        _ => match error {
            Error::LeftAlone => {
                "The GP practice's system has failed several times in a row; it will be tried again within seconds."
            }
            Error::Call(_) => "The GP practice's system cannot be reached.",
            Error::TooLarge { .. } => "The GP practice's answer is too large to be shown.",
            Error::Malformed { .. } => "The GP practice's answer cannot be read.",
            Error::Outcome { status, .. } if *status < 500 => {
                "The GP practice's system did not understand the request."
            }
            _ => "The GP practice's system has failed.",
        },
    }
}
