//! What holds for any bytes, any text and any chunking.

use hl7v2::mllp::{Codec, Frame, encode};
use hl7v2::{AckCode, Builder, Charset, Separators, acknowledge, batch, escape, parse, unescape};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes that look enough like HL7 to get past the first check.
fn near_hl7() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"MSH|^~\\&|".to_vec()),
        Just(b"\rPID|".to_vec()),
        Just(b"\nOBX|1|".to_vec()),
        Just(b"BTS|".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b"\\X".to_vec()),
        Just(b"\\.sp".to_vec()),
        vec(prop::sample::select(b"|^~\\&\r\n \x0B\x1C09AZa\xC9\xFF".to_vec()), 0..6),
        vec(any::<u8>(), 0..6),
    ];
    (any::<bool>(), vec(piece, 0..40)).prop_map(|(header, pieces)| {
        let start = if header { b"MSH|^~\\&|".to_vec() } else { Vec::new() };
        [start, pieces.concat()].concat()
    })
}

/// Everything that can be asked of some bytes.
fn read_everything(bytes: &[u8]) {
    let _ = batch::split(bytes);
    let _ = acknowledge(bytes, AckCode::AR, Some("no"), "1", "2026");
    let Ok(message) = parse(bytes) else { return };
    let _ = format!("{message:?} {:?} {}", message.message_type(), message.control_id());
    for segment in message.segments() {
        assert!(!segment.raw().is_empty());
        for (number, field) in segment.fields() {
            assert_eq!(segment.field(number).map(|field| field.raw()), Some(field.raw()));
            for component in field.repetitions().flat_map(|r| r.components().collect::<Vec<_>>()) {
                let _ = (component.text(), component.presence());
                component.subcomponents().for_each(|part| drop(part.text()));
            }
        }
    }
}

fn separators() -> impl Strategy<Value = Separators> {
    let distinct = prop::sample::subsequence(b"|^~\\&#!*%$@".to_vec(), 6).prop_shuffle();
    distinct.prop_map(|c| Separators {
        field: c[0],
        component: Some(c[1]),
        repetition: Some(c[2]),
        escape: Some(c[3]),
        subcomponent: Some(c[4]),
        truncation: Some(c[5]),
    })
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
    }

    #[test]
    fn no_bytes_that_look_like_hl7_make_reading_panic(bytes in near_hl7()) {
        read_everything(&bytes);
    }

    #[test]
    fn any_text_survives_being_escaped(text in any::<String>(), separators in separators()) {
        let raw = escape(&text, &separators);
        prop_assert!(!raw.contains(&separators.field));
        prop_assert_eq!(unescape(&raw, &separators, Charset::UTF_8), text);
    }

    #[test]
    fn any_values_written_are_the_values_read(
        values in vec("[^ \t\r\n\u{b}\u{1c}]{0,12}", 1..8),
        separators in separators(),
    ) {
        let parts: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut builder = Builder::new(separators);
        builder.segment("MSH").text(3, "PAS");
        builder.segment("PID").components(5, &parts).components(5, &parts).text(6, "end");
        let bytes = builder.finish();
        let message = parse(&bytes).unwrap();
        prop_assert_eq!(message.segments().count(), 2);
        let pid = message.segment("PID").unwrap();
        // Where every part is empty there is no first repetition to add a second to.
        let last = if parts.iter().all(|part| part.is_empty()) { 1 } else { 2 };
        for (i, part) in parts.iter().enumerate() {
            prop_assert_eq!(pid.repetition(5, last).component(i + 1).text(), *part);
        }
        prop_assert_eq!(Builder::from_message(&message).finish(), bytes);
    }

    #[test]
    fn a_message_written_out_again_is_read_the_same(bytes in near_hl7()) {
        if let Ok(message) = parse(&bytes) {
            prop_assert_eq!(message.bytes(), bytes.as_slice());
            let copy = Builder::from_message(&message).finish();
            let again = parse(&copy).unwrap();
            prop_assert_eq!(Builder::from_message(&again).finish(), copy.as_slice());
            let raw = |m: &hl7v2::Message<'_>| -> Vec<Vec<u8>> {
                m.segments().map(|s| s.raw().to_vec()).collect()
            };
            prop_assert_eq!(raw(&again), raw(&message));
        }
    }

    #[test]
    fn frames_do_not_depend_on_how_bytes_arrive(
        bytes in vec(prop::sample::select(b"MSH|ab\x0B\x1C\r\n".to_vec()), 0..200),
        chunk in 1_usize..9,
        limit in 0_usize..30,
    ) {
        let mut whole = Codec::new(limit);
        let expected = whole.feed(&bytes);
        let mut parts = Codec::new(limit);
        let frames: Vec<Frame> = bytes.chunks(chunk).flat_map(|c| parts.feed(c)).collect();
        prop_assert_eq!(frames, expected);
        prop_assert_eq!(parts.skipped_bytes(), whole.skipped_bytes());
    }

    #[test]
    fn every_message_encoded_comes_out(
        messages in vec("[ -~\r]{0,40}", 0..6),
        chunk in 1_usize..50,
    ) {
        let stream: Vec<u8> = messages.iter().flat_map(|m| encode(m.as_bytes())).collect();
        let mut codec = Codec::new(100);
        let frames: Vec<Frame> = stream.chunks(chunk).flat_map(|c| codec.feed(c)).collect();
        let expected: Vec<Frame> =
            messages.into_iter().map(|m| Frame::Message(m.into_bytes())).collect();
        prop_assert_eq!(frames, expected);
        prop_assert_eq!(codec.skipped_bytes(), 0);
    }
}
