//! MLLP frames, however their bytes arrive.

use hl7v2::mllp::{Codec, Frame, encode};

fn message(text: &str) -> Frame {
    Frame::Message(text.as_bytes().to_vec())
}

const TOO_LONG: Frame = Frame::TooLong { limit_bytes: 8 };

/// Feeds the bytes whole, then one at a time: the frames must be the same.
fn check(bytes: &str, expected: &[Frame], skipped_bytes: u64) {
    let mut whole = Codec::new(8);
    assert_eq!(whole.feed(bytes.as_bytes()), expected, "{bytes:?}");
    let mut single = Codec::new(8);
    let frames: Vec<_> = bytes.bytes().flat_map(|c| single.feed(&[c])).collect();
    assert_eq!(frames, expected, "{bytes:?} byte by byte");
    assert_eq!((whole.skipped_bytes(), single.skipped_bytes()), (skipped_bytes, skipped_bytes));
}

#[test]
fn frames_come_out_one_by_one() {
    check("", &[], 0);
    check("\x0BA\x1C\r", &[message("A")], 0);
    check("\x0BA\x1C\r\x0BB\x1C\r\x0BC\x1C\r", &[message("A"), message("B"), message("C")], 0);
    check("\x0B\x1C\r", &[message("")], 0);
    check("\x0BA\rB\r\x1C\r\n\x0BC\x1C\r", &[message("A\rB\r"), message("C")], 0);
}

#[test]
fn garbage_between_frames_is_skipped_and_counted() {
    check("junk\r\n\x0BA\x1C\rmore\x0BB\x1C\r", &[message("A"), message("B")], 8);
}

#[test]
fn an_fs_ends_a_frame_only_with_an_end_behind_it() {
    check("\x0BA\x1CB\x1C\r", &[message("A\x1CB")], 0);
    check("\x0BA\x1C\x1C\r", &[message("A\x1C")], 0);
    check("\x0BA\x1C\n", &[message("A")], 0);
    check("\x0BA\x1C\x0BB\x1C\r", &[message("A"), message("B")], 0);
    check("\x0BA\x1C", &[], 0);
}

#[test]
fn a_message_begun_again_is_never_joined_to_the_one_given_up() {
    check("\x0BMSH\x0BMSHA\x1C\r", &[message("MSHA")], 4);
    check("\x0BA\x0BB\x1C\r", &[message("A\x0BB")], 0);
}

#[test]
fn a_frame_past_the_limit_is_said_once_and_the_next_is_read() {
    check("\x0B12345678\x1C\r", &[message("12345678")], 0);
    check("\x0B123456789\x1C\r\x0BA\x1C\r", &[TOO_LONG, message("A")], 0);
    check("\x0B123456789\x1CB\x1C\x1C\r\x0BA\x1C\r", &[TOO_LONG, message("A")], 0);
    check("\x0B12345678\x1CB\x1C\r", &[TOO_LONG], 0);
    check("\x0B123456789", &[TOO_LONG], 0);
}

#[test]
fn a_connection_that_ends_in_a_frame_is_noticed() {
    let mut codec = Codec::new(100);
    for (bytes, expected) in
        [("junk", false), ("\x0B", true), ("A", true), ("\x1C", true), ("\r", false)]
    {
        codec.feed(bytes.as_bytes());
        assert_eq!(codec.is_mid_frame(), expected, "{bytes:?}");
    }
}

#[test]
fn what_is_encoded_is_fed_back_whole() {
    assert_eq!(encode(b"A\r"), b"\x0BA\r\x1C\r");
}

#[test]
fn a_frame_prints_only_its_length() {
    assert_eq!(format!("{:?}", message("Zoe")), "Message(3 bytes)");
}
