//! One deed for many messages: all that fit a filter, a hundred in a transaction, so that nobody waits.

use db::{Tx, params};
use jiff::Timestamp;

use crate::{Error, Filter, Page, count, list, operator};

/// Messages of one transaction.
const AT_ONCE: u16 = 100;

/// What is done to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is tried again.
    Retry,
    /// It shall have no effect.
    Skip,
}

impl Deed {
    /// The word in the store and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
        }
    }

    /// Reads [`Deed::code`].
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Retry, Self::Skip].into_iter().find(|deed| deed.code() == code)
    }
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Its number.
    pub id: i64,
    /// What is done.
    pub deed: Deed,
    /// To which messages, without what identifies a patient.
    pub about: String,
    /// Why.
    pub reason: String,
    /// Who does it.
    pub actor: String,
    /// Since when.
    pub begun_at: Timestamp,
    /// Until when; `None` while it goes on, or if the server stopped meanwhile.
    pub ended_at: Option<Timestamp>,
    /// How many fitted when it began.
    pub asked: i64,
    /// To how many it was done.
    pub done: i64,
    /// How many had gone on by themselves meanwhile, or cannot be treated so.
    pub refused: i64,
}

/// Begins it; nothing is done yet.
pub fn begin_bulk(
    tx: &mut Tx,
    deed: Deed,
    filter: &Filter,
    (about, reason): (&str, &str),
    actor: &str,
    at: Timestamp,
) -> Result<Bulk, Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let asked = count(tx, filter)?;
    let id = tx.query_one(
        "insert into bulk (deed, about, reason, actor, begun_at, asked, done, refused)
         values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0) returning id",
        params![deed.code(), about, reason.trim(), actor, at, asked],
        |row| row.get(0),
    )?;
    bulk(tx, id.unwrap_or_default())
}

/// One of them.
pub fn bulk(tx: &mut Tx, id: i64) -> Result<Bulk, Error> {
    let found = tx.query_one(
        "select id, deed, about, reason, actor, begun_at, ended_at, asked, done, refused
         from bulk where id = ?1",
        params![id],
        |row| {
            Ok(Bulk {
                id: row.get(0)?,
                deed: Deed::parse(&row.get::<String>(1)?).unwrap_or(Deed::Retry),
                about: row.get(2)?,
                reason: row.get(3)?,
                actor: row.get(4)?,
                begun_at: row.get(5)?,
                ended_at: row.get(6)?,
                asked: row.get(7)?,
                done: row.get(8)?,
                refused: row.get(9)?,
            })
        },
    )?;
    found.ok_or(Error::NoSuchMessage(id))
}

/// Does it to the next hundred before `before`, newest first; returns where the next hundred begin, `None`
/// at the end, and how many wait again.
pub fn bulk_step(
    tx: &mut Tx,
    bulk: &Bulk,
    filter: &Filter,
    before: Option<i64>,
    at: Timestamp,
) -> Result<(Option<i64>, i64), Error> {
    let rows = list(tx, filter, Page { before, size: AT_ONCE })?;
    let (mut done, mut refused) = (0_i64, 0_i64);
    for row in &rows {
        let result = match bulk.deed {
            Deed::Retry => operator::retry(tx, row.seq, &bulk.actor, at),
            Deed::Skip => operator::skip(tx, row.seq, &bulk.reason, &bulk.actor, at),
        };
        match result {
            Ok(()) => done += 1,
            Err(Error::WrongState { .. }) => refused += 1,
            Err(error) => return Err(error),
        }
    }
    let next = rows.last().filter(|_| rows.len() == usize::from(AT_ONCE)).map(|row| row.seq);
    tx.execute(
        "update bulk set done = done + ?2, refused = refused + ?3, ended_at = ?4 where id = ?1",
        params![bulk.id, done, refused, next.is_none().then_some(at)],
    )?;
    Ok((next, if bulk.deed == Deed::Retry { done } else { 0 }))
}
