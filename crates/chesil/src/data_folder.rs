//! The one folder that is written to, held by one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A folder that this process may write to; released when dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where it is missing and takes it.
    ///
    /// # Errors
    /// A sentence for the operator: not writable, or held by another process.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        let told = || {
            format!(
                "the data folder {} cannot be written; choose another or allow it",
                path.display()
            )
        };
        fs::create_dir_all(path).with_context(told)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .with_context(told)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("another chesil is using the data folder {}; stop it first", path.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(told),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::take(folder.path()).unwrap();
        assert!(
            DataFolder::take(folder.path()).unwrap_err().to_string().contains("another chesil")
        );
        drop(first);
        assert!(DataFolder::take(folder.path()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let said = DataFolder::take(Path::new("/proc/chesil")).unwrap_err().to_string();
        assert!(said.contains("/proc/chesil cannot be written"), "{said}");
    }
}
