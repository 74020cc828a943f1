//! Hospital stays, attendances, and contacts with social care.

use fhir::Resource;
use model::Section;

use super::{Line, concept_text, notes, owned};

pub(super) fn line(encounter: &Resource) -> Line {
    let class = encounter.text("class.code").unwrap_or_default();
    let said = concept_text(encounter.get("type.0"))
        .or_else(|| concept_text(encounter.get("serviceType")));
    let kind = match class {
        "IMP" | "ACUTE" | "NONAC" => "Inpatient stay",
        "PRENC" => "Planned admission",
        "EMER" => "Emergency attendance",
        "AMB" => "Outpatient attendance",
        "HH" => "Home visit",
        "VR" => "Telephone or video contact",
        _ => "Attendance",
    };
    let section = if is_social_care(encounter) { Section::SocialCare } else { Section::Encounters };
    let mut line = Line::new(section, encounter, "type")
        .at(encounter.text("period.start"))
        .until(encounter.text("period.end"))
        .status(encounter.text("status"))
        .author(encounter.text("participant.individual.display"))
        .detail(vec![
            place(encounter),
            concept_text(encounter.get("reasonCode.0")),
            notes(encounter),
        ]);
    line.text = match said {
        Some(said) if section == Section::SocialCare || class.is_empty() => said,
        Some(said) => format!("{kind}: {said}"),
        None => kind.to_owned(),
    };
    line.code = owned(encounter.text("class.code"));
    line.code_system = owned(encounter.text("class.system"));
    line
}

/// Mapping marks what a council said with our own category code.
fn is_social_care(encounter: &Resource) -> bool {
    let concepts =
        ["serviceType", "type", "type.0"].into_iter().filter_map(|path| encounter.get(path));
    let mut codings = concepts
        .filter_map(|concept| concept.get("coding")?.as_array())
        .flatten()
        .filter_map(|coding| coding.get("code"));
    codings.any(|code| code == fhir::system::SOCIAL_CARE)
}

/// The last place of the stay, in the hospital's words.
fn place(encounter: &Resource) -> Option<String> {
    owned(encounter.list("location").last()?.pointer("/location/display")?.as_str())
}
