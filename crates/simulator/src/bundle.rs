//! Dorset HealthCare's mental-health and community care as FHIR R4 transaction bundles.

use fhir::system;
use jiff::Timestamp;
use model::Gender;
use serde_json::{Value, json};

use crate::county::County;
use crate::dice::Dice;
use crate::illness::days_before;
use crate::organisation::MENTAL_HEALTH;
use crate::person::{Diagnosed, Part, Person, PersonIndex};

const TEAMS: [&str; 5] = [
    "Community Mental Health Team West",
    "Community Mental Health Team East",
    "Older People's Mental Health Team",
    "Steps to Wellbeing",
    "District Nursing",
];

/// Whom the trust knows, each with the moment of the last word about them, oldest first.
pub(crate) fn people(county: &County) -> Vec<(Timestamp, PersonIndex)> {
    let mut found: Vec<(Timestamp, PersonIndex)> = (0..county.people.len())
        .filter_map(|index| {
            let person = county.people.get(index)?;
            let mut dice = Dice::new(county.seed, "mental health", number(index));
            let per_mille = match person.part {
                Some(Part::Inpatient) => 1000,
                Some(_) => 0,
                None => match illness(county, person).map(|found| found.illness.key) {
                    Some("schizophrenia" | "bipolar") => 950,
                    Some("dementia") => 600,
                    Some(_) => 300,
                    None if person.age_on(county.today) >= 80 => 150,
                    None => 4,
                },
            };
            let day = days_before(county.today, dice.between(5, 600));
            (dice.chance(per_mille) && person.lives_on(day))
                .then(|| (moment(county, day, 15), index))
        })
        .collect();
    found.sort();
    found
}

/// One person's bundle: the patient, a diagnosis, the episode of care and the last contacts.
pub(crate) fn write(county: &County, index: PersonIndex, at: Timestamp) -> Option<Vec<u8>> {
    let person = county.people.get(index)?;
    let mut dice = Dice::new(county.seed, "bundle", number(index));
    let patient =
        format!("urn:uuid:{}", model::stable_id(&["simulated patient", &index.to_string()]));
    let team = *dice.pick(&TEAMS);
    let mut entries = vec![entry(&patient, patient_resource(county, person, index, &mut dice))];
    if let Some(found) = illness(county, person) {
        entries.push(entry(&urn(index, "condition", 0), condition(found, &patient, index)));
    }
    let since = at.to_zoned(county.zone.clone()).date();
    for contact in 0..=u64::from(dice.below(3)) {
        let day = days_before(since, i64::try_from(contact).unwrap_or(0) * 21);
        let starts = moment(county, day, 10);
        let resource = encounter(team, &patient, index, contact, starts);
        entries.push(entry(&urn(index, "encounter", contact), resource));
    }
    Some(transaction(at, &entries))
}

/// A bundle about a new contact: part of life.
pub(crate) fn news(county: &County, dice: &mut Dice, at: Timestamp, count: u64) -> Option<Vec<u8>> {
    let known = people(county);
    let (_, index) = *known.get(dice.place(known.len()))?;
    let person = county.people.get(index)?;
    let patient =
        format!("urn:uuid:{}", model::stable_id(&["simulated patient", &index.to_string()]));
    let mut own = Dice::new(county.seed, "bundle", number(index));
    let team = *own.pick(&TEAMS);
    let entries = [
        entry(&patient, patient_resource(county, person, index, &mut own)),
        entry(
            &urn(index, "encounter", 1000 + count),
            encounter(team, &patient, index, 1000 + count, at),
        ),
    ];
    Some(transaction(at, &entries))
}

fn transaction(at: Timestamp, entries: &[Value]) -> Vec<u8> {
    json!({
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": at.to_string(),
        "entry": entries,
    })
    .to_string()
    .into_bytes()
}

fn entry(full_url: &str, resource: Value) -> Value {
    let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    json!({
        "fullUrl": full_url,
        "resource": resource,
        "request": {"method": "POST", "url": kind},
    })
}

fn urn(index: PersonIndex, kind: &str, count: u64) -> String {
    let id = model::stable_id(&["simulated", kind, &index.to_string(), &count.to_string()]);
    format!("urn:uuid:{id}")
}

fn patient_resource(
    county: &County,
    person: &Person,
    index: PersonIndex,
    dice: &mut Dice,
) -> Value {
    let mut identifiers = vec![json!({
        "system": system::local_patient(MENTAL_HEALTH),
        "value": format!("M{:06}", index * 5 + 20_003),
    })];
    if person.part.is_some() || !dice.chance(70) {
        identifiers.push(json!({
            "system": system::NHS_NUMBER,
            "value": person.nhs_number.to_string(),
            "extension": [{
                "url": fhir::uk_core::NHS_NUMBER_VERIFICATION_STATUS,
                "valueCodeableConcept": {"coding": [{
                    "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
                    "code": "number-present-and-verified",
                }]},
            }],
        }));
    }
    let home = county.homes.get(person.home);
    let mut patient = json!({
        "resourceType": "Patient",
        "identifier": identifiers,
        "name": [{
            "use": "official",
            "family": person.family,
            "given": [person.given],
            "prefix": [person.title(county.today)],
        }],
        "gender": if person.gender == Gender::Male { "male" } else { "female" },
        "birthDate": person.birth_date.to_string(),
        "generalPractitioner": [{
            "type": "Organization",
            "identifier": {"system": system::ODS_ORGANISATION, "value": person.practice},
        }],
    });
    if let (Some(home), Some(fields)) = (home, patient.as_object_mut()) {
        let (house, street) = home.lines();
        let lines: Vec<String> = house.map(str::to_owned).into_iter().chain([street]).collect();
        fields.insert(
            "address".into(),
            json!([{"use": "home", "line": lines, "city": home.town.name, "postalCode": home.postcode()}]),
        );
    }
    patient
}

fn condition(found: &Diagnosed, patient: &str, index: PersonIndex) -> Value {
    json!({
        "resourceType": "Condition",
        "identifier": [{
            "system": "urn:chesil:simulator:condition",
            "value": format!("{index}-{}", found.illness.key),
        }],
        "clinicalStatus": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
            "code": "active",
        }]},
        "code": {
            "coding": [{
                "system": system::SNOMED,
                "code": found.illness.snomed,
                "display": found.illness.text,
            }],
            "text": found.illness.text,
        },
        "subject": {"reference": patient},
        "onsetDateTime": found.since.to_string(),
    })
}

fn encounter(
    team: &str,
    patient: &str,
    index: PersonIndex,
    contact: u64,
    starts: Timestamp,
) -> Value {
    json!({
        "resourceType": "Encounter",
        "identifier": [{
            "system": "urn:chesil:simulator:contact",
            "value": format!("{index}-{contact}"),
        }],
        "status": "finished",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
            "display": "ambulatory",
        },
        "type": [{"text": "Community contact"}],
        "serviceType": {"text": team},
        "subject": {"reference": patient},
        "period": {"start": starts.to_string(), "end": (starts + crate::story::minutes(45)).to_string()},
        "serviceProvider": {
            "identifier": {"system": system::ODS_ORGANISATION, "value": MENTAL_HEALTH},
            "display": "Dorset HealthCare",
        },
    })
}

/// The illness for which the trust sees somebody.
fn illness<'a>(county: &County, person: &'a Person) -> Option<&'a Diagnosed> {
    ["schizophrenia", "bipolar", "dementia", "depression", "anxiety"].into_iter().find_map(|key| {
        person
            .illnesses
            .iter()
            .find(|found| found.illness.key == key && found.since <= county.today)
    })
}

fn moment(county: &County, day: jiff::civil::Date, hour: i8) -> Timestamp {
    day.at(hour, 30, 0, 0)
        .to_zoned(county.zone.clone())
        .map_or(county.now, |zoned| zoned.timestamp())
}

fn number(index: PersonIndex) -> u64 {
    u64::try_from(index).unwrap_or(0)
}
