//! The promises of `db`, on every engine there is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use db::scratch::{Scratch, databases};
use db::{Error, Migration, Tx, Value, params};

const NOTES: &[Migration] = &[Migration {
    name: "notes/0001_note",
    sql: "create table note (seq $identity, body $blob, title text not null unique, size bigint, ratio double precision);
          create index note_by_size on note (size)",
}];

fn ready() -> Vec<Scratch> {
    let databases = databases();
    for db in &databases {
        db.migrate(&[NOTES]).unwrap();
    }
    databases
}

fn add(tx: &mut Tx, title: &str) -> Result<i64, Error> {
    let sql = "insert into note (title, size) values (?1, ?2) returning seq";
    let seq = tx.query_one(sql, params![title, 1], |row| row.get(0))?;
    Ok(seq.unwrap())
}

fn titles(db: &Scratch) -> Vec<String> {
    db.read(|tx| tx.query("select title from note order by seq", &[], |row| row.get(0)))
        .map_err(|error: Error| error)
        .unwrap()
}

#[test]
fn every_type_comes_back_as_it_went_in() {
    for db in ready() {
        let bytes = vec![0u8, 255, 10];
        let body = bytes.clone();
        db.write(move |tx| {
            let sql = "insert into note (title, body, size, ratio) values (?1, ?2, ?3, ?4)";
            tx.execute(sql, params!["Müller", body, i64::MAX, 0.1])
        })
        .map_err(|error: Error| error)
        .unwrap();
        let row = db
            .read(|tx| {
                tx.query_one(
                    "select title, body, size, ratio, cast(null as text) from note",
                    &[],
                    |row| {
                        Ok((
                            row.get::<String>(0)?,
                            row.get::<Vec<u8>>(1)?,
                            row.get::<i64>(2)?,
                            row.get::<f64>(3)?,
                            row.get::<Option<String>>(4)?,
                        ))
                    },
                )
            })
            .map_err(|error: Error| error)
            .unwrap();
        assert_eq!(row, Some(("Müller".to_owned(), bytes, i64::MAX, 0.1, None)), "{db:?}");
    }
}

#[test]
fn a_failed_job_undoes_itself_and_not_its_neighbours() {
    for db in ready() {
        let (sender, receiver) = std::sync::mpsc::channel();
        for title in ["first", "first", "second"] {
            let sender = sender.clone();
            db.submit(
                move |tx| {
                    add(tx, &format!("draft of {title}"))?;
                    tx.execute(
                        "delete from note where title = ?1",
                        params![format!("draft of {title}")],
                    )?;
                    add(tx, title)
                },
                move |result: Result<i64, Error>| {
                    sender.send(result.map_err(|error| error.is_constraint())).unwrap();
                },
            );
        }
        let outcomes: Vec<_> = receiver.iter().take(3).map(|result| result.map(|_| ())).collect();
        assert_eq!(outcomes, [Ok(()), Err(true), Ok(())], "{db:?}");
        assert_eq!(titles(&db), ["first", "second"]);
    }
}

#[test]
fn a_panicking_job_is_undone_and_the_writer_goes_on() {
    for db in ready() {
        let result: Result<(), Error> = db.write(|tx| {
            add(tx, "half")?;
            panic!("on purpose");
        });
        assert!(matches!(result, Err(Error::Panicked)));
        db.write(|tx| add(tx, "whole")).unwrap();
        assert_eq!(titles(&db), ["whole"]);
    }
}

#[test]
fn a_hidden_failure_does_not_take_the_group_with_it() {
    for db in ready() {
        db.write(|tx| add(tx, "kept")).unwrap();
        let hidden: Result<(), Error> = db.write(|tx| {
            // The job ignores that the title is taken: PostgreSQL then refuses its release.
            let _ = add(tx, "kept");
            Ok(())
        });
        drop(hidden);
        db.write(|tx| add(tx, "after")).unwrap();
        assert_eq!(titles(&db), ["kept", "after"], "{db:?}");
    }
}

#[test]
fn a_savepoint_inside_a_job_undoes_only_its_own_part() {
    for db in ready() {
        db.write(|tx| {
            add(tx, "outer")?;
            let inner: Result<(), Error> = tx.savepoint(|tx| {
                add(tx, "inner")?;
                Err(Error::Location)
            });
            assert!(inner.is_err());
            add(tx, "last")
        })
        .unwrap();
        assert_eq!(titles(&db), ["outer", "last"]);
    }
}

#[test]
fn a_reader_cannot_write() {
    for db in ready() {
        let result: Result<i64, Error> = db.read(|tx| add(tx, "sneaky"));
        assert!(result.is_err(), "{db:?}");
        assert!(titles(&db).is_empty());
    }
}

#[test]
fn migrations_run_once() {
    for db in ready() {
        db.migrate(&[NOTES]).unwrap();
        db.write(|tx| add(tx, "still here")).unwrap();
        db.migrate(&[NOTES]).unwrap();
        assert_eq!(titles(&db), ["still here"]);
    }
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let scratch = db::scratch::sqlite();
    scratch.migrate(&[NOTES]).unwrap();
    scratch.write(|tx| add(tx, "kept")).unwrap();
    let again = db::Db::open(scratch.location()).unwrap();
    let count = again
        .read(|tx| tx.query_one("select count(*) from note", &[], |row| row.get::<Value>(0)))
        .map_err(|error: Error| error)
        .unwrap();
    assert_eq!(count, Some(Value::Int(1)));
}

/// How often SQLite's write-ahead log has begun anew: bytes 12 to 16 of its header
/// (<https://sqlite.org/fileformat2.html#the_write_ahead_log>).
fn times_begun(db: &Scratch) -> u32 {
    let db::Location::Sqlite(path) = db.location() else { panic!("not SQLite") };
    let log = std::fs::read(path.with_extension("db-wal")).unwrap();
    u32::from_be_bytes(log[12..16].try_into().unwrap())
}

#[test]
fn a_long_log_begins_anew_while_the_writer_goes_on() {
    let db = db::scratch::sqlite();
    db.migrate(&[NOTES]).unwrap();
    let long = 40_000_000;
    db.write(move |tx| {
        tx.execute(
            "insert into note (title, body) values (?1, ?2)",
            params!["long", vec![7u8; long]],
        )
    })
    .map_err(|error: Error| error)
    .unwrap();
    let (before, began) = (times_begun(&db), std::time::Instant::now());
    let mut count = 0;
    while times_begun(&db) == before {
        assert!(began.elapsed().as_secs() < 60, "the log only grows");
        count += 1;
        let title = format!("note {count}");
        db.write(move |tx| add(tx, &title)).unwrap();
    }
    assert_eq!(titles(&db).len(), count + 1, "nothing is lost by it");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = db::Db::open(&db::Location::parse("sqlite:/nowhere/at/all/chesil.db").unwrap())
        .unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all/chesil.db"), "{error}");
}
