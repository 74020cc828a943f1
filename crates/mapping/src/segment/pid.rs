//! PID with PD1 and NK1 to Patient (UK Core). Empty changes nothing; `""` deletes.

use fhir::{Element, Resource, When, datatype, system, uk_core};
use hl7v2::Segment;
use model::{LocalIdentity, NhsNumber, NhsNumberStatus};
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, cx, xad, xpn, xtn};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::read::{is_null, repetitions, text, when};
use crate::segment::{nk1, pd1};

/// What a message says of its patient.
pub(crate) struct Patient {
    pub(crate) identity: LocalIdentity,
    pub(crate) resource: Resource,
    pub(crate) cleared: Vec<String>,
}

/// The patient of PID, with what PD1 and NK1 add.
pub(crate) fn patient(
    pid: &Segment<'_>,
    pd1: Option<&Segment<'_>>,
    nk1: &[Segment<'_>],
    feed: &Feed,
) -> Result<Patient, Error> {
    let status = NhsNumberStatus::parse(&text(pid, 32));
    let numbers = numbers(pid);
    let identity = identity::local_identity(&numbers, status, feed, "PID-3")?;
    let resource = Resource::new("Patient")
        .with_id(identity.local_patient())
        .with("identifier", cx::identifiers(&numbers, status, &identity, feed));
    let mut patient = Patient { identity, resource, cleared: Vec::new() };
    name_and_birth(&mut patient, pid);
    contact(&mut patient, pid);
    social(&mut patient, pid, feed);
    birth_order(&mut patient, pid);
    death(&mut patient, pid);
    if let Some(pd1) = pd1 {
        pd1::add(&mut patient, pd1);
    }
    patient.resource.set("contact", nk1::contacts(nk1, feed));
    Ok(patient)
}

impl Patient {
    /// Sets an element to what a field says, or clears it where the field is `""`.
    pub(crate) fn say(&mut self, element: &str, null: bool, value: impl Into<Value>) {
        let value = value.into();
        if !fhir::is_empty(&value) {
            self.resource.set(element, value);
        } else if null {
            self.clear(element);
        }
    }

    fn clear(&mut self, element: &str) {
        self.cleared.push(element.to_owned());
    }
}

/// PID-3; where it holds no valid NHS number, one from PID-2 (legacy) or PID-19 (Homerton's habit).
fn numbers(pid: &Segment<'_>) -> Vec<PatientNumber> {
    let mut numbers: Vec<PatientNumber> =
        repetitions(pid, 3).iter().filter_map(cx::patient_number).collect();
    let (known, _) = identity::nhs_numbers(&numbers, NhsNumberStatus::NotStated);
    if known.is_empty() {
        let elsewhere = [2, 19].into_iter().flat_map(|field| repetitions(pid, field));
        let valid = elsewhere.filter_map(|one| cx::patient_number(&one)).find(|one| {
            NhsNumber::parse(&one.value).is_ok() && (one.authorities.is_empty() || one.is_nhs())
        });
        numbers.extend(valid.map(|one| PatientNumber { kind: "NH".to_owned(), ..one }));
    }
    numbers
}

fn name_and_birth(patient: &mut Patient, pid: &Segment<'_>) {
    let mut names: Vec<Value> = Vec::new();
    for (index, name) in repetitions(pid, 5).iter().enumerate() {
        // The first name is the legal one unless it says otherwise (v2.5.1 §3.4.2.5).
        let otherwise = if index == 0 { "official" } else { "usual" };
        names.extend(xpn::human_name(name, otherwise));
    }
    if !names.is_empty() {
        names.extend(repetitions(pid, 9).iter().filter_map(|one| xpn::human_name(one, "nickname")));
    }
    patient.say("name", is_null(pid, 5), names);
    let birth = When::parse_day(&text(pid, 7)).map(When::fhir_date);
    patient.say("birthDate", is_null(pid, 7), birth);
    let gender = concept::lookup("0001", &text(pid, 8)).map(|found| found.code);
    patient.say("gender", is_null(pid, 8), gender);
}

fn contact(patient: &mut Patient, pid: &Segment<'_>) {
    let addresses: Vec<Value> = repetitions(pid, 11).iter().filter_map(xad::address).collect();
    patient.say("address", is_null(pid, 11), addresses);
    let home = repetitions(pid, 13).into_iter().map(|one| (one, "home"));
    let work = repetitions(pid, 14).into_iter().map(|one| (one, "work"));
    let telecoms: Vec<Value> =
        home.chain(work).filter_map(|(one, usage)| xtn::contact_point(&one, usage)).collect();
    patient.say("telecom", is_null(pid, 13) || is_null(pid, 14), telecoms);
}

/// Language, marital status, ethnic category, religion, mother's maiden name. The last three share
/// one element of FHIR: a message that does not speak of ethnic category must not take it away.
fn social(patient: &mut Patient, pid: &Segment<'_>, feed: &Feed) {
    let language = repetitions(pid, 15).first().map(|one| cwe::concept(one, feed));
    let language = language.filter(|one| !fhir::is_empty(one));
    let communication: Vec<Value> =
        language.map(|one| Element::new().with("language", one).build()).into_iter().collect();
    patient.say("communication", is_null(pid, 15), communication);
    let marital = concept::lookup("0002", &text(pid, 16)).map(|found| {
        datatype::codeable_concept(system::MARITAL_STATUS, found.code, found.display, "")
    });
    patient.say("maritalStatus", is_null(pid, 16), marital);
    let null = is_null(pid, 22) || is_null(pid, 10);
    let mut extensions: Vec<Value> = ethnic_category(pid).into_iter().collect();
    if extensions.is_empty() {
        patient.say("extension", null, Value::Null);
        return;
    }
    extensions.extend(
        repetitions(pid, 17)
            .first()
            .map(|one| cwe::concept(one, feed))
            .and_then(|one| extension(uk_core::RELIGION, "valueCodeableConcept", one)),
    );
    let maiden = repetitions(pid, 6).first().map(|one| crate::read::sub(one, 1, 1));
    extensions.extend(maiden.and_then(|name| {
        extension(uk_core::MOTHERS_MAIDEN_NAME, "valueString", Value::from(name))
    }));
    patient.say("extension", null, extensions);
}

fn extension(url: &str, name: &str, value: Value) -> Option<Value> {
    (!fhir::is_empty(&value)).then(|| datatype::extension(url, name, value))
}

/// NHS ethnic category: the first character is national, a second one local.
fn ethnic_category(pid: &Segment<'_>) -> Option<Value> {
    [22, 10].into_iter().find_map(|field| {
        let code = text(pid, field);
        let first = code.get(..1).unwrap_or("");
        let national = concept::lookup("ethnic_category", &code).or_else(|| {
            if code.len() == 2 { concept::lookup("ethnic_category", first) } else { None }
        })?;
        let system = uk_core::ETHNIC_CATEGORY_ENGLAND;
        let concept = datatype::codeable_concept(system, national.code, national.display, "");
        Some(datatype::extension(uk_core::ETHNIC_CATEGORY, "valueCodeableConcept", concept))
    })
}

/// PID-25 says which of several; PID-24 only that there were several. FHIR holds one of the two.
fn birth_order(patient: &mut Patient, pid: &Segment<'_>) {
    let (several, order) = (text(pid, 24).to_uppercase(), text(pid, 25));
    if let Ok(order) = order.parse::<u8>() {
        patient.resource.set("multipleBirthInteger", order);
        patient.clear("multipleBirthBoolean");
    } else if several == "N" || is_null(pid, 25) || is_null(pid, 24) {
        patient.clear("multipleBirthInteger");
        patient.say("multipleBirthBoolean", true, (several == "N").then_some(false));
    } else if several == "Y" {
        patient.resource.set("multipleBirthBoolean", true);
    }
}

/// PID-29 and PID-30. `""` in either, or `N`, means alive; FHIR holds a date or a flag, not both.
fn death(patient: &mut Patient, pid: &Segment<'_>) {
    let indicator = text(pid, 30).to_uppercase();
    if indicator != "N"
        && let Some(at) = when(pid, 29)
    {
        patient.resource.set("deceasedDateTime", at.fhir_date_time());
        patient.clear("deceasedBoolean");
    } else if indicator == "Y" {
        patient.resource.set("deceasedBoolean", true);
        if is_null(pid, 29) {
            patient.clear("deceasedDateTime");
        }
    } else if indicator == "N" || is_null(pid, 29) || is_null(pid, 30) {
        patient.clear("deceasedDateTime");
        patient.say("deceasedBoolean", true, (indicator == "N").then_some(false));
    }
}
