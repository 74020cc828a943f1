//! Reading STU3 elements out of JSON, tolerantly: a missing or misshapen element is `None`.

use serde_json::Value;

/// The text at a JSON pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The members of an array, or nothing.
pub(crate) fn each<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A number or text exactly as it was written: some practices quote their decimals.
pub(crate) fn written(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// The extension called `name`, whichever of the CareConnect addresses it carries:
/// `Extension-CareConnect-GPC-ProblemSignificance-1` and `Extension-CareConnect-ProblemSignificance-1` are both in use.
pub(crate) fn extension<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    extensions(value, name).next()
}

/// Every extension called `name`.
pub(crate) fn extensions<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    each(value, "extension").filter(move |extension| {
        text(extension, "/url").is_some_and(|url| extension_name(url) == name)
    })
}

fn extension_name(url: &str) -> &str {
    let last = url.rsplit('/').next().unwrap_or(url);
    let last = last.strip_prefix("Extension-CareConnect-").unwrap_or(last);
    let last = last.strip_prefix("GPC-").unwrap_or(last);
    last.strip_suffix("-1").unwrap_or(last)
}

/// The words of an extension that is a CodeableConcept, a code or a string.
pub(crate) fn extension_words(value: &Value, name: &str) -> Option<String> {
    let extension = extension(value, name)?;
    extension
        .get("valueCodeableConcept")
        .and_then(concept)
        .map(|concept| concept.text)
        .or_else(|| text(extension, "/valueCode").map(str::to_owned))
        .or_else(|| text(extension, "/valueString").map(str::to_owned))
}

/// What a CodeableConcept says.
#[derive(Default)]
pub(crate) struct Concept {
    pub(crate) code: Option<String>,
    pub(crate) system: Option<String>,
    pub(crate) text: String,
}

/// Where SNOMED CT codes come from.
const SNOMED: &str = "http://snomed.info/sct";

/// Reads a CodeableConcept: the SNOMED CT code where there is one, else the first of whatever
/// system (Read, EMIS, Gemscript); the words that the clinician chose before the preferred term.
pub(crate) fn concept(value: &Value) -> Option<Concept> {
    let snomed = each(value, "coding").find(|coding| text(coding, "/system") == Some(SNOMED));
    let coding = snomed.or_else(|| each(value, "coding").next());
    let words = text(value, "/text")
        .or_else(|| coding.and_then(chosen_words))
        .or_else(|| coding.and_then(|coding| text(coding, "/display")))
        .or_else(|| each(value, "coding").find_map(|coding| text(coding, "/display")))
        .or_else(|| coding.and_then(|coding| text(coding, "/code")))?;
    Some(Concept {
        code: coding.and_then(|coding| text(coding, "/code")).map(str::to_owned),
        system: coding.and_then(|coding| text(coding, "/system")).map(str::to_owned),
        text: words.to_owned(),
    })
}

/// The synonym that was chosen on the practice's screen (Extension-coding-sctdescid).
fn chosen_words(coding: &Value) -> Option<&str> {
    let description = extension(coding, "Extension-coding-sctdescid")?;
    each(description, "extension")
        .find(|part| text(part, "/url") == Some("DescriptionDisplay"))
        .and_then(|part| text(part, "/valueString"))
}

/// The words of a CodeableConcept at `pointer`.
pub(crate) fn words(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(concept).map(|concept| concept.text)
}

/// The texts of `note`.
pub(crate) fn notes(value: &Value) -> impl Iterator<Item = String> {
    each(value, "note").filter_map(|note| text(note, "/text")).map(str::to_owned)
}

/// `low to high`, or the practice's own words.
pub(crate) fn range(value: &Value) -> Option<String> {
    let range = each(value, "referenceRange").next()?;
    if let Some(words) = text(range, "/text") {
        return Some(words.to_owned());
    }
    match (written(range, "/low/value"), written(range, "/high/value")) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("at least {low}")),
        (None, Some(high)) => Some(format!("at most {high}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn snomed_is_preferred_and_other_codes_survive() {
        let read = json!({"system": "http://read.info/readv2", "code": "H33..", "display": "Asthma (Read)"});
        let snomed = json!({"system": SNOMED, "code": "195967001", "display": "Asthma"});
        let both = concept(&json!({"coding": [read, snomed]})).unwrap();
        assert_eq!((both.code.as_deref(), both.text.as_str()), (Some("195967001"), "Asthma"));
        let only = concept(&json!({"coding": [read]})).unwrap();
        assert_eq!(only.system.as_deref(), Some("http://read.info/readv2"));
        assert_eq!((only.code.as_deref(), only.text.as_str()), (Some("H33.."), "Asthma (Read)"));
    }

    #[test]
    fn words_are_those_of_the_clinician_first() {
        let coding = json!({"system": SNOMED, "code": "422400008", "display": "Vomiting", "extension": [{
            "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-coding-sctdescid",
            "extension": [{"url": "DescriptionDisplay", "valueString": "Emesis"}]}]});
        assert_eq!(concept(&json!({"coding": [coding]})).unwrap().text, "Emesis");
        assert_eq!(concept(&json!({"coding": [coding], "text": "Sick"})).unwrap().text, "Sick");
        assert_eq!(concept(&json!({"text": "Only words"})).unwrap().code, None);
        assert!(concept(&json!({})).is_none());
    }

    #[test]
    fn an_extension_is_found_under_both_addresses() {
        for url in [
            "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1",
            "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ProblemSignificance-1",
        ] {
            let condition = json!({"extension": [{"url": url, "valueCode": "major"}]});
            assert_eq!(
                extension_words(&condition, "ProblemSignificance").as_deref(),
                Some("major")
            );
        }
    }
}
