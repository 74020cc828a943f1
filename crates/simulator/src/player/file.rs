//! Drops a file into a folder that somebody watches.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// Writes `<name>.tmp` and renames it, so that a watcher never sees half a file.
pub fn drop_csv(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    let (half, whole) = (folder.join(format!("{name}.tmp")), folder.join(name));
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Error::Write { path, source }
    };
    std::fs::write(&half, bytes).map_err(failed(&half))?;
    std::fs::rename(&half, &whole).map_err(failed(&whole))?;
    Ok(whole)
}
