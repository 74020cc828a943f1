//! Line ends, stray lines and character sets.

use hl7v2::{Charset, parse};

const HEADER: &str = "MSH|^~\\&|PAS|RD3|||||ADT^A01|1";

fn check(text: &str, expected: &[&str]) {
    let message = parse(text.as_bytes()).unwrap();
    let segments: Vec<_> =
        message.segments().map(|s| std::str::from_utf8(s.raw()).unwrap().to_owned()).collect();
    assert_eq!(segments, expected, "{text:?}");
}

#[test]
fn every_line_end_is_taken() {
    for end in ["\r", "\n", "\r\n", "\r\r", "\r\n\r\n", "  \r", "\t \r\n"] {
        check(&format!("{HEADER}{end}PID|1{end}PV1|2{end}"), &[HEADER, "PID|1", "PV1|2"]);
    }
    check(&format!("{HEADER}\rPID|1\nPV1|2\r\nZZZ|3"), &[HEADER, "PID|1", "PV1|2", "ZZZ|3"]);
}

#[test]
fn what_stands_before_the_header_is_passed_over() {
    for before in ["\u{feff}", " \r\n\t", "\u{b}", "\r\n\u{feff}", "\u{feff} \u{b}"] {
        check(&format!("{before}{HEADER}\rPID|1\r"), &[HEADER, "PID|1"]);
    }
    check(&format!("\u{b}{HEADER}\rPID|1\r\u{1c}\r"), &[HEADER, "PID|1"]);
}

#[test]
fn a_line_that_is_no_segment_is_the_rest_of_the_one_before() {
    let report = "OBX|1|TX|R||first line\nsecond line\r\nCRP was high\nCRP\n12 mg/L||||F";
    let text = format!("{HEADER}\r{report}\rPV1|1\r");
    check(&text, &[HEADER, report, "PV1|1"]);
    let message = parse(text.as_bytes()).unwrap();
    assert_eq!(message.get("OBX-11").as_deref(), None);
    assert_eq!(message.get("OBX-9").unwrap(), "F");
    assert!(message.get("OBX-5").unwrap().ends_with("CRP\n12 mg/L"));
}

#[test]
fn a_bare_name_is_a_segment_behind_a_cr() {
    check(&format!("{HEADER}\rPV2\rPID|1\r"), &[HEADER, "PV2", "PID|1"]);
    check(&format!("{HEADER}\nPV2\nPID|1\n"), &[&format!("{HEADER}\nPV2"), "PID|1"]);
}

#[test]
fn text_is_read_by_msh_18_and_by_what_was_really_sent() {
    let check = |charset: &str, name: &[u8], expected: &str| {
        let head = format!("{HEADER}|P|2.4||||||{charset}\rPID|||||");
        let bytes = [head.as_bytes(), name, b"\r"].concat();
        assert_eq!(parse(&bytes).unwrap().get("PID-5").unwrap(), expected, "{charset}");
    };
    check("", b"BRI\xC9N", "BRIÉN");
    check("", "BRIÉN".as_bytes(), "BRIÉN");
    check("UNICODE UTF-8", b"BRI\xC9N", "BRIÉN");
    check("8859/1", b"BRI\xC9N", "BRIÉN");
    check("8859/2~UNICODE UTF-8", b"\xA3", "Ł");
}

#[test]
fn a_channel_may_say_what_an_absent_msh_18_means() {
    let check = |text: &str, expected: &str| {
        let bytes = [text.as_bytes(), b"\rPID|||||\xB3\r"].concat();
        let message = parse(&bytes).unwrap().with_default_charset(Charset::named("8859/2"));
        assert_eq!(message.get("PID-5").unwrap(), expected);
    };
    check(HEADER, "ł");
    check(&format!("{HEADER}|P|2.4||||||8859/1"), "³");
}
