//! Breaking the glass: a user's own claim, with a reason, for one person and a few hours.

use access::{Claim, ClaimReason};
use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::{Actor, PersonId, UserId};

use crate::Error;

/// A claim lasts so long.
pub const CLAIM_HOURS: i64 = 8;
/// The least number of characters that say why.
pub const SHORTEST_REASON: usize = 10;

/// Keeps a claim. The caller decides [`access::Action::BreakGlass`] and records it first: that entry
/// raises the alert.
pub fn break_glass(
    tx: &mut Tx,
    actor: &Actor,
    person: PersonId,
    reason: ClaimReason,
    text: &str,
    at: Timestamp,
) -> Result<Claim, Error> {
    let text = text.trim();
    if text.chars().count() < SHORTEST_REASON {
        return Err(Error::ReasonTooShort);
    }
    let until = at + SignedDuration::from_hours(CLAIM_HOURS);
    tx.execute(
        "insert into account_claim (user_id, person, reason, reason_text, made_at, until_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        params![actor.user.uuid(), person.uuid(), reason.code(), text, at, until],
    )?;
    Ok(Claim { reason, text: text.to_owned(), until })
}

/// The claim of `user` to open `person` that is live at this moment and lasts longest.
pub(crate) fn live_claim(
    tx: &mut Tx,
    user: UserId,
    person: PersonId,
    at: Timestamp,
) -> Result<Option<Claim>, Error> {
    let found = tx.query_one(
        "select reason, reason_text, until_at from account_claim
         where user_id = ?1 and person = ?2 and until_at > ?3 and made_at <= ?3
         order by until_at desc limit 1",
        params![user.uuid(), person.uuid(), at],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Timestamp>(2)?)),
    )?;
    let Some((reason, text, until)) = found else { return Ok(None) };
    let reason = ClaimReason::parse(&reason).ok_or(Error::Stored("a claim's reason"))?;
    Ok(Some(Claim { reason, text, until }))
}
