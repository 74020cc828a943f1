//! Rules as integrators write them, and what is said of the wrong ones.

use std::fs;

use mapping::Feed;

use crate::config::load;

const CHESIL: &str = "listen = \"127.0.0.1:8080\"\n[[organisation]]\nods = \"RD3\"\nname = \"Poole\"\nkind = \"hospital\"\n";
const POOLE: &str =
    "organisation = \"RD3\"\nauthority = \"RD3\"\n[mllp]\nlisten = \"127.0.0.1:2575\"\n";

/// The feed and the configuration's hash, or what is wrong.
fn read(rules: &str, files: &[(&str, &str)]) -> Result<(Feed, String), Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("channels")).unwrap();
    fs::write(folder.path().join("chesil.toml"), CHESIL).unwrap();
    fs::write(folder.path().join("channels/poole.toml"), format!("{POOLE}{rules}")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let prefix = format!("{}/", folder.path().display());
    let said = |problem: &crate::config::Problem| problem.to_string().replace(&prefix, "");
    load(folder.path())
        .map(|settings| (settings.channels[0].feed.clone(), settings.hash))
        .map_err(|problems| problems.0.iter().map(said).collect())
}

fn check(rules: &str, expected: &str) {
    let table = ("codes.csv", "from,to\nA,1\nA,2\n");
    let script = ("odd.rhai", "let a = 1;\nlet = 2;");
    assert_eq!(read(rules, &[table, script]).unwrap_err(), [expected], "{rules}");
}

#[test]
fn the_quirks_of_a_trust_are_put_right_by_rules() {
    let rules = r#"
[[rule]]
move = ["PID-19", "PID-3"]
if_nhs_number = true
[[rule]]
strip = { path = "PID-7", text = "+^D" }
[[rule]]
when = "PID-3.4 = '' and PID-3.5 = ''"
set = { path = "PID-3.4", value = "RD3" }
[[rule]]
table = { path = "PID-8", file = "sex.csv" }
[[rule]]
script = "names.rhai"
"#;
    let files = [
        ("sex.csv", "from,to\n1,M\n2,F\n"),
        ("names.rhai", "if msg.get(\"PID-5.7\") == \"\" { msg.set(\"PID-5.7\", \"L\"); }"),
    ];
    let (feed, hash) = read(rules, &files).unwrap();
    let text = "MSH|^~\\&|PAS|RD3|||20260105101500||ADT^A31|1|P|2.4\r\
                PID|1||R1||HARDY^Ann||19760121+^D|2|||||||||||9990000018";
    let message = hl7v2::parse(text.as_bytes()).unwrap();
    let received_at = "2026-01-05T10:15:01Z".parse().unwrap();
    let mapped = mapping::hl7_v2(&message, &feed, received_at).unwrap();
    let patient = &mapped.patients[0];
    assert_eq!(patient.identity.value, "R1");
    assert_eq!(patient.resource.text("identifier.1.value"), Some("9990000018"));
    assert_eq!(patient.resource.text("birthDate"), Some("1976-01-21"));
    assert_eq!(patient.resource.text("gender"), Some("female"));
    assert_eq!(patient.resource.text("name.use"), Some("official"));

    let others = [("sex.csv", "from,to\n1,M\n2,F\n9,U\n"), files[1]];
    assert_ne!(read(rules, &others).unwrap().1, hash, "a table is part of the configuration");
}

#[test]
fn a_wrong_rule_is_named_by_its_line() {
    check(
        "[[rule]]\nwhen = \"PID-3 = RD3\"\ndrop = \"PID-3\"\n",
        "channels/poole.toml:6: PID-3 = RD3 is no condition; write PID-3.4 = 'RD3', PID-3.4 != '', \
         PID-3.5 in ('MR', 'PI'), PID-19 or not PID-19, joined by and",
    );
    check(
        "[[rule]]\ndrop = \"pid-3\"\n",
        "channels/poole.toml:6: pid-3 is no place in a message; write PID-3, PID-3.4, OBX[2]-5 or ZU1",
    );
    check(
        "[[rule]]\ndrop = \"PID-3\"\nscript = \"a.rhai\"\n",
        "channels/poole.toml:5: a rule does exactly one of move, strip, drop, set, table and script",
    );
    check(
        "[[rule]]\nset = { path = \"ZU1\", value = \"x\" }\n",
        "channels/poole.toml:6: a whole segment can only be dropped; name a field, such as PID-3",
    );
    check(
        "[[rule]]\nmove = [\"PID-3\"]\n",
        "channels/poole.toml:6: move names two places: from where, to where",
    );
    check(
        "[[rule]]\ndrop = \"PID-3\"\nif_nhs_number = true\n",
        "channels/poole.toml:7: if_nhs_number belongs to a rule that moves",
    );
    check(
        "[[rule]]\ntable = { path = \"OBX-3\", file = \"codes.csv\" }\n",
        "codes.csv:3: A is listed twice",
    );
    check(
        "[[rule]]\ntable = { path = \"OBX-3\", file = \"codes.csv\", unknown = \"guess\" }\n",
        "channels/poole.toml:6: unknown is keep (the default) or park",
    );
    check(
        "[[ignore]]\npath = \"ZU1\"\nbecause = \"\"\n",
        "channels/poole.toml:7: say why it may be left out",
    );
    let wrong = read("[[rule]]\nscript = \"odd.rhai\"\n", &[("odd.rhai", "let a = 1;\nlet = 2;")]);
    assert!(wrong.unwrap_err()[0].starts_with("odd.rhai:2: "));
    let missing = read("[[rule]]\nscript = \"gone.rhai\"\n", &[]).unwrap_err();
    assert!(
        missing[0].starts_with("channels/poole.toml:6: gone.rhai cannot be read"),
        "{missing:?}"
    );
}
