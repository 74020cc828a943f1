//! Files put into folders: HL7 v2 messages and batches, FHIR NDJSON, CSV.
//!
//! Folders are looked at again and again, for that works on every file system, also where nobody tells of
//! a new file (NFS, SMB, what an SFTP server writes). A file in `in` is taken once it has not changed between
//! two looks, and only if its name does not end in `.tmp` or `.part`: writers should write under such a
//! name, then rename. What happens then, and what a crash leaves, is in `folder`.
//!
//! A file that is not what it should be goes to `rejected`, whole, with the reason beside it, and into
//! the quarantine; one message of several that cannot be read goes there by itself.

mod folder;
mod pattern;
mod content;
mod hl7_file;
mod csv_file;
mod csv_quotes;
mod ndjson_file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use content::{Content, Origin};
use folder::{Claimed, Folder};

use crate::{
    Accepted, Arrival, Channel, ChannelKind, Error, FileDrop, Inbox, Receipt, ShutdownSignal,
    Unreadable,
};

/// Messages stored in one transaction.
const AT_ONCE: usize = 500;

/// Size and age of each file of a folder at the last look.
type Seen = BTreeMap<PathBuf, (u64, SystemTime)>;

/// Looks into one channel's folders.
#[derive(Debug)]
pub struct Watcher {
    inbox: Inbox,
    channel: Channel,
    drop: FileDrop,
    seen: BTreeMap<PathBuf, Seen>,
}

/// What one look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files moved to `done`.
    pub files: usize,
    /// Messages stored.
    pub messages: usize,
    /// Messages that were stored before.
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
        for root in pattern::folders(&drop.folder)? {
            Folder::make(&root)?;
        }
        Ok(Self { inbox, channel, drop, seen: BTreeMap::new() })
    }

    /// One look: stores what is in every file that has not changed since the last look.
    ///
    /// A file that fails is logged and left for the next look; the others go on.
    pub fn look(&mut self) -> Result<Collected, Error> {
        let mut collected = Collected::default();
        for root in pattern::folders(&self.drop.folder)? {
            if let Err(error) = self.look_into(&root, &mut collected) {
                let (channel, root) = (&self.channel.name, root.display());
                tracing::error!(channel.name = %channel, "cannot look into {root} for {channel}: {error}");
            }
        }
        Ok(collected)
    }

    fn look_into(&mut self, root: &Path, collected: &mut Collected) -> Result<(), Error> {
        Folder::make(root)?;
        let Some(folder) = Folder::lock(root)? else { return Ok(()) };
        for claimed in folder.left_over()? {
            self.take(&folder, &claimed, collected);
        }
        for path in self.unchanged(root, &folder)? {
            if !self.inbox.has_room() {
                break;
            }
            if let Some(claimed) = folder.claim(&path)? {
                self.take(&folder, &claimed, collected);
            }
        }
        Ok(())
    }

    fn unchanged(&mut self, root: &Path, folder: &Folder) -> Result<Vec<PathBuf>, Error> {
        let mut now = Seen::new();
        for (path, metadata) in folder.waiting()? {
            let read = |source| folder::file_error("read", &path, source);
            let modified = metadata.modified().map_err(read)?;
            now.insert(path, (metadata.len(), modified));
        }
        let before = self.seen.remove(root).unwrap_or_default();
        let is_unchanged = |(path, seen): &(&PathBuf, &_)| before.get(*path) == Some(*seen);
        let unchanged = now.iter().filter(is_unchanged).map(|(path, _)| path.clone()).collect();
        self.seen.insert(root.to_owned(), now);
        Ok(unchanged)
    }

    fn take(&self, folder: &Folder, claimed: &Claimed, collected: &mut Collected) {
        if let Err(error) = self.collect(folder, claimed, collected) {
            collected.failed += 1;
            let channel = &self.channel.name;
            tracing::error!(channel.name = %channel, "a file for {channel} was not taken, it will be tried again: {error}");
        }
    }

    fn collect(
        &self,
        folder: &Folder,
        claimed: &Claimed,
        collected: &mut Collected,
    ) -> Result<(), Error> {
        let limit = self.drop.file_limit_bytes;
        if claimed.size_bytes > limit {
            folder.reject(claimed, &format!("The file is longer than {limit} bytes."), None)?;
            collected.rejected += 1;
            return Ok(());
        }
        let bytes = claimed.read()?;
        match content::read(&bytes, &self.drop.content) {
            Ok(content) => {
                let received_at = self.inbox.now();
                let origin = Origin { channel: &self.channel, claimed, received_at };
                let stored = self.store(&content, &origin, collected)?;
                folder.done(claimed, content.acknowledgement(&origin, &stored).as_deref())?;
                collected.files += 1;
            }
            Err(reason) => {
                self.quarantine(bytes, &reason)?;
                folder.reject(claimed, &reason, None)?;
                collected.rejected += 1;
            }
        }
        Ok(())
    }

    fn store(
        &self,
        content: &Content<'_>,
        origin: &Origin<'_>,
        collected: &mut Collected,
    ) -> Result<Vec<Receipt>, Error> {
        let mut stored = Vec::new();
        let mut arrivals = content.arrivals(origin).peekable();
        while arrivals.peek().is_some() {
            let receipts = self.inbox.store(arrivals.by_ref().take(AT_ONCE).collect())?;
            for receipt in &receipts {
                if receipt.accepted == Accepted::Duplicate {
                    collected.duplicates += 1;
                } else {
                    collected.messages += 1;
                }
            }
            stored.extend(receipts);
        }
        Ok(stored)
    }

    fn quarantine(&self, body: Vec<u8>, reason: &str) -> Result<(), Error> {
        self.inbox.store(vec![Arrival::Unreadable(Unreadable {
            channel: self.channel.name.clone(),
            format: content::format(&self.drop.content),
            received_at: self.inbox.now(),
            sender: self.channel.organisation.to_string(),
            reason: reason.to_owned(),
            body,
        })])?;
        Ok(())
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
