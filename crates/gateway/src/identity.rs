//! Is the answer about the person who was asked for? Every consumer must check, and show what differs
//! (GP Connect, demographic cross-checking).

use model::{Demographics, Gender, NhsNumber, PersonName};
use serde_json::Value;

use crate::bundle::Bundle;
use crate::element::{concept, each, extension, text};
use crate::moment;

/// The outcome of the check.
pub(crate) enum Identity {
    /// The same person, as far as can be seen; what differs is for the reader to judge.
    Same {
        /// One sentence each.
        mismatches: Vec<String>,
    },
    /// Perhaps somebody else: nothing clinical is shown, and nothing of the other person's either.
    Doubtful {
        /// One sentence for the page.
        why: &'static str,
    },
}

/// Compares the answer's Patient with the person as we know them.
pub(crate) fn check(bundle: &Bundle, ours: &Demographics) -> Identity {
    let mut patients = bundle.of_type("Patient");
    let (Some(patient), None) = (patients.next(), patients.next()) else {
        return Identity::Doubtful {
            why: "The GP practice's answer does not say clearly which patient it is about; it is not shown.",
        };
    };
    if nhs_number(patient).is_none_or(|theirs| Some(theirs) != ours.nhs_number) {
        return Identity::Doubtful {
            why: "The GP practice answered with a different NHS number; its record is not shown.",
        };
    }
    if names_another_patient(bundle, patient) {
        return Identity::Doubtful {
            why: "The GP practice's answer mixes the records of different patients; it is not shown.",
        };
    }
    let name = name_mismatch(patient, ours);
    let birth_date = birth_date_mismatch(patient, ours);
    if name.is_some() && birth_date.is_some() {
        return Identity::Doubtful {
            why: "Both name and date of birth at the GP practice differ from ours; its record is not shown. Check the NHS number.",
        };
    }
    let mismatches = [name, birth_date, gender_mismatch(patient, ours), unverified(patient)];
    Identity::Same { mismatches: mismatches.into_iter().flatten().collect() }
}

fn nhs_number(patient: &Value) -> Option<NhsNumber> {
    identifier(patient).and_then(|identifier| NhsNumber::parse(text(identifier, "/value")?).ok())
}

fn identifier(patient: &Value) -> Option<&Value> {
    each(patient, "identifier")
        .find(|identifier| text(identifier, "/system") == Some("https://fhir.nhs.uk/Id/nhs-number"))
}

/// What a patient's record is made of.
const CLINICAL: [&str; 9] = [
    "List",
    "AllergyIntolerance",
    "MedicationStatement",
    "MedicationRequest",
    "Condition",
    "Immunization",
    "Observation",
    "DiagnosticReport",
    "Encounter",
];

/// Whether a clinical resource belongs to a patient other than the one returned.
fn names_another_patient(bundle: &Bundle, patient: &Value) -> bool {
    let Some(id) = text(patient, "/id") else { return false };
    CLINICAL.into_iter().flat_map(|kind| bundle.of_type(kind)).any(|resource| {
        ["/subject/reference", "/patient/reference"].iter().any(|pointer| {
            text(resource, pointer)
                .filter(|reference| reference.contains("Patient/"))
                .is_some_and(|reference| reference.rsplit('/').next() != Some(id))
        })
    })
}

/// Surname and first forename of any current or former name on either side must meet.
fn name_mismatch(patient: &Value, ours: &Demographics) -> Option<String> {
    let theirs: Vec<PersonName> = each(patient, "name").filter_map(person_name).collect();
    let (first, _) = (theirs.first()?, ours.names.first()?);
    let meet = theirs.iter().any(|theirs| ours.names.iter().any(|ours| same_name(theirs, ours)));
    (!meet).then(|| format!("Name at the GP practice: {}", first.formal()))
}

fn person_name(name: &Value) -> Option<PersonName> {
    let family = text(name, "/family")?.to_owned();
    let given = each(name, "given").filter_map(Value::as_str).map(str::to_owned).collect();
    let prefix = each(name, "prefix").find_map(Value::as_str).map(str::to_owned);
    Some(PersonName { family, given, prefix })
}

fn same_name(a: &PersonName, b: &PersonName) -> bool {
    let first =
        |name: &PersonName| name.given.first().map(|given| letters(given)).unwrap_or_default();
    let (first_a, first_b) = (first(a), first(b));
    let forenames_meet = first_a.is_empty() || first_b.is_empty() || first_a == first_b;
    letters(&a.family) == letters(&b.family) && forenames_meet
}

/// `O'Brien-Smith` and `OBRIEN SMITH` are one name.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

fn birth_date_mismatch(patient: &Value, ours: &Demographics) -> Option<String> {
    let ours = ours.birth_date?;
    let said = text(patient, "/birthDate")?;
    if said == ours.to_string() {
        return None;
    }
    let shown = moment::parse(said).map_or_else(|| "unreadable".to_owned(), moment::spoken);
    Some(format!("Date of birth at the GP practice: {shown}"))
}

fn gender_mismatch(patient: &Value, ours: &Demographics) -> Option<String> {
    let theirs = Gender::parse(text(patient, "/gender")?)?;
    let ours = ours.gender?;
    (theirs != ours).then(|| format!("Gender at the GP practice: {}", theirs.code()))
}

/// Only a traced number may be asked for, and only one is answered (status 01).
fn unverified(patient: &Value) -> Option<String> {
    let status = extension(identifier(patient)?, "NHSNumberVerificationStatus")?;
    let status = concept(status.get("valueCodeableConcept")?)?;
    let verified = status.code.as_deref() == Some("01");
    (!verified).then(|| format!("NHS number status at the GP practice: {}", status.text))
}
