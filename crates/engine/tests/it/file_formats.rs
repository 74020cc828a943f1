//! HL7 v2, batches and NDJSON in files, in one folder and in many.

use std::fs;
use std::path::Path;

use engine::{Collected, FileContent, State};

use crate::file_drop::watcher;
use crate::mllp::text;
use crate::support::{Bench, check};

/// Puts one file into a fresh folder and takes it.
fn take(
    bench: &Bench,
    content: FileContent,
    bytes: impl AsRef<[u8]>,
) -> (tempfile::TempDir, Collected) {
    let root = tempfile::tempdir().unwrap();
    let mut watcher = watcher(bench, root.path(), content);
    fs::write(root.path().join("in/feed"), bytes).unwrap();
    assert_eq!(watcher.look().unwrap(), Collected::default());
    let collected = watcher.look().unwrap();
    (root, collected)
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap().replace('\r', "/")
}

fn batch(messages: &[String]) -> String {
    let count = messages.len();
    format!(
        "FHS|^~\\&|PAS|RD3\rBHS|^~\\&|PAS|RD3|CHESIL|DCR|20260115||||B7\r{}BTS|{count}\rFTS|1\r",
        messages.concat()
    )
}

#[test]
fn a_message_in_a_file_is_stored_and_its_acknowledgement_stands_beside_it() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let (root, collected) = take(&bench, FileContent::Hl7, text("C1"));
        assert_eq!(collected, Collected { files: 1, messages: 1, ..Collected::default() });
        assert_eq!(read(root.path(), "done/feed"), text("C1").replace('\r', "/"));
        let answer = read(root.path(), "done/feed.ack");
        assert!(answer.starts_with("MSH|^~\\&|CHESIL|DCR|PAS|RD3|"), "{answer}");
        assert!(answer.ends_with("/MSA|AA|C1/"), "{answer}");
        check(&bench, "1 C1 waiting");
    }
}

#[test]
fn each_message_of_a_batch_is_answered_in_a_batch() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let unreadable = "MSH|^^\\&|PAS|RD3\r".to_owned();
        let file = batch(&[text("C1"), unreadable, text("C2")]);
        let (root, collected) = take(&bench, FileContent::Hl7Batch, file);
        assert_eq!(collected, Collected { files: 1, messages: 3, ..Collected::default() });
        let answer = read(root.path(), "done/feed.ack");
        let segments: Vec<&str> =
            answer.split('/').filter(|line| !line.starts_with("MSH")).collect();
        let [header, first, second, third, trailer, ""] = segments.as_slice() else {
            panic!("{answer}")
        };
        assert!(
            header.starts_with("BHS|^~\\&|CHESIL|DCR|PAS|RD3|20260115103000+0000||||"),
            "{header}"
        );
        assert!(header.ends_with("|B7"), "{header}");
        assert_eq!((*first, *third, *trailer), ("MSA|AA|C1", "MSA|AA|C2", "BTS|3"));
        assert!(second.starts_with("MSA|AR|"), "{second}");
        bench.process();
        assert_eq!(bench.effects(), [text("C1"), text("C2")]);
    }
}

#[test]
fn a_batch_that_is_not_whole_is_rejected_whole() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let whole = batch(&[text("C1"), text("C2")]);
        for (file, said) in [
            (whole.replace("BTS|2", "BTS|3"), "(BTS-1) count 3 messages, it has 2"),
            (whole.replace("FTS|1\r", ""), "1 FHS and 0 FTS: it is not whole"),
            (text("C1"), "There is no batch in it"),
        ] {
            let (root, collected) = take(&bench, FileContent::Hl7Batch, &file);
            assert_eq!(collected, Collected { rejected: 1, ..Collected::default() });
            let note = read(root.path(), "rejected/feed.error.txt");
            assert!(note.contains(said), "{note}");
            assert_eq!(read(root.path(), "rejected/feed"), file.replace('\r', "/"));
        }
        let summary = db.read(|tx| engine::summary(tx, &["council"])).unwrap();
        assert_eq!(summary[0].counts.get(&State::Waiting).copied().unwrap_or(0), 0);
    }
}

#[test]
fn a_patients_resources_become_one_bundle_with_the_digits_they_had() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let lines = r#"{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},"valueQuantity":{"value":81.50}}
{"resourceType":"Patient","id":"p1","identifier":[{"system":"RD3","value":"R1"}]}
{"resourceType":"Patient","id":"p2","identifier":[{"system":"RD3","value":"R2"}]}
"#;
        let (root, collected) = take(&bench, FileContent::Ndjson, lines);
        assert_eq!(collected, Collected { files: 1, messages: 2, ..Collected::default() });
        assert_eq!(read(root.path(), "done/feed"), lines);
        bench.process();
        let effects = bench.effects();
        let patient = effects[0].find("\"Patient\"").unwrap();
        assert!(patient < effects[0].find("\"Observation\"").unwrap(), "{}", effects[0]);
        assert!(effects[0].contains("\"value\":81.50"), "{}", effects[0]);
        assert!(effects[1].contains("p2") && !effects[1].contains("o1"), "{}", effects[1]);

        let (root, collected) =
            take(&bench, FileContent::Ndjson, "{\"resourceType\":\"Patient\"}\n[");
        assert_eq!(collected, Collected { rejected: 1, ..Collected::default() });
        let note = read(root.path(), "rejected/feed.error.txt");
        assert!(note.contains("Line 2: this is not JSON: see column 1"), "{note}");
    }
}

#[test]
fn every_senders_folder_is_looked_into_also_one_that_comes_later() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("poole/adt")).unwrap();
    let mut watcher = watcher(&bench, &root.path().join("*/adt"), FileContent::Hl7);
    let put = |folder: &str, control_id: &str| {
        let path = root.path().join(folder).join("adt/in/feed");
        fs::write(path, text(control_id)).unwrap();
    };
    put("poole", "C1");
    fs::create_dir_all(root.path().join("dorchester/adt/in")).unwrap();
    put("dorchester", "C2");
    assert_eq!(watcher.look().unwrap(), Collected::default());
    assert_eq!(
        watcher.look().unwrap(),
        Collected { files: 2, messages: 2, ..Collected::default() }
    );
    assert_eq!(read(root.path(), "dorchester/adt/done/feed"), text("C2").replace('\r', "/"));
    check(&bench, "1 C2 waiting\n2 C1 waiting");
}
