//! Configuration files, right and wrong, and what is said of them.

use std::fs;
use std::path::Path;

use super::{Settings, load};

pub(super) const CHESIL: &str = r#"title = "Dorset Care Record"
listen = "127.0.0.1:8080"

[[organisation]]
ods = "RD3"
name = "Poole Hospital"
kind = "hospital"

[[practice]]
ods = "J81001"
name = "Parkstone"
url = "https://gp.example/J81001/fhir"
asid = "200000000001"
"#;

pub(super) const POOLE: &str = r#"organisation = "RD3"
authority = "RD3"

[mllp]
listen = "127.0.0.1:2575"
"#;

pub(super) fn check(files: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        fs::write(path, text).unwrap();
    }
    let prefix = format!("{}/", folder.path().display());
    load(folder.path()).map_err(|problems| {
        problems.0.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
    })
}

pub(super) fn problems(files: &[(&str, &str)]) -> Vec<String> {
    check(files).map(|_| ()).unwrap_err()
}

#[test]
fn a_whole_configuration_is_read() {
    let settings = check(&[("chesil.toml", CHESIL), ("channels/poole.toml", POOLE)]).unwrap();
    assert_eq!(settings.title, "Dorset Care Record");
    assert_eq!(settings.channels.len(), 1);
    assert_eq!(settings.channels[0].channel.name, "poole");
    assert_eq!(settings.gateway.practices.len(), 1);
    assert!(settings.data.ends_with("data"));
}

/// The text with another line in place of the one that begins so.
fn with_line(text: &str, beginning: &str, other: &str) -> String {
    let changed = |line: &str| if line.starts_with(beginning) { other } else { line }.to_owned();
    text.lines().map(changed).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_model_of_ones_own_is_read_and_its_mistakes_are_named_by_line() {
    let with = format!("matching = \"model.toml\"\n{CHESIL}");
    let standard = include_str!("../../../matching/models/uk.toml");
    let own = with_line(standard, "link_from", "link_from = 9.5");
    let settings = check(&[("chesil.toml", &with), ("model.toml", &own)]).unwrap();
    assert!((settings.model.link_from() - 9.5).abs() < 1e-9);
    let standard_hash = check(&[("chesil.toml", &with), ("model.toml", standard)]).unwrap().hash;
    assert_ne!(settings.hash, standard_hash, "another model is another configuration");

    let line =
        |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    let misspelt = standard.replace("different_woman", "diferent_woman");
    let said = problems(&[("chesil.toml", &with), ("model.toml", &misspelt)]);
    let surname = line(standard, "[levels.surname]");
    let named = [surname, line(&misspelt, "diferent_woman")];
    assert!(
        named.iter().any(|line| said[0].starts_with(&format!("model.toml:{line}: the model"))),
        "{said:?}"
    );

    let broken = with_line(standard, "review_from", "review_from = three");
    let said = problems(&[("chesil.toml", &with), ("model.toml", &broken)]);
    let wanted = format!("model.toml:{}: ", line(standard, "review_from"));
    assert!(said[0].starts_with(&wanted), "{said:?}");

    let said = problems(&[("chesil.toml", &with)]);
    assert!(said[0].starts_with("model.toml: cannot be read"), "{said:?}");
}

#[test]
fn a_model_that_makes_twins_one_is_for_test_data_only() {
    let with = format!("matching = \"model.toml\"\n{CHESIL}");
    let standard = include_str!("../../../matching/models/uk.toml");
    let unsafe_model = with_line(standard, "tell_relatives_apart", "tell_relatives_apart = false");
    let said = problems(&[("chesil.toml", &with), ("model.toml", &unsafe_model)]);
    assert!(said[0].contains("only data without patients allows"), "{said:?}");
}

#[test]
fn every_mistake_is_named_by_file_and_line() {
    let wrong = CHESIL.replace("kind = \"hospital\"", "kind = \"hopsital\"");
    assert!(
        problems(&[("chesil.toml", &wrong)])[0]
            .starts_with("chesil.toml:7: a kind is one of hospital")
    );

    let misspelt = POOLE.replace("authority", "autority");
    let said = problems(&[("chesil.toml", CHESIL), ("channels/poole.toml", &misspelt)]);
    assert!(said[0].starts_with("channels/poole.toml:2: unknown field `autority`"), "{said:?}");

    let said = problems(&[
        ("chesil.toml", CHESIL),
        ("channels/a.toml", POOLE),
        ("channels/b.toml", POOLE),
        (
            "channels/c.toml",
            &POOLE.replace("\"RD3\"\nauthority", "\"RBD\"\nauthority").replace("2575", "2576"),
        ),
        ("channels/d.toml", "organisation = \"RD3\"\nauthority = \"RD3\"\n"),
        (
            "channels/e.toml",
            "organisation = \"RD3\"\nauthority = \"RD3\"\n[fhir]\ntoken = \"short\"\n",
        ),
        (
            "channels/f.toml",
            "organisation = \"RD3\"\nauthority = \"X\"\n[file_drop]\nfolder = \"in\"\ntable = \"cats\"\n",
        ),
    ]);
    assert_eq!(
        said,
        [
            "channels/d.toml:1: a channel has exactly one of [mllp], [hl7_http], [file_drop] and [fhir]",
            "channels/e.toml:4: a token has at least 20 characters",
            "channels/f.toml:5: a table is one of care_packages, contacts",
            "channels/b.toml:5: 127.0.0.1:2575 is taken by channel a",
            "channels/c.toml:1: RBD is not an [[organisation]] of chesil.toml",
        ]
    );
}

#[test]
fn a_missing_file_and_broken_toml_are_said_plainly() {
    assert!(problems(&[])[0].starts_with("chesil.toml: cannot be read"));
    assert!(problems(&[("chesil.toml", "listen = \n")])[0].starts_with("chesil.toml:1: "));
}

const CLIENT: &str = r#"
[[client]]
name = "poole-pas"
organisation = "RD3"
token = "a-token-of-twenty-and-more"
scopes = ["search", "feed", "subscribe"]
domains = ["RD3"]
channel = "identities"
notify = ["http://pas.example/hooks/"]
"#;

const IDENTITIES: &str = r#"organisation = "RD3"
authority = "RD3"
[fhir]
token = "another-token-of-twenty"
"#;

fn with_client(text: &str) -> Result<Settings, Vec<String>> {
    let chesil = format!("{CHESIL}{text}");
    check(&[
        ("chesil.toml", &chesil),
        ("channels/poole.toml", POOLE),
        ("channels/identities.toml", IDENTITIES),
    ])
}

#[test]
fn a_system_is_read_with_what_it_may_do() {
    let settings = with_client(CLIENT).unwrap();
    assert_eq!(settings.clients.len(), 1);
    assert_eq!(settings.clients[0].scopes.len(), 3);
    assert!(!format!("{settings:?}").contains("a-token-of"), "a token is a secret");
}

#[test]
fn every_mistake_about_a_system_is_named() {
    for (right, wrong, said) in [
        ("\"RD3\"\ntoken", "\"RBD\"\ntoken", "RBD is not an [[organisation]] of chesil.toml"),
        ("a-token-of-twenty-and-more", "short", "a token has at least 20 characters"),
        ("a-token-of-twenty-and-more", "another-token-of-twenty", "this token is another's"),
        ("\"search\", ", "\"serach\", ", "scopes are one or more of search, match,"),
        ("domains = [\"RD3\"]", "domains = [\"RD9\"]", "no channel has the authority RD9"),
        ("\"identities\"", "\"poole\"", "there is no [fhir] channel of RD3 with this name"),
        ("channel = \"identities\"\n", "", "the scope feed needs a channel"),
        ("http://pas.example/hooks/", "ftp://pas", "an address to notify is https://"),
        ("http://pas.example/hooks/", "http://Pas.example/", "an address to notify is https://"),
        ("http://pas.example/hooks/", "http://pas.example:80/", "an address to notify is https://"),
        ("http://pas.example/hooks/", "http://a@pas.example/", "an address to notify is https://"),
        (
            "notify = [\"http://pas.example/hooks/\"]\n",
            "",
            "the scopes subscribe and events need notify",
        ),
    ] {
        let problems = with_client(&CLIENT.replace(right, wrong)).unwrap_err();
        assert!(problems.iter().any(|one| one.contains(said)), "{said}: {problems:?}");
    }
    let twice = with_client(&format!("{CLIENT}{CLIENT}")).unwrap_err();
    assert!(twice[0].ends_with("poole-pas is listed twice"), "{twice:?}");
    let reserved = [("chesil.toml", CHESIL), ("channels/Patient.toml", IDENTITIES)];
    assert!(problems(&reserved)[0].contains("is an address of the FHIR interface"));
}

const REGISTRY: &str = r#"from = ["poole"]
types = ["ADT^A0*", "*^R01"]

[retry]
first_seconds = 2
give_up_after = 20

[[rule]]
set = { path = "MSH-5", value = "REGISTRY" }

[mllp]
address = "10.30.0.9:2575"
"#;

fn with_destination(text: &str) -> Result<Settings, Vec<String>> {
    check(&[
        ("chesil.toml", CHESIL),
        ("channels/poole.toml", POOLE),
        ("channels/identities.toml", IDENTITIES),
        ("destinations/registry.toml", text),
    ])
}

#[test]
fn a_destination_is_read_and_is_part_of_the_fingerprint() {
    let settings = with_destination(REGISTRY).unwrap();
    let one = &settings.destinations[0];
    assert_eq!((&*one.forward.destination, one.rules.len(), one.in_flight), ("registry", 1, 1));
    assert_eq!((one.retry.first.as_secs(), one.retry.give_up_after), (2, Some(20)));
    let other = with_destination(&REGISTRY.replace("2575", "2576")).unwrap();
    assert_ne!(settings.hash, other.hash);
    let fhir =
        "[fhir]\nurl = \"https://server.example/fhir/\"\nsend = \"single\"\ntoken = \"a-secret\"\n";
    let settings = with_destination(fhir).unwrap();
    assert!(!format!("{settings:?}").contains("a-secret"), "a token is a secret");
    let tls = REGISTRY.replace("2575\"", "2575\"\ntls = {}");
    assert!(with_destination(&tls).is_ok(), "the machine's own authorities are believed");
}

#[test]
fn every_mistake_in_a_destination_is_named_by_line() {
    for (right, wrong, said) in [
        ("\"poole\"", "\"pool\"", "1: there is no channel pool"),
        ("\"poole\"", "\"identities\"", "1: identities brings FHIR, and [mllp] takes HL7 v2 only"),
        ("\"ADT^A0*\"", "\"\"", "2: a type is ADT^A01"),
        ("first_seconds = 2", "first_seconds = 0", "5: from 1 to 3600 seconds"),
        (
            "first_seconds = 2",
            "first_seconds = 9\nlongest_seconds = 3",
            "6: longest_seconds is less",
        ),
        ("give_up_after = 20", "give_up_after = 0", "6: give_up_after is from 1 to 100000"),
        ("types", "in_flight = 65\ntypes", "2: in_flight is from 1 to 64"),
        ("path = \"MSH-5\"", "path = \"MSH\"", "9: a whole segment can only be dropped"),
        ("10.30.0.9:2575", "10.30.0.9", "12: an address is HOST:PORT"),
        ("2575\"", "2575\"\ntls = { ca = \"no.pem\" }", "13: "),
        ("2575\"", "2575\"\ntls = { key = \"no.key\" }", "13: certificate and key belong together"),
        ("[mllp]", "[file]\nfolder = \"out\"\n[mllp]", "1: a destination has exactly one of"),
        ("[mllp]\naddress", "[fhir]\nurl", "8: rules are for HL7 v2"),
        ("[mllp]\naddress", "[http]\nurl", "12: a url begins with https://"),
        ("from", "form", "1: unknown field `form`"),
    ] {
        let problems = with_destination(&REGISTRY.replacen(right, wrong, 1)).unwrap_err();
        let wanted = format!("destinations/registry.toml:{said}");
        assert!(problems.iter().any(|one| one.starts_with(&wanted)), "{said}: {problems:?}");
    }
}
