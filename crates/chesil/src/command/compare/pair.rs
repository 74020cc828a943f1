//! A message and the bundle that others made of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::resources_of;
use crate::command::explain::messages;

/// Where both stand.
pub(super) struct Pair {
    pub(super) name: String,
    message: PathBuf,
    expected: PathBuf,
}

impl Pair {
    /// The first message of the file.
    pub(super) fn message(&self) -> Result<Vec<u8>> {
        let first = messages(&self.message)?.into_iter().next();
        first.with_context(|| format!("{} holds no message", self.message.display()))
    }

    /// The resources of the bundle.
    pub(super) fn expected(&self) -> Result<Vec<Value>> {
        let text = fs::read_to_string(&self.expected)
            .with_context(|| format!("reading {}", self.expected.display()))?;
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .context("what is expected is not JSON")?;
        let resources = resources_of(&value);
        if resources.is_empty() {
            bail!("what is expected holds no resource");
        }
        Ok(resources)
    }
}

/// The pairs of a folder, by its MANIFEST.json or by name.
pub(super) fn pairs(folder: &Path) -> Result<Vec<Pair>> {
    let manifest = folder.join("MANIFEST.json");
    if !manifest.is_file() {
        return beside(folder);
    }
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let listed: Vec<Value> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no list", manifest.display()))?;
    let pair = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let (message, expected) = (text("file")?, text("expected")?);
        let name = message.to_owned();
        Some(Pair { name, message: folder.join(message), expected: folder.join(expected) })
    };
    Ok(listed.iter().filter_map(pair).collect())
}

/// NAME.hl7 with NAME.json.
fn beside(folder: &Path) -> Result<Vec<Pair>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|one| one == "hl7"));
    files.sort();
    let pair = |message: PathBuf| {
        let expected = message.with_extension("json");
        let name = message.file_name()?.to_string_lossy().into_owned();
        expected.is_file().then_some(Pair { name, message, expected })
    };
    Ok(files.into_iter().filter_map(pair).collect())
}
