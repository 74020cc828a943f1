//! Every problem of a file, as a file.

use std::io::Write;

use crate::problem::Problem;
use crate::{Error, Headings};

/// `line,column,problem`: every problem, as it is found.
#[derive(Debug)]
pub struct ProblemFile<W: Write> {
    writer: csv::Writer<W>,
    headings: Headings,
}

impl<W: Write> ProblemFile<W> {
    /// Writes the header.
    pub fn new(output: W, headings: &Headings) -> Result<Self, Error> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(["line", "column", "problem"]).map_err(written)?;
        Ok(Self { writer, headings: headings.clone() })
    }

    /// Writes one problem.
    pub fn add(&mut self, problem: &Problem) -> Result<(), Error> {
        let column = problem.column.map(|column| self.headings.name(column)).unwrap_or_default();
        let record = [&problem.line.to_string(), column.as_str(), problem.kind.sentence()];
        self.writer.write_record(record).map_err(written)
    }

    /// The whole file.
    pub fn finish(self) -> Result<W, Error> {
        self.writer.into_inner().map_err(|error| Error::Write(error.into_error()))
    }
}

pub(crate) fn written(error: csv::Error) -> Error {
    Error::Write(error.into())
}
