//! What can be wrong with policies.

use std::fmt;
use std::path::PathBuf;

use model::Category;
use thiserror::Error;

/// Why policies could not be loaded.
#[derive(Debug, Error)]
pub enum Error {
    /// The folder or a file in it cannot be read.
    #[error("cannot read policies from {}", path.display())]
    Read {
        /// The folder or the file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A folder without policies would refuse everything.
    #[error("no .cedar file in {}; copy the standard policies there and change them", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// The built-in schema is broken.
    #[error("the built-in policy schema is broken: {0}")]
    Schema(String),
    /// Mistakes in the text, each with its file and line.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Read { .. } => Category::Unavailable,
            Self::Empty { .. } | Self::Mistakes(_) => Category::Invalid,
            Self::Schema(_) => Category::Fault,
        }
    }
}

/// One mistake in a policy file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file's name.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, and where possible what to write.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
