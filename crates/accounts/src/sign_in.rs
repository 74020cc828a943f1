//! Signing in, without telling a stranger which names exist or which are locked.
//!
//! 1. Read the hash of that name.
//! 2. Check the password: slow on purpose, so outside any transaction; a name that does not exist
//!    and an account that is locked cost the same.
//! 3. Write the outcome: a session, or one failure more. Both are in the audit trail.

use audit::{By, Event, Note};
use db::{Db, Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::{Actor, UserId};
use uuid::Uuid;

use crate::user::{self, fold};
use crate::{Cost, Error, PasswordHash, SessionToken, session};

/// After so many failures in a row an account is locked.
pub const FAILURES_ALLOWED: i64 = 5;
/// For so long.
pub const LOCKED_MINUTES: i64 = 15;
/// The one answer to every failed sign-in.
pub const REFUSAL: &str = "The username or password is not right, or the account is locked for a \
     while after too many attempts.";

/// What became of a sign-in.
#[derive(Debug)]
pub enum SignIn {
    /// Signed in: the token goes into a cookie and nowhere else.
    In(SessionToken, Actor),
    /// Not; say [`REFUSAL`] and no more.
    Refused,
}

/// Signs in. `random` makes the token; `cost` is what new hashes cost, so that unknown names do too.
/// Blocks for the hash and the commit.
pub fn sign_in(
    db: &Db,
    username: &str,
    password: &str,
    random: [u8; 32],
    cost: Cost,
    at: Timestamp,
) -> Result<SignIn, Error> {
    let name = fold(username);
    let candidate = db.read(|tx| candidate(tx, &name))?;
    let fits = match &candidate {
        Some(candidate) => candidate.hash.fits(password),
        None => PasswordHash::fits_no_one(password, cost),
    };
    db.write(move |tx| match candidate {
        Some(candidate) if fits => admit(tx, &candidate, random, at),
        Some(candidate) => fail(tx, candidate.id, at),
        None => fail_unknown(tx, at),
    })
}

struct Candidate {
    id: UserId,
    hash: PasswordHash,
}

/// Step 1.
fn candidate(tx: &mut Tx, username: &str) -> Result<Option<Candidate>, Error> {
    Ok(tx.query_one(
        "select id, password_hash from account_user where username = ?1",
        params![username],
        |row| {
            Ok(Candidate {
                id: UserId::from_uuid(row.get::<Uuid>(0)?),
                hash: PasswordHash::stored(row.get(1)?),
            })
        },
    )?)
}

/// Step 3, the password fits: unless the account is locked, disabled, or has another password by now.
fn admit(
    tx: &mut Tx,
    candidate: &Candidate,
    random: [u8; 32],
    at: Timestamp,
) -> Result<SignIn, Error> {
    let reset = tx.execute(
        "update account_user set failures = 0, locked_until = null
         where id = ?1 and password_hash = ?2 and disabled = 0
           and (locked_until is null or locked_until <= ?3)",
        params![candidate.id.uuid(), candidate.hash.phc(), at],
    )?;
    let user = user::user(tx, candidate.id)?.ok_or(Error::NoSuchUser)?;
    let actor = user.actor();
    if reset == 0 {
        let detail = if user.disabled { "account disabled" } else { "account locked" };
        audit::note(tx, &Note::new(By::Actor(&actor), Event::SignInFailed, detail), at)?;
        return Ok(SignIn::Refused);
    }
    let token = SessionToken::from_random(random);
    session::start(tx, &token, actor.user, at)?;
    audit::note(tx, &Note::new(By::Actor(&actor), Event::SignIn, ""), at)?;
    Ok(SignIn::In(token, actor))
}

/// Step 3, the password does not fit: count it, and lock the account when it is one too many.
fn fail(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<SignIn, Error> {
    let user = user::user(tx, id)?.ok_or(Error::NoSuchUser)?;
    let actor = user.actor();
    audit::note(tx, &Note::new(By::Actor(&actor), Event::SignInFailed, "wrong password"), at)?;
    if user.locked_until.is_some_and(|until| at < until) {
        return Ok(SignIn::Refused);
    }
    let failures = tx.query_one(
        "update account_user set failures = failures + 1 where id = ?1 returning failures",
        params![id.uuid()],
        |row| row.get::<i64>(0),
    )?;
    if failures.unwrap_or(0) >= FAILURES_ALLOWED {
        tx.execute(
            "update account_user set failures = 0, locked_until = ?1 where id = ?2",
            params![at + SignedDuration::from_mins(LOCKED_MINUTES), id.uuid()],
        )?;
        audit::note(tx, &Note::new(By::Actor(&actor), Event::LockedOut, ""), at)?;
    }
    Ok(SignIn::Refused)
}

/// The name is not kept: people type passwords into the wrong field.
fn fail_unknown(tx: &mut Tx, at: Timestamp) -> Result<SignIn, Error> {
    audit::note(tx, &Note::new(By::System("unknown user"), Event::SignInFailed, ""), at)?;
    Ok(SignIn::Refused)
}
