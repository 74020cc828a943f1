//! What is refused, and how it is said. No sentence holds a value of the message.

use super::map;

fn check(kind: &str, rest: &str, expected: &str) {
    let message = format!("MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||{kind}|1|P|2.4\r{rest}");
    let error = map(&message).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.category(), model::Category::Invalid);
}

const PID: &str = "PID|1||R1^^^RD3^MR||Hardy^Ann";

#[test]
fn what_cannot_be_mapped_is_said_in_a_sentence() {
    check("ZZZ^Z99", PID, "ZZZ^Z99 is not a message Chesil maps");
    check("", PID, "a message without a type (MSH-9) is not a message Chesil maps");
    check(
        "ADT^A31",
        "PV1|1|I",
        "PID (patient identification) is missing, so it cannot be told whose message this is",
    );
    check(
        "ADT^A01",
        &format!("{PID}\rPV1|1|I|A4"),
        "PV1-19 (visit number) is missing, so this movement cannot be told from those of other visits",
    );
    check(
        "ORU^R01",
        &format!("{PID}\rOBR|1|||FBC\rOBX|1|NM|HB||5"),
        "OBR-3 (filler order number) is missing, so a correction could not be told from a new result",
    );
    check(
        "MDM^T02",
        &format!("{PID}\rTXA|1|DS||||||||||D1\rOBX|1|ED|X||^application^pdf^Base64^*"),
        "OBX-5 cannot be read: the document is not well-formed base64",
    );
    check(
        "ADT^A40",
        &format!("{PID}\rMRG|R1"),
        "MRG-1 and PID-3 hold the same number, so there is nothing to merge",
    );
}

#[test]
fn unknown_segments_never_fail_a_message_and_are_listed_without_values() {
    let mapped = map("MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||ADT^A31|1|P|2.4\r\
         PID|1||R1^^^RD3^MR||Hardy^Ann||||||||||||||||||||||||||Y\rZU1|1|a|b||d\rZU1|2|x\rQQ9|z")
    .unwrap();
    assert_eq!(mapped.unmapped, ["PID-31", "ZU1-1", "ZU1-2", "ZU1-3", "ZU1-5", "QQ9-1"]);
}
