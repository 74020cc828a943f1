//! PID with PD1 and NK1 to Patient (UK Core). Empty changes nothing; `""` deletes.

use fhir::{Element, Resource, When, datatype, system, uk_core};
use hl7v2::Segment;
use jiff::Timestamp;
use model::{LocalIdentity, NhsNumber, NhsNumberStatus};
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, cx, xad, xpn, xtn};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{self, PatientNumber};
use crate::mapped::Superseded;
use crate::read::{is_null, part, repetitions, text, when};
use crate::segment::{nk1, pd1};

/// What a message says of its patient.
pub(crate) struct Patient {
    pub(crate) identity: LocalIdentity,
    /// Its NHS number, if it has one, and how sure the source is.
    pub(crate) nhs_number: Option<(NhsNumber, NhsNumberStatus)>,
    /// An NHS number that was its own until another replaced it.
    nhs_number_before: Option<NhsNumber>,
    /// PID-21.
    pub(crate) mother: Option<LocalIdentity>,
    pub(crate) resource: Resource,
    pub(crate) cleared: Vec<String>,
}

/// The patient of PID, with what PD1 and NK1 add. `at`: when it was so.
pub(crate) fn patient(
    pid: &Segment<'_>,
    pd1: Option<&Segment<'_>>,
    nk1: &[Segment<'_>],
    feed: &Feed,
    at: Timestamp,
) -> Result<Patient, Error> {
    let said = Reliability::of(pid);
    let numbers = numbers(pid, at);
    let identity = identity::local_identity(&numbers, said.number, feed, "PID-3")?;
    let (valid, status) = identity::nhs_numbers(&numbers, said.number);
    let resource = Resource::new("Patient")
        .with_id(identity.local_patient())
        .with("identifier", cx::identifiers(&numbers, said.number, &identity, feed));
    let mother = mother(pid, feed, at).filter(|mother| *mother != identity);
    let mut patient = Patient {
        identity,
        nhs_number: if let [only] = valid.as_slice() { Some((*only, status)) } else { None },
        nhs_number_before: identity::ended_nhs_number(&numbers),
        mother,
        resource,
        cleared: Vec::new(),
    };
    name_and_birth(&mut patient, pid, &said);
    contact(&mut patient, pid, &said);
    social(&mut patient, pid, feed);
    birth_order(&mut patient, pid);
    death(&mut patient, pid);
    if let Some(pd1) = pd1 {
        pd1::add(&mut patient, pd1);
    }
    patient.resource.set("contact", nk1::contacts(nk1, feed));
    Ok(patient)
}

/// PID-32: in the UK how far the NHS number was traced; elsewhere (table 0445) what of the rest is
/// only a default that somebody had to type. Both may come, as repetitions.
struct Reliability {
    number: NhsNumberStatus,
    /// `UD`: the birth date is a default.
    default_birth_date: bool,
    /// `UA`: the address is a default.
    default_address: bool,
    /// `AL`: the name is an alias.
    alias: bool,
}

impl Reliability {
    fn of(pid: &Segment<'_>) -> Self {
        let codes: Vec<String> =
            repetitions(pid, 32).iter().map(|one| part(one, 1).to_uppercase()).collect();
        let any = |wanted: &str| codes.iter().any(|code| code == wanted);
        let status = codes.iter().map(|code| NhsNumberStatus::parse(code));
        Self {
            number: status.into_iter().find(|one| one.code().is_some()).unwrap_or_default(),
            default_birth_date: any("UD"),
            default_address: any("UA"),
            alias: any("AL"),
        }
    }
}

/// The mother (PID-21), where it can be told who is meant.
fn mother(pid: &Segment<'_>, feed: &Feed, at: Timestamp) -> Option<LocalIdentity> {
    let mut numbers = cx::patient_numbers(pid, 21, at);
    for number in numbers.iter_mut().filter(|one| one.authorities.is_empty()) {
        if number.kind.is_empty() && NhsNumber::parse(&number.value).is_ok() {
            "NH".clone_into(&mut number.kind);
        }
    }
    identity::named(&numbers, feed, "PID-21").ok()
}

impl Patient {
    /// Which of several it was born as.
    pub(crate) fn birth_order(&self) -> Option<u8> {
        let order = self.resource.get("multipleBirthInteger")?.as_u64()?;
        u8::try_from(order).ok()
    }

    /// Its verified NHS number has replaced another that is said to be over.
    pub(crate) fn superseded(&self, before: Option<NhsNumber>) -> Option<Superseded> {
        let (new, NhsNumberStatus::Verified) = self.nhs_number? else { return None };
        let old = before.or(self.nhs_number_before)?;
        (old != new).then_some(Superseded { old, new })
    }

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
pub(crate) fn numbers(pid: &Segment<'_>, at: Timestamp) -> Vec<PatientNumber> {
    let mut numbers = cx::patient_numbers(pid, 3, at);
    let (known, _) = identity::nhs_numbers(&numbers, NhsNumberStatus::NotStated);
    if known.is_empty() {
        let mut elsewhere =
            [2, 19].into_iter().flat_map(|field| cx::patient_numbers(pid, field, at));
        let valid = elsewhere.find(|one| {
            NhsNumber::parse(&one.value).is_ok() && (one.authorities.is_empty() || one.is_nhs())
        });
        numbers.extend(valid.map(|one| PatientNumber { kind: "NH".to_owned(), ..one }));
    }
    numbers
}

fn name_and_birth(patient: &mut Patient, pid: &Segment<'_>, said: &Reliability) {
    let mut names: Vec<Value> = Vec::new();
    for (index, name) in repetitions(pid, 5).iter().enumerate() {
        // The first name is the legal one unless it says otherwise (v2.5.1 §3.4.2.5).
        let otherwise = match (index, said.alias) {
            (0, true) => "nickname",
            (0, false) => "official",
            _ => "usual",
        };
        names.extend(xpn::human_name(name, otherwise));
    }
    if !names.is_empty() {
        names.extend(repetitions(pid, 9).iter().filter_map(|one| xpn::human_name(one, "nickname")));
    }
    patient.say("name", is_null(pid, 5), names);
    // A birth date that somebody had to type is not known.
    let birth = When::parse_day(&text(pid, 7)).filter(|_| !said.default_birth_date);
    let birth = birth.map(When::fhir_date);
    patient.say("birthDate", is_null(pid, 7), birth);
    let gender = concept::lookup("0001", &text(pid, 8)).map(|found| found.code);
    patient.say("gender", is_null(pid, 8), gender);
}

fn contact(patient: &mut Patient, pid: &Segment<'_>, said: &Reliability) {
    let mut addresses: Vec<Value> = repetitions(pid, 11).iter().filter_map(xad::address).collect();
    if said.default_address {
        addresses.clear();
    }
    patient.say("address", is_null(pid, 11), addresses);
    let home = repetitions(pid, 13).into_iter().map(|one| (one, "home"));
    let work = repetitions(pid, 14).into_iter().map(|one| (one, "work"));
    // PID-40 (v2.7) holds what PID-13 and PID-14 held.
    let newer = repetitions(pid, 40).into_iter().map(|one| (one, "home"));
    let telecoms: Vec<Value> = home
        .chain(work)
        .chain(newer)
        .filter_map(|(one, usage)| xtn::contact_point(&one, usage))
        .collect();
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
    let indicator = match text(pid, 30).to_uppercase().as_str() {
        "Y" | "YES" | "1" | "T" | "TRUE" | "D" => "Y",
        "N" | "NO" | "0" | "F" | "FALSE" => "N",
        _ => "",
    };
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
