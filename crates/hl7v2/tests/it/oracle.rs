//! Another parser, written by other people from the same standard, reads the same in a message: er7.

use hl7v2::parse;
use proptest::collection::vec;
use proptest::prelude::*;

/// A value as it is sent: plain, empty, null, escaped or in another script.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{1,8}",
        Just(String::new()),
        Just("\"\"".to_owned()),
        Just("a\\T\\b\\F\\c\\S\\d\\R\\e\\E\\f".to_owned()),
        Just("Zo\u{eb} \u{141}uczak".to_owned()),
        "[ -+.-Z_a-z]{0,6}".prop_map(|one| one.replace(['\\', '&'], "")),
    ]
}

fn joined<T: Strategy<Value = String>>(
    part: T,
    separator: &'static str,
    most: usize,
) -> impl Strategy<Value = String> {
    vec(part, 1..most).prop_map(move |parts| parts.join(separator))
}

/// A segment after its header: PID, OBX and one of a sender's own, with fields of every shape.
fn segment() -> impl Strategy<Value = String> {
    let component = joined(value(), "&", 4);
    let repetition = joined(component, "^", 5);
    let field = joined(repetition, "~", 4);
    let name = prop_oneof![Just("PID"), Just("OBX"), Just("ZX1")];
    (name, vec(field, 1..9)).prop_map(|(name, fields)| format!("{name}|{}|end", fields.join("|")))
}

/// Everything a message says: where (segment, field, repetition, component, sub-component), as it was
/// sent and as it is meant.
type Leaves = Vec<((String, [usize; 4]), String, String)>;

fn ours(text: &str) -> Leaves {
    let message = parse(text.as_bytes()).unwrap();
    let mut leaves = Vec::new();
    for segment in message.segments().skip(1) {
        for (field, one) in segment.fields() {
            for (repetition, one) in (1..).zip(one.repetitions()) {
                for (component, one) in (1..).zip(one.components()) {
                    for (part, one) in (1..).zip(one.subcomponents()) {
                        let place = [field, repetition, component, part];
                        let raw = String::from_utf8(one.raw().to_vec()).unwrap();
                        leaves.push(((segment.name().to_owned(), place), raw, one.text().into()));
                    }
                }
            }
        }
    }
    settled(leaves)
}

fn theirs(text: &str) -> Leaves {
    let message = er7::parse(text).unwrap();
    let separators = message.separators;
    let mut leaves = Vec::new();
    for segment in message.segments.iter().skip(1) {
        for (field, one) in (1..).zip(&segment.fields) {
            for (repetition, one) in (1..).zip(&one.repetitions) {
                for (component, one) in (1..).zip(&one.components) {
                    for (part, one) in (1..).zip(&one.subcomponents) {
                        let place = [field, repetition, component, part];
                        let text = one.value(&separators).into_owned();
                        leaves.push(((segment.name.clone(), place), one.raw.clone(), text));
                    }
                }
            }
        }
    }
    settled(leaves)
}

/// Without what says nothing; er7 reads a null as nothing, and neither cares for blanks around a value.
fn settled(mut leaves: Leaves) -> Leaves {
    leaves.retain(|(_, raw, _)| !raw.trim().is_empty());
    for (_, raw, text) in &mut leaves {
        let meant = if raw == "\"\"" { "" } else { text.trim() };
        *text = meant.to_owned();
        *raw = raw.trim().to_owned();
    }
    leaves
}

proptest! {
    #[test]
    fn another_parser_reads_the_same(segments in vec(segment(), 1..8)) {
        let text = format!("MSH|^~\\&|PAS|RD3|||||ADT^A31|1|P|2.4\r{}\r", segments.join("\r"));
        let read = ours(&text);
        prop_assert!(!read.is_empty());
        prop_assert_eq!(read, theirs(&text));
    }
}
