//! What was found, as CSV files.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::problem_file::written;
use crate::{Error, Linkage};

/// Lines written before looking whether to stop.
const BETWEEN_LOOKS: usize = 10_000;

impl Linkage {
    /// `record_id,cluster_id`: every record in the order of the file, and the first record of its cluster.
    pub fn write_clusters(&self, output: impl Write, stop: &AtomicBool) -> Result<(), Error> {
        let records = (0_u32..).zip(&self.linked.clusters);
        let mut file = File::new(output, &["record_id", "cluster_id"], stop)?;
        for (record, first) in records {
            file.line(&[self.id(record)?, self.id(*first)?])?;
        }
        file.finish()
    }

    /// `id_l,id_r,score,decision`: pairs that are alike. From `review_from` on a person should look at
    /// those that were not linked; the others were left apart.
    pub fn write_pairs(
        &self,
        output: impl Write,
        review_from: f64,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        let mut file = File::new(output, &["id_l", "id_r", "score", "decision"], stop)?;
        for pair in &self.linked.pairs {
            let decision = match pair.linked {
                true => "linked",
                false if f64::from(pair.weight) >= review_from => "review",
                false => "apart",
            };
            let score = format!("{:.3}", pair.weight);
            file.line(&[self.id(pair.a)?, self.id(pair.b)?, &score, decision])?;
        }
        file.finish()
    }

    fn id(&self, record: u32) -> Result<&str, Error> {
        self.ids.get(record).ok_or(Error::Fault("a result names an unknown record"))
    }
}

/// A result being written, which gives up when told to.
struct File<'a, W: Write> {
    writer: csv::Writer<W>,
    stop: &'a AtomicBool,
    lines: usize,
}

impl<'a, W: Write> File<'a, W> {
    fn new(output: W, header: &[&str], stop: &'a AtomicBool) -> Result<Self, Error> {
        let mut file = Self { writer: csv::Writer::from_writer(output), stop, lines: 0 };
        file.line(header)?;
        Ok(file)
    }

    fn line(&mut self, fields: &[&str]) -> Result<(), Error> {
        if self.lines.is_multiple_of(BETWEEN_LOOKS) && self.stop.load(Ordering::SeqCst) {
            return Err(Error::Stopped);
        }
        self.lines += 1;
        self.writer.write_record(fields).map_err(written)
    }

    fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(Error::Write)
    }
}
