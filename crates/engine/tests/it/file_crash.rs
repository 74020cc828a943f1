//! A file drop put into every state that a crash can leave, and started: nothing is lost, nothing is doubled.

use std::fs::{self, File};
use std::path::Path;

use engine::{Collected, FileContent};

use crate::file_drop::{table, watcher};
use crate::mllp::text;
use crate::support::Bench;

/// One file of each format, and how many messages it holds. None of them has an id of its own.
fn files() -> Vec<(FileContent, String, usize)> {
    let nameless: String =
        (1..=3).map(|number| text("").replace("SMITH", &format!("S{number}"))).collect();
    let batch = format!("FHS|^~\\&\rBHS|^~\\&\r{nameless}BTS|3\rFTS|1\r");
    // More than one transaction holds.
    let rows: Vec<String> = (1..=1_200).map(|row| format!("P{row},2026-01-01\n")).collect();
    let patients: Vec<String> =
        (1..=3).map(|id| format!("{{\"resourceType\":\"Patient\",\"id\":\"p{id}\"}}\n")).collect();
    vec![
        (FileContent::Hl7, nameless, 3),
        (FileContent::Hl7Batch, batch, 3),
        (table(), format!("person_id,start_date\n{}", rows.concat()), 1_200),
        (FileContent::Ndjson, patients.concat(), 3),
    ]
}

/// What lies where, but for locks.
fn lying(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["in", "working", "done", "rejected"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != ".lock" {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    found
}

/// A new process looks twice, as after a crash.
fn start(bench: &Bench, root: &Path, content: &FileContent) -> Collected {
    let mut watcher = watcher(bench, root, content.clone());
    let first = watcher.look().unwrap();
    let second = watcher.look().unwrap();
    if first == Collected::default() { second } else { first }
}

/// Puts a folder into the state that `undo` makes of one whose file was taken, starts, and counts.
fn check(name: &str, stored: bool, undo: impl Fn(&Path)) {
    for db in db::scratch::databases() {
        for (content, bytes, count) in files() {
            let bench = Bench::over(&db);
            let before = bench.effects().len();
            let root = tempfile::tempdir().unwrap();
            let had_ack = matches!(content, FileContent::Hl7 | FileContent::Hl7Batch);
            drop(watcher(&bench, root.path(), content.clone()));
            fs::write(root.path().join("in/feed"), &bytes).unwrap();
            if stored {
                start(&bench, root.path(), &content);
            }
            undo(root.path());
            let collected = start(&bench, root.path(), &content);
            let expected = if stored {
                Collected { files: 1, duplicates: count, ..Collected::default() }
            } else {
                Collected { files: 1, messages: count, ..Collected::default() }
            };
            assert_eq!(collected, expected, "{name}: {content:?}");
            let done: &[&str] =
                if had_ack { &["done/feed", "done/feed.ack"] } else { &["done/feed"] };
            assert_eq!(lying(root.path()), done, "{name}: {content:?}");
            bench.process();
            assert_eq!(bench.effects().len() - before, count, "{name}: {content:?}");
            if had_ack {
                let ack = fs::read_to_string(root.path().join("done/feed.ack")).unwrap();
                assert_eq!(ack.matches("MSA|AA").count(), count, "{name}: {ack}");
            }
        }
    }
}

fn back_to_working(root: &Path) {
    fs::rename(root.join("done/feed"), root.join("working/feed")).unwrap();
}

#[test]
fn a_file_that_was_not_claimed_is_taken() {
    check("in", false, |_| {});
}

#[test]
fn a_file_that_was_claimed_and_not_stored_is_taken() {
    check("claimed", false, |root| {
        fs::rename(root.join("in/feed"), root.join("working/feed")).unwrap();
    });
}

#[test]
fn a_file_that_was_stored_and_not_answered_is_answered_and_not_doubled() {
    check("stored", true, |root| {
        back_to_working(root);
        // Half an acknowledgement may be there under the name it is written by.
        let _ = fs::remove_file(root.join("done/feed.ack"));
    });
}

#[test]
fn a_file_that_was_answered_and_not_moved_is_moved() {
    check("answered", true, back_to_working);
}

#[test]
fn a_file_of_which_some_is_stored_is_stored_to_its_end() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let root = tempfile::tempdir().unwrap();
        let (content, bytes, _) = files().swap_remove(2);
        drop(watcher(&bench, root.path(), content.clone()));
        let path = root.path().join("working/feed");
        // A disk that was full after a thousand rows: the file is shorter then, for the same effect.
        let short: String = bytes.split_inclusive('\n').take(1_001).collect();
        fs::write(&path, &short).unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(start(&bench, root.path(), &content).messages, 1_000);
        fs::remove_file(root.path().join("done/feed")).unwrap();
        fs::write(&path, &bytes).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
        let collected = start(&bench, root.path(), &content);
        let expected =
            Collected { files: 1, messages: 200, duplicates: 1_000, ..Collected::default() };
        assert_eq!(collected, expected);
        bench.process();
        assert_eq!(bench.effects().len(), 1_200);
    }
}

#[test]
fn a_rejected_file_that_was_not_moved_is_rejected_once() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let root = tempfile::tempdir().unwrap();
        drop(watcher(&bench, root.path(), FileContent::Hl7));
        fs::write(root.path().join("in/feed"), "no message").unwrap();
        for _ in 0..2 {
            let collected = start(&bench, root.path(), &FileContent::Hl7);
            assert_eq!(collected, Collected { rejected: 1, ..Collected::default() });
            assert_eq!(lying(root.path()), ["rejected/feed", "rejected/feed.error.txt"]);
            fs::rename(root.path().join("rejected/feed"), root.path().join("working/feed"))
                .unwrap();
        }
        bench.process();
        assert_eq!(bench.queue().lines().count(), 1, "one in quarantine");
    }
}

#[test]
fn of_two_processes_one_works_in_a_folder() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let root = tempfile::tempdir().unwrap();
    drop(watcher(&bench, root.path(), FileContent::Hl7));
    fs::write(root.path().join("working/feed"), text("C1")).unwrap();
    let other = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(root.path().join("working/.lock"));
    let other = other.unwrap();
    other.lock().unwrap();
    assert_eq!(start(&bench, root.path(), &FileContent::Hl7), Collected::default());
    assert_eq!(lying(root.path()), ["working/feed"]);
    // The lock goes with the process that had it.
    drop(other);
    assert_eq!(start(&bench, root.path(), &FileContent::Hl7).messages, 1);
}

#[test]
fn a_file_whose_name_is_still_being_worked_on_waits() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let root = tempfile::tempdir().unwrap();
    let mut watcher = watcher(&bench, root.path(), FileContent::Hl7);
    fs::write(root.path().join("in/feed"), text("C1")).unwrap();
    watcher.look().unwrap();
    db.write_log(|tx| tx.execute("alter table arrival rename to lost", &[])).unwrap();
    assert_eq!(watcher.look().unwrap(), Collected { failed: 1, ..Collected::default() });
    assert_eq!(lying(root.path()), ["working/feed"]);
    fs::write(root.path().join("in/feed"), text("C2")).unwrap();
    for _ in 0..2 {
        assert_eq!(watcher.look().unwrap(), Collected { failed: 1, ..Collected::default() });
    }
    assert_eq!(lying(root.path()), ["in/feed", "working/feed"]);
    db.write_log(|tx| tx.execute("alter table lost rename to arrival", &[])).unwrap();
    assert_eq!(
        watcher.look().unwrap(),
        Collected { files: 2, messages: 2, ..Collected::default() }
    );
    bench.process();
    assert_eq!(bench.effects(), [text("C1"), text("C2")]);
}
