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

    /// All of it. What is read from now on comes after it.
    pub(crate) fn take(&mut self) -> Portion {
        let turns = std::mem::take(&mut self.turns);
        let from = self.from.unwrap_or_default();
        self.from = turns.last().map(|turn| turn.seq).or(self.from);
        Portion { turns, from, more: self.more }
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
