//! An entry of an organisation's index of patients to Patient: the inverse of
//! [`demographics`](crate::demographics).

use fhir::{Element, Resource, datatype, system};
use jiff::Timestamp;
use model::{Demographics, LocalIdentity, PersonName, PostalAddress, Telephone};
use serde_json::{Value, json};

use crate::datatype::cx;
use crate::datatype::given::with_given;
use crate::feed::Feed;
use crate::identity::PatientNumber;
use crate::mapped::PatientStatement;

/// What the index says of a patient. It says only what is there: a column that is empty changes
/// nothing and takes nothing away.
pub fn index_entry(
    said: &Demographics,
    identity: LocalIdentity,
    feed: &Feed,
    event_time: Timestamp,
) -> PatientStatement {
    let number = said.nhs_number.map(|number| PatientNumber {
        value: number.to_string(),
        kind: "NH".to_owned(),
        ..PatientNumber::default()
    });
    let numbers = Vec::from_iter(number);
    let identifiers = cx::identifiers(&numbers, said.nhs_number_status, &identity, feed);
    let resource = Resource::new("Patient")
        .with_id(identity.local_patient())
        .with("meta", security(said))
        .with("identifier", identifiers)
        .with("name", current_first(&said.names, "official").map(name).collect::<Vec<_>>())
        .with("birthDate", said.birth_date.map(|date| date.to_string()))
        .with("gender", said.gender.map(model::Gender::code))
        .with("address", current_first(&said.addresses, "home").map(address).collect::<Vec<_>>())
        .with("telecom", telecom(said))
        .with("generalPractitioner", practice(said))
        .with("multipleBirthInteger", said.birth_order)
        .with("deceasedDateTime", said.death_date.map(|date| date.to_string()))
        .with("deceasedBoolean", (said.deceased && said.death_date.is_none()).then_some(true));
    PatientStatement { identity, resource, cleared: Vec::new(), event_time }
}

/// Each with its use: the first is the current one, the others are over.
fn current_first<'a, T>(
    list: &'a [T],
    current: &'static str,
) -> impl Iterator<Item = (&'static str, &'a T)> {
    std::iter::once(current).chain(std::iter::repeat("old")).zip(list)
}

fn name((usage, name): (&str, &PersonName)) -> Value {
    let element = Element::new().with("use", usage).with("family", name.family.as_str());
    with_given(element, &name.given).with("prefix", texts(name.prefix.as_slice())).build()
}

fn address((usage, address): (&str, &PostalAddress)) -> Value {
    Element::new()
        .with("use", usage)
        .with("line", texts(&address.lines))
        .with("city", address.city.as_deref())
        .with("postalCode", address.postcode.as_deref())
        .build()
}

fn telecom(said: &Demographics) -> Vec<Value> {
    let phone = |one: &Telephone| {
        let usage = if one.mobile { "mobile" } else { "home" };
        json!({"system": "phone", "value": one.number, "use": usage})
    };
    let email = |one: &String| json!({"system": "email", "value": one});
    said.telephones.iter().map(phone).chain(said.emails.iter().map(email)).collect()
}

fn practice(said: &Demographics) -> Vec<Value> {
    let practice = said.gp_practice.as_ref();
    practice.map(|code| datatype::organisation(code.as_str(), "")).into_iter().collect()
}

/// The PDS S-flag as a security label.
fn security(said: &Demographics) -> Value {
    if !said.sensitive {
        return Value::Null;
    }
    json!({"security": [datatype::coding(system::CONFIDENTIALITY, "R", "restricted")]})
}

fn texts(list: &[String]) -> Vec<Value> {
    list.iter().map(|text| Value::from(text.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::{Gender, NhsNumber, NhsNumberStatus, OdsCode};

    use super::*;

    #[test]
    fn what_an_index_says_is_what_is_weighed() {
        let name = |family: &str| PersonName {
            family: family.into(),
            given: vec!["Thomasina Anne".into(), "May".into()],
            prefix: Some("Mrs".into()),
        };
        let middle_only =
            PersonName { given: vec![String::new(), "May".into()], ..name("Yeobright") };
        let home = |line: &str, postcode: &str| PostalAddress {
            lines: vec![line.into()],
            city: Some("Dorchester".into()),
            postcode: Some(postcode.into()),
        };
        let phone = |number: &str, mobile| Telephone { number: number.into(), mobile };
        let full = Demographics {
            nhs_number: NhsNumber::parse("9990000018").ok(),
            nhs_number_status: NhsNumberStatus::Verified,
            names: vec![name("Hardy"), name("Smith"), middle_only],
            birth_date: Some(date(1950, 12, 31)),
            gender: Some(Gender::Female),
            addresses: vec![home("1 High Street", "DT1 1AA"), home("2 Quay", "BH15 1AA")],
            telephones: vec![phone("01305 496001", false), phone("07700 900123", true)],
            emails: vec!["t@example.org".into()],
            gp_practice: OdsCode::parse("J81012").ok(),
            deceased: true,
            death_date: Some(date(2025, 3, 4)),
            birth_order: Some(2),
            sensitive: true,
            inactive: false,
        };
        let dead = Demographics { deceased: true, ..Demographics::default() };
        let feed = Feed::new(OdsCode::parse("RD3").unwrap(), "RD3");
        for said in [Demographics::default(), dead, full] {
            let identity = LocalIdentity::new("RD3", "R1");
            let entry = index_entry(&said, identity, &feed, Timestamp::UNIX_EPOCH);
            assert!(crate::demographics(&entry.resource) == said, "{:?}", entry.resource);
        }
    }
}
