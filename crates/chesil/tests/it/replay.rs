//! A record made anew from its log: the same, unless the configuration says something else now.

use std::fs::OpenOptions;
use std::io::Write;

use crate::served::run;

#[test]
fn a_replay_makes_the_same_record_and_shows_what_a_new_rule_would_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (kept, said) = run(&["drill", "kill", "--rounds", "2", "--folder", &path("")]);
    assert!(kept, "{said}");

    let again = |into: &str| run(&["replay", "--config", &path(""), "--into", &path(into)]);
    let (done, said) = again("again");
    assert!(done && said.contains("they are the same"), "{said}");
    assert!(said.contains(" processed"), "{said}");

    let mut channel = OpenOptions::new().append(true).open(path("channels/hospital.toml")).unwrap();
    writeln!(channel, "\n[[rule]]\ndrop = \"PID-13\"").unwrap();
    let (done, said) = again("without-telephones");
    assert!(done && said.contains("they are not the same"), "{said}");
    assert!(said.contains("Patient: 0 only in the record, 0 only in the new one"), "{said}");

    let (done, said) = again("again");
    assert!(!done && said.contains("choose a new folder"), "{said}");
}
