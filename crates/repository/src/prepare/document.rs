//! Letters and other documents.

use fhir::Resource;
use model::Section;

use super::{Line, concept_text, owned};

pub(super) fn line(document: &Resource) -> Line {
    let at = document.text("date").or_else(|| document.text("context.period.start"));
    let mut line = Line::new(Section::Documents, document, "type")
        .at(at)
        .status(document.text("docStatus").or_else(|| document.text("status")))
        .author(document.text("author.display"))
        .detail(vec![concept_text(document.get("category.0"))]);
    let title = document.text("content.attachment.title").or_else(|| document.text("description"));
    if let Some(title) = title.filter(|title| *title != line.text) {
        line.detail = Some(
            line.detail.map_or_else(|| title.to_owned(), |detail| format!("{title}; {detail}")),
        );
    }
    // The kind of file, for the link; only what is held can be opened.
    let held = document.get("content.attachment.data").is_some();
    line.value = held.then(|| owned(document.text("content.attachment.contentType"))).flatten();
    line
}
