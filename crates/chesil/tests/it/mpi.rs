//! `chesil mpi` as a data-quality lead meets it.

use std::fs;

use model::{Clock, SystemClock};
use tempfile::TempDir;

use crate::served::{Served, configuration, database, number, run};

const INDEX: &str =
    "local_id,source,nhs_number,nhs_status,forename,surname,dob,sex,address,postcode,gp_code
R1,RD3,9990000018,01,Thomasina,Hardy,1950-12-31,F,1 High Street,DT1 1AA,J81012
R2,RD3,9990000018,01,Thomasina,Hardy,31/12/1950,F,1 High St,dt11aa,
R3,RD3,,,William,Barnes,1801-02-22,M,2 Low Street,DT2 8QY,
,RD3,,,Tess,Durbeyfield,1870-01-05,F,,,
B7,RDZ,,,Jude,Fawley,1861-03-04,M,,,
R3,RD3,,,Jude,Fawley,1861-03-04,M,,,
";

fn load(folder: &TempDir, more: &[&str]) -> (bool, String) {
    let input = folder.path().join("index.csv");
    let (config, input) = (folder.path().to_str().unwrap(), input.to_str().unwrap());
    run(&[&["mpi", "load", "--config", config, "--input", input], more].concat())
}

fn with_index(text: &str) -> TempDir {
    let folder = configuration();
    fs::write(folder.path().join("index.csv"), text).unwrap();
    folder
}

#[test]
fn an_index_is_loaded_once_however_often_it_is_said() {
    let folder = with_index(INDEX);
    let (done, said) = load(&folder, &["--organisation", "RD3"]);
    assert!(done, "{said}");
    assert!(
        said.contains(
            "6 rows read = 1 linked to a person + 2 new people + 0 brought up to date + 0 known already + 3 refused"
        ),
        "{said}"
    );
    assert!(said.contains("no local patient number; the row was refused (line 5)"), "{said}");
    assert!(
        said.contains("a record of another organisation; the row was refused (line 6)"),
        "{said}"
    );
    assert!(
        said.contains("the same local patient number; this row was refused (line 7)"),
        "{said}"
    );
    assert!(!said.contains("Hardy") && !said.contains("999"), "{said}");

    let (done, said) = load(&folder, &["--organisation", "rd3"]);
    assert!(done, "{said}");
    assert!(
        said.contains(
            "6 rows read = 0 linked to a person + 0 new people + 0 brought up to date + 3 known already + 3 refused"
        ),
        "{said}"
    );
    assert!(said.contains("0 more pairs"), "{said}");
}

#[test]
fn what_is_wrong_with_a_load_is_said_before_anything_is_loaded() {
    let folder = with_index(INDEX);
    for (more, expected) in [
        (&["--organisation", "RBD"][..], "RBD is not an [[organisation]] of chesil.toml"),
        (&["--organisation", "RD3", "--as-of", "2200-01-01T00:00:00Z"], "is in the future"),
    ] {
        let (done, said) = load(&folder, more);
        assert!(!done && said.contains(expected), "{said}");
    }
    fs::write(folder.path().join("index.csv"), INDEX.replace("local_id", "ward")).unwrap();
    let (done, said) = load(&folder, &["--organisation", "RD3"]);
    assert!(!done && said.contains("name it in a map as local_id"), "{said}");
}

#[test]
fn an_index_is_as_its_events_say_and_the_order_of_arrival_made_no_difference() {
    let folder = with_index(INDEX);
    assert!(load(&folder, &["--organisation", "RD3"]).0);
    let config = ["--config", folder.path().to_str().unwrap()];
    for (part, expected) in [
        (&["mpi", "rebuild", "--check"][..], "what is stored is what they say"),
        (&["mpi", "rebuild"], "what is stored is what they say"),
        (&["mpi", "repair"], "3 records looked at: 0 joined to another person, 0 taken out"),
    ] {
        let (done, said) = run(&[part, &config].concat());
        assert!(done && said.contains(expected), "{said}");
    }
}

/// Two organisations' records of one man, whom neither knows by an NHS number.
const POOLE: &str = "local_id,forename,surname,dob,sex,address,postcode
R3,William,Barnes,1901-02-22,M,2 Low Street,DT2 8QY
";
const BOURNEMOUTH: &str = "local_id,forename,surname,dob,sex,address,postcode
B3,Will,Barnes,1901-02-22,M,2 Low St,DT2 8QY
";

/// A folder with both organisations, and two models: the standard one, and one that links nothing by
/// weight.
fn two_organisations(matching: &str) -> TempDir {
    let folder = with_index(POOLE);
    let path = |name: &str| folder.path().join(name);
    let chesil = fs::read_to_string(path("chesil.toml")).unwrap();
    let bournemouth =
        "[[organisation]]\nods = \"RDZ\"\nname = \"Bournemouth\"\nkind = \"hospital\"\n";
    fs::write(path("chesil.toml"), format!("matching = \"{matching}\"\n{chesil}\n{bournemouth}"))
        .unwrap();
    let standard = matching::Model::standard().to_text().unwrap();
    let link_from = standard.lines().find(|line| line.starts_with("link_from")).unwrap();
    fs::write(path("strict.toml"), standard.replace(link_from, "link_from = 90.0")).unwrap();
    fs::write(path("standard.toml"), &standard).unwrap();
    assert!(load(&folder, &["--organisation", "RD3"]).0);
    fs::write(path("index.csv"), BOURNEMOUTH).unwrap();
    assert!(load(&folder, &["--organisation", "RDZ", "--no-channel"]).0);
    folder
}

/// Tries a model on an index; what is said, and the pairs that would change.
fn simulate(folder: &TempDir, model: &str) -> (String, Vec<String>) {
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (config, model, pairs) = (path(""), path(model), path("pairs.csv"));
    let (done, said) = run(&[
        "mpi", "simulate", "--config", &config, "--model", &model, "--pairs", &pairs, "--force",
    ]);
    assert!(done, "{said}");
    let pairs = fs::read_to_string(pairs).unwrap();
    let without_score = |line: &str| line.rsplit_once(',').unwrap().0.to_owned();
    (said, pairs.lines().skip(1).map(without_score).collect())
}

#[test]
fn a_stricter_model_is_seen_to_unlink_and_to_ask() {
    let folder = two_organisations("standard.toml");
    let (said, pairs) = simulate(&folder, "standard.toml");
    assert!(said.contains("2 records of 1 people"), "{said}");
    assert_eq!(pairs, Vec::<String>::new());

    let (said, pairs) = simulate(&folder, "strict.toml");
    assert!(said.contains("unlink: 1 people"), "{said}");
    assert_eq!(pairs, ["unlink,RD3,R3,RDZ,B3", "review,RD3,R3,RDZ,B3"]);
    let (again, _) = simulate(&folder, "standard.toml");
    assert!(again.contains("2 records of 1 people"), "nothing was changed: {again}");
}

#[test]
fn a_more_generous_model_is_seen_to_link_and_to_ask_no_more() {
    let folder = two_organisations("strict.toml");
    let (said, pairs) = simulate(&folder, "standard.toml");
    assert!(said.contains("2 records of 2 people") && said.contains("link:   1 people"), "{said}");
    assert_eq!(pairs, ["link,RD3,R3,RDZ,B3", "no review,RD3,R3,RDZ,B3"]);
}

/// m of a level in a model's file.
fn chance(model: &str, section: &str, key: &str) -> f64 {
    let section = model.split_once(&format!("[levels.{section}.{key}]")).unwrap().1;
    section.lines().find_map(|line| line.strip_prefix("m = ")).unwrap().parse().unwrap()
}

#[test]
fn a_model_learns_from_a_population_and_is_read_back() {
    let folder = configuration();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (records, start, learnt) = (path("records.csv"), path("start.toml"), path("learnt.toml"));
    let population = ["simulate-index", "--records", "3000", "--output", &records];
    assert!(run(&[&population[..], &["--truth", &path("truth.csv")]].concat()).0);
    // A model that believes that one person's birth dates and sexes are often two.
    let wrong = "version = \"wrong\"\nbased_on = \"uk\"\n\
        [levels.birth_date]\nsame = { m = 0.5, u = 0.00004 }\n\
        [levels.gender]\ndifferent = { m = 0.3, u = 0.5 }\n";
    fs::write(&start, wrong).unwrap();
    let train =
        ["mpi", "train", "--input", &records, "--model", &start, "--output", &learnt, "--name"];
    let (done, said) = run(&[&train[..], &["2026.9"]].concat());
    assert!(done && said.contains("model 2026.9 from wrong"), "{said}");
    assert!(said.contains("[gender] different: -0.74 -> "), "{said}");

    let text = fs::read_to_string(&learnt).unwrap();
    assert!(text.starts_with("# Trained from model wrong at 2"), "{text}");
    assert!(chance(&text, "birth_date", "same") > 0.8, "{text}");
    assert!(chance(&text, "gender", "different") < 0.1, "{text}");
    assert_eq!(matching::Model::parse(&text).unwrap().version(), "2026.9");

    let (done, said) = run(&[&train[..], &["2026.10"]].concat());
    assert!(!done && said.contains("exists; say --force to replace it"), "{said}");
    assert_eq!(fs::read_to_string(&learnt).unwrap(), text);
}

#[test]
fn the_index_trains_a_model_as_a_file_does_or_says_that_there_is_nothing_to_learn() {
    let folder = with_index(INDEX);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (config, output) = (path(""), path("learnt.toml"));
    let train = ["mpi", "train", "--config", &config, "--output", &output, "--name", "ours"];
    let (done, said) = run(&train);
    assert!(!done && said.contains("there is no index at"), "{said}");
    assert!(load(&folder, &["--organisation", "RD3"]).0);
    let (done, said) = run(&train);
    assert!(done && said.contains("3 records; model ours from"), "{said}");
    assert!(said.contains("pairs: 1 of one person by their NHS numbers, 0 of two"), "{said}");
    let text = fs::read_to_string(&output).unwrap();
    assert!(text.contains("on 3 records of the index.") && !text.contains("Thomasina Hardy"));
    matching::Model::parse(&text).unwrap();
}

#[test]
fn a_server_puts_people_together_anew_by_itself_and_remembers_where_it_stands() {
    let folder = two_organisations("strict.toml");
    let path = folder.path().join("chesil.toml");
    let chesil = fs::read_to_string(&path).unwrap();
    fs::write(&path, chesil.replace("strict.toml", "standard.toml")).unwrap();
    let server = Served::start(folder.path());
    server.wait_for("repair: 1 records joined to another person, 0 taken out of one");
    server.wait_for("repair: everybody has been looked at again: 1 records joined");
    server.stop();
    let (model, now) = (matching::Model::standard(), SystemClock.now());
    let next = database(folder.path()).read(|tx| empi::next_bite(tx, model, now)).unwrap();
    assert!(next.is_none(), "not again on the same day");
}

#[test]
fn what_an_index_says_is_traced_back_to_its_load() {
    let folder = with_index(INDEX);
    for _ in 0..2 {
        assert!(load(&folder, &["--organisation", "RD3", "--as-of", "2026-11-01T06:00:00Z"]).0);
    }
    let db = database(folder.path());
    let untraced = "select count(*) from resource_version where message not in (
        select seq from message where state = 'processed' and channel = 'index load')";
    assert_eq!(number(&db, untraced), 0);
    assert_eq!(number(&db, "select count(*) from resource_version"), 3);
    assert_eq!(number(&db, "select count(*) from message"), 1, "one file, twice");
    let told = "select count(*) from message_event where kind = 'loaded'
        and actor = 'chesil mpi load' and note like 'loaded 6 rows%'";
    assert_eq!(number(&db, told), 2);
}

#[test]
fn training_writes_every_problem_of_a_file_by_line() {
    let folder = with_index(&INDEX.replace("1950-12-31", "31st of Never"));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (input, output, problems) = (path("index.csv"), path("new.toml"), path("problems.csv"));
    let (done, said) = run(&[
        "mpi",
        "train",
        "--input",
        &input,
        "--output",
        &output,
        "--name",
        "ours",
        "--problems",
        &problems,
    ]);
    assert!(done, "{said}");
    let written = fs::read_to_string(&problems).unwrap();
    assert!(written.lines().skip(1).any(|line| line.starts_with("2,dob,")), "{written}");
    assert!(!written.contains("Never"), "no patient in it: {written}");
}
