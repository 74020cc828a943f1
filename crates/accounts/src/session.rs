//! Sessions: a random token in a cookie, its SHA-256 in the store.
//!
//! A session ends after 30 minutes without a click, after 12 hours, at sign-out, when an
//! administrator ends it, or when its user is disabled (NIST SP 800-63B AAL2; OWASP ASVS 5.0 V7).

use std::fmt;

use audit::{By, Event, Note};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::{Actor, UserId};
use sha2::{Digest, Sha256};

use crate::{Error, user};

const IDLE: SignedDuration = SignedDuration::from_mins(30);
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// A click is written down only when the last one is this long ago, so that reading stays reading.
const TOUCH_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// The secret of a session. It goes into the cookie and is not kept here.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// The token made of these random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The cookie's value: 43 letters, digits, `-` and `_`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What the store keeps of a token.
fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose, in the role and organisation they have now.
    pub actor: Actor,
    /// Without another click it ends then.
    pub idle_ends_at: Timestamp,
    /// It ends then in any case.
    pub ends_at: Timestamp,
    /// Call [`touch`], so that this click counts.
    pub touch_due: bool,
}

/// The session that `token` opens at this moment, if it does.
pub fn session(tx: &mut Tx, token: &str, at: Timestamp) -> Result<Option<Session>, Error> {
    let found = tx.query_one(
        "select u.id, u.username, u.name, u.role, u.organisation, u.disabled, u.locked_until,
            s.started_at, s.last_seen_at
         from account_session s join account_user u on u.id = s.user_id
         where s.token_hash = ?1 and s.ended_at is null and u.disabled = 0",
        params![hash(token)],
        |row| Ok((user::raw(row)?, row.get::<Timestamp>(7)?, row.get::<Timestamp>(8)?)),
    )?;
    let Some((raw, started_at, last_seen_at)) = found else { return Ok(None) };
    let (idle_ends_at, ends_at) = (last_seen_at + IDLE, started_at + LONGEST);
    if at >= idle_ends_at || at >= ends_at {
        return Ok(None);
    }
    Ok(Some(Session {
        actor: user::read(raw)?.actor(),
        idle_ends_at,
        ends_at,
        touch_due: at >= last_seen_at + TOUCH_AFTER,
    }))
}

pub(crate) fn start(
    tx: &mut Tx,
    token: &SessionToken,
    user: UserId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "insert into account_session (token_hash, user_id, started_at, last_seen_at, ended_at)
         values (?1, ?2, ?3, ?3, null)",
        params![hash(token.as_str()), user.uuid(), at],
    )?;
    Ok(())
}

/// Writes a click down. Check [`session`] first: a session that has ended stays ended.
pub fn touch(tx: &mut Tx, token: &str, at: Timestamp) -> Result<(), Error> {
    tx.execute(
        "update account_session set last_seen_at = ?1
         where token_hash = ?2 and ended_at is null and last_seen_at < ?1 and last_seen_at > ?3",
        params![at, hash(token), at - IDLE],
    )?;
    Ok(())
}

/// Ends the session at its user's wish. Whoever has no session is not told so.
pub fn sign_out(tx: &mut Tx, token: &str, at: Timestamp) -> Result<(), Error> {
    let Some(session) = session(tx, token, at)? else { return Ok(()) };
    tx.execute(
        "update account_session set ended_at = ?1 where token_hash = ?2",
        params![at, hash(token)],
    )?;
    audit::note(tx, &Note::new(By::Actor(&session.actor), Event::SignOut, ""), at)?;
    Ok(())
}

/// Ends all sessions of `user` for an administrator; returns how many there were.
pub fn end_sessions(
    tx: &mut Tx,
    administrator: &Actor,
    user: UserId,
    at: Timestamp,
) -> Result<u64, Error> {
    let ended = tx.execute(
        "update account_session set ended_at = ?1 where user_id = ?2 and ended_at is null",
        params![at, user.uuid()],
    )?;
    let detail = format!("user {user}");
    audit::note(tx, &Note::new(By::Actor(administrator), Event::SessionsEnded, &detail), at)?;
    Ok(ended)
}
