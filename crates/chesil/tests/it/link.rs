//! `chesil link` as an analyst meets it: files in, files out, and nothing half-written.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::yield_now;

use crate::served::run;

const RECORDS: &str =
    "record_id,source,nhs_number,nhs_status,forename,surname,dob,sex,address,postcode
1,RD3,9990000018,01,Thomasina,Hardy,1950-12-31,F,1 High Street,DT1 1AA
2,GPR,9990000018,01,Tamsin,Hardy,31/12/1950,F,1 High St,dt11aa
3,RD3,,,William,Barnes,1801-02-22,M,2 Low Street,DT2 8QY
1,RD3,,,William,Barnes,1801-02-22,M,2 Low Street,DT2 8QY
5,RD3,,,\"William,Barnes,1801-02-22,M,2 Low Street,DT2 8QY
6,RD3,9990000019,01,Jane,Eyre,31/02/1950,F,,
";

/// A folder with `records.csv`, and the paths of results in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(records: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("records.csv"), records).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn link(&self, more: &[&str]) -> (bool, String) {
        let [input, output] = ["records.csv", "clusters.csv"].map(|name| self.path(name));
        let files = ["--input", text(&input), "--output", text(&output)];
        run(&[&["link"], &files[..], more].concat())
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_file_is_linked_its_problems_are_told_by_line_and_the_counts_add_up() {
    let folder = Folder::with(RECORDS);
    let (pairs, problems) = (folder.path("pairs.csv"), folder.path("problems.csv"));
    let (done, said) = folder.link(&["--pairs", text(&pairs), "--problems", text(&problems)]);
    assert!(done, "{said}");
    assert!(said.contains("6 rows read = 2 linked + 2 left alone + 2 refused"), "{said}");
    assert!(said.contains("birth_date = \"dob\""), "{said}");
    assert!(!said.contains("Hardy") && !said.contains("999"), "{said}");
    assert_eq!(folder.text("clusters.csv"), "record_id,cluster_id\n1,1\n2,1\n3,3\n6,6\n");
    assert!(folder.text("pairs.csv").starts_with("id_l,id_r,score,decision\n1,2,"));
    let problems = folder.text("problems.csv");
    let lines: Vec<&str> = problems.lines().map(|line| line.split(';').next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "line,column,problem",
            "5,,an earlier line has the same record id",
            "6,,a quotation mark is missing or too many",
            "7,nhs_number,the check digit of the NHS number is wrong",
            "7,dob,\"not a date that exists, in any shape we know",
        ]
    );
}

#[test]
fn a_result_that_is_there_is_replaced_only_if_told() {
    let folder = Folder::with(RECORDS);
    fs::write(folder.path("clusters.csv"), "mine").unwrap();
    let (done, said) = folder.link(&[]);
    assert!(!done && said.contains("clusters.csv exists; say --force to replace it"), "{said}");
    assert_eq!(folder.text("clusters.csv"), "mine");
    assert!(folder.link(&["--force"]).0);
    assert!(folder.text("clusters.csv").starts_with("record_id,cluster_id"));

    let (done, said) = folder.link(&["--force", "--pairs", text(&folder.path("records.csv"))]);
    assert!(!done && said.contains("records.csv is named twice"), "{said}");
    assert_eq!(folder.text("records.csv"), RECORDS);
}

#[test]
fn a_map_is_printed_used_and_corrected_by_its_line() {
    let folder = Folder::with(&RECORDS.replace("forename", "prénom"));
    let records = folder.path("records.csv");
    let (done, printed) = run(&["link", "--input", text(&records), "--show-columns"]);
    assert!(done && !printed.contains("forename"), "{printed}");

    let map = folder.path("columns.toml");
    fs::write(&map, format!("forename = \"prenom\"\n{printed}")).unwrap();
    let (done, said) = folder.link(&["--map", text(&map)]);
    assert!(!done && said.contains("line 1: the file has no column prenom"), "{said}");

    fs::write(&map, format!("forename = \"prénom\"\n{printed}")).unwrap();
    let (done, said) = folder.link(&["--map", text(&map)]);
    assert!(done && said.contains("2 linked + 2 left alone"), "{said}");
}

#[test]
fn ctrl_c_leaves_nothing_half_written() {
    let mut records = String::from("record_id,surname,forename,dob\n");
    for number in 0..300_000 {
        writeln!(records, "{number},Hardy,Thomasina,31/02/1950").unwrap();
    }
    let folder = Folder::with(&records);
    let [input, output, problems] =
        ["records.csv", "clusters.csv", "problems.csv"].map(|name| folder.path(name));
    let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .args(["link", "--input", text(&input), "--output", text(&output)])
        .args(["--problems", text(&problems)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The problems are being written under another name as soon as reading begins.
    while folder.files().len() < 2 {
        yield_now();
    }
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(!child.wait().unwrap().success());
    assert_eq!(folder.files(), ["records.csv"]);
}
