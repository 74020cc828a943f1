//! What an operator gets wrong, and what is said of it.

use std::fs;
use std::net::TcpListener;

use crate::served::{CHESIL, POOLE, configuration, run};

fn said(arguments: &[&str]) -> String {
    let (succeeded, said) = run(arguments);
    assert!(!succeeded, "{said}");
    said
}

#[test]
fn check_names_a_mistake_by_file_and_line_and_says_when_all_is_well() {
    let folder = configuration();
    let path = folder.path().display().to_string();
    assert!(
        run(&["check", "--config", &path])
            .1
            .contains("Test record: 1 organisation, 1 channel, 0 destinations, 0 practices")
    );
    fs::write(folder.path().join("channels/poole.toml"), POOLE.replace("authority", "authorty"))
        .unwrap();
    let said = said(&["check", "--config", &path]);
    assert!(said.contains("channels/poole.toml:2: unknown field `authorty`"), "{said}");
    assert!(said.contains("1 mistake to mend"), "{said}");
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = configuration();
    let path = folder.path().display().to_string();
    fs::write(
        folder.path().join("chesil.toml"),
        CHESIL.replace("127.0.0.1:0", &address.to_string()),
    )
    .unwrap();
    assert!(said(&["serve", "--config", &path]).contains(&format!("cannot listen on {address}")));

    fs::write(folder.path().join("chesil.toml"), CHESIL).unwrap();
    fs::write(
        folder.path().join("channels/poole.toml"),
        POOLE.replace("127.0.0.1:0", &address.to_string()),
    )
    .unwrap();
    let said = said(&["serve", "--config", &path]);
    assert!(said.contains(&address.to_string()), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = configuration();
    let chesil = format!("data = \"/proc/nowhere\"\n{CHESIL}");
    fs::write(folder.path().join("chesil.toml"), chesil).unwrap();
    let said = said(&["serve", "--config", &folder.path().display().to_string()]);
    assert!(said.contains("the data folder /proc/nowhere cannot be written"), "{said}");
}

#[test]
fn a_missing_postgresql_is_said_plainly() {
    let folder = configuration();
    let chesil = format!("database = \"postgres://chesil:secret@127.0.0.1:1/care\"\n{CHESIL}");
    fs::write(folder.path().join("chesil.toml"), chesil).unwrap();
    let said = said(&["serve", "--config", &folder.path().display().to_string()]);
    assert!(said.contains("cannot open the database postgres://127.0.0.1:1/care"), "{said}");
    assert!(!said.contains("secret"), "a password is never repeated: {said}");
}

#[test]
fn two_processes_never_share_a_data_folder() {
    let folder = configuration();
    let served = crate::served::Served::start(folder.path());
    let said = said(&["serve", "--config", &folder.path().display().to_string()]);
    assert!(said.contains("another chesil is using the data folder"), "{said}");
    served.stop();
}

#[test]
fn the_example_that_we_tell_people_to_copy_has_no_mistake() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dorset");
    let (succeeded, said) = run(&["check", "--config", folder]);
    assert!(succeeded, "{said}");
    assert!(
        said.contains(
            "Dorset Care Record: 7 organisations, 6 channels, 1 destination, 1 practice;"
        ),
        "{said}"
    );
}
