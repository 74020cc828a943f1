//! Why a file could not be read or linked.

use std::io;

use model::Category;
use thiserror::Error;

use crate::MapProblem;

/// What stopped the work. None of these sentences holds a value of a row.
#[derive(Debug, Error)]
pub enum Error {
    /// The file could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    /// A result could not be written.
    #[error("a result cannot be written: {0}")]
    Write(#[source] io::Error),
    /// Nothing in it.
    #[error("the file is empty; it needs a header line and rows")]
    Empty,
    /// A header without an end.
    #[error(
        "the header line cannot be read: look for a quotation mark that is missing or too many"
    )]
    Header,
    /// Written by a spreadsheet as Unicode text.
    #[error("the file is UTF-16; save it as CSV UTF-8")]
    Utf16,
    /// The map has mistakes, or does not fit the file.
    #[error("the column map has mistakes:\n{}", sentences(.0))]
    Map(Vec<MapProblem>),
    /// The header has no column by which people are told apart.
    #[error(
        "no heading of line {line} was recognised as a name, a birth date or an NHS number: is there a \
         header line? If there is, say with a column map which column holds what"
    )]
    NothingRecognised {
        /// The line taken for the header.
        line: u64,
    },
    /// Told to stop.
    #[error("stopped before the end; nothing was written")]
    Stopped,
    /// More records than can be numbered.
    #[error("the file has more than 4,294,967,295 records; link it in parts")]
    TooMany,
    /// A promise of our own was broken.
    #[error("{0}; please report this")]
    Fault(&'static str),
}

impl Error {
    /// What an edge should do with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Read(_) | Self::Write(_) | Self::Stopped => Category::Unavailable,
            Self::Fault(_) => Category::Fault,
            _ => Category::Invalid,
        }
    }
}

fn sentences(problems: &[MapProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
