//! What is due to be told, and how telling went.

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::subscription::{raw, read};
use crate::{Result, Subscription};

/// The first wait after a failure, doubled with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait: who is down all night is told soon after.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// The last change of identity and the last event that there are.
#[derive(Debug, Clone, Copy)]
pub struct Newest {
    /// Of identity.
    pub change: i64,
    /// Of people's care.
    pub event: i64,
}

/// The subscriptions to which something after their position may be told now, those whose endpoint is
/// to be asked whether it is there, and those that a sign of life is due to.
pub fn due(tx: &mut Tx, newest: Newest, now: Timestamp) -> Result<Vec<Subscription>> {
    let found = tx.query(
        "select id, client, criteria, endpoint, resource, ends_at, status, error, position, told, attempts,
             topic, content, heartbeat_seconds, shaken, spoken_at
         from subscription
         where status <> 'off' and due_at <= ?1 and (ends_at is null or ends_at > ?1)
             and (topic is null and position < ?2 or topic is not null and position < ?3
                 or topic is not null and shaken = 0
                 or spoken_at + heartbeat_seconds * 1000000 <= ?1)
         order by seq",
        params![now, newest.change, newest.event],
        raw,
    )?;
    found.into_iter().map(read).collect()
}

/// Its endpoint has answered the handshake.
pub fn shaken(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    tx.execute(
        "update subscription set status = 'active', error = '', attempts = 0, shaken = 1, spoken_at = ?2
         where id = ?1 and status <> 'off'",
        params![id, now],
    )?;
    Ok(())
}

/// It was sent something.
pub fn spoken(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    tx.execute(
        "update subscription set status = 'active', error = '', attempts = 0, spoken_at = ?2
         where id = ?1 and status <> 'off'",
        params![id, now],
    )?;
    Ok(())
}

/// `count` changes up to `position` have been told.
pub fn told(tx: &mut Tx, id: Uuid, position: i64, count: i64) -> Result<()> {
    tx.execute(
        "update subscription set status = 'active', error = '', position = ?2, told = told + ?3, attempts = 0
         where id = ?1 and status <> 'off'",
        params![id, position, count],
    )?;
    Ok(())
}

/// Nothing up to `position` was this system's to hear.
pub fn passed(tx: &mut Tx, id: Uuid, position: i64) -> Result<()> {
    tx.execute("update subscription set position = ?2 where id = ?1", params![id, position])?;
    Ok(())
}

/// Telling failed; the same change is tried again later, and nothing after it before.
pub fn failed(tx: &mut Tx, known: &Subscription, error: &str, now: Timestamp) -> Result<()> {
    let due_at = now.saturating_add(wait(known.attempts)).unwrap_or(now);
    tx.execute(
        "update subscription set status = 'error', error = ?2, attempts = attempts + 1, due_at = ?3
         where id = ?1 and status <> 'off'",
        params![known.id, error, due_at],
    )?;
    Ok(())
}

fn wait(failures_before: i64) -> SignedDuration {
    let doublings = u32::try_from(failures_before.clamp(0, 10)).unwrap_or(10);
    FIRST_WAIT.saturating_mul(2i32.saturating_pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_twice_as_long_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = [0, 1, 2, 7, 8, 1000].map(|n| wait(n).as_secs()).into();
        assert_eq!(waits, [5, 10, 20, 640, 900, 900]);
    }
}
