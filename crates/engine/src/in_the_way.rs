//! Order is kept per patient and nowhere else. A message that fails stands in the way of later
//! messages with one of its order keys: they are *held*, and wait again once it is out of the way.
//! What stands in the way of a message always has a lower number, so nothing waits in a circle.

use std::collections::HashSet;

use db::{Tx, params};

use crate::turn::Turn;
use crate::{Error, OrderKeys};

/// With more of them the record is asked about each message.
const MOST_KEYS: usize = 10_000;

/// Whose messages have to wait, as one transaction knows it: nearly everybody's do not, and are not
/// looked up.
pub(crate) enum InTheWay {
    /// One of these keys at least.
    Keys(HashSet<String>),
    /// Too many to know by heart.
    Many,
}

impl InTheWay {
    /// The keys of what is retrying, parked or held.
    pub(crate) fn load(tx: &mut Tx) -> Result<Self, Error> {
        let limit = i64::try_from(MOST_KEYS).unwrap_or(i64::MAX);
        let keys: Vec<(Option<String>, Option<String>)> = tx.query(
            "select order_key, other_order_key from message
             where state in ('retrying', 'parked', 'held') and state <> 'processed' limit ?1",
            params![limit],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if keys.len() >= MOST_KEYS {
            return Ok(Self::Many);
        }
        let mut keys: HashSet<String> =
            keys.into_iter().flat_map(|(first, other)| [first, other]).flatten().collect();
        if !keys.is_empty() {
            keys.extend(tx.query(
                "select more.order_key from message_more_key more
                 join message on message.seq = more.seq
                 where message.state in ('retrying', 'parked', 'held')",
                params![],
                |row| row.get::<String>(0),
            )?);
        }
        Ok(Self::Keys(keys))
    }

    /// From now on these keys have to wait.
    pub(crate) fn add(&mut self, keys: &OrderKeys) {
        if let Self::Keys(known) = self {
            known.extend(keys.all().map(str::to_owned));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Keys(keys) if keys.is_empty())
    }

    /// Whether an earlier message with one of its keys is retrying, parked or held.
    pub(crate) fn holds(&self, tx: &mut Tx, turn: &mut Turn) -> Result<bool, Error> {
        if self.is_empty() {
            return Ok(false);
        }
        let seq = turn.seq;
        for key in turn.keys(tx)?.all() {
            let may_hold = match self {
                Self::Keys(keys) => keys.contains(key),
                Self::Many => true,
            };
            if may_hold && stands_in_the_way(tx, key, seq)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn stands_in_the_way(tx: &mut Tx, key: &str, before: i64) -> Result<bool, Error> {
    let found = tx.query_one(
        "select seq from message
         where state in ('retrying', 'parked', 'held') and order_key = ?2 and seq < ?1
         union all
         select seq from message
         where state in ('retrying', 'parked', 'held') and other_order_key = ?2 and seq < ?1
         union all
         select message.seq from message_more_key more join message on message.seq = more.seq
         where more.order_key = ?2 and more.seq < ?1
             and message.state in ('retrying', 'parked', 'held')
         limit 1",
        params![before, key],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Lets the held messages with one of these keys wait again; returns how many there were. Those
/// that something else stands in the way of will be held again in their turn.
pub(crate) fn release(tx: &mut Tx, keys: &OrderKeys) -> Result<u64, Error> {
    let mut released = 0;
    for key in keys.all() {
        released += tx.execute(
            "update message set state = 'waiting'
             where state in ('retrying', 'parked', 'held') and state = 'held'
                 and (order_key = ?1 or other_order_key = ?1)",
            params![key],
        )?;
        released += tx.execute(
            "update message set state = 'waiting'
             where seq in (select seq from message_more_key where order_key = ?1)
                 and state = 'held'",
            params![key],
        )?;
    }
    Ok(released)
}
