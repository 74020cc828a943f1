//! Any bytes on a connection: the frames are the same however they arrive, and no frame is longer than
//! the limit.
#![no_main]

use hl7v2::mllp::{Codec, Frame, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [chunk, limit, bytes @ ..] = bytes else { return };
    let (chunk, limit) = (usize::from(*chunk).max(1), usize::from(*limit) * 8);
    let mut whole = Codec::new(limit);
    let expected = whole.feed(bytes);
    let mut parts = Codec::new(limit);
    let frames: Vec<Frame> = bytes.chunks(chunk).flat_map(|one| parts.feed(one)).collect();
    assert_eq!(frames, expected);
    assert_eq!(parts.is_mid_frame(), whole.is_mid_frame());
    assert_eq!(parts.skipped_bytes(), whole.skipped_bytes());
    for frame in &frames {
        if let Frame::Message(message) = frame {
            assert!(message.len() <= limit);
            let mut other = Codec::new(limit);
            assert_eq!(other.feed(&encode(message)), [Frame::Message(message.clone())]);
        }
    }
});
