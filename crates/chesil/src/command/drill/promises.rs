//! What must be true of a record after whatever has happened to its server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, ensure};
use db::{Db, Location, Tx, params};

use super::sending::Sent;
use super::story::{self, LANES};

/// What was counted while the promises were checked.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Messages that were acknowledged.
    pub(super) acknowledged: usize,
    /// Messages that the record has processed: those, and some whose acknowledgement was cut off.
    pub(super) processed: usize,
    /// Numbers that were merged into another.
    pub(super) merged: usize,
}

/// Compares what was sent in each round with what the record holds.
pub(super) fn check(database: &Path, rounds: &[[Sent; LANES]]) -> Result<Kept> {
    let db = Db::open(&Location::Sqlite(database.to_path_buf()))?;
    let held = db.read(held)?;
    let acknowledged = nothing_is_lost(&held, rounds)?;
    in_the_order_sent(&held, rounds)?;
    let alone = |name: &str, count: i64| {
        ensure!(count == 0, "{count} {name}");
        Ok(())
    };
    alone("messages are not processed: parked, held or in quarantine", db.read(unprocessed)?)?;
    alone("movements are in the record twice", db.read(doubled_movements)?)?;
    alone("movements are missing", db.read(missing_movements)?)?;
    alone("resources took an older message after a newer one", db.read(out_of_order)?)?;
    let merged = usize::try_from(db.read(merged)?)?;
    let told = held.iter().filter(|(_, message)| message.message_type.starts_with("ADT^A40"));
    let told = told.count();
    ensure!(merged == told, "{told} merges were told, {merged} numbers are merged");
    Ok(Kept { acknowledged, processed: held.len(), merged })
}

/// A processed message.
struct Held {
    seq: i64,
    message_type: String,
}

/// Every processed message by its control id.
fn held(tx: &mut Tx) -> Result<BTreeMap<String, Held>> {
    let rows: Vec<(String, Held)> = tx.query(
        "select control_id, seq, message_type from message where state = 'processed' order by seq",
        params![],
        |row| Ok((row.get(0)?, Held { seq: row.get(1)?, message_type: row.get(2)? })),
    )?;
    let count = rows.len();
    let held: BTreeMap<String, Held> = rows.into_iter().collect();
    ensure!(held.len() == count, "{} messages are in the log twice", count - held.len());
    Ok(held)
}

/// Everything acknowledged is there; returns how many that are.
fn nothing_is_lost(held: &BTreeMap<String, Held>, rounds: &[[Sent; LANES]]) -> Result<usize> {
    let acknowledged: Vec<String> = each(rounds)
        .flat_map(|(round, lane, sent)| {
            (0..sent.acknowledged).map(move |number| story::control_id(round, lane, number))
        })
        .collect();
    let lost: BTreeSet<&String> =
        acknowledged.iter().filter(|id| !held.contains_key(*id)).collect();
    let some: Vec<&&String> = lost.iter().take(10).collect();
    ensure!(lost.is_empty(), "{} acknowledged messages are lost, among them {some:?}", lost.len());
    Ok(acknowledged.len())
}

/// On each connection the log has the order in which was sent, without a gap.
fn in_the_order_sent(held: &BTreeMap<String, Held>, rounds: &[[Sent; LANES]]) -> Result<()> {
    for (round, lane, sent) in each(rounds) {
        let of = |number| held.get(&story::control_id(round, lane, number));
        let seqs: Vec<Option<i64>> =
            (0..sent.written).map(|number| of(number).map(|message| message.seq)).collect();
        let there = seqs.iter().take_while(|seq| seq.is_some()).count();
        let gap = seqs.iter().skip(there).any(Option::is_some);
        ensure!(!gap, "round {round}, connection {lane}: a message is missing before later ones");
        let sorted = seqs.iter().flatten().is_sorted();
        ensure!(
            sorted,
            "round {round}, connection {lane}: not in the order in which they were sent"
        );
    }
    Ok(())
}

fn each(rounds: &[[Sent; LANES]]) -> impl Iterator<Item = (usize, usize, Sent)> {
    rounds.iter().enumerate().flat_map(|(round, lanes)| {
        lanes.iter().enumerate().map(move |(lane, sent)| (round, lane, *sent))
    })
}

fn unprocessed(tx: &mut Tx) -> Result<i64> {
    count(tx, "select count(*) from message where state <> 'processed'")
}

fn doubled_movements(tx: &mut Tx) -> Result<i64> {
    count(tx, "select count(*) - count(distinct message) from spell_event")
}

fn missing_movements(tx: &mut Tx) -> Result<i64> {
    count(
        tx,
        "select count(*) from message
         where (message_type like 'ADT^A01%' or message_type like 'ADT^A02%' or message_type like 'ADT^A03%')
         and not exists (select 1 from spell_event where spell_event.message = message.seq)",
    )
}

/// Versions of a resource are the effects of its patient's messages, one after the other.
fn out_of_order(tx: &mut Tx) -> Result<i64> {
    count(
        tx,
        "select count(*) from resource_version later
         join resource_version earlier on earlier.resource_type = later.resource_type
             and earlier.id = later.id and earlier.version = later.version - 1
         where earlier.message > later.message",
    )
}

fn merged(tx: &mut Tx) -> Result<i64> {
    count(tx, "select count(*) from local_patient where merged_into is not null")
}

fn count(tx: &mut Tx, sql: &'static str) -> Result<i64> {
    Ok(tx.query_one(sql, params![], |row| row.get(0))?.unwrap_or_default())
}
