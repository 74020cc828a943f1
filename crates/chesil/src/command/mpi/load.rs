//! `chesil mpi load`: an organisation joins with its index of patients.
//!
//! Rows go into the record a few thousand to a transaction, as if each had come in a message, so a
//! stop loses nothing: what is in stays in, and the same command again goes on. What messages have
//! said since the file was made is not overwritten.

mod lineage;

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;
use db::Db;
use empi::Model;
use jiff::Timestamp;
use linkage::{
    Columns, Error, Field, Person, Problem, ProblemFile, ProblemKind, Reading, Report, Table, Taken,
};
use mapping::Feed;
use model::{Clock, Demographics, LocalIdentity, LocalPatientId, OdsCode, SystemClock};

use repository::Provenance;

use crate::command::people_file::{bar, open, problems, threads, today};
use crate::command::serve::until_told_to_stop;
use crate::config::{self, Settings};
use crate::data_folder::DataFolder;
use crate::new_file::{Existing, NewFile};
use crate::running;

/// `chesil mpi load`
#[derive(Debug, Args)]
pub(crate) struct Load {
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    config: PathBuf,
    /// The CSV file, with a header line
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// ODS code of the organisation whose index it is
    #[arg(long, value_name = "ODS")]
    organisation: String,
    /// Who gives the local numbers, as the organisation's channel has it; the ODS code if not said
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Load under an authority that no channel has: messages will not find these patients by number
    #[arg(long)]
    no_channel: bool,
    /// When the file was made: 2026-11-22T06:00:00Z; when it was last written if not said
    #[arg(long, value_name = "TIME")]
    as_of: Option<Timestamp>,
    /// Which column holds what; well-known headings need none
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Where to write every problem by line and column
    #[arg(long, value_name = "FILE")]
    problems: Option<PathBuf>,
    /// Replace a file of problems that is there
    #[arg(long)]
    force: bool,
}

/// Rows that are stored in one transaction: a few seconds, so that a stop loses little.
const AT_ONCE: usize = 10_000;

/// One row, made ready.
struct Entry {
    person: Person,
    identity: Option<LocalIdentity>,
    /// Another organisation holds the record.
    elsewhere: bool,
}

/// What is the same for every row.
struct Loading {
    feed: Feed,
    as_of: Timestamp,
    model: Arc<Model>,
}

/// What became of the rows.
#[derive(Debug, Default)]
struct Loaded {
    /// The load's number in the log, to which everything in it is traced back.
    message: i64,
    report: Report,
    admitted: empi::Loaded,
    /// Whom the file has named so far.
    seen: HashSet<LocalPatientId>,
    /// Read and not yet stored.
    waiting: Vec<(LocalIdentity, Demographics)>,
}

pub(super) fn run(load: Load) -> Result<()> {
    let settings = config::load(&load.config).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let table = open(&load.input, load.map.as_deref())?;
    let columns = table.columns().clone();
    if !columns.has(Field::LocalId) && !columns.has(Field::RecordId) {
        bail!(
            "no column of {} holds the organisation's own number of each patient: name it in a map as local_id",
            load.input.display()
        );
    }
    let loading = Arc::new(loading(&load, &settings)?);
    let _folder = DataFolder::take(&settings.data)?;
    let db = running::open_database(&settings)?;
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let mut work =
            tokio::task::spawn_blocking(move || rows(table, &load, &loading, &db, &stop));
        tokio::select! {
            done = &mut work => return done?,
            stopped = until_told_to_stop() => stopped?,
        }
        heard.store(true, Ordering::SeqCst);
        work.await?
    })
}

fn loading(load: &Load, settings: &Settings) -> Result<Loading> {
    let organisation = OdsCode::parse(&load.organisation)?;
    if !settings.organisations.iter().any(|known| known.ods == organisation) {
        bail!("{organisation} is not an [[organisation]] of chesil.toml");
    }
    let authority = load.authority.clone().unwrap_or_else(|| organisation.to_string());
    let of_channel = |authority: &str| {
        settings.channels.iter().map(|one| &one.feed).find(|feed| feed.is_own(authority)).cloned()
    };
    // A channel of the same authority says how it spells it, and whose it is.
    let feed = match of_channel(&authority) {
        Some(feed) => feed,
        None if load.no_channel => Feed::new(organisation.clone(), authority.clone()),
        None => bail!("{}", no_channel(&organisation, &authority, settings)),
    };
    if feed.organisation != organisation {
        bail!("{authority} is the authority of {}, not of {organisation}", feed.organisation);
    }
    let as_of = if let Some(said) = load.as_of {
        said
    } else {
        let written = std::fs::metadata(&load.input).and_then(|file| file.modified());
        Timestamp::try_from(written.with_context(|| load.input.display().to_string())?)?
    };
    if as_of > SystemClock.now() {
        bail!("--as-of {as_of} is in the future; what messages say would be taken for older news");
    }
    Ok(Loading { feed, as_of, model: Arc::clone(&settings.model) })
}

/// What to say where messages would never find the patients that are loaded.
fn no_channel(organisation: &OdsCode, authority: &str, settings: &Settings) -> String {
    let own = settings.channels.iter().filter(|one| one.feed.organisation == *organisation);
    let own: BTreeSet<&str> = own.map(|one| one.feed.authority.as_str()).collect();
    let own: Vec<&str> = own.into_iter().collect();
    let own = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
    format!(
        "no channel has the authority {authority}, so no message would find these patients by their \
         numbers; authorities of {organisation}'s channels: {own}. Choose one with --authority, or load \
         all the same with --no-channel"
    )
}

/// Every row of the file, then what became of them.
fn rows(
    table: Table<File>,
    load: &Load,
    loading: &Arc<Loading>,
    db: &Db,
    stop: &AtomicBool,
) -> Result<()> {
    let columns = table.columns().clone();
    let existing = if load.force { Existing::Replace } else { Existing::Keep };
    let file = load.problems.as_deref().map(|path| NewFile::create(path, existing)).transpose()?;
    let mut problem_file =
        file.map(|file| ProblemFile::new(file, columns.headings())).transpose()?;
    let open_reviews = |db: &Db| db.read(empi::review_count);
    let reviews_before = open_reviews(db)?;
    let progress = bar("Loading {bar:40} {percent}%, {elapsed}", load.input.metadata()?.len());
    let reading = Reading { threads: threads(None), today: today(), stop };
    let message = lineage::begin(db, load, loading)?;
    let mut loaded = Loaded { message, ..Loaded::default() };
    let read = table.read(
        &reading,
        |person| entry(person, &loading.feed, &columns),
        |mut taken| {
            let bytes = taken.bytes;
            take(&mut taken, loading, db, &mut loaded)?;
            if let Some(file) = &mut problem_file {
                taken.problems.iter().try_for_each(|problem| file.add(problem))?;
            }
            progress.set_position(bytes);
            Ok::<_, anyhow::Error>(())
        },
    );
    progress.finish_and_clear();
    let stopped =
        matches!(read.as_ref().map_err(anyhow::Error::downcast_ref), Err(Some(Error::Stopped)));
    if !stopped {
        read?;
    }
    // After Ctrl-C too: what was read is whole.
    store(loading, db, &mut loaded)?;
    lineage::end(db, loading, &loaded)?;
    problem_file.map_or(Ok(()), |file| file.finish()?.keep())?;
    let reviews = open_reviews(db)?.saturating_sub(reviews_before);
    say(&loaded, &columns, reviews, load.problems.as_deref())?;
    if stopped {
        bail!("stopped before the end; what was loaded stays, and the same command goes on");
    }
    Ok(())
}

/// A row with the number its organisation knows the patient by.
fn entry(mut person: Person, feed: &Feed, columns: &Columns) -> Entry {
    let number = if columns.has(Field::LocalId) {
        person.local_id.take()
    } else {
        Some(std::mem::take(&mut person.id))
    };
    let elsewhere = person.source.as_deref().is_some_and(|source| {
        !feed.is_own(source) && !source.eq_ignore_ascii_case(feed.organisation.as_str())
    });
    let identity = number.map(|number| LocalIdentity::new(&feed.authority, number));
    Entry { person, identity, elsewhere }
}

/// A part of the file; whatever waits is stored when there is enough of it.
fn take(
    taken: &mut Taken<Entry>,
    loading: &Arc<Loading>,
    db: &Db,
    loaded: &mut Loaded,
) -> Result<()> {
    loaded.report.add(taken);
    for Entry { person, identity, elsewhere } in taken.people.drain(..) {
        let kind = match identity {
            _ if elsewhere => ProblemKind::OtherSource,
            None => ProblemKind::NoLocalId,
            Some(identity) if !loaded.seen.insert(identity.local_patient()) => {
                ProblemKind::RepeatedLocalId
            }
            Some(identity) => {
                loaded.waiting.push((identity, person.demographics));
                continue;
            }
        };
        let refused = Problem { line: person.line, column: None, kind };
        loaded.report.refuse(refused);
        taken.problems.push(refused);
    }
    taken.problems.sort_unstable();
    if loaded.waiting.len() >= AT_ONCE { store(loading, db, loaded) } else { Ok(()) }
}

/// All that waits, in one transaction.
fn store(loading: &Arc<Loading>, db: &Db, loaded: &mut Loaded) -> Result<()> {
    let (loading, entries) = (Arc::clone(loading), std::mem::take(&mut loaded.waiting));
    let message = loaded.message;
    let admitted = db.write(move |tx| {
        let Loading { feed, as_of, model } = &*loading;
        let organisation = feed.organisation.clone();
        let provenance = Provenance { message, organisation, recorded_at: SystemClock.now() };
        ingest::index_entries(tx, entries, feed, model, *as_of, &provenance)
    })?;
    loaded.admitted.add(admitted);
    Ok(())
}

fn say(
    loaded: &Loaded,
    columns: &Columns,
    reviews: i64,
    problem_file: Option<&Path>,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    problems(&mut out, &loaded.report, columns, problem_file)?;
    let empi::Loaded { alone, linked, amended, known } = loaded.admitted;
    let admitted = alone + linked + amended + known;
    let Report { read, refused, .. } = loaded.report;
    if u64::try_from(admitted).ok() != read.checked_sub(refused) {
        bail!("rows read are not rows stored and refused; please report this");
    }
    writeln!(
        out,
        "{read} rows read = {linked} linked to a person + {alone} new people + {amended} brought up to \
         date + {known} known already + {refused} refused"
    )?;
    writeln!(out, "{reviews} more pairs for a steward to look at")?;
    Ok(())
}
