//! A file that is there whole or not at all.

use std::fs::Permissions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// May a file that is already there be replaced?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

impl Existing {
    /// Refuses a path early, before the work of filling it.
    pub(crate) fn check(self, path: &Path) -> Result<()> {
        if path.is_dir() {
            bail!("{} is a folder; name a file", path.display());
        }
        if self == Self::Keep && path.exists() {
            bail!("{} exists; say --force to replace it", path.display());
        }
        Ok(())
    }
}

/// A file in the making, under another name beside its own; removed if it is not kept.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    existing: Existing,
}

impl NewFile {
    /// Begins a file that will be at `path`.
    pub(crate) fn create(path: &Path, existing: Existing) -> Result<Self> {
        existing.check(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // As the system's mask allows, like any file that a command writes.
        let file = tempfile::Builder::new()
            .prefix(".chesil-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_path_buf(), existing })
    }

    /// Puts the file in its place, on the disk.
    pub(crate) fn keep(self) -> Result<()> {
        let Self { file, path, existing } = self;
        let told = || format!("{} cannot be written", path.display());
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error);
        let file = file.with_context(told)?;
        file.as_file().sync_all().with_context(told)?;
        match existing {
            Existing::Keep => drop(file.persist_noclobber(&path).with_context(told)?),
            Existing::Replace => drop(file.persist(&path).with_context(told)?),
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_replaces_another_only_if_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clusters.csv");
        let files = || fs::read_dir(folder.path()).unwrap().count();

        let mut file = NewFile::create(&path, Existing::Keep).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(files(), 0);

        let mut file = NewFile::create(&path, Existing::Keep).unwrap();
        file.write_all(b"whole").unwrap();
        file.keep().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");

        let said = NewFile::create(&path, Existing::Keep).unwrap_err().to_string();
        assert!(said.contains("say --force"), "{said}");
        NewFile::create(&path, Existing::Replace).unwrap().keep().unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), files()), ("", 1));
    }
}
