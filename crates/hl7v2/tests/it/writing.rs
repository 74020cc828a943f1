//! Messages written, and copied byte for byte.

use crate::ADMISSION;
use hl7v2::{Builder, Separators, parse};

#[test]
fn what_is_written_reads_back_the_same() {
    let mut builder = Builder::new(Separators::STANDARD);
    builder.segment("MSH").text(3, "PAS").components(9, &["ADT", "A01"]).text(10, "1");
    builder
        .segment("PID")
        .components(3, &["9990000018", "", "", "NHS", "NH"])
        .subcomponents(3, &[&["R|1"], &[], &[], &["RD3", "1.2", "ISO"], &["MR"]])
        .components(5, &["A^B & C", "D~E", "", ""])
        .null(29)
        .text(11, "one\ntwo");
    let bytes = builder.finish();
    let message = parse(&bytes).unwrap();
    let check = |path: &str, expected: &str| assert_eq!(message.get(path).unwrap(), expected);
    check("MSH-2", "^~\\&");
    check("PID-3[1].4", "NHS");
    check("PID-3[2].1", "R|1");
    check("PID-3[2].4.3", "ISO");
    check("PID-5.1", "A^B & C");
    check("PID-5.2", "D~E");
    check("PID-11", "one\ntwo");
    assert!(bytes.ends_with(b"|\"\"\r"));
    assert_eq!(message.segments().count(), 2);
}

#[test]
fn a_copy_written_out_has_the_same_bytes() {
    let check = |text: &str, expected: &str| {
        let copy = Builder::from_message(&parse(text.as_bytes()).unwrap()).finish();
        assert_eq!(String::from_utf8(copy).unwrap(), expected);
    };
    check(ADMISSION, ADMISSION);
    check("MSH|^~\\&\r", "MSH|^~\\&\r");
    check("MSH|^~\\&|||\rPV2\rPID||\rEVN|||x||\r", "MSH|^~\\&|||\rPV2\rPID||\rEVN|||x||\r");
    check("MSH#*!#PAS\r\nPID##a*b!c  \n", "MSH#*!#PAS\rPID##a*b!c\r");
}

#[test]
fn a_batch_header_within_a_message_is_copied_as_it_was_sent() {
    let sent = b"MSH|^~\\&|PAS\rBHS|1||R1^^^RD3^MR\rBHS\rBHS|^~\\&|a\r";
    assert_eq!(Builder::from_message(&parse(sent).unwrap()).finish(), sent);
}

#[test]
fn a_line_torn_within_a_name_is_copied_as_it_was_sent() {
    for name in ["BHS", "PID"] {
        let sent = format!("MSH|^~\\&|PAS\r{name}\r\rma|&|a\r");
        let message = parse(sent.as_bytes()).unwrap();
        let copy = Builder::from_message(&message).finish();
        let raw = |message: &hl7v2::Message<'_>| -> Vec<Vec<u8>> {
            message.segments().map(|segment| segment.raw().to_vec()).collect()
        };
        assert_eq!(raw(&parse(&copy).unwrap()), raw(&message), "{name}");
    }
}
