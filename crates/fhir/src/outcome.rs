//! `OperationOutcome`: how a FHIR server says what went well or wrong (FHIR R4 §2.38).

use serde_json::Value;

use crate::element::Element;
use crate::resource::Resource;

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing was done.
    Error,
    /// Done, but look.
    Warning,
    /// Done.
    Information,
}

/// One issue of an outcome.
#[derive(Debug, Clone)]
pub struct Issue {
    /// How bad.
    pub severity: Severity,
    /// FHIR's issue type: `invalid`, `not-found`, `forbidden`…
    pub code: &'static str,
    /// A sentence for a person. Never patient data.
    pub diagnostics: String,
    /// Where, as a FHIRPath: `Bundle.entry[2].resource`.
    pub expression: Option<String>,
}

impl Issue {
    /// An error with a sentence.
    pub fn error(code: &'static str, diagnostics: impl Into<String>) -> Self {
        let diagnostics = diagnostics.into();
        Self { severity: Severity::Error, code, diagnostics, expression: None }
    }

    /// Something done.
    pub fn information(diagnostics: impl Into<String>) -> Self {
        let (severity, code) = (Severity::Information, "informational");
        Self { severity, code, diagnostics: diagnostics.into(), expression: None }
    }
}

/// The outcome of these issues.
pub fn outcome(issues: &[Issue]) -> Resource {
    let issues: Vec<Value> = issues.iter().map(issue).collect();
    Resource::new("OperationOutcome").with("issue", issues)
}

fn issue(issue: &Issue) -> Value {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
    };
    let expression: Vec<Value> = issue.expression.iter().map(|path| path.as_str().into()).collect();
    Element::new()
        .with("severity", severity)
        .with("code", issue.code)
        .with("diagnostics", issue.diagnostics.as_str())
        .with("expression", expression)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_says_what_is_wrong() {
        let outcome = outcome(&[Issue::error("invalid", "the Bundle has no entries")]);
        assert_eq!(outcome.text("issue.0.severity"), Some("error"));
        assert_eq!(outcome.text("issue.0.code"), Some("invalid"));
        assert_eq!(outcome.text("issue.0.diagnostics"), Some("the Bundle has no entries"));
    }
}
