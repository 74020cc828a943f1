//! Whether a log and a record belong together: an older copy of one of them beside the other would
//! answer for messages it does not have.

use db::{Db, Tx, params};
use uuid::Uuid;

use crate::Error;
use crate::arrival::position;

/// Makes them belong together where neither knows another; refuses where they do not.
pub(crate) fn check(db: &Db) -> Result<(), Error> {
    let (seen, position, newest) = db.read(|tx| {
        let seen = tx.query_one("select id from log_seen", params![], |row| row.get(0))?;
        Ok::<(Option<String>, i64, i64), Error>((seen, position(tx)?, newest(tx)?))
    })?;
    // A log that is new goes on where the record stands, unless it had another.
    let numbers_after = if seen.is_none() { newest } else { 0 };
    let (id, last) = db.write_log(move |tx| {
        identify(tx, numbers_after)?;
        let found = tx.query_one(
            "select id, coalesce((select max(seq) from arrival), numbers_after) from log_identity",
            params![],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
        )?;
        Ok::<_, Error>(found.unwrap_or_default())
    })?;
    match seen {
        Some(seen) if seen != id => Err(Error::AnotherLog),
        _ if position > last => Err(Error::OlderLog { processed: position, last }),
        Some(_) => Ok(()),
        None => db.write(move |tx| see(tx, &id)),
    }
}

/// Goes on with an empty log where the one that belongs to this record is lost for good: what had
/// been acknowledged and not yet processed is lost with it. Returns the number after which the new
/// log begins.
///
/// # Errors
/// [`Error::LogHoldsMessages`] where there is a log with messages in it.
pub fn accept_log_loss(db: &Db) -> Result<i64, Error> {
    let newest = db.read(newest)?;
    let id = db.write_log(move |tx| {
        let held = tx.query_one("select max(seq) from arrival", params![], |row| row.get(0))?;
        if let Some(last) = held.flatten() {
            return Err(Error::LogHoldsMessages { last });
        }
        identify(tx, newest)?;
        tx.execute("update log_identity set numbers_after = ?1", params![newest])?;
        let id = tx.query_one("select id from log_identity", params![], |row| row.get(0))?;
        Ok::<String, Error>(id.unwrap_or_default())
    })?;
    db.write(move |tx| {
        tx.execute("delete from log_seen", params![])?;
        see(tx, &id)
    })?;
    Ok(newest)
}

/// The highest number that the record has given an effect or a place to.
fn newest(tx: &mut Tx) -> Result<i64, Error> {
    let message = tx.query_one("select max(seq) from message", params![], |row| row.get(0))?;
    Ok(message.flatten().unwrap_or(0).max(position(tx)?))
}

/// Gives a log that has no identity one.
fn identify(tx: &mut Tx, numbers_after: i64) -> Result<(), Error> {
    tx.execute(
        "insert into log_identity (id, numbers_after)
         select cast(?1 as text), cast(?2 as bigint)
         where not exists (select id from log_identity)",
        params![Uuid::new_v4().to_string(), numbers_after],
    )?;
    Ok(())
}

/// The record remembers whose numbers its position is of.
fn see(tx: &mut Tx, id: &str) -> Result<(), Error> {
    tx.execute("insert into log_seen (id) values (?1) on conflict do nothing", params![id])?;
    Ok(())
}
