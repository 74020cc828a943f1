//! Folders by pattern: `/srv/sftp/*/adt` is every sender's folder `adt`.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::{file_error, file_name};
use crate::Error;

/// The folders that a path names, in order; a `*` stands for any part of one folder's name but a
/// leading dot. A path without one names itself, also where it does not exist yet.
pub(super) fn folders(pattern: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str().to_string_lossy();
        if !name.contains('*') {
            for path in &mut found {
                path.push(part);
            }
            continue;
        }
        let mut matching = Vec::new();
        for parent in found {
            matching.extend(below(&parent, &name)?);
        }
        found = matching;
    }
    let has_pattern = pattern.to_string_lossy().contains('*');
    found.retain(|path| !has_pattern || path.is_dir());
    found.sort();
    Ok(found)
}

fn below(parent: &Path, name: &str) -> Result<Vec<PathBuf>, Error> {
    let wrong = |source| file_error("read", parent, source);
    // A folder of another shape beside the senders' has nothing below it, and is no mistake.
    if !parent.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let own = file_name(&path);
        if path.is_dir() && !own.starts_with('.') && fits(name, &own) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The first and last piece stand at the ends, the others in order between them.
fn fits(pattern: &str, name: &str) -> bool {
    let pieces: Vec<&str> = pattern.split('*').collect();
    let [first, between @ .., last] = pieces.as_slice() else { return pattern == name };
    let Some(rest) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    let mut rest = Some(rest);
    for piece in between {
        rest = rest.and_then(|rest| rest.split_once(piece)).map(|(_, after)| after);
    }
    rest.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        for (pattern, name, expected) in [
            ("*", "poole", true),
            ("*", "", true),
            ("p*e", "poole", true),
            ("p*e", "pe", true),
            ("p*e", "p", false),
            ("aa*aa", "aaa", false),
            ("*oo*", "poole", true),
            ("*x*", "poole", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{name} as {pattern}");
        }
    }

    #[test]
    fn every_senders_folder_is_found_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["poole/adt", "dorchester/adt", "poole/other", ".hidden/adt", "empty"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("file"), "").unwrap();
        let found = folders(&root.path().join("*/adt")).unwrap();
        assert_eq!(found, ["dorchester/adt", "poole/adt"].map(|one| root.path().join(one)));
        assert!(folders(&root.path().join("*/none")).unwrap().is_empty());
        let plain = root.path().join("not/yet");
        assert_eq!(folders(&plain).unwrap(), [plain]);
    }
}
