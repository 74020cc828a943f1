//! What can go wrong between the county and a listener.

use std::io;
use std::path::PathBuf;

use model::Category;
use thiserror::Error;

/// Why a message of the county did not arrive. No message text is ever repeated.
#[derive(Debug, Error)]
pub enum Error {
    /// The listener could not be reached, or kept hanging up.
    #[error("could not reach the listener at {addr} after {attempts} attempts")]
    Unreachable {
        /// Where.
        addr: String,
        /// How often it was tried.
        attempts: u32,
        /// The last reason.
        source: io::Error,
    },
    /// The listener acknowledged something other than the oldest message it had.
    #[error("the listener at {addr} acknowledged messages out of order")]
    OutOfOrder {
        /// Where.
        addr: String,
    },
    /// The bundle could not be sent.
    #[error("could not post the bundle")]
    Post(#[from] reqwest::Error),
    /// The bundle was answered with an error.
    #[error("the bundle was answered with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The file could not be put into the folder.
    #[error("could not write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Error {
    /// What an edge does with it.
    pub fn category(&self) -> Category {
        match self {
            Self::Unreachable { .. } | Self::Post(_) | Self::Write { .. } => Category::Unavailable,
            Self::OutOfOrder { .. } => Category::Fault,
            Self::Refused { status } if *status >= 500 => Category::Unavailable,
            Self::Refused { .. } => Category::Invalid,
        }
    }
}
