//! One folder of a file drop, and what happens to a file in it.
//!
//! | step | a crash after it leaves | and then |
//! |--|--|--|
//! | 1 the file is claimed: moved from `in` to `working` | it in `working` | it is read again |
//! | 2 its messages are stored, some and then all | it in `working` | those stored are repeats, which the log knows |
//! | 3 its acknowledgement, or why it is rejected, is written beside where it goes | both | it is written anew |
//! | 4 the file is moved to `done` or `rejected` | nothing to do | |
//!
//! Each step is on the disk before the next begins. Whoever works in a folder holds a lock on
//! `working/.lock`, so that of several processes one does; the lock goes with the process that had it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// A folder that this process alone works in, until dropped.
pub(super) struct Folder {
    root: PathBuf,
    _lock: File,
}

/// A file in `working`.
pub(super) struct Claimed {
    pub(super) path: PathBuf,
    pub(super) name: String,
    /// When the file was last written, in nanoseconds since 1970: with the name, which file it is.
    pub(super) modified_ns: i128,
    pub(super) size_bytes: u64,
}

impl Folder {
    /// Makes the sub-folders that are missing.
    pub(super) fn make(root: &Path) -> Result<(), Error> {
        for name in ["in", "working", "done", "rejected"] {
            let path = root.join(name);
            fs::create_dir_all(&path).map_err(|source| file_error("make", &path, source))?;
        }
        Ok(())
    }

    /// `None` where another process works in it.
    pub(super) fn lock(root: &Path) -> Result<Option<Self>, Error> {
        let path = root.join("working").join(".lock");
        let wrong = |source| file_error("lock", &path, source);
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: then one process has to be enough.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        Ok(Some(Self { root: root.to_owned(), _lock: lock }))
    }

    /// Files that a crash, or a full disk, left between two steps.
    pub(super) fn left_over(&self) -> Result<Vec<Claimed>, Error> {
        let mut claimed = Vec::new();
        for (path, metadata) in files(&self.root.join("working"))? {
            claimed.push(Claimed::of(path, &metadata)?);
        }
        Ok(claimed)
    }

    /// Whole files that wait in `in`.
    pub(super) fn waiting(&self) -> Result<Vec<(PathBuf, fs::Metadata)>, Error> {
        let mut files = files(&self.root.join("in"))?;
        files.retain(|(path, _)| !is_unfinished(path));
        Ok(files)
    }

    /// Step 1. `None` where the file is gone, or one of its name is still being worked on.
    pub(super) fn claim(&self, path: &Path) -> Result<Option<Claimed>, Error> {
        let target = self.root.join("working").join(file_name(path));
        if target.exists() {
            return Ok(None);
        }
        match fs::rename(path, &target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error("move", path, error)),
        }
        self.make_durable(&["working", "in"])?;
        let read = |source| file_error("read", &target, source);
        let metadata = fs::metadata(&target).map_err(read)?;
        Claimed::of(target, &metadata).map(Some)
    }

    /// Steps 3 and 4 of a file that was taken.
    pub(super) fn done(
        &self,
        claimed: &Claimed,
        acknowledgement: Option<&[u8]>,
    ) -> Result<(), Error> {
        let beside: Vec<(&str, &[u8])> =
            acknowledgement.map(|ack| ("ack", ack)).into_iter().collect();
        self.put_away(claimed, "done", &beside)
    }

    /// Steps 3 and 4 of one that was not.
    pub(super) fn reject(
        &self,
        claimed: &Claimed,
        reason: &str,
        acknowledgement: Option<&[u8]>,
    ) -> Result<(), Error> {
        let note = format!(
            "This file was not taken; nothing in it was.\r\n{reason}\r\n\
             Correct it and put it into the folder `in` again.\r\n"
        );
        let mut beside = vec![("error.txt", note.as_bytes())];
        beside.extend(acknowledgement.map(|ack| ("ack", ack)));
        self.put_away(claimed, "rejected", &beside)
    }

    fn put_away(
        &self,
        claimed: &Claimed,
        folder: &str,
        beside: &[(&str, &[u8])],
    ) -> Result<(), Error> {
        let target = free_name(&self.root.join(folder), &claimed.name);
        for (extension, content) in beside {
            let mut path = target.clone().into_os_string();
            path.push(format!(".{extension}"));
            write_whole(Path::new(&path), content)?;
        }
        let path = &claimed.path;
        fs::rename(path, &target).map_err(|source| file_error("move", path, source))?;
        self.make_durable(&[folder, "working"])
    }

    /// A moved file is where it is only once its folders are on the disk.
    fn make_durable(&self, folders: &[&str]) -> Result<(), Error> {
        for name in folders {
            sync_folder(&self.root.join(name))?;
        }
        Ok(())
    }
}

impl Claimed {
    fn of(path: PathBuf, metadata: &fs::Metadata) -> Result<Self, Error> {
        let modified = metadata.modified().map_err(|source| file_error("read", &path, source))?;
        let modified_ns = match modified.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        let name = file_name(&path);
        Ok(Self { path, name, modified_ns, size_bytes: metadata.len() })
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, Error> {
        fs::read(&self.path).map_err(|source| file_error("read", &self.path, source))
    }
}

/// Appears whole or not at all, also to a sender who waits for it.
fn write_whole(path: &Path, content: &[u8]) -> Result<(), Error> {
    let wrong = |source| file_error("write", path, source);
    let unfinished = path.with_file_name(format!(".{}.tmp", file_name(path)));
    let mut file = File::create(&unfinished).map_err(wrong)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(wrong)?;
    fs::rename(&unfinished, path).map_err(wrong)
}

fn sync_folder(path: &Path) -> Result<(), Error> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    match synced {
        // Some network file systems know nothing of it.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        synced => synced.map_err(|source| file_error("sync", path, source)),
    }
}

/// The files of a folder by name, but for hidden ones.
fn files(folder: &Path) -> Result<Vec<(PathBuf, fs::Metadata)>, Error> {
    let wrong = |source| file_error("read", folder, source);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        // A file that went away since the folder was read is not an error.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_file() && !file_name(&path).starts_with('.') {
            files.push((path, metadata));
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(files)
}

/// Being written.
fn is_unfinished(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    extension == "tmp" || extension == "part"
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `folder/name`, or `folder/2-name` where that is taken, and so on.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let plain = std::iter::once(folder.join(name));
    let numbered = (2..).map(|number: u32| folder.join(format!("{number}-{name}")));
    plain.chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| folder.join(name))
}

pub(super) fn file_error(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { doing, path: path.display().to_string(), source }
}
