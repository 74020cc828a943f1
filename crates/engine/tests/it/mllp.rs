//! Real sockets: what a careful receiver answers, and that it answers only what it has stored.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use engine::{
    Accepts, Certificates, Channel, ChannelKind, Filter, Mllp, Page, Shutdown, bind, shutdown,
};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::support::{Bench, channel, check};

/// A listener on a free port, until dropped.
pub(crate) struct Served {
    runtime: Runtime,
    shutdown: Shutdown,
    running: Option<JoinHandle<()>>,
    pub(crate) address: SocketAddr,
    pub(crate) certificates: Option<Certificates>,
}

pub(crate) fn serve(bench: &Bench, change: impl FnOnce(&mut Mllp)) -> Served {
    let mut mllp = Mllp::on("127.0.0.1:0".parse().unwrap());
    change(&mut mllp);
    serve_channel(bench, channel("poole-pas", ChannelKind::Mllp(mllp)))
}

fn serve_channel(bench: &Bench, channel: Channel) -> Served {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(bind(bench.inbox.clone(), channel)).unwrap();
    let (address, certificates) = (listener.address(), listener.certificates());
    let (shutdown, signal) = shutdown();
    let running = Some(runtime.spawn(listener.run(signal)));
    Served { runtime, shutdown, running, address, certificates }
}

impl Served {
    pub(crate) fn connect(&self) -> Peer {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Peer { stream, unread: Vec::new() }
    }

    fn stop(&mut self) {
        self.shutdown.now();
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running).unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A sender.
pub(crate) struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Peer {
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next answer, its segments joined by `/`; empty where the connection is closed.
    fn answer(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == [0x1c, 0x0d]) {
                let frame: Vec<u8> = self.unread.drain(..end + 2).collect();
                assert_eq!(frame[0], 0x0b);
                let text = String::from_utf8(frame[1..end].to_vec()).unwrap();
                return text.trim_end().replace('\r', "/");
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk) {
                Ok(0) | Err(_) => return String::new(),
                Ok(length) => self.unread.extend_from_slice(&chunk[..length]),
            }
        }
    }

    /// MSA of the next answer.
    pub(crate) fn verdict(&mut self) -> String {
        let answer = self.answer();
        answer.split('/').find(|segment| segment.starts_with("MSA")).unwrap_or(&answer).to_owned()
    }
}

pub(crate) fn text(control_id: &str) -> String {
    [
        &format!("MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115103000||ADT^A01^ADT_A01|{control_id}|P|2.4"),
        "EVN|A01|20260115103000",
        "PID|1||9990000018^^^NHS^NH~R1^^^RD3^MR||SMITH^JANE||19700101|F",
        "PV1|1|I|WARD5^BAY2^BED3^RD3",
        "",
    ]
    .join("\r")
}

pub(crate) fn frame(message: impl AsRef<[u8]>) -> Vec<u8> {
    [&[0x0b], message.as_ref(), &[0x1c, 0x0d]].concat()
}

/// Sends `bytes` on a fresh connection and compares the verdicts of `expected.len()` answers.
#[track_caller]
fn check_verdicts(bytes: &[u8], expected: &[&str]) {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        peer.send(bytes);
        for verdict in expected {
            assert_eq!(&peer.verdict(), verdict);
        }
    }
}

#[test]
fn three_messages_in_one_write_are_three_messages_and_three_answers() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        peer.send(&[frame(text("C1")), frame(text("C2")), frame(text("C3"))].concat());
        let verdicts: Vec<String> = (0..3).map(|_| peer.verdict()).collect();
        assert_eq!(verdicts, ["MSA|AA|C1", "MSA|AA|C2", "MSA|AA|C3"]);
        check(&bench, "1 C1 waiting\n2 C2 waiting\n3 C3 waiting");
    }
}

#[test]
fn an_answer_goes_back_to_the_sender_and_names_our_number() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |_| {});
    let mut peer = served.connect();
    peer.send(&frame(text("C1")));
    let answer = peer.answer();
    let (header, verdict) = answer.split_once('/').unwrap();
    assert_eq!(
        header.trim_end_matches('|'),
        "MSH|^~\\&|CHESIL|DCR|PAS|RD3|20260115103000+0000||ACK^A01^ACK|1|P|2.4"
    );
    assert_eq!(verdict, "MSA|AA|C1");
}

#[test]
fn a_message_may_come_in_pieces_with_any_line_ends_after_garbage_and_in_any_character_set() {
    let lines = |end: &str| frame(text("C1").replace('\r', end));
    check_verdicts(&lines("\r\n"), &["MSA|AA|C1"]);
    check_verdicts(&lines("\n"), &["MSA|AA|C1"]);
    check_verdicts(&[b"junk\r\n", frame(text("C1")).as_slice()].concat(), &["MSA|AA|C1"]);
    let latin_1: Vec<u8> = text("C1").replace("SMITH", "O'BRI?N").bytes().collect();
    let latin_1: Vec<u8> =
        latin_1.into_iter().map(|byte| if byte == b'?' { 0xc9 } else { byte }).collect();
    check_verdicts(&frame(latin_1), &["MSA|AA|C1"]);
    let big = format!("{}OBX|1|ED|PDF||^^^Base64^{}\r", text("C1"), "A".repeat(5_000_000));
    check_verdicts(&frame(big), &["MSA|AA|C1"]);
    check_verdicts(&frame(text("C1").replace("ADT^A01^ADT_A01", "ZZZ^Z99")), &["MSA|AA|C1"]);
    check_verdicts(&frame(text("")), &["MSA|AA|"]);
}

#[test]
fn a_message_split_anywhere_is_read() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |_| {});
    let mut peer = served.connect();
    for piece in frame(text("C1")).chunks(7) {
        peer.send(piece);
    }
    assert_eq!(peer.verdict(), "MSA|AA|C1");
}

#[test]
fn the_answer_is_written_in_the_senders_separators() {
    check_verdicts(
        &frame("MSH#*~\\&#PAS#RD3#X#Y#2026##ADT*A01#CUST#P#2.4\rPID#1##R1***RD3*MR\r"),
        &["MSA#AA#CUST"],
    );
}

#[test]
fn a_sender_gets_the_answer_it_asks_for_and_one_also_where_it_asks_for_none() {
    let asking = |accept: &str, application: &str| {
        frame(text("C1").replace("|P|2.4", &format!("|P|2.4|||{accept}|{application}")))
    };
    check_verdicts(&asking("AL", "NE"), &["MSA|CA|C1"]);
    check_verdicts(&asking("NE", "AL"), &["MSA|AA|C1"]);
    // A sender that says so by mistake, and waits, would otherwise wait for ever.
    check_verdicts(&asking("NE", "NE"), &["MSA|AA|C1"]);
    check_verdicts(&asking("ER", "NE"), &["MSA|CA|C1"]);
    check_verdicts(&asking("SU", "NE"), &["MSA|CA|C1"]);
}

#[test]
fn what_is_not_hl7_is_rejected_and_kept() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        peer.send(&frame("this is not hl7\r"));
        let verdict = peer.verdict();
        assert!(verdict.starts_with("MSA|AR|"), "{verdict}");
        peer.send(&frame(text("C1")));
        assert_eq!(peer.verdict(), "MSA|AA|C1");
        let page = Page { before: Some(2), size: 1 };
        let kept = db.read(|tx| engine::list(tx, &Filter::default(), page)).unwrap();
        assert_eq!(kept[0].state, engine::State::Quarantined);
        let kept = db.read(|tx| engine::received(tx, 1)).unwrap();
        assert_eq!(kept.bytes, b"this is not hl7\r");
    }
}

#[test]
fn a_message_of_another_kind_or_for_somebody_else_is_rejected_and_kept_apart() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut live =
            channel("poole-pas", ChannelKind::Mllp(Mllp::on("127.0.0.1:0".parse().unwrap())));
        let receivers = vec!["CHESIL|DCR".parse().unwrap()];
        live.accepts = Accepts { processing: vec!["P".into()], receivers };
        let served = serve_channel(&bench, live);
        let mut peer = served.connect();
        let test = text("C1").replace("|P|2.4", "|T|2.4");
        let elsewhere = text("C2").replace("CHESIL|DCR", "LAB|DCR");
        let enhanced = text("C3").replace("|P|2.4", "|D|2.4|||AL|NE");
        let both = format!("{}{}", text("C4"), text("C5").replace("|P|2.4", "|T|2.4"));
        for message in [&test, &elsewhere, &enhanced, &both, &text("C6")] {
            peer.send(&frame(message));
        }
        let verdicts: Vec<String> = (0..5).map(|_| peer.verdict()).collect();
        let processing = "MSH-11 (processing id) is none that this channel takes: P";
        assert_eq!(
            verdicts,
            [
                format!("MSA|AR|C1|{processing}"),
                "MSA|AR|C2|MSH-5 and MSH-6 name a receiver that is not this one".to_owned(),
                format!("MSA|CR|C3|{processing}"),
                format!("MSA|AR|C4|part of the batch was refused: {processing}"),
                "MSA|AA|C6".to_owned(),
            ]
        );
        bench.process();
        assert_eq!(bench.effects(), [text("C4"), text("C6")]);
        let kept = db.read(|tx| engine::received(tx, 1)).unwrap();
        assert_eq!(kept.bytes, test.as_bytes(), "what is refused is kept as it came");
    }
}

#[test]
fn a_repeat_is_accepted_again_and_stored_once() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        for _ in 0..3 {
            peer.send(&frame(text("C1")));
            assert_eq!(peer.verdict(), "MSA|AA|C1");
        }
        bench.process();
        check(&bench, "1 C1 processed duplicates=2");
        assert_eq!(bench.effects().len(), 1);
    }
}

#[test]
fn a_batch_is_answered_once_by_its_own_id_and_each_message_is_stored() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        let mut peer = served.connect();
        let batch = format!(
            "FHS|^~\\&|PAS|RD3\rBHS|^~\\&|PAS|RD3|CHESIL|DCR|20260115||||B7\r{}{}BTS|2\rFTS|1\r",
            text("C1"),
            text("C2")
        );
        peer.send(&frame(batch));
        assert_eq!(peer.verdict(), "MSA|AA|B7");
        check(&bench, "1 C1 waiting\n2 C2 waiting");
    }
}

#[test]
fn a_message_that_could_not_be_stored_is_never_accepted_and_its_sender_is_told() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let served = serve(&bench, |_| {});
        db.write_log(|tx| tx.execute("alter table arrival rename to lost", &[])).unwrap();
        let mut peer = served.connect();
        peer.send(&frame(text("C1")));
        assert_eq!(peer.verdict(), "MSA|AE|C1|not stored; send it again");
        for (wish, code) in [("NE|NE", "AE"), ("SU|NE", "CE")] {
            peer.send(&frame(text("C1").replace("|P|2.4", &format!("|P|2.4|||{wish}"))));
            assert_eq!(peer.verdict(), format!("MSA|{code}|C1|not stored; send it again"));
        }
        db.write_log(|tx| tx.execute("alter table lost rename to arrival", &[])).unwrap();
        peer.send(&frame(text("C1")));
        assert_eq!(peer.verdict(), "MSA|AA|C1");
        bench.process();
        assert_eq!(bench.effects().len(), 1);
    }
}

#[test]
fn above_the_high_water_mark_nothing_more_is_taken_until_there_is_room() {
    let db = db::scratch::sqlite();
    let mut bench = Bench::over(&db);
    bench.limit(1);
    let served = serve(&bench, |_| {});
    let mut peer = served.connect();
    peer.send(&frame(text("C1")));
    assert_eq!(peer.verdict(), "MSA|AA|C1");
    peer.send(&frame(text("C2")));
    assert!(!bench.inbox.has_room());
    check(&bench, "1 C1 waiting");
    bench.process();
    assert_eq!(peer.verdict(), "MSA|AA|C2");
}

#[test]
fn a_frame_that_is_too_long_is_rejected_and_the_next_one_read() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |mllp| mllp.frame_limit_bytes = 1_000);
    let mut peer = served.connect();
    peer.send(&frame("A".repeat(2_000)));
    assert_eq!(peer.verdict(), "MSA|AR||the message is longer than 1000 bytes");
    peer.send(&frame(text("C1")));
    assert_eq!(peer.verdict(), "MSA|AA|C1");
}

#[test]
fn only_allowed_addresses_are_served() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let allow = ["192.0.2.1", "198.51.100.0/24"].map(|range| range.parse().unwrap());
    let served = serve(&bench, |mllp| mllp.allow = allow.to_vec());
    let mut peer = served.connect();
    // The write may already meet a closed connection.
    let _ = peer.stream.write_all(&frame(text("C1")));
    assert_eq!(peer.answer(), "");
    check(&bench, "");
}

#[test]
fn a_range_of_addresses_is_served() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |mllp| mllp.allow = vec!["127.0.0.0/8".parse().unwrap()]);
    let mut peer = served.connect();
    peer.send(&frame(text("C1")));
    assert_eq!(peer.verdict(), "MSA|AA|C1");
}

#[test]
fn an_address_in_use_is_told_with_the_address_and_what_to_do() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |_| {});
    let again = channel("christchurch-pas", ChannelKind::Mllp(Mllp::on(served.address)));
    let error = served.runtime.block_on(bind(bench.inbox.clone(), again)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "channel christchurch-pas cannot listen on {}: another program listens there; \
             stop it or give the channel another port",
            served.address
        )
    );
}

#[test]
fn a_slow_peer_does_not_hold_up_another() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |_| {});
    let mut slow = served.connect();
    slow.send(&frame(text("SLOW"))[..40]);
    let mut quick = served.connect();
    quick.send(&frame(text("C1")));
    assert_eq!(quick.verdict(), "MSA|AA|C1");
    slow.send(&frame(text("SLOW"))[40..]);
    assert_eq!(slow.verdict(), "MSA|AA|SLOW");
}

#[test]
fn at_shutdown_everything_stored_is_answered_and_nothing_answered_is_missing() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let mut served = serve(&bench, |_| {});
        let mut peer = served.connect();
        let many: Vec<u8> = (1..=300).flat_map(|number| frame(text(&number.to_string()))).collect();
        peer.send(&many);
        let first = peer.verdict();
        served.stop();
        let mut accepted = vec![first];
        loop {
            let verdict = peer.verdict();
            if verdict.is_empty() {
                break;
            }
            accepted.push(verdict);
        }
        let stored: Vec<String> = bench
            .queue()
            .lines()
            .map(|line| format!("MSA|AA|{}", line.split(' ').nth(1).unwrap()))
            .collect();
        assert_eq!(accepted, stored);
    }
}

#[test]
fn the_organisations_own_number_keeps_a_patients_messages_in_order_wherever_it_stands() {
    let db = db::scratch::sqlite();
    let bench = Bench::over(&db);
    let served = serve(&bench, |_| {});
    let mut peer = served.connect();
    let about = |control_id: &str, pid_3: &str| {
        frame(text(control_id).replace("9990000018^^^NHS^NH~R1^^^RD3^MR", pid_3))
    };
    bench.ward.refuse(&text("C1"), model::Category::Invalid);
    let same =
        ["R1^^^rd3", "R1^^^&2.16.840.1.113883.3.9999&ISO~X9^^^LAB", "9990000018^^^NHS^NH~R1"];
    peer.send(&frame(text("C1")));
    for (number, pid_3) in same.iter().enumerate() {
        peer.send(&about(&format!("S{number}"), pid_3));
    }
    peer.send(&about("OTHER", "9990000018^^^NHS^NH~R2^^^RD3^MR"));
    let merge = text("MERGE").replace("~R1^", "~R3^") + "MRG|R1^^^RD3\r";
    peer.send(&frame(merge));
    for _ in 0..6 {
        peer.verdict();
    }
    bench.process();
    check(
        &bench,
        "1 C1 parked attempts=1 Invalid: the ward says no
         2 S0 held
         3 S1 held
         4 S2 held
         5 OTHER processed
         6 MERGE held",
    );
}
