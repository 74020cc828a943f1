//! Who may sign in, in which role and for which organisation.

use db::{Row, Tx, params};
use jiff::Timestamp;
use model::{Actor, OdsCode, Role, UserId};
use uuid::Uuid;

use crate::{Error, PasswordHash};

/// A user as administrators see one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id in the audit trail.
    pub id: UserId,
    /// What they type to sign in.
    pub username: String,
    /// Their name as staff know it.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The organisation they act for.
    pub organisation: OdsCode,
    /// They may not sign in.
    pub disabled: bool,
    /// Locked out until then, after repeated failures.
    pub locked_until: Option<Timestamp>,
}

impl User {
    /// This user, acting.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.id,
            name: self.name.clone(),
            role: self.role,
            organisation: self.organisation.clone(),
        }
    }
}

/// A user to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What they will type: 2 to 64 letters, digits, `.`, `_`, `-`, `@`; case does not matter.
    pub username: String,
    /// Their name as staff know it.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The organisation they act for; it has to exist.
    pub organisation: OdsCode,
    /// Made outside the transaction, because it is slow on purpose.
    pub password: PasswordHash,
}

/// Adds a user. The id follows from the username, so that a demo made twice has the same users.
pub fn add_user(tx: &mut Tx, new: &NewUser, at: Timestamp) -> Result<UserId, Error> {
    let username = fold(&new.username);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    if !(2..=64).contains(&username.len()) || !username.bytes().all(allowed) {
        return Err(Error::Username);
    }
    if crate::organisation(tx, &new.organisation)?.is_none() {
        return Err(Error::NoSuchOrganisation);
    }
    let id = UserId::from_uuid(model::stable_id(&["User", &username]));
    let added = tx.execute(
        "insert into account_user (id, username, name, password_hash, role, organisation,
            disabled, failures, locked_until, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, null, ?7)
         on conflict do nothing",
        params![
            id.uuid(),
            username,
            new.name.as_str(),
            new.password.phc(),
            new.role.code(),
            new.organisation.as_str(),
            at,
        ],
    )?;
    if added == 0 { Err(Error::UsernameTaken) } else { Ok(id) }
}

/// How usernames are compared.
pub(crate) fn fold(username: &str) -> String {
    username.trim().to_lowercase()
}

/// All users, by name.
pub fn users(tx: &mut Tx) -> Result<Vec<User>, Error> {
    tx.query(
        "select id, username, name, role, organisation, disabled, locked_until
         from account_user order by name, username",
        &[],
        raw,
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// The user with this id.
pub fn user(tx: &mut Tx, id: UserId) -> Result<Option<User>, Error> {
    tx.query_one(
        "select id, username, name, role, organisation, disabled, locked_until
         from account_user where id = ?1",
        params![id.uuid()],
        raw,
    )?
    .map(read)
    .transpose()
}

/// Gives a user another role; it counts from their next click.
pub fn change_role(tx: &mut Tx, id: UserId, role: Role) -> Result<(), Error> {
    let user = user(tx, id)?.ok_or(Error::NoSuchUser)?;
    if role != Role::PrivacyOfficer {
        another_privacy_officer_stays(tx, &user)?;
    }
    tx.execute("update account_user set role = ?1 where id = ?2", params![role.code(), id.uuid()])?;
    Ok(())
}

/// Stops a user from signing in, or lets them again. A session of theirs ends with its next click.
pub fn set_disabled(tx: &mut Tx, id: UserId, disabled: bool) -> Result<(), Error> {
    let user = user(tx, id)?.ok_or(Error::NoSuchUser)?;
    if disabled {
        another_privacy_officer_stays(tx, &user)?;
    }
    tx.execute(
        "update account_user set disabled = ?1 where id = ?2",
        params![disabled, id.uuid()],
    )?;
    Ok(())
}

/// Gives a user a new password, ends a lock-out and all their sessions.
pub fn set_password(
    tx: &mut Tx,
    id: UserId,
    password: &PasswordHash,
    at: Timestamp,
) -> Result<(), Error> {
    let changed = tx.execute(
        "update account_user set password_hash = ?1, failures = 0, locked_until = null
         where id = ?2",
        params![password.phc(), id.uuid()],
    )?;
    if changed == 0 {
        return Err(Error::NoSuchUser);
    }
    tx.execute(
        "update account_session set ended_at = ?1 where user_id = ?2 and ended_at is null",
        params![at, id.uuid()],
    )?;
    Ok(())
}

/// An organisation never loses its last privacy officer: somebody has to hear its alerts.
fn another_privacy_officer_stays(tx: &mut Tx, user: &User) -> Result<(), Error> {
    if user.role != Role::PrivacyOfficer || user.disabled {
        return Ok(());
    }
    let others = tx.query_one(
        "select count(*) from account_user
         where role = ?1 and organisation = ?2 and disabled = 0 and id <> ?3",
        params![user.role.code(), user.organisation.as_str(), user.id.uuid()],
        |row| row.get::<i64>(0),
    )?;
    if others.unwrap_or(0) == 0 { Err(Error::LastPrivacyOfficer) } else { Ok(()) }
}

pub(crate) type RawUser = (Uuid, String, String, String, String, bool, Option<Timestamp>);

pub(crate) fn raw(row: &Row<'_>) -> Result<RawUser, db::Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

pub(crate) fn read(raw: RawUser) -> Result<User, Error> {
    let (id, username, name, role, organisation, disabled, locked_until) = raw;
    Ok(User {
        id: UserId::from_uuid(id),
        username,
        name,
        role: Role::parse(&role).ok_or(Error::Stored("a user's role"))?,
        organisation: OdsCode::parse(&organisation)
            .map_err(|_| Error::Stored("a user's organisation"))?,
        disabled,
        locked_until,
    })
}
