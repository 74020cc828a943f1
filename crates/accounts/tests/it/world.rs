//! A county with a hospital, a council and a few users.

use accounts::{
    Cost, NewUser, Organisation, OrganisationKind, PasswordHash, SessionToken, SignIn, add_user,
    put_organisation, sign_in,
};
use audit::{Filter, Page};
use db::Db;
use db::scratch::Scratch;
use jiff::{SignedDuration, Timestamp};
use model::{Actor, LocalIdentity, LocalPatientId, OdsCode, PersonId, Role};

pub(crate) const PASSWORD: &str = "Chesil-Beach-18";

/// Databases in which `nurse` (RD3), `worker` (DCC1) and `officer` (RD3) may sign in.
pub(crate) fn counties() -> Vec<Scratch> {
    let databases = db::scratch::databases();
    for db in &databases {
        db.migrate(&[audit::MIGRATIONS, accounts::MIGRATIONS]).unwrap();
        organisation(db, "RD3", OrganisationKind::Hospital);
        organisation(db, "DCC1", OrganisationKind::Council);
        user(db, "nurse", Role::Clinician, "RD3").unwrap();
        user(db, "worker", Role::SocialWorker, "DCC1").unwrap();
        user(db, "officer", Role::PrivacyOfficer, "RD3").unwrap();
    }
    databases
}

fn organisation(db: &Db, code: &str, kind: OrganisationKind) {
    let organisation = Organisation { ods: ods(code), name: format!("The {code}"), kind };
    db.write(move |tx| put_organisation(tx, &organisation)).unwrap();
}

pub(crate) fn user(
    db: &Db,
    username: &str,
    role: Role,
    code: &str,
) -> Result<Actor, accounts::Error> {
    let new = NewUser {
        username: username.into(),
        name: format!("Some {username}"),
        role,
        organisation: ods(code),
        password: PasswordHash::new(PASSWORD, [7; 16], Cost::QUICK)?,
    };
    db.write(move |tx| {
        let id = add_user(tx, &new, minute(0))?;
        Ok(accounts::user(tx, id)?.ok_or(accounts::Error::NoSuchUser)?.actor())
    })
}

pub(crate) fn actor(db: &Db, username: &str) -> Actor {
    let users = db.read(accounts::users).unwrap();
    users.iter().find(|user| user.username == username).unwrap().actor()
}

/// The token of a sign-in at that minute, if it succeeds; tokens differ by minute.
pub(crate) fn try_sign_in(
    db: &Db,
    username: &str,
    password: &str,
    at: i64,
) -> Option<SessionToken> {
    let mut random = [0; 32];
    random[..8].copy_from_slice(&at.to_be_bytes());
    match sign_in(db, username, password, random, Cost::QUICK, minute(at)).unwrap() {
        SignIn::In(token, _) => Some(token),
        SignIn::Refused => None,
    }
}

/// The trail as `who: action detail`, oldest first.
pub(crate) fn trail(db: &Db) -> Vec<String> {
    let entries = db.read(|tx| audit::search(tx, &Filter::default(), Page::first(100))).unwrap();
    let line = |entry: &audit::Entry| format!("{}: {} {}", entry.name, entry.action, entry.detail);
    entries.iter().rev().map(|entry| line(entry).trim_end().to_owned()).collect()
}

pub(crate) fn minute(minute: i64) -> Timestamp {
    "2026-05-03T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

pub(crate) fn hour(hour: i64) -> Timestamp {
    minute(60 * hour)
}

pub(crate) fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

pub(crate) fn person(name: &str) -> PersonId {
    PersonId::from_uuid(model::stable_id(&["Person", name]))
}

pub(crate) fn local_patient(value: &str) -> LocalPatientId {
    LocalIdentity::new("RD3", value).local_patient()
}
