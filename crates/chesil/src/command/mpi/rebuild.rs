//! `chesil mpi rebuild`: links are events, and what is stored beside them must be what they say.

use anyhow::{Result, bail};
use clap::Args;
use empi::Rebuilt;

use crate::command::Folder;
use crate::data_folder::DataFolder;
use crate::running;

/// `chesil mpi rebuild`
#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    #[command(flatten)]
    folder: Folder,
    /// Only say whether anything differs, and change nothing
    #[arg(long)]
    check: bool,
}

/// How a rebuild ends: kept, or taken back because it was only a check.
enum Ended {
    Checked(Rebuilt),
    Failed(empi::Error),
}

impl From<empi::Error> for Ended {
    fn from(error: empi::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<db::Error> for Ended {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn run(rebuild: &Rebuild) -> Result<()> {
    let settings = super::settings(&rebuild.folder)?;
    let _folder = DataFolder::take(&settings.data)?;
    let db = running::open_database(&settings)?;
    let check = rebuild.check;
    let ended = db.write(move |tx| {
        let found = empi::rebuild(tx)?;
        // An error takes the transaction back.
        if check { Err(Ended::Checked(found)) } else { Ok(found) }
    });
    let found = match ended {
        Ok(found) | Err(Ended::Checked(found)) => found,
        Err(Ended::Failed(error)) => return Err(error.into()),
    };
    let Rebuilt { events, records, people, differed } = found;
    println!("{events} events replayed: {records} records of {people} people");
    match (differed, check) {
        (0, _) => println!("what is stored is what they say"),
        (_, false) => println!("{differed} stored links were others, and have been put right"),
        (_, true) => bail!(
            "{differed} stored links are others: something beside this program has written to the store; \
             chesil mpi rebuild puts them right"
        ),
    }
    Ok(())
}
