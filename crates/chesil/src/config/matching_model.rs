//! The model by which people are told apart: a file of its own, because it changes for reasons of
//! its own (docs/configuration.md, `matching`).

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use empi::{Model, ModelError};

use super::problem::{Problem, Source};

/// Reads the model at `path`; without one, the model of this build.
pub(super) fn load(
    path: Option<&Path>,
    problems: &mut Vec<Problem>,
) -> Option<(Option<Source>, Arc<Model>)> {
    let Some(path) = path else { return Some((None, Arc::new(Model::standard().clone()))) };
    let source = Source::read(path, problems)?;
    let usable = |model: Model| model.for_patients().map(|()| model);
    match Model::parse(&source.text).and_then(usable) {
        Ok(model) => Some((Some(source), Arc::new(model))),
        Err(error) => {
            let span = place(&source.text, &error);
            let sentence = match &error {
                ModelError::Form(error) => error.message().to_owned(),
                other => other.to_string(),
            };
            problems.push(source.problem(span, sentence));
            None
        }
    }
}

/// Where in the file the mistake is, or where its section begins.
fn place(text: &str, error: &ModelError) -> Range<usize> {
    let section_at = |section: &str| {
        [format!("[levels.{section}]"), format!("[{section}]")]
            .iter()
            .find_map(|header| text.find(header.as_str()))
            .unwrap_or_default()
    };
    let start = match error {
        ModelError::Form(error) => error.span().map_or(0, |span| span.start),
        ModelError::Missing { section, .. } => section_at(section),
        ModelError::Unknown { section, key } => {
            let section = section_at(section);
            let rest = text.get(section..).unwrap_or_default();
            section + rest.find(&format!("\n{key}")).map_or(0, |at| at + 1)
        }
        ModelError::Nonsense(_) => 0,
    };
    start..start
}
