//! The chain: each entry's hash covers all its columns and, through the previous hash, all before it.
//!
//! The canonical encoding is a version line, then each column in the order of the table (without
//! `hash`): one byte for its type, its length as eight bytes, its bytes. The length keeps neighbours
//! apart: `ab`+`c` is not `a`+`bc`.

use std::fmt::Write;

use access::Alert;
use db::{Tx, Value, params};
use jiff::Timestamp;
use model::{PersonId, UserId};
use sha2::{Digest, Sha256};

use crate::{EntryOutcome, Error};

const VERSION: &[u8] = b"chesil audit entry 1\n";

/// An entry that is about to be written.
pub(crate) struct NewEntry<'a> {
    pub(crate) user: Option<UserId>,
    pub(crate) name: &'a str,
    pub(crate) role: &'a str,
    pub(crate) organisation: &'a str,
    pub(crate) action: &'a str,
    pub(crate) person: Option<PersonId>,
    pub(crate) basis: &'a str,
    pub(crate) policies: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) outcome: EntryOutcome,
    pub(crate) alert: Alert,
    pub(crate) detail: &'a str,
    pub(crate) answers: Option<i64>,
}

/// Puts an entry at the end of the chain; returns its number.
pub(crate) fn append(tx: &mut Tx, entry: &NewEntry<'_>, at: Timestamp) -> Result<i64, Error> {
    // Taking the number first locks the head, so that several nodes write one after another.
    let (seq, previous) = tx
        .query_one(
            "update audit_head set seq = seq + 1 where id = 1 returning seq, hash",
            &[],
            |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
        )?
        .ok_or(Error::NoHead)?;
    let mut columns = columns(entry, seq, at, &previous);
    let hash = hash(&columns);
    columns.push(Value::from(hash.as_str()));
    tx.execute(
        "insert into audit_entry (seq, at, user_id, user_name, role, organisation, action, person,
            basis, policies, reason, outcome, alert, detail, answers, previous_hash, hash)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        &columns,
    )?;
    tx.execute("update audit_head set hash = ?1 where id = 1", params![hash])?;
    Ok(seq)
}

fn columns(entry: &NewEntry<'_>, seq: i64, at: Timestamp, previous: &str) -> Vec<Value> {
    vec![
        seq.into(),
        at.into(),
        entry.user.map(UserId::uuid).into(),
        text(entry.name),
        entry.role.into(),
        entry.organisation.into(),
        entry.action.into(),
        entry.person.map(PersonId::uuid).into(),
        entry.basis.into(),
        entry.policies.into(),
        text(entry.reason),
        entry.outcome.code().into(),
        entry.alert.code().into(),
        text(entry.detail),
        entry.answers.into(),
        previous.into(),
    ]
}

/// What people typed, without the NUL that PostgreSQL cannot keep: what is hashed is what is stored.
fn text(typed: &str) -> Value {
    typed.replace('\0', "\u{fffd}").into()
}

/// SHA-256 over the canonical encoding, in hexadecimal.
pub(crate) fn hash(columns: &[Value]) -> String {
    let mut digest = Sha256::new();
    digest.update(VERSION);
    for column in columns {
        match column {
            Value::Null => part(&mut digest, 0, &[]),
            Value::Int(value) => part(&mut digest, 1, &value.to_be_bytes()),
            Value::Real(value) => part(&mut digest, 2, &value.to_be_bytes()),
            Value::Text(value) => part(&mut digest, 3, value.as_bytes()),
            Value::Blob(value) => part(&mut digest, 4, value),
        }
    }
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn part(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    digest.update([kind]);
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_columns_do_not_run_together() {
        let texts =
            |texts: &[&str]| hash(&texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>());
        assert_ne!(texts(&["ab", "c"]), texts(&["a", "bc"]));
        assert_ne!(texts(&[""]), hash(&[Value::Null]));
        assert_ne!(texts(&["1"]), hash(&[Value::Int(1)]));
    }

    /// Anybody can check an exported trail with twenty lines of another language; this must not drift.
    #[test]
    fn the_encoding_stays_as_it_is() {
        assert_eq!(
            hash(&[Value::Int(1), Value::Null, Value::from("Ärztin")]),
            "44d546fe2baaa321ef2295f1bd82dda47158c84e52337de6d7ab37ec563c24ba"
        );
    }
}
