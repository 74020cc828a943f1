//! `chesil add-user`: the first administrator has nobody to ask.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use accounts::{Cost, NewUser, PasswordHash};
use anyhow::{Context, Result, bail};
use audit::{By, Event, Note};
use clap::Args;
use model::{Clock, OdsCode, Role, SystemClock};

use crate::config;
use crate::data_folder::DataFolder;
use crate::running;

/// `chesil add-user`
#[derive(Debug, Args)]
pub(crate) struct AddUser {
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    config: PathBuf,
    /// What they will type to sign in
    #[arg(long)]
    username: String,
    /// Their name as staff know it
    #[arg(long)]
    name: String,
    /// clinician, social_worker, paramedic, steward, privacy_officer or administrator
    #[arg(long)]
    role: String,
    /// ODS code of the organisation they act for
    #[arg(long)]
    organisation: String,
}

pub(super) fn run(arguments: AddUser) -> Result<()> {
    let settings =
        config::load(&arguments.config).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let role = Role::parse(&arguments.role).filter(|role| Role::STAFF.contains(role));
    let role = role.with_context(|| {
        let roles = Role::STAFF.map(Role::code).join(", ");
        format!("{} is not a role; say one of {roles}", arguments.role)
    })?;
    let organisation = OdsCode::parse(&arguments.organisation)?;
    let Some(known) =
        settings.organisations.iter().find(|known| known.ods == organisation).cloned()
    else {
        bail!("{organisation} is not an [[organisation]] of chesil.toml");
    };
    let random = running::random();
    let salt = *random.first_chunk::<16>().context("salt")?;
    let password = PasswordHash::new(&read_password()?, salt, Cost::STANDARD)?;
    let _folder = DataFolder::take(&settings.data)?;
    let db = running::open_database(&settings)?;
    let new = NewUser {
        username: arguments.username,
        name: arguments.name,
        role,
        organisation,
        password,
    };
    let now = SystemClock.now();
    let username = new.username.clone();
    db.write(move |tx| {
        accounts::put_organisation(tx, &known)?;
        accounts::add_user(tx, &new, now)?;
        let detail = format!("added {} as {}", new.username, new.role.code());
        audit::note(
            tx,
            &Note::new(By::System("chesil add-user"), Event::UserChanged, &detail),
            now,
        )?;
        Ok::<_, accounts::Error>(())
    })?;
    println!("{username} can sign in now");
    Ok(())
}

fn read_password() -> Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("password (it will be shown as you type; or pipe it in):");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
