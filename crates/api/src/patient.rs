//! A person, and one organisation's record of them, as FHIR R4 Patients in UK Core's shape.

use std::fmt::Display;

use empi::LocalPatient;
use fhir::{Element, Resource, datatype, system, uk_core};
use jiff::Timestamp;
use model::{Demographics, PersonName, PostalAddress};
use serde_json::{Value, json};

use crate::domain::Named;
use crate::sight::Seen;

/// The profile these Patients keep to.
const PROFILE: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient";

/// The golden record: the best of what the sources say, linked to their own records (`seealso`) and
/// to the ids that were merged into this one (`replaces`). Where `domains` are named, only their
/// numbers are given (ITI-78 §3.78.4.1.2.3).
pub(crate) fn golden(seen: &Seen, domains: Option<&[Named]>) -> Resource {
    let person = &seen.person;
    let newest = person.local_patients.iter().map(|record| record.updated_at).max();
    let mut patient = described(&person.id, &person.demographics, newest);
    patient.set("identifier", identifiers(seen, domains));
    patient.set("active", !seen.inactive);
    let link = |id: &dyn Display, kind: &str| link(&format!("Patient/{id}"), kind);
    let records = seen.numbered().map(|record| link(&record.id, "seealso"));
    let former = seen.former.iter().map(|id| link(id, "replaces"));
    patient.set("link", records.chain(former).collect::<Vec<_>>());
    patient
}

/// One organisation's record: linked to the golden record (`refer`), or, where its own source merged
/// it away, to the record that goes on (`replaced-by`).
pub(crate) fn local(record: &LocalPatient) -> Resource {
    let said = &record.demographics;
    let system = system::local_patient(&record.identity.authority);
    let own = datatype::identifier(&system, &record.identity.value);
    let mut patient = described(&record.id, said, Some(record.updated_at));
    patient.set("identifier", nhs_number(said).into_iter().chain([own]).collect::<Vec<_>>());
    patient.set("active", record.merged_into.is_none() && !said.inactive);
    patient.set("managingOrganization", datatype::organisation(record.organisation.as_str(), ""));
    let golden = link(&format!("Patient/{}", record.person), "refer");
    let survivor = record.merged_into.map(|into| link(&format!("Patient/{into}"), "replaced-by"));
    patient.set("link", [golden].into_iter().chain(survivor).collect::<Vec<_>>());
    patient
}

/// The numbers of a person that may be given out.
pub(crate) fn identifiers(seen: &Seen, domains: Option<&[Named]>) -> Vec<Value> {
    let wanted = |named: &Named| domains.is_none_or(|domains| domains.contains(named));
    let number = nhs_number(&seen.person.demographics).filter(|_| wanted(&Named::Nhs));
    let of = |record: &LocalPatient| {
        let system = system::local_patient(&record.identity.authority);
        let all = domains.is_none_or(|domains| domains.iter().any(|one| one.system() == system));
        all.then(|| {
            let value = &record.identity.value;
            let assigner = datatype::organisation(record.organisation.as_str(), "");
            let identifier = Element::new().with("system", system).with("value", value.as_str());
            identifier.with("assigner", assigner).build()
        })
    };
    number.into_iter().chain(seen.numbered().filter_map(of)).collect()
}

fn nhs_number(said: &Demographics) -> Option<Value> {
    let number = said.nhs_number?;
    let status = said.nhs_number_status.code().map(|code| {
        let concept =
            datatype::codeable_concept(uk_core::VERIFICATION_STATUS_ENGLAND, code, "", "");
        let url = uk_core::NHS_NUMBER_VERIFICATION_STATUS;
        vec![datatype::extension(url, "valueCodeableConcept", concept)]
    });
    let identifier = Element::new().with("extension", status.unwrap_or_default());
    let identifier = identifier.with("system", system::NHS_NUMBER);
    Some(identifier.with("value", number.to_string()).build())
}

fn described(id: &dyn Display, said: &Demographics, updated: Option<Timestamp>) -> Resource {
    Resource::new("Patient")
        .with_id(id)
        .with("meta", meta(said, updated))
        .with("name", names(&said.names))
        .with("telecom", telecom(said))
        .with("gender", said.gender.map(model::Gender::code))
        .with("birthDate", said.birth_date.map(|date| date.to_string()))
        .with("deceasedBoolean", (said.deceased && said.death_date.is_none()).then_some(true))
        .with("deceasedDateTime", said.death_date.map(|date| date.to_string()))
        .with("address", addresses(&said.addresses))
        .with("multipleBirthInteger", said.birth_order)
        .with("generalPractitioner", practice(said))
}

fn meta(said: &Demographics, updated: Option<Timestamp>) -> Value {
    // PDS marks a protected person so (v3-Confidentiality R); without a mark nothing is said.
    let restricted = || vec![datatype::coding(system::CONFIDENTIALITY, "R", "restricted")];
    Element::new()
        .with("lastUpdated", updated.map(|at| at.to_string()))
        .with("profile", json!([PROFILE]))
        .with("security", said.sensitive.then(restricted).unwrap_or_default())
        .build()
}

/// The first name is the one in use; what the others are the sources do not always say.
fn names(names: &[PersonName]) -> Vec<Value> {
    let name = |(place, name): (usize, &PersonName)| {
        Element::new()
            .with("use", if place == 0 { "usual" } else { "" })
            .with("family", name.family.as_str())
            .with("given", known(&name.given))
            .with("prefix", name.prefix.iter().cloned().collect::<Vec<_>>())
            .build()
    };
    names.iter().enumerate().map(name).collect()
}

/// A forename that is not known is empty; what is left are the others.
fn known(given: &[String]) -> Vec<String> {
    given.iter().filter(|name| !name.is_empty()).cloned().collect()
}

fn telecom(said: &Demographics) -> Vec<Value> {
    let point = |system: &str, value: &str, kind: &str| {
        Element::new().with("system", system).with("value", value).with("use", kind).build()
    };
    let phones = said
        .telephones
        .iter()
        .map(|one| point("phone", &one.number, if one.mobile { "mobile" } else { "" }));
    phones.chain(said.emails.iter().map(|email| point("email", email, ""))).collect()
}

/// The first address is the one in use.
fn addresses(addresses: &[PostalAddress]) -> Vec<Value> {
    let address = |(place, address): (usize, &PostalAddress)| {
        Element::new()
            .with("use", if place == 0 { "home" } else { "" })
            .with("line", address.lines.clone())
            .with("city", address.city.clone())
            .with("postalCode", address.postcode.clone())
            .build()
    };
    addresses.iter().enumerate().map(address).collect()
}

fn practice(said: &Demographics) -> Vec<Value> {
    said.gp_practice.iter().map(|ods| datatype::organisation(ods.as_str(), "")).collect()
}

fn link(reference: &str, kind: &str) -> Value {
    json!({"other": {"reference": reference}, "type": kind})
}
