//! The log and the record are two files: what belongs together, what an older version left, what is
//! counted where.

use std::fs;
use std::path::{Path, PathBuf};

use db::{Db, Location, params};
use engine::{Accepted, Error, Inbox, Limits};
use jiff::Timestamp;

use crate::support::{Bench, check};

/// The files of a database, with what each holds beside it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn folder(db: &Db) -> PathBuf {
    let Location::Sqlite(path) = db.location() else { panic!("only SQLite has files") };
    path.parent().unwrap().to_owned()
}

fn opened(db: &Db) -> Result<Inbox, Error> {
    let clock = model::FixedClock::at("2026-01-15T10:30:00Z".parse().unwrap());
    Inbox::open(db.clone(), std::sync::Arc::new(clock), Limits::default())
}

/// A database in `folder` as it is when nobody has it open: `write` has had its way there.
fn at_rest(folder: &Path, write: impl FnOnce(&Bench)) -> Location {
    fs::create_dir_all(folder).unwrap();
    let location = Location::Sqlite(folder.join("test.db"));
    let db = Db::open(&location).unwrap();
    write(&Bench::over(&db));
    location
}

#[test]
fn a_log_that_is_older_than_its_record_is_refused() {
    let scratch = db::scratch::sqlite();
    let root = folder(&scratch);
    let (now, before) = (root.join("now"), root.join("before"));
    let location = at_rest(&now, |bench| {
        bench.accept("C1", &["R1"], "one");
        bench.process();
    });
    copy(&now, &before);
    at_rest(&now, |bench| {
        bench.accept("C2", &["R1"], "two");
        bench.process();
    });
    fs::copy(before.join("test-log.db"), now.join("test-log.db")).unwrap();
    let error = opened(&Db::open(&location).unwrap()).unwrap_err();
    assert!(matches!(error, Error::OlderLog { processed: 2, last: 1 }), "{error}");
}

#[test]
fn a_record_that_is_older_than_its_log_takes_the_rest_from_it() {
    let scratch = db::scratch::sqlite();
    let root = folder(&scratch);
    let (now, before) = (root.join("now"), root.join("before"));
    let location = at_rest(&now, |bench| {
        bench.accept("C1", &["R1"], "one");
        bench.process();
    });
    copy(&now, &before);
    at_rest(&now, |bench| {
        bench.accept("C2", &["R1"], "two");
        bench.process();
    });
    fs::copy(before.join("test.db"), now.join("test.db")).unwrap();
    let db = Db::open(&location).unwrap();
    let bench = Bench::over(&db);
    check(&bench, "1 C1 processed\n2 C2 waiting");
    bench.process();
    assert_eq!(bench.effects(), ["one", "two"]);
}

#[test]
fn a_log_that_is_gone_or_another_s_is_refused() {
    let scratch = db::scratch::sqlite();
    let root = folder(&scratch);
    let location = at_rest(&root.join("one"), |bench| {
        bench.accept("C1", &["R1"], "one");
    });
    at_rest(&root.join("other"), |bench| {
        bench.accept("C1", &["R1"], "one");
    });
    let log = root.join("one/test-log.db");
    fs::copy(root.join("other/test-log.db"), &log).unwrap();
    let error = opened(&Db::open(&location).unwrap()).unwrap_err();
    assert!(matches!(error, Error::AnotherLog), "{error}");
    fs::remove_file(&log).unwrap();
    let db = Db::open(&location).unwrap();
    db.migrate(&[engine::MIGRATIONS]).unwrap();
    let error = opened(&db).unwrap_err();
    assert!(matches!(error, Error::AnotherLog), "{error}");
}

#[test]
fn a_record_goes_on_without_its_log_only_where_somebody_has_said_so() {
    let scratch = db::scratch::sqlite();
    let root = folder(&scratch);
    let location = at_rest(&root.join("one"), |bench| {
        bench.accept("C1", &["R1"], "one");
        bench.process();
        let error = engine::accept_log_loss(&bench.db).unwrap_err();
        assert!(matches!(error, Error::LogHoldsMessages { last: 1 }), "{error}");
        bench.accept("C2", &["R1"], "lost");
    });
    fs::remove_file(root.join("one/test-log.db")).unwrap();
    let db = Db::open(&location).unwrap();
    db.migrate(&[engine::MIGRATIONS]).unwrap();
    assert!(opened(&db).is_err());
    assert_eq!(engine::accept_log_loss(&db).unwrap(), 1);
    let bench = Bench::over(&db);
    bench.accept("C3", &["R1"], "new");
    bench.process();
    check(&bench, "1 C1 processed\n2 C3 processed");
    assert_eq!(bench.effects(), ["one", "new"]);
    let gone = db.read(|tx| engine::received(tx, 1)).unwrap_err();
    assert!(matches!(gone, Error::NoSuchMessage(1)), "{gone}");
}

/// As a version wrote it that had the log and the record in one file.
fn left_by_an_older_version(db: &Db) {
    db.migrate(&[engine::MIGRATIONS]).unwrap();
    db.write(|tx| -> Result<(), db::Error> {
        for (seq, state) in [(1, "processed"), (2, "waiting"), (3, "parked")] {
            tx.execute(
                "insert into message (seq, channel, format, received_at, sender, control_id,
                     message_type, event_time, body_bytes, body_hash, order_key, control_id_reused,
                     duplicates, state, attempts, error_category, error, config_hash)
                 values (?1, 'poole-pas', 'hl7v2', ?2, 'PAS RD3', ?3, 'ADT^A08', '', 1, ?4, ?5, 0, 0,
                     ?6, 0, case when ?6 = 'parked' then 'invalid' end,
                     case when ?6 = 'parked' then 'no' end, 'config-1')",
                params![
                    seq,
                    Timestamp::UNIX_EPOCH,
                    format!("C{seq}"),
                    sha256(&format!("old {seq}")),
                    format!("poole-pas R{seq}"),
                    state,
                ],
            )?;
            tx.execute(
                "insert into message_body (seq, body) values (?1, ?2)",
                params![seq, format!("old {seq}").into_bytes()],
            )?;
        }
        Ok(())
    })
    .unwrap();
}

fn sha256(text: &str) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).to_vec()
}

#[test]
fn what_an_older_version_left_waiting_is_taken_and_its_numbers_go_on() {
    for db in db::scratch::databases() {
        left_by_an_older_version(&db);
        let bench = Bench::over(&db);
        assert_eq!(bench.inbox.waiting(), 1);
        assert_eq!(bench.accept("C4", &["R4"], "new"), Accepted::New);
        check(&bench, "1 C1 processed\n2 C2 waiting\n3 C3 parked Invalid: no\n4 C4 waiting");
        bench.process();
        assert_eq!(bench.effects(), ["old 2", "new"]);
        let bytes = |seq| db.read(|tx| engine::received(tx, seq)).unwrap().bytes;
        assert_eq!((bytes(1), bytes(4)), (b"old 1".to_vec(), b"new".to_vec()));
    }
}

#[test]
fn what_an_older_version_has_taken_has_no_effect_again() {
    for db in db::scratch::databases() {
        left_by_an_older_version(&db);
        let bench = Bench::over(&db);
        bench.process();
        for number in 1..=3 {
            bench.accept(&format!("C{number}"), &[&format!("R{number}")], &format!("old {number}"));
        }
        bench.process();
        assert_eq!(bench.effects(), ["old 2"]);
        assert_eq!(bench.inbox.waiting(), 0);
    }
}

#[test]
fn a_repeat_is_counted_in_the_log_wherever_its_message_stands() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "one");
        assert_eq!(bench.accept("C1", &["R1"], "one"), Accepted::Duplicate);
        check(&bench, "1 C1 waiting duplicates=1");
        bench.process();
        assert_eq!(bench.accept("C1", &["R1"], "one"), Accepted::Duplicate);
        check(&bench, "1 C1 processed duplicates=2");
        assert_eq!(bench.effects(), ["one"]);
    }
}
