//! What the processor has read and prepared ahead of the writer.
//!
//! The log is read and messages are mapped on the processor's thread while the writer delivers those
//! before. The record's position says where the next transaction has to begin: where another process
//! has moved it meanwhile, what was read is dropped and read again from there.

use db::{Db, Tx};

use crate::arrival;
use crate::turn::Turn;
use crate::{Destination, Error};

/// Messages at the head of what is new, in their order.
#[derive(Default)]
pub(crate) struct Ahead {
    turns: Vec<Turn>,
    /// The record's position before the first of them, once it is known.
    from: Option<i64>,
    /// The log had more than was asked for.
    more: bool,
}

/// A part of it, for one transaction.
pub(crate) struct Portion {
    pub(crate) turns: Vec<Turn>,
    pub(crate) from: i64,
    /// There is more where it came from.
    pub(crate) more: bool,
}

impl Ahead {
    /// Reads until there are `most` turns, and prepares what it has read.
    pub(crate) fn fill(
        &mut self,
        db: &Db,
        destination: &dyn Destination,
        most: usize,
    ) -> Result<(), Error> {
        let room = most.saturating_sub(self.turns.len());
        if room == 0 {
            return Ok(());
        }
        let (known, last) = (self.from, self.turns.last().map(|turn| turn.seq));
        let (from, arrived) = db.read(|tx| {
            let from = known.map_or_else(|| arrival::position(tx), Ok)?;
            Ok::<_, Error>((from, arrival::after(tx, last.unwrap_or(from), room)?))
        })?;
        self.from = Some(from);
        self.more = arrived.len() >= room;
        for arrived in arrived {
            let mut turn = Turn::first(arrived);
            turn.prepare(destination);
            self.turns.push(turn);
        }
        Ok(())
    }

    /// The first `most` of it. What is read from now on comes after the rest.
    pub(crate) fn take(&mut self, most: usize) -> Portion {
        let rest = self.turns.split_off(most.min(self.turns.len()));
        let turns = std::mem::replace(&mut self.turns, rest);
        let from = self.from.unwrap_or_default();
        self.from = turns.last().map(|turn| turn.seq).or(self.from);
        Portion { turns, from, more: self.more || !self.turns.is_empty() }
    }

    /// What the transaction did not come to goes before what has been read since.
    pub(crate) fn put_back(&mut self, left: Vec<Turn>, position: i64) {
        if left.is_empty() {
            return;
        }
        self.from = Some(position);
        let since = std::mem::replace(&mut self.turns, left);
        self.turns.extend(since);
    }

    /// Begins anew from where the record stands.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Portion {
    /// Whether the record still stands where this was read from; another process may have been quicker.
    pub(crate) fn is_next(&self, tx: &mut Tx) -> Result<bool, Error> {
        Ok(arrival::position(tx)? == self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrival::Arrived;

    fn turns(numbers: std::ops::Range<i64>) -> Vec<Turn> {
        numbers.map(|seq| Turn::first(Arrived { seq, ..Arrived::default() })).collect()
    }

    #[test]
    fn transactions_that_come_to_little_do_not_make_it_grow() {
        let mut ahead = Ahead { turns: turns(1..9), from: Some(0), more: true };
        for step in 0..4 {
            let mut portion = ahead.take(4);
            assert_eq!((portion.from, portion.turns.len()), (step, 4));
            ahead.put_back(portion.turns.split_off(1), step + 1);
        }
        let left: Vec<i64> = ahead.turns.iter().map(|turn| turn.seq).collect();
        assert_eq!(left, [5, 6, 7, 8]);
        assert_eq!(ahead.from, Some(4));
    }
}
