//! How far this folder's county has come, so that a second start goes on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Demo;

/// Kept as `demo.json` in the data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::command) struct Story {
    /// The county's seed.
    pub(super) seed: u64,
    /// How many people live in it.
    pub(super) people: usize,
    /// When history ended and life began.
    pub(super) began_at: Timestamp,
    /// Every source has told its history.
    pub(super) history_played: bool,
    /// How many events of life have arrived.
    pub(super) played: u64,
}

impl Story {
    /// The folder's story, or a new one that begins now.
    pub(super) fn open(folder: &Path, demo: &Demo, now: Timestamp) -> Result<Self> {
        let path = folder.join("demo.json");
        if !path.exists() {
            let story = Self {
                seed: demo.seed,
                people: demo.people,
                began_at: now,
                history_played: false,
                played: 0,
            };
            story.keep(folder)?;
            return Ok(story);
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} is damaged; choose another folder with --data", path.display())
        })
    }

    /// Writes it down, whole or not at all.
    pub(super) fn keep(&self, folder: &Path) -> Result<()> {
        let half = folder.join("demo.json.tmp");
        fs::write(&half, serde_json::to_vec_pretty(self)?)
            .with_context(|| half.display().to_string())?;
        fs::rename(&half, folder.join("demo.json"))?;
        Ok(())
    }
}
