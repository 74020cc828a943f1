//! Whatever is changed in the table, the walk names the entry.

use access::Action;
use audit::{Break, Event, Verification};
use db::{Db, Tx, Value, params};
use model::Role;

use crate::world::{actor, claiming, databases, decide, minute, note, person, record};

const ENTRIES: i64 = 4;
const CHANGED: i64 = 2;

/// Four entries; the second has something in every column.
fn trail(db: &Db, detail: &'static str) {
    let nurse = || actor("Sam Nurse", Role::Clinician, "RD3");
    let officer = actor("Ola Officer", Role::PrivacyOfficer, "RD3");
    note(db, nurse(), Event::SignIn, "", minute(0));
    let decision = decide(Action::ViewRecord, person("a"), &claiming(nurse()));
    let _outcome = record(db, decision.with_about(detail), minute(1));
    db.write(move |tx| audit::answer(tx, &officer, CHANGED, "asked the ward", minute(2))).unwrap();
    note(db, nurse(), Event::SignOut, "", minute(3));
}

#[test]
fn an_untouched_trail_is_intact() {
    for db in databases() {
        trail(&db, "whole record");
        let Verification::Intact { entries, head } = db.read(audit::verify).unwrap() else {
            panic!("intact")
        };
        assert_eq!((entries, head.len()), (ENTRIES, 64));
    }
}

/// One update for each column, with the select that reads what to change.
macro_rules! columns {
    ($($name:literal),*) => {
        [$((
            $name,
            concat!("select ", $name, " from audit_entry where seq = ?1"),
            concat!("update audit_entry set ", $name, " = ?1 where seq = ?2"),
        )),*]
    };
}

const COLUMNS: [(&str, &str, &str); 17] = columns!(
    "seq",
    "at",
    "user_id",
    "user_name",
    "role",
    "organisation",
    "action",
    "person",
    "basis",
    "policies",
    "reason",
    "outcome",
    "alert",
    "detail",
    "answers",
    "previous_hash",
    "hash"
);

#[test]
fn a_change_of_any_byte_of_any_column_is_found_at_its_entry() {
    for db in databases() {
        trail(&db, "whole record");
        for seq in 1..=ENTRIES {
            for (name, select, update) in COLUMNS {
                let stored = db
                    .read(|tx| tx.query_one(select, params![seq], |row| row.get::<Value>(0)))
                    .unwrap()
                    .unwrap();
                for changed in changes(&stored, name) {
                    let found = after(&db, move |tx| tx.execute(update, &[changed, seq.into()]));
                    let what = if name == "seq" { Break::Missing } else { Break::Altered };
                    assert_eq!(found, Verification::Broken { seq, what }, "{name} of {seq}");
                }
            }
        }
    }
}

/// Every value that differs in one byte (texts), in one bit (numbers), or in being there at all.
fn changes(stored: &Value, name: &str) -> Vec<Value> {
    match stored {
        Value::Int(number) => (0..62).map(|bit| Value::Int((number + 100) ^ (1 << bit))).collect(),
        Value::Text(text) if text.is_empty() => vec![Value::from("x")],
        Value::Text(text) => (0..text.len())
            .map(|at| {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
                Value::Text(String::from_utf8(bytes).unwrap())
            })
            .chain([Value::from(format!("{text} ")), Value::from("")])
            .collect(),
        // Absent is not the same as empty.
        Value::Null if name == "answers" => vec![Value::Int(0)],
        Value::Null => vec![Value::from("")],
        other => panic!("no column holds {other:?}"),
    }
}

#[test]
fn an_entry_that_was_removed_is_missed() {
    for db in databases() {
        trail(&db, "whole record");
        for seq in 1..=ENTRIES {
            let found = after(&db, move |tx| {
                tx.execute("delete from audit_entry where seq = ?1", params![seq])
            });
            assert_eq!(found, Verification::Broken { seq, what: Break::Missing });
        }
    }
}

#[test]
fn an_entry_that_was_rewritten_with_a_fresh_hash_does_not_fit_the_next() {
    for (db, other) in databases().into_iter().zip(databases()) {
        trail(&db, "whole record");
        trail(&other, "only the banner");
        for (seq, found_at, what) in
            [(CHANGED, CHANGED + 1, Break::Unchained), (ENTRIES, ENTRIES, Break::Unchained)]
        {
            let forged: Vec<String> = other
                .read(|tx| {
                    tx.query(
                        "select detail from audit_entry where seq = ?1
                         union all select previous_hash from audit_entry where seq = ?1
                         union all select hash from audit_entry where seq = ?1",
                        params![seq],
                        |row| row.get(0),
                    )
                })
                .unwrap();
            let found = after(&db, move |tx| {
                tx.execute(
                    "update audit_entry set detail = ?1, previous_hash = ?2, hash = ?3 where seq = ?4",
                    params![forged[0].as_str(), forged[1].as_str(), forged[2].as_str(), seq],
                )
            });
            assert_eq!(found, Verification::Broken { seq: found_at, what });
        }
    }
}

#[test]
fn a_trail_whose_end_was_cut_off_with_its_head_differs_from_the_head_kept_elsewhere() {
    for db in databases() {
        trail(&db, "whole record");
        let cut = after(&db, |tx| {
            tx.execute("delete from audit_entry where seq = 4", &[])?;
            tx.execute(
                "update audit_head set seq = 3, hash = (select hash from audit_entry where seq = 3)",
                &[],
            )
        });
        // The chain alone cannot know; its head tells whoever kept the last one.
        let Verification::Intact { head, .. } = db.read(audit::verify).unwrap() else {
            panic!("intact")
        };
        assert!(matches!(cut, Verification::Intact { entries: 3, head: other } if other != head));
    }
}

/// What the walk finds after `change`, which is then undone.
fn after(
    db: &Db,
    change: impl FnOnce(&mut Tx) -> Result<u64, db::Error> + Send + 'static,
) -> Verification {
    let probe: Result<(), Probe> = db.write(move |tx| {
        assert_eq!(change(tx)?, 1);
        Err(Probe::Found(audit::verify(tx)?))
    });
    match probe.unwrap_err() {
        Probe::Found(verification) => verification,
        Probe::Failed(error) => panic!("{error}"),
    }
}

#[derive(Debug)]
enum Probe {
    Found(Verification),
    Failed(String),
}

impl From<db::Error> for Probe {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<audit::Error> for Probe {
    fn from(error: audit::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
