//! Allergies: active and ended ones are never mixed up (GP Connect hazard 88).

use model::Section;
use serde_json::Value;

use super::{detail, line as new_line};
use crate::author;
use crate::bundle::Bundle;
use crate::element::{concept, each, extension, notes, text};
use crate::moment;
use crate::{AllergyState, GpItem, SectionState};

/// One allergy. `ended` if it came in the list of ended allergies; its own words can also say so.
pub(super) fn line(bundle: &Bundle, resource: &Value, ended: bool) -> GpItem {
    let at = moment::first(resource, &["/onsetDateTime", "/assertedDate"]);
    let end = extension(resource, "AllergyIntoleranceEnd");
    let clinical_status = text(resource, "/clinicalStatus").unwrap_or("active");
    let ended = ended || end.is_some() || clinical_status != "active";
    GpItem {
        end: end
            .and_then(|end| end_part(end, "endDate", "/valueDateTime"))
            .and_then(moment::parse)
            .map(|end| end.at),
        status: Some(if ended { "ended" } else { "active" }.to_owned()),
        detail: detail(reactions(resource).chain(reason_ended(end)).chain(notes(resource))),
        author: author::named(bundle, resource, &["/recorder", "/asserter"]),
        ..new_line(Section::Allergies, resource, &["/code"], at)
    }
}

fn end_part<'a>(end: &'a Value, name: &str, pointer: &str) -> Option<&'a str> {
    let part = each(end, "extension").find(|part| text(part, "/url") == Some(name))?;
    text(part, pointer)
}

fn reason_ended(end: Option<&Value>) -> Option<String> {
    let reason = end_part(end?, "reasonEnded", "/valueString")?;
    // The specification's words for an empty field.
    (reason != "No information available").then(|| format!("Ended: {reason}"))
}

/// `Reaction: Vomiting (severe)`.
fn reactions(resource: &Value) -> impl Iterator<Item = String> {
    each(resource, "reaction").filter_map(|reaction| {
        let manifestations: Vec<String> = each(reaction, "manifestation")
            .filter_map(concept)
            .map(|concept| concept.text)
            .collect();
        let words = if manifestations.is_empty() {
            text(reaction, "/description")?.to_owned()
        } else {
            manifestations.join(", ")
        };
        let severity =
            text(reaction, "/severity").map_or(String::new(), |severity| format!(" ({severity})"));
        Some(format!("Reaction: {words}{severity}"))
    })
}

/// What the banner may say. An empty list is "not recorded", never "none known": only a recorded
/// statement says that (Allergies guidance, NKA); a list with something withheld proves nothing.
pub(crate) fn allergy_state(
    state: Option<&SectionState>,
    lines: &[GpItem],
    nil_known: bool,
) -> AllergyState {
    let mut active = lines
        .iter()
        .filter(|line| {
            line.section == Section::Allergies && line.status.as_deref() == Some("active")
        })
        .peekable();
    let any = active.peek().is_some();
    if any && active.any(|line| !says_none_known(line)) {
        return AllergyState::Known;
    }
    match state {
        Some(SectionState::Items(_) | SectionState::NothingRecorded) if any || nil_known => {
            AllergyState::NoneKnown
        }
        Some(SectionState::Items(_) | SectionState::NothingRecorded) => AllergyState::NotRecorded,
        _ => AllergyState::Unavailable,
    }
}

/// 716186003 |No known allergy|, or those words under a local code.
fn says_none_known(line: &GpItem) -> bool {
    let words = line.text.to_lowercase();
    line.code.as_deref() == Some("716186003")
        || matches!(
            words.as_str(),
            "no known allergy" | "no known allergies" | "nka - no known allergy"
        )
}
