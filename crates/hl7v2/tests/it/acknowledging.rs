//! Answers in the sender's own terms.

use crate::ADMISSION;
use hl7v2::{AckCode, acknowledge, parse};

fn check(received: &[u8], code: AckCode, text: Option<&str>, expected: &[u8]) {
    let answer = acknowledge(received, code, text, "A1", "20260504101501");
    assert_eq!(String::from_utf8_lossy(&answer), String::from_utf8_lossy(expected));
    assert!(parse(&answer).is_ok());
}

#[test]
fn an_answer_goes_back_to_the_sender_in_its_own_terms() {
    check(
        ADMISSION.as_bytes(),
        AckCode::AA,
        None,
        b"MSH|^~\\&|TIE|CHESIL|PAS|RD3|20260504101501||ACK^A01^ACK|A1|P|2.4||||||UNICODE UTF-8\r\
          MSA|AA|CTRL1\r",
    );
    check(
        b"MSH#*!?%#PAS#RD3*x#X#Y###ADT*A01#C?F?1#T#2.3\nPID#1",
        AckCode::AE,
        Some("no #room"),
        b"MSH#*!?%#X#Y#PAS#RD3*x#20260504101501##ACK*A01*ACK#A1#T#2.3######\r\
          MSA#AE#C?F?1#no ?F?room\r",
    );
}

#[test]
fn an_empty_control_id_is_echoed_empty() {
    check(
        b"MSH|^~\\&|PAS\rPID|1",
        AckCode::CA,
        None,
        b"MSH|^~\\&|||PAS||20260504101501||ACK|A1|P|2.4||||||\rMSA|CA|\r",
    );
}

#[test]
fn what_is_no_message_is_answered_too() {
    let expected = b"MSH|^~\\&|||||20260504101501||ACK|A1|P|2.4||||||\rMSA|AR||not HL7\r";
    for received in [b"this is not hl7\r".as_slice(), b"", b"MSH", b"MSH|^^^^|x", b"\xFF\x00"] {
        check(received, AckCode::AR, Some("not HL7"), expected);
    }
}

#[test]
fn a_header_is_answered_even_where_the_rest_is_refused() {
    let answer =
        acknowledge(b"MSH|^~\\&|A|B|C|D||||7\rMSH|^~\\&|", AckCode::AR, None, "A1", "2026");
    assert!(answer.ends_with(b"MSA|AR|7\r"));
}

#[test]
fn the_text_is_sent_in_the_senders_character_set() {
    let received = b"MSH|^~\\&|A|B|C|D||||7|P|2.4||||||8859/1\r";
    let answer = acknowledge(received, AckCode::AE, Some("caf\u{e9}"), "A1", "2026");
    assert!(answer.ends_with(b"MSA|AE|7|caf\xE9\r"));
}

#[test]
fn every_code_is_read_as_it_is_written() {
    use AckCode::{AA, AE, AR, CA, CE, CR};
    for code in [AA, AE, AR, CA, CE, CR] {
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    assert!("XX".parse::<AckCode>().is_err());
}
