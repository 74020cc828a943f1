//! A mistake in a file, with its line.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) file: PathBuf,
    /// Counted from 1; 0 where the file itself is the problem.
    pub(crate) line: usize,
    pub(crate) sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.sentence),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.sentence),
        }
    }
}

/// Every mistake found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A file's text, so that a place in it can be given as a line.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn read(path: &Path, problems: &mut Vec<Problem>) -> Option<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Some(Self { path: path.to_path_buf(), text }),
            Err(error) => {
                let sentence = format!("cannot be read: {error}");
                problems.push(Problem { file: path.to_path_buf(), line: 0, sentence });
                None
            }
        }
    }

    pub(crate) fn parse<T: DeserializeOwned>(&self, problems: &mut Vec<Problem>) -> Option<T> {
        match toml::from_str(&self.text) {
            Ok(value) => Some(value),
            Err(error) => {
                problems.push(self.problem(error.span().unwrap_or(0..0), error.message()));
                None
            }
        }
    }

    /// A mistake at this place of the text.
    pub(crate) fn problem(&self, span: Range<usize>, sentence: impl Into<String>) -> Problem {
        let before = self.text.get(..span.start).unwrap_or_default();
        Problem {
            file: self.path.clone(),
            line: before.matches('\n').count() + 1,
            sentence: sentence.into(),
        }
    }
}
