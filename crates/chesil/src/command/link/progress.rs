//! A bar on a terminal; silence anywhere else.

use indicatif::ProgressBar;
use matching::Step;

use crate::command::people_file::bar;

const READING: &str = "Reading {bar:40} {percent}%, {elapsed}";
const COMPARING: &str = "Comparing {bar:40} {percent}%, {elapsed}";

/// How far the work has come.
pub(crate) struct Progress {
    reading: ProgressBar,
    comparing: ProgressBar,
}

impl Progress {
    /// Of a file of so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        Self { reading: bar(READING, bytes), comparing: bar(COMPARING, 1) }
    }

    pub(crate) fn show(&self, step: linkage::Progress) {
        match step {
            linkage::Progress::Read(bytes) => self.reading.set_position(bytes),
            linkage::Progress::Compare(Step::Comparing { done, of }) => {
                self.comparing.set_length(count(of));
                self.comparing.set_position(count(done));
            }
            linkage::Progress::Compare(Step::Indexing | Step::Clustering) => {
                self.reading.finish_and_clear();
            }
        }
    }

    pub(crate) fn finish(&self) {
        self.reading.finish_and_clear();
        self.comparing.finish_and_clear();
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
