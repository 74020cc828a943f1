//! Care packages of social care, and care plans.

use fhir::Resource;
use model::Section;

use super::{Line, concept_text, notes, owned};

pub(super) fn line(plan: &Resource) -> Line {
    let title = owned(plan.text("title"));
    let activities: Vec<String> = plan
        .list("activity")
        .iter()
        .filter_map(|activity| {
            let detail = activity.get("detail")?;
            owned(detail.get("description").and_then(|text| text.as_str()))
                .or_else(|| concept_text(detail.get("code")))
        })
        .collect();
    let activities = (!activities.is_empty()).then(|| activities.join(", "));
    let mut line = Line::new(Section::SocialCare, plan, "category")
        .at(plan.text("period.start").or_else(|| plan.text("created")))
        .until(plan.text("period.end"))
        .status(plan.text("status"))
        .author(plan.text("author.display").or_else(|| plan.text("contributor.display")))
        .detail(vec![activities, owned(plan.text("description")), notes(plan)]);
    line.text = title.unwrap_or(line.text);
    // A package whose only activity is its own name says it once.
    line.detail = line.detail.filter(|detail| *detail != line.text);
    line
}
