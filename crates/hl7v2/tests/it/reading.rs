//! Paths, segments and separators, and what is refused.

use crate::ADMISSION;
use hl7v2::{ParseError, Path, parse};

fn check(path: &str, expected: Option<&str>) {
    let message = parse(ADMISSION.as_bytes()).unwrap();
    assert_eq!(message.get(path).as_deref(), expected, "{path}");
}

#[test]
fn a_path_finds_its_value() {
    check("MSH-1", Some("|"));
    check("MSH-2", Some("^~\\&"));
    check("MSH-2.1", Some("^~\\&"));
    check("MSH-3", Some("PAS"));
    check("MSH-10", Some("CTRL1"));
    check("PID-3.1", Some("9990000018"));
    check("PID-3[2].4.1", Some("RD3"));
    check("PID-3[2].4.2", Some("1.2.3"));
    check("PID-3[2].4", Some("RD3&1.2.3&ISO"));
    check("PID-5.1", Some("O'Brien"));
    check("PID-5.2", Some("Zoë"));
    check("PID-5", Some("O'Brien^Zoë"));
    check("PID-8.1.1", Some("F"));
    check("PID-11.1", Some("1 Quay & Co"));
    check("OBX[2]-5", Some("one~two~~four"));
    check("OBX[2]-5[4]", Some("four"));
    check("OBX-5", Some("5"));
}

#[test]
fn a_path_to_nothing_finds_nothing() {
    for path in ["PID-2", "PID-99", "PID-3[3].1", "PID-5.9", "OBX[3]-5", "PV1-2", "OBX[2]-5[3]"] {
        check(path, None);
    }
    for malformed in
        ["", "PID", "PID-", "PID-0", "PID-3[0]", "PID-3.", "pid-3", "PID-3.1.1.1", "PID-5é"]
    {
        check(malformed, None);
        assert!(malformed.parse::<Path>().is_err(), "{malformed}");
    }
}

#[test]
fn a_path_is_written_as_it_was_read() {
    for path in ["PID-3", "PID-3[2].4.1", "OBX[3]-5", "OBX[3]-5[1].2", "MSH-10"] {
        assert_eq!(path.parse::<Path>().unwrap().to_string(), path);
    }
}

#[test]
fn segments_and_fields_can_be_walked() {
    let message = parse(ADMISSION.as_bytes()).unwrap();
    let names: Vec<_> = message.segments().map(|segment| segment.name()).collect();
    assert_eq!(names, ["MSH", "EVN", "PID", "OBX", "OBX", "ZU1"]);
    assert_eq!(message.segments_named("OBX").count(), 2);
    let numbers = |name| -> Vec<usize> {
        message.segment(name).unwrap().fields().map(|(number, _)| number).collect()
    };
    assert_eq!(numbers("MSH"), [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 18]);
    assert_eq!(numbers("PID"), [1, 3, 5, 7, 8, 11]);
    let pid = message.segment("PID").unwrap();
    let identifiers: Vec<_> =
        pid.field(3).unwrap().repetitions().map(|r| r.component(1).text()).collect();
    assert_eq!(identifiers, ["9990000018", "R123&X"]);
    assert_eq!(pid.field(3).unwrap().repetition(2).component(1).subcomponent(2).text(), "X");
    assert!(pid.field(0).is_none());
    let kind = message.message_type();
    assert_eq!((&*kind.code, &*kind.event, &*kind.structure), ("ADT", "A01", "ADT_A01"));
    assert_eq!((&*message.control_id(), &*message.version()), ("CTRL1", "2.4"));
}

#[test]
fn any_separators_are_read() {
    let text = "MSH#*!?%$#PAS\rPID###a%b*c!d##x?T?y?S?z?F?##p|q^r~s\\t&u?P?\r";
    let message = parse(text.as_bytes()).unwrap();
    assert_eq!(message.separators().truncation, Some(b'$'));
    assert_eq!(message.get("MSH-2").unwrap(), "*!?%$");
    assert_eq!(message.get("PID-3.1.2").unwrap(), "b");
    assert_eq!(message.get("PID-3[2]").unwrap(), "d");
    assert_eq!(message.get("PID-5").unwrap(), "x%y*z#");
    assert_eq!(message.get("PID-7").unwrap(), "p|q^r~s\\t&u$");
}

#[test]
fn a_header_that_names_only_some_separators_is_read() {
    let message = parse(b"MSH|^~|PAS\rPID|||a&b^c~d\\T\\").unwrap();
    assert_eq!(message.get("PID-3.1").unwrap(), "a&b");
    assert_eq!(message.get("PID-3[2]").unwrap(), "d\\T\\");
}

#[test]
fn what_is_not_one_message_is_refused_with_its_reason() {
    let check = |text: &str, expected| assert_eq!(parse(text.as_bytes()).unwrap_err(), expected);
    check("", ParseError::Empty);
    check(" \r\n\t", ParseError::Empty);
    check("this is not hl7\r", ParseError::NoHeader);
    check("PID|1\rMSH|^~\\&|", ParseError::NoHeader);
    check("FHS|^~\\&|\rMSH|^~\\&|", ParseError::Batch);
    check("BHS|^~\\&|\rMSH|^~\\&|", ParseError::Batch);
    check("MSH", ParseError::BadSeparators);
    check("MSH|", ParseError::BadSeparators);
    check("MSH||PAS", ParseError::BadSeparators);
    check("MSHA^~\\&APAS", ParseError::BadSeparators);
    check("MSH|^~\\&#$|PAS", ParseError::BadSeparators);
    check("MSH|^~\\é|PAS", ParseError::BadSeparators);
    check("MSH|^~\\\\&|PAS", ParseError::AmbiguousSeparators);
    check("MSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rPID|2", ParseError::SeveralMessages { segment: 3 });
}

#[test]
fn a_debug_print_shows_nothing_of_what_a_message_says() {
    let message = parse(ADMISSION.as_bytes()).unwrap();
    let pid = message.segment("PID").unwrap();
    let printed = format!("{message:?} {pid:?} {:?} {:?}", pid.field(5), pid.component(5, 1));
    assert!(printed.contains("PID("), "{printed}");
    for secret in ["Brien", "9990000018", "Quay", "CTRL1", "19760121"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
