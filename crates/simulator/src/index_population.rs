//! Many organisations' patient indexes with all their mistakes, and the truth about who is who.
//!
//! A population of households lives its lives: people are born, marry, move, change what they are
//! called, and die. Four organisations each write down some of it at some moment, in their own
//! habits and with their own slips. What comes out has the columns of a patient index, and for each
//! record who it truly is, so that anybody can count how well an index links them.
//!
//! 1. `household` and `resident` make people as they truly are;
//! 2. `registration` decides who knows them, since when and how lately;
//! 3. `telling` says it as that organisation would, `slip` makes the mistakes;
//! 4. records leave in a mixed order, as they would reach an index.
//!
//! Everybody is invented. NHS numbers begin with 9 and mobiles with 071: neither is ever issued.

mod calendar;
mod frequency;
mod culture;
mod dwelling;
mod resident;
mod household;
mod organisation;
mod registration;
mod telling;
mod contact;
mod slip;
mod record;
mod csv_files;

pub use csv_files::{Written, write_csv};
pub use record::{IndexRecord, Tag, Tags, Truth};

use crate::dice::Dice;
use household::Settlement;

/// Records that wait for their turn, so that those of one person do not come one after the other.
const WAITING: usize = 32_768;

/// The records of a population, one by one. The same seed and number give the same records.
#[derive(Debug)]
pub struct IndexPopulation {
    settlement: Settlement,
    order: Dice,
    waiting: Vec<IndexRecord>,
    /// Records still to be made, and to be given.
    to_make: u32,
    to_give: u32,
    given: u32,
    /// Local numbers given by each organisation.
    local_numbers: [u32; 4],
}

impl IndexPopulation {
    /// As many `records` as asked for, of as many people as that takes: about half as many.
    pub fn new(seed: u64, records: u32) -> Self {
        Self {
            settlement: Settlement::new(seed, records),
            order: Dice::new(seed, "index order", 0),
            waiting: Vec::new(),
            to_make: records,
            to_give: records,
            given: 0,
            local_numbers: [0; 4],
        }
    }

    fn fill(&mut self) {
        while self.to_make > 0 && self.waiting.len() < WAITING {
            for record in self.settlement.next_household() {
                if self.to_make > 0 {
                    self.to_make -= 1;
                    self.waiting.push(record);
                }
            }
        }
    }
}

impl Iterator for IndexPopulation {
    type Item = IndexRecord;

    fn next(&mut self) -> Option<IndexRecord> {
        self.fill();
        if self.waiting.is_empty() {
            return None;
        }
        let place = self.order.place(self.waiting.len());
        let mut record = self.waiting.swap_remove(place);
        self.given += 1;
        self.to_give -= 1;
        record.number = self.given;
        let count = self.local_numbers.get_mut(record.organisation_place)?;
        *count += 1;
        record.local_id = format!("{}{:06}", record.organisation, 100_000 + *count);
        Some(record)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.to_give).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for IndexPopulation {}
