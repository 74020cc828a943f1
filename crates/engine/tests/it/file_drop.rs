//! CSV files: rows become messages, files move, nothing is taken twice.

use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::{ChannelKind, Collected, CsvTable, FileContent, FileDrop, Filter, Page, Watcher};

use crate::support::{Bench, channel};

pub(crate) struct Folder {
    root: tempfile::TempDir,
    watcher: Watcher,
}

pub(crate) fn folder(bench: &Bench) -> Folder {
    let root = tempfile::tempdir().unwrap();
    let watcher = watcher(bench, root.path(), table());
    Folder { root, watcher }
}

pub(crate) fn table() -> FileContent {
    FileContent::Csv(CsvTable {
        name: "care_packages".into(),
        required_columns: vec!["person_id".into(), "start_date".into()],
        key_column: "person_id".into(),
        nhs_number_column: Some("nhs_number".into()),
    })
}

/// A process that looks into this folder.
pub(crate) fn watcher(bench: &Bench, folder: &Path, content: FileContent) -> Watcher {
    let every = Duration::from_secs(5);
    let folder = folder.to_owned();
    let drop = FileDrop { folder, content, file_limit_bytes: 1 << 20, every };
    let channel = channel("council", ChannelKind::FileDrop(drop));
    Watcher::new(bench.inbox.clone(), channel).unwrap()
}

impl Folder {
    pub(crate) fn put(&self, name: &str, content: &str) {
        fs::write(self.root.path().join("in").join(name), content).unwrap();
    }

    /// Two looks: the first only sees that a file is there.
    pub(crate) fn look(&mut self) -> Collected {
        assert_eq!(self.watcher.look().unwrap(), Collected::default());
        self.watcher.look().unwrap()
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.root.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn text(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.root.path().join(path)).unwrap()
    }
}

const ROWS: &str =
    "\u{feff}person_id,start_date,note\r\nP1,2026-01-01,\"one, two\"\r\n\r\nP2,2026-01-02,\n";

#[test]
fn each_row_is_a_message_that_carries_its_header() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut folder = folder(&bench);
        folder.put("march.csv", ROWS);
        assert_eq!(folder.look(), Collected { files: 1, messages: 2, ..Collected::default() });
        bench.process();
        assert_eq!(
            bench.effects(),
            [
                "person_id,start_date,note\r\nP1,2026-01-01,\"one, two\"\r\n",
                "person_id,start_date,note\r\nP2,2026-01-02,\r\n"
            ]
        );
        assert_eq!((folder.files("in").len(), folder.files("done")), (0, vec!["march.csv".into()]));
    }
}

#[test]
fn a_file_of_a_name_that_was_there_before_is_another_file() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut folder = folder(&bench);
        folder.put("march.csv", ROWS);
        folder.look();
        // Somebody corrects a row, and then takes the correction back: all three are news.
        folder.put("march.csv", &ROWS.replace("01-02", "01-03"));
        assert_eq!(folder.look().messages, 2);
        folder.put("march.csv", ROWS);
        assert_eq!(folder.look(), Collected { files: 1, messages: 2, ..Collected::default() });
        assert_eq!(folder.files("done"), ["2-march.csv", "3-march.csv", "march.csv"]);
    }
}

#[test]
fn a_file_without_its_columns_is_rejected_whole_and_told_what_to_do() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut folder = folder(&bench);
        folder.put("bad.csv", "person_id,begin\nP1,2026-01-01\n");
        assert_eq!(folder.look(), Collected { rejected: 1, ..Collected::default() });
        assert_eq!(folder.files("rejected"), ["bad.csv", "bad.csv.error.txt"]);
        assert_eq!(
            folder.text("rejected/bad.csv.error.txt"),
            "This file was not taken; nothing in it was.\r\n\
             The header line (line 1) lacks these columns of the table care_packages: start_date.\r\n\
             Correct it and put it into the folder `in` again.\r\n"
        );
        let page = Page { before: None, size: 10 };
        let rows = db.read(|tx| engine::list(tx, &Filter::default(), page)).unwrap();
        assert_eq!((rows.len(), rows[0].state), (1, engine::State::Quarantined));
        let kept = db.read(|tx| engine::received(tx, rows[0].seq)).unwrap();
        assert_eq!(kept.bytes, b"person_id,begin\nP1,2026-01-01\n");
    }
}

#[test]
fn a_stray_quotation_mark_swallows_no_rows_but_has_the_file_rejected_with_its_line() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut folder = folder(&bench);
        let stray = "person_id,start_date,note\n\
            P1,2026-01-01,\"wants help\nP2,2026-01-02,\nP3,2026-01-03,the \"blue\" house\n\
            P4,2026-01-04,done\"\n";
        folder.put("stray.csv", stray);
        assert_eq!(folder.look(), Collected { rejected: 1, ..Collected::default() });
        assert_eq!(
            folder.text("rejected/stray.csv.error.txt"),
            "This file was not taken; nothing in it was.\r\n\
             Line 2: a field in quotation marks does not end on this line: \
             a quotation mark is missing or too many, or the field holds a line break.\r\n\
             Correct it and put it into the folder `in` again.\r\n"
        );
        let kept = db.read(|tx| engine::received(tx, 1)).unwrap();
        assert_eq!(kept.bytes, stray.as_bytes());
        folder.put("after.csv", "person_id,start_date,note\nP1,2026-01-01,\"a\"b\"\n");
        assert_eq!(folder.look(), Collected { rejected: 1, ..Collected::default() });
    }
}

#[test]
fn a_row_with_too_many_or_too_few_fields_is_a_row() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut folder = folder(&bench);
        let rows = "person_id,start_date,note\nP1\nP2,2026-01-02,a,b\nP3,2026-01-03,c\n";
        folder.put("march.csv", rows);
        assert_eq!(folder.look(), Collected { files: 1, messages: 3, ..Collected::default() });
        let summary = db.read(|tx| engine::summary(tx, &["council"])).unwrap();
        assert_eq!(summary[0].counts.get(&engine::State::Waiting), Some(&3));
    }
}

#[test]
fn files_that_are_being_written_are_left_alone() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let mut folder = folder(&bench);
    for name in ["a.csv.tmp", "b.part", ".hidden.csv"] {
        folder.put(name, ROWS);
    }
    assert_eq!(folder.look(), Collected::default());
    folder.put("growing.csv", "person_id,start_date\nP1,");
    folder.watcher.look().unwrap();
    folder.put("growing.csv", "person_id,start_date\nP1,2026-01-01\n");
    assert_eq!(folder.look(), Collected { files: 1, messages: 1, ..Collected::default() });
}
