//! CSV files put into a folder.
//!
//! 1. A file in `in` is taken once it has not changed between two looks, and only if its name does
//!    not end in `.tmp` or `.part`: writers should write under such a name, then rename.
//! 2. Its rows are stored, one message each.
//! 3. It is moved to `done`. A crash between 2 and 3 reads it again; the rows are then repeats,
//!    which the log knows.
//!
//! A file without the columns it must have, or with a stray quotation mark, goes to `rejected`, whole,
//! with the reason beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::csv_file;
use crate::{
    Accepted, Arrival, Channel, ChannelKind, Error, FileDrop, Format, Inbox, ShutdownSignal,
    Unreadable,
};

/// Rows stored in one transaction.
const ROWS_AT_ONCE: usize = 500;

/// Looks into one channel's folder.
#[derive(Debug)]
pub struct Watcher {
    inbox: Inbox,
    channel: Channel,
    drop: FileDrop,
    /// Size and age of each file at the last look.
    seen: BTreeMap<PathBuf, (u64, SystemTime)>,
}

/// What one look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files moved to `done`.
    pub files: usize,
    /// Rows stored.
    pub rows: usize,
    /// Rows that were stored before.
    pub duplicates: usize,
    /// Files moved to `rejected`.
    pub rejected: usize,
    /// Files that could not be read or moved; they stay, and are tried again.
    pub failed: usize,
}

impl Watcher {
    /// Makes the folders that are missing.
    pub fn new(inbox: Inbox, channel: Channel) -> Result<Self, Error> {
        let ChannelKind::FileDrop(drop) = &channel.kind else {
            return Err(Error::WrongKind { channel: channel.name, wanted: "a file drop" });
        };
        let drop = drop.clone();
        for folder in ["in", "done", "rejected"] {
            let path = drop.folder.join(folder);
            fs::create_dir_all(&path).map_err(|source| file_error("make", &path, source))?;
        }
        Ok(Self { inbox, channel, drop, seen: BTreeMap::new() })
    }

    /// One look: stores the rows of every file that has not changed since the last look.
    ///
    /// A file that fails is logged and left for the next look; the others go on.
    pub fn look(&mut self) -> Result<Collected, Error> {
        let mut collected = Collected::default();
        for path in self.unchanged_files()? {
            if !self.inbox.has_room() {
                break;
            }
            if let Err(error) = self.collect(&path, &mut collected) {
                collected.failed += 1;
                let channel = &self.channel.name;
                tracing::error!(channel.name = %channel, "a file for {channel} was not taken, it will be tried again: {error}");
            }
        }
        Ok(collected)
    }

    fn unchanged_files(&mut self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.drop.folder.join("in");
        let wrong = |source| file_error("read", &folder, source);
        let mut seen = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            if !entry.file_type().map_err(wrong)?.is_file() || is_unfinished(&entry.path()) {
                continue;
            }
            // A file that went away since the folder was read is not an error.
            let Ok(metadata) = entry.metadata() else { continue };
            let modified = metadata.modified().map_err(wrong)?;
            seen.insert(entry.path(), (metadata.len(), modified));
        }
        let before = std::mem::replace(&mut self.seen, seen);
        let unchanged = self.seen.iter().filter(|(path, now)| before.get(*path) == Some(*now));
        Ok(unchanged.map(|(path, _)| path.clone()).collect())
    }

    fn collect(&self, path: &Path, collected: &mut Collected) -> Result<(), Error> {
        let metadata = fs::metadata(path).map_err(|source| file_error("read", path, source))?;
        let limit = self.drop.file_limit_bytes;
        if metadata.len() > limit {
            collected.rejected += 1;
            return self.reject(path, &format!("The file is longer than {limit} bytes."));
        }
        let bytes = fs::read(path).map_err(|source| file_error("read", path, source))?;
        match csv_file::read(&bytes, &self.drop) {
            Ok(file) => {
                self.store(&file, path, collected)?;
                collected.files += 1;
                self.move_to("done", path)?;
            }
            Err(reason) => {
                self.quarantine(bytes, &reason)?;
                collected.rejected += 1;
                self.reject(path, &reason)?;
            }
        }
        Ok(())
    }

    fn store(
        &self,
        file: &csv_file::CsvFile<'_>,
        path: &Path,
        collected: &mut Collected,
    ) -> Result<(), Error> {
        let name = file_name(path);
        let mut messages =
            file.messages(&self.channel, &self.drop.table, &name, self.inbox.now()).peekable();
        while messages.peek().is_some() {
            let arrivals = messages.by_ref().take(ROWS_AT_ONCE).map(Arrival::Message).collect();
            for receipt in self.inbox.store(arrivals)? {
                if receipt.accepted == Accepted::Duplicate {
                    collected.duplicates += 1;
                } else {
                    collected.rows += 1;
                }
            }
        }
        Ok(())
    }

    fn quarantine(&self, body: Vec<u8>, reason: &str) -> Result<(), Error> {
        self.inbox.store(vec![Arrival::Unreadable(Unreadable {
            channel: self.channel.name.clone(),
            format: Format::Csv { table: self.drop.table.clone() },
            received_at: self.inbox.now(),
            sender: self.channel.organisation.to_string(),
            reason: reason.to_owned(),
            body,
        })])?;
        Ok(())
    }

    /// The reason is written first: a file in `rejected` is never without one.
    fn reject(&self, path: &Path, reason: &str) -> Result<(), Error> {
        let note = format!(
            "This file was not taken; none of its rows was.\r\n{reason}\r\n\
             Correct it and put it into the folder `in` again.\r\n"
        );
        let folder = self.drop.folder.join("rejected");
        let target = free_name(&folder, &file_name(path));
        let beside = folder.join(format!("{}.error.txt", file_name(&target)));
        fs::write(&beside, note).map_err(|source| file_error("write", &beside, source))?;
        fs::rename(path, &target).map_err(|source| file_error("move", path, source))
    }

    fn move_to(&self, folder: &str, path: &Path) -> Result<(), Error> {
        let target = free_name(&self.drop.folder.join(folder), &file_name(path));
        fs::rename(path, &target).map_err(|source| file_error("move", path, source))
    }
}

/// Looks at the channel's interval until `shutdown`; a file that is being stored is finished.
pub async fn watch(mut watcher: Watcher, mut shutdown: ShutdownSignal) {
    let mut ticks = tokio::time::interval(watcher.drop.every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.given() => return,
            _ = ticks.tick() => {}
        }
        let looked = tokio::task::spawn_blocking(move || {
            let result = watcher.look();
            (watcher, result)
        });
        let Ok((back, result)) = looked.await else {
            tracing::error!("a file drop's watcher panicked and has stopped");
            return;
        };
        watcher = back;
        if let Err(error) = result {
            tracing::error!(channel.name = %watcher.channel.name, "cannot look for files: {error}");
        }
    }
}

/// Being written, or hidden.
fn is_unfinished(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let extension = Path::new(&name).extension().unwrap_or_default();
    name.starts_with('.') || extension == "tmp" || extension == "part"
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `folder/name`, or `folder/2-name` where that is taken, and so on.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let plain = std::iter::once(folder.join(name));
    let numbered = (2..).map(|number: u32| folder.join(format!("{number}-{name}")));
    plain.chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| folder.join(name))
}

fn file_error(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { doing, path: path.display().to_string(), source }
}
