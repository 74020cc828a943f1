//! A channel tried on messages beside its configuration.

use super::coverage::{Seen, without_numbers};
use super::golden::{Test, differ, run as test};
use super::*;

const MESSAGE: &str = "MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||ADT^A31|1|P|2.4\r\
    PID|1||R1||Hardy^Ann||19760121+^D|F\rZU1|1|x\r";

fn folder(rules: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = folder.path().join("channels/poole/tests");
    fs::create_dir_all(&tests).unwrap();
    let main = "listen = \"127.0.0.1:8080\"\n[[organisation]]\nods = \"RD3\"\nname = \"Poole\"\nkind = \"hospital\"\n";
    fs::write(folder.path().join("chesil.toml"), main).unwrap();
    let poole = format!(
        "organisation = \"RD3\"\nauthority = \"RD3\"\n[mllp]\nlisten = \"127.0.0.1:2575\"\n{rules}"
    );
    fs::write(folder.path().join("channels/poole.toml"), poole).unwrap();
    fs::write(tests.join("person.hl7"), MESSAGE).unwrap();
    folder
}

fn tried(folder: &Path, bless: bool) -> Result<()> {
    test(&Test { name: None, config: folder.to_path_buf(), bless })
}

#[test]
fn a_channel_passes_until_what_it_makes_of_its_messages_changes() {
    let rule = "[[rule]]\nset = { path = \"PID-3.4\", value = \"RD3\" }\n";
    let folder = folder(rule);
    assert!(tried(folder.path(), false).is_err(), "nothing stands beside it yet");
    tried(folder.path(), true).unwrap();
    tried(folder.path(), false).unwrap();
    let golden = folder.path().join("channels/poole/tests/person.json");
    let text = fs::read_to_string(&golden).unwrap();
    assert!(text.contains("1976-01-21") && text.contains("ZU1-2") && !text.contains("parked"));
    fs::write(&golden, text.replace("1976-01-21", "1976-01-22")).unwrap();
    let error = tried(folder.path(), false).unwrap_err();
    assert_eq!(error.to_string(), "1 of 1 say something else; read what --bless changes");
}

#[test]
fn coverage_counts_paths_and_never_values() {
    let folder = folder("");
    let feed = feed(folder.path(), "poole").unwrap();
    let mut seen = Seen::default();
    seen.add(Path::new("person.hl7"), explained(MESSAGE.as_bytes(), Some(&feed)));
    seen.add(Path::new("odd.hl7"), explained(b"MSH|^~^&|", Some(&feed)));
    let said = seen.as_json();
    assert_eq!((said["messages"].as_u64(), said["unreadable"].as_u64()), (Some(2), Some(1)));
    let paths: Vec<_> = said["not_understood"].as_array().unwrap().iter().collect();
    assert!(paths.iter().any(|one| one["path"] == "ADT^A31 ZU1-2" && one["count"] == 1));
    assert_eq!(said["parked"].as_object().unwrap().len(), 1, "R1 names no authority");
    assert!(!said.to_string().contains("Hardy"));
    assert_eq!(without_numbers("OBX[2]-5[1].1"), "OBX-5.1");
}

#[test]
fn the_channels_of_the_example_pass_their_tests() {
    let dorset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dorset");
    test(&Test { name: None, config: dorset, bless: false }).unwrap();
}

#[test]
fn what_differs_is_said_by_element_without_the_rest_of_the_message() {
    let said = |expected, now| {
        let mut differences = Vec::new();
        differ("0", &expected, &now, &mut differences);
        differences
    };
    let was = serde_json::json!({"name": [{"family": "A"}], "gender": "female"});
    let is = serde_json::json!({"name": [{"family": "B"}, {"family": "C"}], "gender": "female"});
    assert_eq!(
        said(was, is),
        ["0.name.0.family was \"A\", and is \"B\"", "0.name.1 was null, and is {\"family\":\"C\"}"]
    );
}
