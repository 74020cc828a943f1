//! A file for each: written beside, made durable, then given its name, so that whoever looks for files
//! never finds half of one.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;
use super::claim::Queued;
use crate::Format;

/// A folder that another system takes files from.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// This folder; it is made where it is missing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names sort in the order of sending, and the same again has the same name.
    pub(super) async fn write(&self, queued: &Queued) -> Result<(), Failure> {
        let extension = match Format::parse(&queued.format) {
            Some(Format::Hl7v2) => "hl7",
            Some(Format::FhirBundle) => "json",
            Some(Format::Csv { .. }) => "csv",
            None => "dat",
        };
        let name = format!("{:012}-{:03}.{extension}", queued.message, queued.part);
        let (folder, body) = (self.path.clone(), queued.body.clone());
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &body));
        let written = written.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        written.map_err(|error| {
            Failure::Unreachable(format!("{} cannot be written: {error}", self.path.display()))
        })
    }
}

fn write(folder: &Path, name: &str, body: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!("{name}.tmp"));
    let mut file = File::create(&beside)?;
    file.write_all(body)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(name))?;
    File::open(folder)?.sync_all()
}
