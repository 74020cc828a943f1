//! Any bytes: reading them ends, answers nothing twice over, and loses nothing when written again.
#![no_main]

use hl7v2::{AckCode, Builder, acknowledge, batch, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = batch::split(bytes);
    let answer = acknowledge(bytes, AckCode::AR, Some("no"), "1", "20260105101500");
    assert!(parse(&answer).is_ok(), "an acknowledgement that nobody can read");
    let Ok(message) = parse(bytes) else { return };
    let _ = (message.message_type(), message.control_id(), message.version());
    for segment in message.segments() {
        for (number, field) in segment.fields() {
            assert_eq!(segment.field(number).map(|one| one.raw()), Some(field.raw()));
            for repetition in field.repetitions() {
                for component in repetition.components() {
                    let _ = (component.text(), component.presence());
                    component.subcomponents().for_each(|part| drop(part.text()));
                }
            }
        }
    }
    let copy = Builder::from_message(&message).finish();
    let again = parse(&copy).expect("what was read can be written and read again");
    let raw = |message: &hl7v2::Message<'_>| -> Vec<Vec<u8>> {
        message.segments().map(|segment| segment.raw().to_vec()).collect()
    };
    assert_eq!(raw(&again), raw(&message));
});
