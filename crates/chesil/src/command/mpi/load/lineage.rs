//! What a load says is traced back to it: its entry in the log, and in the trail.

use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::Result;
use audit::{By, Event, Note};
use db::Db;
use engine::IndexLoad;
use model::{Clock, SystemClock};
use sha2::{Digest, Sha256};

use super::{Load, Loaded, Loading};

/// Who loads it, in the log and in the trail.
const ACTOR: &str = "chesil mpi load";

/// Keeps in the log that this file is loaded, before any of its rows are.
pub(super) fn begin(db: &Db, load: &Load, loading: &Loading) -> Result<i64> {
    let mut hash = Sha256::new();
    let mut file = BufReader::new(File::open(&load.input)?);
    loop {
        let read = file.fill_buf()?;
        if read.is_empty() {
            break;
        }
        hash.update(read);
        let taken = read.len();
        file.consume(taken);
    }
    let hex = |text: String, byte: &u8| format!("{text}{byte:02x}");
    let load = IndexLoad {
        organisation: loading.feed.organisation.to_string(),
        file_hash: hash.finalize().iter().fold(String::new(), hex),
        as_of: loading.as_of,
    };
    let now = SystemClock.now();
    Ok(engine::begin_index_load(db, &load, ACTOR, now)?)
}

/// Loading an index changes what everybody sees: the trail says so.
pub(super) fn end(db: &Db, loading: &Loading, loaded: &Loaded) -> Result<()> {
    let detail = format!(
        "loaded {} rows of {}'s index as of {}",
        loaded.report.read, loading.feed.organisation, loading.as_of
    );
    let (now, message) = (SystemClock.now(), loaded.message);
    db.write(move |tx| {
        engine::end_index_load(tx, message, ACTOR, &detail, now)?;
        let by = By::System(ACTOR);
        audit::note(tx, &Note::new(by, Event::IndexLoaded, &detail), now)?;
        Ok::<_, anyhow::Error>(())
    })
}
