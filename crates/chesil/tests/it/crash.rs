//! The drills, with few rounds: nothing acknowledged is lost, no effect is doubled, every patient's
//! messages keep their order. `chesil drill kill` and `chesil drill power-cut` do it for longer.

use crate::served::run;

fn drill(arguments: &[&str]) -> (bool, String) {
    let (kept, said) = run(&[&["drill"], arguments].concat());
    println!("{}", said.lines().last().unwrap_or_default());
    (kept, said)
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let (kept, said) = drill(&["kill", "--rounds", "10"]);
    assert!(kept, "{said}");
    assert!(said.contains("10 kills: "), "{said}");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let (kept, said) = drill(&["power-cut", "--rounds", "5"]);
    assert!(kept, "{said}");
    assert!(said.contains("5 power cuts: "), "{said}");
}

#[test]
fn a_disk_that_only_says_it_has_synced_is_found_out() {
    let (kept, said) = drill(&["power-cut", "--rounds", "1", "--without-fsync"]);
    assert!(!kept, "the drill does not notice what is lost:\n{said}");
    assert!(said.contains("acknowledged messages are lost"), "{said}");
}

#[test]
fn a_folder_with_data_in_it_is_no_place_for_a_drill() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let (kept, said) = drill(&["kill", "--folder", folder.path().to_str().unwrap()]);
    assert!(!kept && said.contains("choose another folder"), "{said}");
}

#[test]
fn every_mutated_and_malformed_message_is_answered_and_accounted_for() {
    let (kept, said) = drill(&["malformed", "--messages", "300"]);
    assert!(kept, "{said}");
    assert!(said.contains("600 messages: ") && said.contains("none unanswered"), "{said}");
}
