//! The demonstration's users, with a password that everybody may know.

use accounts::{Cost, NewUser, PasswordHash};
use anyhow::{Context, Result};
use db::Db;
use model::{Clock, OdsCode, SystemClock};
use simulator::County;

/// Everybody's password. Nobody here is real.
pub(in crate::command) const PASSWORD: &str = "dorset-demo";

/// The hint on the sign-in page.
pub(super) fn hint(county: &County) -> String {
    let names: Vec<&str> = county.users().iter().map(|user| user.username).collect();
    format!(
        "This is a demonstration; everybody in it is invented. Sign in as {}, with the password {PASSWORD}.",
        names.join(", ")
    )
}

/// Adds the users that are not there yet.
pub(super) fn add(db: &Db, county: &County) -> Result<()> {
    let random = crate::running::random();
    let salt = *random.first_chunk::<16>().context("salt")?;
    let password = PasswordHash::new(PASSWORD, salt, Cost::QUICK)?;
    let now = SystemClock.now();
    let mut new = Vec::new();
    for user in county.users() {
        new.push(NewUser {
            username: user.username.to_owned(),
            name: user.name.to_owned(),
            role: user.role,
            organisation: OdsCode::parse(user.organisation)?,
            password: password.clone(),
        });
    }
    db.write(move |tx| {
        let known = accounts::users(tx)?;
        for user in
            new.iter().filter(|new| !known.iter().any(|known| known.username == new.username))
        {
            accounts::add_user(tx, user, now)?;
        }
        Ok::<_, accounts::Error>(())
    })?;
    Ok(())
}
