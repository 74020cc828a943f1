//! Rules of the house that a machine can check: layers, file headers, file sizes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// A file of code longer than this has two jobs.
const LONGEST_FILE_LINES: usize = 600;

pub(crate) fn check() -> Result<()> {
    let mut breaches = crate::layers::breaches(&crate::layers::manifests()?);
    breaches.extend(untidy_files()?);
    if !breaches.is_empty() {
        bail!("not tidy:\n  {}", breaches.join("\n  "));
    }
    println!("tidy");
    Ok(())
}

fn untidy_files() -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for path in rust_files(&crate::root().join("crates"))? {
        let text = fs::read_to_string(&path)?;
        let name = path.strip_prefix(crate::root()).unwrap_or(&path).display();
        if !text.starts_with("//!") {
            breaches
                .push(format!("{name} does not begin with the sentence that says its job (//!)"));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE_LINES {
            breaches.push(format!("{name} has {lines} lines; {LONGEST_FILE_LINES} is the most"));
        }
        if text.contains(concat!("TO", "DO")) {
            breaches.push(format!("{name} holds a to-do note; file an issue and name it instead"));
        }
    }
    Ok(breaches)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_is_tidy() {
        assert_eq!(super::untidy_files().unwrap(), Vec::<String>::new());
    }
}
