//! What a Patient says about who someone is, in the words matching weighs.

use fhir::{Resource, When, system, uk_core};
use jiff::civil::Date;
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, OdsCode, PersonName, PostalAddress, Telephone,
};
use serde_json::Value;

use crate::datatype::given::given;

/// The demographics of a Patient, current names and addresses first.
pub fn demographics(patient: &Resource) -> Demographics {
    let (nhs_number, nhs_number_status) = nhs_number(patient);
    let telecom = |wanted: &'static str| {
        patient.list("telecom").iter().filter(move |one| text(one, "system") == wanted)
    };
    Demographics {
        nhs_number,
        nhs_number_status,
        names: ordered(patient.list("name"), &["official", "usual", "", "nickname", "temp"])
            .map(name)
            .collect(),
        birth_date: patient.text("birthDate").and_then(When::parse_day).and_then(When::date),
        gender: patient.text("gender").and_then(Gender::parse),
        addresses: ordered(patient.list("address"), &["home", "", "temp", "work", "billing"])
            .map(address)
            .collect(),
        telephones: telecom("phone").filter_map(telephone).collect(),
        emails: telecom("email").map(|one| text(one, "value").to_owned()).collect(),
        gp_practice: gp_practice(patient),
        deceased: deceased(patient),
        death_date: death_date(patient),
        birth_order: birth_order(patient),
        sensitive: sensitive(patient),
        inactive: patient.get("active").and_then(Value::as_bool) == Some(false),
    }
}

/// The one valid NHS number. Two different ones are no number at all: matching must not trust either.
fn nhs_number(patient: &Resource) -> (Option<NhsNumber>, NhsNumberStatus) {
    let mut found: Option<NhsNumber> = None;
    let mut status = NhsNumberStatus::NotStated;
    for identifier in patient.list("identifier") {
        let current = text(identifier, "use") != "old";
        if text(identifier, "system") != system::NHS_NUMBER || !current {
            continue;
        }
        let Ok(number) = NhsNumber::parse(text(identifier, "value")) else { continue };
        if found.is_some_and(|one| one != number) {
            return (None, NhsNumberStatus::Conflict);
        }
        found = Some(number);
        status = verification(identifier);
    }
    (found, status)
}

fn verification(identifier: &Value) -> NhsNumberStatus {
    extension(identifier, uk_core::NHS_NUMBER_VERIFICATION_STATUS)
        .and_then(|one| one.pointer("/valueCodeableConcept/coding/0/code"))
        .and_then(Value::as_str)
        .map_or(NhsNumberStatus::NotStated, NhsNumberStatus::parse)
}

fn extension<'a>(element: &'a Value, url: &str) -> Option<&'a Value> {
    element.get("extension")?.as_array()?.iter().find(|one| text(one, "url") == url)
}

/// Uses in this order first, then whatever else there is (`old`, `maiden`), each in the order sent.
fn ordered<'a>(list: &'a [Value], uses: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    let place = |one: &Value| uses.iter().position(|this| *this == text(one, "use"));
    let mut sorted: Vec<&Value> = list.iter().collect();
    sorted.sort_by_key(|one| (ended(one), place(one).unwrap_or(uses.len())));
    sorted.into_iter()
}

/// The source says that this name or address is over.
fn ended(one: &Value) -> bool {
    one.pointer("/period/end").is_some() || text(one, "use") == "old"
}

fn name(value: &Value) -> PersonName {
    let prefix = value.pointer("/prefix/0").and_then(Value::as_str);
    PersonName {
        family: text(value, "family").to_owned(),
        given: given(value),
        prefix: prefix.map(str::to_owned),
    }
}

fn address(value: &Value) -> PostalAddress {
    let lines = value.get("line").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let optional = |name: &str| Some(text(value, name)).filter(|one| !one.is_empty());
    PostalAddress {
        lines: lines.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        city: optional("city").map(str::to_owned),
        postcode: optional("postalCode").map(str::to_owned),
    }
}

/// UK mobiles begin with 07 (+44 7).
fn telephone(value: &Value) -> Option<Telephone> {
    let number = text(value, "value");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let by_number = ["07", "447", "00447"].iter().any(|start| digits.starts_with(start));
    let mobile = by_number || text(value, "use") == "mobile";
    (!digits.is_empty()).then(|| Telephone { number: number.to_owned(), mobile })
}

fn gp_practice(patient: &Resource) -> Option<OdsCode> {
    let practices = patient.list("generalPractitioner").iter();
    practices
        .filter_map(|one| one.get("identifier"))
        .filter(|identifier| text(identifier, "system") == system::ODS_ORGANISATION)
        .find_map(|identifier| OdsCode::parse(text(identifier, "value")).ok())
}

fn deceased(patient: &Resource) -> bool {
    let said = patient.get("deceasedBoolean").and_then(Value::as_bool);
    said.unwrap_or(false) || patient.get("deceasedDateTime").is_some()
}

fn death_date(patient: &Resource) -> Option<Date> {
    patient.text("deceasedDateTime").and_then(When::parse).and_then(When::date)
}

fn birth_order(patient: &Resource) -> Option<u8> {
    let order = patient.get("multipleBirthInteger")?.as_u64()?;
    u8::try_from(order).ok()
}

/// The PDS S-flag and its like: confidentiality R or V.
fn sensitive(patient: &Resource) -> bool {
    let labels = patient.list("meta.security").iter();
    labels
        .filter(|label| text(label, "system") == system::CONFIDENTIALITY)
        .any(|label| matches!(text(label, "code"), "R" | "V"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Demographics {
        demographics(&Resource::parse(json.as_bytes()).unwrap())
    }

    #[test]
    fn current_names_and_addresses_come_first() {
        let said = read(
            r#"{"resourceType":"Patient","name":[{"use":"maiden","family":"Smith"},
            {"use":"official","family":"Hardy","given":["Ann"],"prefix":["Mrs"]}],
            "address":[{"use":"old","postalCode":"BH1 1AA"},{"use":"home","line":["1 Quay"],"city":"Poole"}],
            "telecom":[{"system":"phone","value":"07700 900123"},{"system":"phone","value":"01202 960001"},
            {"system":"email","value":"a@example.org"}]}"#,
        );
        let families: Vec<&str> = said.names.iter().map(|name| name.family.as_str()).collect();
        assert_eq!(families, ["Hardy", "Smith"]);
        assert_eq!(said.addresses[0].city.as_deref(), Some("Poole"));
        let mobiles: Vec<bool> = said.telephones.iter().map(|one| one.mobile).collect();
        assert_eq!(mobiles, [true, false]);
        assert_eq!(said.emails, ["a@example.org"]);
    }

    #[test]
    fn two_different_nhs_numbers_are_none() {
        let identifier = |value: &str| {
            format!(r#"{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{value}"}}"#)
        };
        let patient = |numbers: &[&str]| {
            let list: Vec<String> = numbers.iter().map(|one| identifier(one)).collect();
            read(&format!(r#"{{"resourceType":"Patient","identifier":[{}]}}"#, list.join(",")))
        };
        assert!(patient(&["9990000018"]).nhs_number.is_some());
        assert!(patient(&["9990000018", "9990000018"]).nhs_number.is_some());
        let conflict = patient(&["9990000018", "9990000026"]);
        assert_eq!(conflict.nhs_number, None);
        assert_eq!(conflict.nhs_number_status, NhsNumberStatus::Conflict);
    }

    #[test]
    fn death_and_birth_order_are_read() {
        let said = read(
            r#"{"resourceType":"Patient","birthDate":"1976","deceasedDateTime":"2025-03-04T10:00:00+00:00",
            "multipleBirthInteger":2,"meta":{"security":[{
            "system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}"#,
        );
        assert_eq!((said.birth_date, said.deceased, said.birth_order), (None, true, Some(2)));
        assert_eq!(said.death_date.map(|date| date.to_string()).as_deref(), Some("2025-03-04"));
        assert!(said.sensitive);
    }
}
