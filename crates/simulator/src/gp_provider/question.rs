//! The Parameters body: whom it is about and which parts are asked for.

use jiff::civil::Date;
use model::NhsNumber;
use serde_json::Value;

use super::record::Part;
use super::refusal::Refusal;

/// A request, understood.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) nhs_number: NhsNumber,
    pub(super) asked: Vec<Asked>,
    /// Parameters that mean nothing to this system; answered with a warning.
    pub(super) unrecognised: Vec<String>,
}

/// One part of the record, from this day on.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) part: Part,
    pub(super) since: Option<Date>,
}

impl Question {
    /// Reads the body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| Refusal::invalid_resource("the body is not JSON"))?;
        if body.get("resourceType").and_then(Value::as_str) != Some("Parameters") {
            return Err(Refusal::invalid_resource("the body is not a Parameters resource"));
        }
        let parameters: Vec<&Value> = each(&body, "parameter").collect();
        let nhs_number = nhs_number(&parameters)?;
        forbid_combinations(&parameters)?;
        let (mut asked, mut unrecognised) = (Vec::new(), Vec::new());
        for parameter in
            parameters.into_iter().filter(|parameter| name(parameter) != "patientNHSNumber")
        {
            match Part::ALL.into_iter().find(|part| part.parameter() == name(parameter)) {
                Some(part) => asked.push(Asked { part, since: since(parameter)? }),
                None => unrecognised.push(name(parameter).to_owned()),
            }
        }
        if asked.is_empty() {
            return Err(Refusal::invalid_parameter("no recognised parameters"));
        }
        Ok(Self { nhs_number, asked, unrecognised })
    }
}

fn nhs_number(parameters: &[&Value]) -> Result<NhsNumber, Refusal> {
    let parameter = parameters.iter().find(|parameter| name(parameter) == "patientNHSNumber");
    let identifier = parameter.and_then(|parameter| parameter.get("valueIdentifier"));
    let identifier = identifier.ok_or_else(|| Refusal::invalid_parameter("patientNHSNumber"))?;
    let text = |name: &str| identifier.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("system") != "https://fhir.nhs.uk/Id/nhs-number" {
        return Err(Refusal::INVALID_IDENTIFIER_SYSTEM);
    }
    NhsNumber::parse(text("value")).map_err(|_| Refusal::INVALID_NHS_NUMBER)
}

/// Filters that may not stand beside consultations or problems, for they could hide what those
/// refer to (Not permitted parameter combinations).
fn forbid_combinations(parameters: &[&Value]) -> Result<(), Refusal> {
    let asks = |wanted: &str| parameters.iter().any(|parameter| name(parameter) == wanted);
    let filtered = |parameter: &str, part: &str| {
        parameters.iter().any(|given| {
            name(given) == parameter && each(given, "part").any(|given| name(given) == part)
        })
    };
    let both = [
        ("includeMedication", "medicationSearchFromDate"),
        ("includeUncategorisedData", "uncategorisedDataSearchPeriod"),
        ("includeReferrals", "referralSearchPeriod"),
        ("includeDiaryEntries", "diaryEntriesSearchDate"),
        ("includeImmunisations", "includeNotGiven"),
        ("includeImmunisations", "includeStatus"),
    ];
    let consultations_only =
        [("includeProblems", "filterSignificance"), ("includeProblems", "filterStatus")];
    let mut forbidden = Vec::new();
    if asks("includeConsultations") || asks("includeProblems") {
        forbidden.extend(both);
    }
    if asks("includeConsultations") {
        forbidden.extend(consultations_only);
    }
    if let Some((parameter, part)) =
        forbidden.into_iter().find(|(parameter, part)| filtered(parameter, part))
    {
        return Err(Refusal::invalid_parameter(&format!("{parameter}.{part}")));
    }
    if asks("includeAllergies") && !filtered("includeAllergies", "includeResolvedAllergies") {
        return Err(Refusal::invalid_parameter("includeAllergies.includeResolvedAllergies"));
    }
    if filtered("includeConsultations", "consultationSearchPeriod")
        && filtered("includeConsultations", "includeNumberOfMostRecent")
    {
        return Err(Refusal::invalid_resource("includeConsultations has a period and a number"));
    }
    Ok(())
}

/// The start of a search period; a whole date or nothing.
fn since(parameter: &Value) -> Result<Option<Date>, Refusal> {
    let start = each(parameter, "part")
        .find_map(|part| part.pointer("/valuePeriod/start").and_then(Value::as_str));
    let Some(start) = start else { return Ok(None) };
    let date = (start.len() == 10).then(|| start.parse().ok()).flatten();
    date.map(Some).ok_or_else(|| Refusal::invalid_parameter(name(parameter)))
}

fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn each<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(parameters: Value, expected: Result<usize, &str>) {
        let mut all = vec![json!({"name": "patientNHSNumber", "valueIdentifier":
            {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}})];
        all.extend(parameters.as_array().unwrap().clone());
        let body = json!({"resourceType": "Parameters", "parameter": all}).to_string();
        let parsed = Question::parse(body.as_bytes());
        let seen =
            parsed.as_ref().map(|question| question.asked.len()).map_err(Refusal::diagnostics);
        assert_eq!(seen, expected);
    }

    #[test]
    fn combinations_that_could_hide_something_are_refused() {
        let filtered = json!({"name": "includeMedication", "part": [{"name": "medicationSearchFromDate", "valueDate": "2020-01-01"}]});
        check(json!([filtered]), Ok(1));
        check(
            json!([filtered, {"name": "includeProblems"}]),
            Err("includeMedication.medicationSearchFromDate"),
        );
        check(
            json!([{"name": "includeAllergies"}]),
            Err("includeAllergies.includeResolvedAllergies"),
        );
        check(json!([{"name": "includeHoroscope"}]), Err("no recognised parameters"));
        let period = |start: &str| json!([{"name": "includeConsultations", "part": [{"name": "consultationSearchPeriod", "valuePeriod": {"start": start}}]}]);
        check(period("2026-01-01"), Ok(1));
        check(period("2026"), Err("includeConsultations"));
    }
}
