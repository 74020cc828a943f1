//! What a careful MLLP receiver answers, case by case, over a real socket.

use hl7v2::mllp;

use crate::sender::{Answer, Sender};
use crate::served::{Served, configuration, database, number, wait_until_processed};

fn admission(control_id: &str, eol: &str, extra: &[u8]) -> Vec<u8> {
    let segments = [
        format!("MSH|^~\\&|PAS|RD3|ROUTE|DCR|20260115103000||ADT^A01^ADT_A01|{control_id}|P|2.4"),
        "EVN|A01|20260115103000".to_owned(),
        "PID|1||9990000018^^^NHS^NH~R1^^^RD3^MR||SMITH^JANE||19700101|F".to_owned(),
        format!("PV1|1|I|WARD5^BAY2^BED3^RD3||||||||||||||||V{control_id}"),
    ];
    let mut bytes = (segments.join(eol) + eol).into_bytes();
    bytes.extend_from_slice(extra);
    bytes
}

fn plain(control_id: &str) -> Vec<u8> {
    admission(control_id, "\r", b"")
}

fn said(code: &str, id: &str) -> Answer {
    (code.to_owned(), id.to_owned())
}

#[test]
fn every_case_is_answered_as_a_careful_receiver_should() {
    let folder = configuration();
    let served = Served::start(folder.path());
    let connect = || Sender::connect(served.poole);

    let mut one = connect();
    let three = ["P1", "P2", "P3"].map(|id| mllp::encode(&plain(id))).concat();
    one.write(&three).unwrap();
    assert_eq!(
        one.answers(3),
        [said("AA", "P1"), said("AA", "P2"), said("AA", "P3")],
        "three in one write"
    );

    let mut split = connect();
    for chunk in mllp::encode(&plain("SPLIT")).chunks(7) {
        split.write(chunk).unwrap();
    }
    assert_eq!(split.answer(), Some(said("AA", "SPLIT")));

    let mut ends = connect();
    let frame = mllp::encode(&plain("FSCR"));
    ends.write(&frame[..frame.len() - 1]).unwrap();
    ends.write(&[&frame[frame.len() - 1..], &mllp::encode(&plain("NEXT"))].concat()).unwrap();
    assert_eq!(ends.answers(2), [said("AA", "FSCR"), said("AA", "NEXT")]);

    for (id, eol) in [("CRLF", "\r\n"), ("LF", "\n")] {
        let mut lines = connect();
        lines.send(&admission(id, eol, b"")).unwrap();
        assert_eq!(lines.answer(), Some(said("AA", id)));
    }

    let mut garbage = connect();
    garbage.write(b"junk\r\n").unwrap();
    garbage.send(&plain("GARBAGE")).unwrap();
    assert_eq!(garbage.answer(), Some(said("AA", "GARBAGE")), "garbage before the frame");

    let mut big = connect();
    let document = format!("OBX|1|ED|PDF||^^^Base64^{}\r", "A".repeat(5_000_000));
    big.send(&admission("BIG", "\r", document.as_bytes())).unwrap();
    assert_eq!(big.answer(), Some(said("AA", "BIG")));

    let mut nonsense = connect();
    nonsense.send(b"this is not hl7\r").unwrap();
    assert_eq!(
        nonsense.answer().map(|(code, _)| code),
        Some("AR".to_owned()),
        "not HL7 is rejected"
    );

    let mut unknown = connect();
    let text = String::from_utf8(plain("UNK")).unwrap().replace("ADT^A01^ADT_A01", "ZZZ^Z99");
    unknown.send(text.as_bytes()).unwrap();
    assert_eq!(
        unknown.answer(),
        Some(said("AA", "UNK")),
        "content problems go to the work queue, not to the sender"
    );

    let mut latin = connect();
    let bytes: Vec<u8> = plain("LATIN")
        .into_iter()
        .flat_map(|byte| if byte == b'J' { vec![0xC9] } else { vec![byte] })
        .collect();
    latin.send(&bytes).unwrap();
    assert_eq!(latin.answer(), Some(said("AA", "LATIN")));

    let mut twice = connect();
    twice.send(&plain("DUP")).unwrap();
    twice.send(&plain("DUP")).unwrap();
    assert_eq!(twice.answers(2), [said("AA", "DUP"), said("AA", "DUP")]);

    let mut custom = connect();
    custom
        .send(b"MSH#*~\\&#PAS#RD3#X#Y#2026##ADT*A01#CUST#P#2.4\rPID#1##9990000018***NHS*NH~R1***RD3*MR##SMITH*JANE\r")
        .unwrap();
    assert_eq!(custom.answer(), Some(said("AA", "CUST")), "separators of the sender's own");

    let mut nameless = connect();
    nameless.send(&plain("")).unwrap();
    assert_eq!(nameless.answer(), Some(said("AA", "")), "no control id");

    let db = database(folder.path());
    wait_until_processed(&db);
    let count = |sql| number(&db, sql);
    assert_eq!(
        count("select count(*) from message where state = 'quarantined'"),
        1,
        "what is not HL7 is kept"
    );
    assert_eq!(
        count("select count(*) from message where control_id = 'DUP'"),
        1,
        "a repeat has one effect"
    );
    assert_eq!(
        count("select count(*) from message where control_id = 'UNK' and state = 'parked'"),
        1
    );
    assert_eq!(count("select count(*) from message"), 16, "every message is in the log");
    drop(db);
    served.stop();
}
