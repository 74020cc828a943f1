//! `chesil channel`: try a channel's settings and rules on messages before they meet patients.

mod list;
mod golden;
mod coverage;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use mapping::explain::{Explanation, Fate};

use super::Folder;
use super::explain::{explained, feed, messages};

/// `chesil channel …`
#[derive(Debug, Args)]
pub(crate) struct Channel {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the channels: whose messages come how, by which rules, with how many tests
    List(Folder),
    /// Compare what the messages in channels/NAME/tests become with what stands beside them
    Test(golden::Test),
    /// Count the fields of example messages that nobody understands yet, by path
    Coverage(coverage::Coverage),
}

pub(super) fn run(command: &Channel) -> Result<()> {
    match &command.what {
        What::List(folder) => list::run(folder),
        What::Test(test) => golden::run(test),
        What::Coverage(coverage) => coverage::run(coverage),
    }
}

fn paths(explanation: &Explanation) -> Vec<&str> {
    let fields = explanation.fields.iter().filter(|one| one.fate == Fate::NotUnderstood);
    fields.map(|one| one.path.as_str()).collect()
}

fn tests_of(config: &Path, name: &str) -> PathBuf {
    config.join("channels").join(name).join("tests")
}

/// The `*.hl7` files of a folder, by name.
fn hl7_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|one| one.eq_ignore_ascii_case("hl7")))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
