//! Absent, deleted or sent.

use hl7v2::{Path, Presence, parse};

#[test]
fn empty_changes_nothing_and_two_quotes_delete() {
    let text = "MSH|^~\\&|PAS\rPID|1||\"\"|^^~&|\"\"^Zoë||\"\"~B|\"|\"\"\"\"| \r";
    let message = parse(text.as_bytes()).unwrap();
    let check = |path: &str, expected| {
        assert_eq!(message.presence(&path.parse::<Path>().unwrap()), expected, "{path}");
        assert_eq!(message.get(path).is_some(), expected == Presence::Value, "{path}");
    };
    check("PID-1", Presence::Value);
    check("PID-2", Presence::Absent);
    check("PID-3", Presence::Null);
    check("PID-3.1", Presence::Null);
    check("PID-3.1.1", Presence::Null);
    check("PID-3.2", Presence::Absent);
    check("PID-4", Presence::Absent);
    check("PID-5", Presence::Value);
    check("PID-5.1", Presence::Null);
    check("PID-5.2", Presence::Value);
    check("PID-7[1]", Presence::Null);
    check("PID-7[2]", Presence::Value);
    check("PID-8", Presence::Value);
    check("PID-9", Presence::Value);
    check("PID-10", Presence::Absent);
    check("PID-99", Presence::Absent);
    check("PV1-1", Presence::Absent);
    check("MSH-2", Presence::Value);
}
