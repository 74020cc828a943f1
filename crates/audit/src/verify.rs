//! Walking the chain: is every entry as it was written, and is none missing?

use std::fmt;

use db::{Tx, Value, params};

use crate::{Error, chain};

const ENTRIES_AT_ONCE: i64 = 1000;

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every entry is as it was written.
    Intact {
        /// How many there are.
        entries: i64,
        /// The hash of the last one: kept elsewhere, it shows a chain that was rewritten whole.
        head: String,
    },
    /// The first entry that is not.
    Broken {
        /// Its number.
        seq: i64,
        /// What is wrong with it.
        what: Break,
    },
}

/// How a chain can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// A column is not what the hash was made from.
    Altered,
    /// The entry fits itself but not the one before, which was rewritten.
    Unchained,
    /// There is no such entry.
    Missing,
    /// It is in order, but is not where the trail is said to end.
    NotTheHead,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "was altered after it was written",
            Self::Unchained => "does not follow from the entry before it",
            Self::Missing => "is missing",
            Self::NotTheHead => "is not the end that the trail is known to have",
        })
    }
}

/// Walks the whole chain from its first entry and names the first that is broken.
pub fn verify(tx: &mut Tx) -> Result<Verification, Error> {
    let mut seq = 0;
    let mut head = String::new();
    loop {
        let links = links(tx, seq)?;
        if links.is_empty() {
            return end(tx, seq, head);
        }
        for link in links {
            if let Some(what) = link.broken(seq + 1, &head) {
                return Ok(Verification::Broken { seq: seq + 1, what });
            }
            seq += 1;
            head = link.hash;
        }
    }
}

/// The last entry has to be the one that the head names.
fn end(tx: &mut Tx, seq: i64, head: String) -> Result<Verification, Error> {
    let (last, hash) = tx
        .query_one("select seq, hash from audit_head where id = 1", &[], |row| {
            Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
        })?
        .ok_or(Error::NoHead)?;
    Ok(if last > seq {
        Verification::Broken { seq: seq + 1, what: Break::Missing }
    } else if last < seq || hash != head {
        Verification::Broken { seq, what: Break::NotTheHead }
    } else {
        Verification::Intact { entries: seq, head }
    })
}

struct Link {
    columns: Vec<Value>,
    hash: String,
}

impl Link {
    fn broken(&self, seq: i64, previous: &str) -> Option<Break> {
        if self.columns.first() != Some(&Value::Int(seq)) {
            return Some(Break::Missing);
        }
        if chain::hash(&self.columns) != self.hash {
            return Some(Break::Altered);
        }
        (self.columns.last() != Some(&Value::from(previous))).then_some(Break::Unchained)
    }
}

/// The next entries as raw values, so that a value of the wrong type is a finding and not an error.
fn links(tx: &mut Tx, after: i64) -> Result<Vec<Link>, Error> {
    const COLUMNS: usize = 16;
    Ok(tx.query(
        "select seq, at, user_id, user_name, role, organisation, action, person, basis, policies,
            reason, outcome, alert, detail, answers, previous_hash, hash
         from audit_entry where seq > ?1 order by seq limit ?2",
        params![after, ENTRIES_AT_ONCE],
        |row| {
            let columns = (0..COLUMNS).map(|index| row.get(index)).collect::<Result<_, _>>()?;
            let hash = match row.get::<Value>(COLUMNS)? {
                Value::Text(hash) => hash,
                _ => String::new(),
            };
            Ok(Link { columns, hash })
        },
    )?)
}
