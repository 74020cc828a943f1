//! What stands in the way of its patients' later messages: retrying, parked, or held itself.

use db::{Tx, params};

use crate::Error;

/// Whether anything of this destination stands in anybody's way.
pub(super) fn anything_stuck(tx: &mut Tx, destination: &str) -> Result<bool, Error> {
    let sql = "select id from outbound_stuck_key where destination = ?1 limit 1";
    Ok(tx.query_one(sql, params![destination], |_| Ok(()))?.is_some())
}

/// From now on `id` stands in the way of what comes later for these patients.
pub(super) fn stick(tx: &mut Tx, destination: &str, id: i64, keys: &[String]) -> Result<(), Error> {
    for key in keys {
        let sql = "insert into outbound_stuck_key (destination, order_key, id) values (?1, ?2, ?3)
                   on conflict do nothing";
        tx.execute(sql, params![destination, key, id])?;
    }
    Ok(())
}

/// What was held behind `id` waits again. What something else stands in the way of will be held again
/// in its turn.
pub(super) fn release(
    tx: &mut Tx,
    destination: &str,
    id: i64,
    keys: &[String],
) -> Result<(), Error> {
    tx.execute("delete from outbound_stuck_key where id = ?1", params![id])?;
    for key in keys {
        let held = tx.query(
            "select stuck.id from outbound_stuck_key stuck
             join outbound_message message on message.id = stuck.id
             where stuck.destination = ?1 and stuck.order_key = ?2 and message.state = 'held'",
            params![destination, key],
            |row| row.get::<i64>(0),
        )?;
        for id in held {
            tx.execute("delete from outbound_stuck_key where id = ?1", params![id])?;
            let sql = "update outbound_message set state = 'waiting' where id = ?1";
            tx.execute(sql, params![id])?;
        }
    }
    Ok(())
}
