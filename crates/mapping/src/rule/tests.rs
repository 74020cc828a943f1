//! Rules over segments, and what a script may not do.

use std::str::FromStr;

use super::*;

const MSH: &str = "MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||ADT^A31|1|P|2.4";

fn place(text: &str) -> Place {
    Place::from_str(text).unwrap()
}

fn apply(when: &str, act: Act, segments: &str) -> Result<String, Error> {
    let when = if when.is_empty() { None } else { Some(when.parse().unwrap()) };
    let message = format!("{MSH}\r{segments}");
    let parsed = hl7v2::parse(message.as_bytes()).unwrap();
    let changed = Rules::new(vec![Rule { when, act }]).applied(&parsed)?;
    let text = String::from_utf8(changed).unwrap();
    Ok(text.strip_prefix(MSH).unwrap().trim_matches('\r').to_owned())
}

fn check(when: &str, act: Act, segments: &str, expected: &str) {
    assert_eq!(apply(when, act, segments).unwrap(), expected);
}

fn script(text: &str, segments: &str) -> Result<String, Error> {
    apply("", Act::Script(Box::new(Script::compile("x.rhai", text).unwrap())), segments)
}

#[test]
fn an_nhs_number_moves_from_where_it_does_not_belong() {
    let act = || Act::Move { from: place("PID-19"), to: place("PID-3"), if_nhs_number: true };
    check(
        "",
        act(),
        "PID|1||R1^^^RD3^MR||||||||||||||||999 000 0018|X",
        "PID|1||R1^^^RD3^MR~9990000018^^^NHS^NH|||||||||||||||||X",
    );
    let other = "PID|1||R1^^^RD3^MR||||||||||||||||AB123456C";
    check("", act(), other, other);
    let moved = Act::Move { from: place("PID-2"), to: place("PID-3.1"), if_nhs_number: false };
    check("not PID-3", moved, "PID|1|R7|^^^RD3^MR", "PID|1|R7|^^^RD3^MR");
    let moved = Act::Move { from: place("PID-2"), to: place("PID-3"), if_nhs_number: false };
    check("not PID-3", moved, "PID|1|R7", "PID|1||R7");
}

#[test]
fn a_suffix_is_stripped_as_it_was_sent() {
    let act = Act::Strip { path: place("PID-7"), text: "+^D".to_owned() };
    check("", act, "PID|||R1||Hardy||19760121+^D|F", "PID|||R1||Hardy||19760121|F");
}

#[test]
fn a_value_is_set_in_each_repetition_that_says_anything() {
    let act = || Act::Set { path: place("PID-3.4"), value: "RD3".to_owned() };
    check("PID-3.4 = ''", act(), "PID|1||R1~9^^^NHS^NH", "PID|1||R1^^^RD3~9^^^NHS^NH");
    check(
        "PID-3.5 in ('MR', 'PI') and PID-3.4 = ''",
        act(),
        "PID|1||R1^^^^PI~7",
        "PID|1||R1^^^RD3^PI~7",
    );
    check("", act(), "PID|1|", "PID|1|");
    let act = Act::Set { path: place("OBX-11"), value: "F".to_owned() };
    check("OBX-2 = 'NM'", act, "OBX|1|NM|K\rOBX|2|ST|N", "OBX|1|NM|K||||||||F\rOBX|2|ST|N");
    let act = Act::Set { path: place("PID-5.1"), value: "O|Brien & Sons".to_owned() };
    check("", act, "PID|||R1||Hardy^Ann", "PID|||R1||O\\F\\Brien \\T\\ Sons^Ann");
}

#[test]
fn what_nobody_wants_is_dropped() {
    check("", Act::Drop(place("ZU1")), "PID|||R1\rZU1|a\rZU1|b\rPV1|1", "PID|||R1\rPV1|1");
    check("PID-3.5 = 'XX'", Act::Drop(place("PID-3")), "PID|||1^^^^XX~2^^^^MR", "PID|||2^^^^MR");
    check("MSH-3 = 'OTHER'", Act::Drop(place("ZU1")), "ZU1|a", "ZU1|a");
}

#[test]
fn local_codes_become_what_they_are_elsewhere() {
    let table = || {
        CodeTable::read(
            "t.csv",
            "from,to,display,system\nK,2823-3,Potassium,LN\nHB,718-7,Haemoglobin,LN\n",
        )
        .unwrap()
    };
    let act = |unknown| Act::Table { path: place("OBX-3"), table: table(), unknown };
    check(
        "",
        act(Unknown::Keep),
        "OBX|1|NM|K^Kalium^L\rOBX|2|NM|ZZ^?^L",
        "OBX|1|NM|2823-3^Potassium^LN^K^Kalium^L\rOBX|2|NM|ZZ^?^L",
    );
    let error = apply("", act(Unknown::Park), "OBX|2|NM|ZZ^?^L").unwrap_err();
    assert_eq!(error.to_string(), "a code is not in t.csv; add it to the table, then retry");
    let part = Act::Table {
        path: place("PV1-2"),
        table: CodeTable::read("c.csv", "from,to\nRECURRING,O\n").unwrap(),
        unknown: Unknown::Keep,
    };
    check("", part, "PV1|1|recurring", "PV1|1|O");
}

#[test]
fn a_table_says_which_line_is_wrong() {
    assert_eq!(CodeTable::read("t.csv", "a,b\n").unwrap_err().0, 1);
    assert_eq!(
        CodeTable::read("t.csv", "from,to\nA,1\na,2\n").unwrap_err(),
        (3, "a is listed twice".to_owned())
    );
    assert_eq!(
        CodeTable::read("t.csv", "from,to\n,2\n").unwrap_err(),
        (2, "from is empty".to_owned())
    );
}

#[test]
fn places_and_conditions_that_mean_nothing_are_refused() {
    for text in ["PID", "PID-3", "PID-3[2].4.1", "OBX[3]-5", "ZU1"] {
        assert_eq!(place(text).to_string(), text);
    }
    for text in ["", "pid-3", "PID-", "PID-0", "PIDD-3", "MSH-2", "PID-3.4.5.6", "PID-1000"] {
        assert!(Place::from_str(text).is_err(), "{text}");
    }
    for text in ["", "PID-3 = RD3", "PID-3 = 'a' or PID-4", "PID-3 in 'A'", "x = 'y'"] {
        assert!(Condition::from_str(text).is_err(), "{text}");
    }
}

#[test]
fn a_copy_is_read_whatever_the_character_set_was() {
    let message = format!("{MSH}||||||8859/1\rPID|||R1||M\u{fc}ller");
    let bytes: Vec<u8> = message.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect();
    let act = Act::Set { path: place("PID-5.2"), value: "Zo\u{eb}".to_owned() };
    let rules = Rules::new(vec![Rule { when: None, act }]);
    let changed = rules.applied(&hl7v2::parse(&bytes).unwrap()).unwrap();
    let again = hl7v2::parse(&changed).unwrap();
    assert_eq!(again.get("PID-5").as_deref(), Some("M\u{fc}ller^Zo\u{eb}"));
}

#[test]
fn a_script_does_what_rules_cannot() {
    let text = r#"
        let parts = msg.get("PID-5.1").split(" ");
        if parts.len() == 2 { msg.set("PID-5.1", parts[1]); msg.set("PID-5.2", parts[0]); }
        if is_nhs_number(msg.get("PID-2")) { msg.add("PID-3", msg.get("PID-2")); msg.drop("PID-2"); }
        if msg.count("ZU1") > 1 { msg.drop("ZU1"); }
    "#;
    assert_eq!(
        script(text, "PID|1|9990000018|R1||Ann Hardy\rZU1|a\rZU1|b").unwrap(),
        "PID|1||R1~9990000018||Hardy^Ann"
    );
}

#[test]
fn a_script_that_oversteps_parks_its_message_with_a_sentence() {
    for (text, expected) in [
        ("loop { }", "x.rhai takes more than 100000 steps (line 1); does a loop not end?"),
        ("fn f(n) { f(n + 1) } f(0)", "x.rhai calls more than 16 deep (line 1)"),
        ("let s = \"ab\"; loop { s += s; }", "x.rhai makes or writes too much (line 1)"),
        ("let l = [1]; loop { l += l; }", "x.rhai makes or writes too much (line 1)"),
        (
            "let l = []; let s = \"a\"; s.pad(60000, \"b\"); for i in 0..20000 { l.push(s + i); }",
            "x.rhai makes or writes too much (line 1)",
        ),
        ("blob(1000000000, 7)", "x.rhai makes or writes too much (line 1)"),
        (
            "let m = #{}; for i in 0..20000 { m[i.to_string()] = i; }",
            "x.rhai takes more than 100000 steps (line 1); does a loop not end?",
        ),
        (
            "for i in 0..20000 { msg.add(\"PID-3\", i.to_string()); }",
            "x.rhai makes or writes too much (line 1)",
        ),
        (
            "for i in 0..20000 { msg.get(\"PID-3\"); }",
            "x.rhai takes more than 100000 steps (line 1); does a loop not end?",
        ),
        (
            "msg.set(\"PID-60000\", \"x\")",
            "x.rhai: PID-60000 names a place that no message has: 999 is the highest (line 1)",
        ),
        ("msg.get(msg.get(\"PID-5\"))", "x.rhai parks it (line 1)"),
        ("park(\"no ward is closed twice\")", "no ward is closed twice"),
        ("park(msg.get(\"PID-5\"))", "x.rhai parks it (line 1)"),
        ("throw msg.get(\"PID-5\")", "x.rhai parks it (line 1)"),
        ("\n\nopen(\"/etc/passwd\")", "x.rhai calls a function that there is not (line 3)"),
        ("1 / 0", "x.rhai fails at line 1"),
    ] {
        let error = script(text, "PID|||R1||Hardy").unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
        assert!(!error.contains("Hardy"));
    }
}

#[test]
fn a_script_reaches_nothing_but_its_message() {
    for text in ["eval(\"1\")", "print(1)", "debug(1)", "import \"x\" as y;", "let = 1"] {
        assert!(Script::compile("x.rhai", text).is_err(), "{text}");
    }
    assert_eq!(Script::compile("x.rhai", "let a = 1;\nlet = 2;").unwrap_err().0, 2);
}
