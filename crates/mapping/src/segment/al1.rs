//! AL1 to AllergyIntolerance (UK Core). That nothing is known to be wrong is news too: it is coded,
//! never dropped, so that "no known allergies" and "not asked" stay apart.

use fhir::{Element, Resource, When, datatype, system};
use hl7v2::Segment;
use model::LocalIdentity;
use serde_json::Value;

use crate::concept;
use crate::datatype::cwe;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::read::{repetitions, text, when};

/// The allergy, or the statement that there is none; nothing if AL1-3 says nothing.
pub(crate) fn allergy(al1: &Segment<'_>, subject: &LocalIdentity, feed: &Feed) -> Option<Resource> {
    let sent = repetitions(al1, 3).into_iter().next()?;
    let code = cwe::concept(&sent, feed);
    if fhir::is_empty(&code) {
        return None;
    }
    let words = cwe::words(&sent);
    let none = [crate::read::part(&sent, 1), words.clone()]
        .into_iter()
        .find_map(|one| concept::lookup("no_known_allergy", one.trim_end_matches('.')));
    let (key, code) = match none {
        Some(none) => (
            none.code.to_owned(),
            datatype::codeable_concept(system::SNOMED, none.code, none.display, &words),
        ),
        None => (allergen_key(&sent), code),
    };
    let category = concept::lookup("0127", &text(al1, 2)).map(|found| found.code);
    let category: Vec<Value> = category
        .filter(|one| !one.is_empty() && none.is_none())
        .map(Value::from)
        .into_iter()
        .collect();
    let id = resource_id("AllergyIntolerance", subject, &key);
    let status = |system, code| datatype::codeable_concept(system, code, "", "");
    Some(
        Resource::new("AllergyIntolerance")
            .with_id(id)
            .with("clinicalStatus", status(system::ALLERGY_CLINICAL, "active"))
            .with("verificationStatus", status(system::ALLERGY_VERIFICATION, "confirmed"))
            .with("category", category)
            .with("code", code)
            .with("patient", datatype::reference("Patient", subject.local_patient()))
            .with("onsetDateTime", when(al1, 6).map(When::fhir_date_time))
            .with("reaction", reactions(al1)),
    )
}

/// The allergy of an IAM, which names each one (IAM-7) and says what is to be done about it (IAM-6) and
/// how sure it is (IAM-17, table 0438).
pub(crate) fn adverse_reaction(
    iam: &Segment<'_>,
    subject: &LocalIdentity,
    feed: &Feed,
) -> Option<Resource> {
    let mut allergy = allergy(iam, subject, feed)?;
    let said = text(iam, 17);
    let sure = concept::lookup("0438", &said).map(|found| found.code);
    let deleted = text(iam, 6).eq_ignore_ascii_case("D");
    let verification = if deleted { Some("entered-in-error") } else { sure };
    if let Some(code) = verification {
        let verification = datatype::codeable_concept(system::ALLERGY_VERIFICATION, code, "", "");
        allergy.set("verificationStatus", verification);
    }
    let inactive = said.eq_ignore_ascii_case("I");
    if verification == Some("entered-in-error") {
        allergy.remove("clinicalStatus");
    } else if inactive {
        let status = datatype::codeable_concept(system::ALLERGY_CLINICAL, "inactive", "", "");
        allergy.set("clinicalStatus", status);
    }
    let number = text(iam, 7);
    if !number.is_empty() {
        let system = system::local_number("allergy", &feed.authority);
        allergy.set("identifier", vec![datatype::identifier(&system, &number)]);
    }
    // AL1-6 is when it was first noticed; IAM-6 is an action, and IAM-11 the onset.
    allergy.remove("onsetDateTime");
    allergy.set("onsetDateTime", when(iam, 11).map(When::fhir_date_time));
    allergy.set("recordedDate", when(iam, 13).map(When::fhir_date_time));
    Some(allergy)
}

/// The code in its scheme, else the words in capitals: what makes two AL1 the same allergy.
fn allergen_key(sent: &hl7v2::Repetition<'_>) -> String {
    match (crate::read::part(sent, 1), crate::read::part(sent, 3)) {
        (code, _) if code.is_empty() => cwe::words(sent).to_uppercase(),
        (code, scheme) => format!("{scheme}|{code}"),
    }
}

/// AL1-5 in words, AL1-4 how bad.
fn reactions(al1: &Segment<'_>) -> Vec<Value> {
    let manifestations: Vec<Value> = repetitions(al1, 5)
        .iter()
        .map(|one| datatype::concept_text(&cwe::words(one)))
        .filter(|one| !fhir::is_empty(one))
        .collect();
    if manifestations.is_empty() {
        return Vec::new();
    }
    let severity = concept::lookup("0128", &text(al1, 4)).map(|found| found.code);
    let reaction = Element::new().with("manifestation", manifestations).with("severity", severity);
    vec![reaction.build()]
}
