//! A hospital's messages go on to another system, while the program is killed again and again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hl7v2::mllp::{Codec, Frame, encode};

use crate::sender::Sender;
use crate::served::{Served, configuration};

const PATIENTS: usize = 5;
const ROUNDS: usize = 6;
const EACH_ROUND: usize = 30;

/// Every frame that came, in its order.
type Got = Arc<Mutex<Vec<Vec<u8>>>>;

/// Another system: every seventh message is answered with AE once, the rest with AA.
fn receiver() -> (String, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let got: Got = Arc::default();
    let into = Arc::clone(&got);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let into = Arc::clone(&into);
            std::thread::spawn(move || receive(stream.unwrap(), &into));
        }
    });
    (address, got)
}

fn receive(mut stream: TcpStream, into: &Got) {
    let (mut codec, mut chunk) = (Codec::new(1 << 20), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        for frame in codec.feed(&chunk[..length]) {
            let Frame::Message(bytes) = frame else { continue };
            let id = control_id(&bytes);
            let (is_moody, is_first) = {
                let mut got = into.lock().unwrap();
                let is_first = !got.contains(&bytes);
                got.push(bytes);
                (id.ends_with('7'), is_first)
            };
            let code = if is_moody && is_first { "AE" } else { "AA" };
            let ack = format!("MSH|^~\\&|R|R|P|RD3|||ACK|A|P|2.4\rMSA|{code}|{id}\r");
            if stream.write_all(&encode(ack.as_bytes())).is_err() {
                return;
            }
        }
    }
}

fn control_id(bytes: &[u8]) -> String {
    hl7v2::parse(bytes).unwrap().control_id().into_owned()
}

/// Sends a message and waits for its AA.
fn tell(hospital: &mut Sender, round: usize, number: usize) {
    let patient = number % PATIENTS;
    let message = format!(
        "MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260110090000||ADT^A08|M{round}-{number:02}|P|2.4\r\
         EVN|A08|20260110090000\rPID|1||R{patient}^^^RD3^MR||NAME{patient}^ANN||19400602|F\r"
    );
    hospital.send(message.as_bytes()).unwrap();
    assert_eq!(hospital.answer().unwrap().0, "AA");
}

#[test]
fn everything_arrives_in_order_whatever_becomes_of_the_sender() {
    let folder = configuration();
    let (address, got) = receiver();
    fs::create_dir(folder.path().join("destinations")).unwrap();
    let registry = format!(
        "in_flight = 3\n[retry]\nfirst_seconds = 1\n[[rule]]\nset = {{ path = \"MSH-5\", value = \"REGISTRY\" }}\n\
         [mllp]\naddress = \"{address}\"\n"
    );
    fs::write(folder.path().join("destinations/registry.toml"), registry).unwrap();
    let mut sent = Vec::new();
    for round in 0..ROUNDS {
        let server = Served::start(folder.path());
        let mut hospital = Sender::connect(server.poole);
        for number in 0..EACH_ROUND {
            tell(&mut hospital, round, number);
            sent.push(format!("M{round}-{number:02}"));
        }
        // Killed (SIGKILL) in the middle of sending, by being dropped.
        let began = Instant::now();
        let some = round * 10;
        while got.lock().unwrap().len() < some && began.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        drop(server);
    }
    let server = Served::start(folder.path());
    let began = Instant::now();
    let all_there = || {
        let got = got.lock().unwrap();
        let answered: Vec<String> = got.iter().map(|bytes| control_id(bytes)).collect();
        let times = |id: &String| answered.iter().filter(|one| *one == id).count();
        sent.iter().all(|id| times(id) >= if id.ends_with('7') { 2 } else { 1 })
    };
    while !all_there() {
        assert!(began.elapsed() < Duration::from_mins(1), "some never arrive");
        std::thread::sleep(Duration::from_millis(20));
    }
    server.stop();
    let got = got.lock().unwrap();
    let mut bytes_of: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut firsts: Vec<String> = Vec::new();
    for bytes in got.iter() {
        let id = control_id(bytes);
        assert!(String::from_utf8_lossy(bytes).starts_with("MSH|^~\\&|PAS|RD3|REGISTRY|"));
        let known = bytes_of.entry(id.clone()).or_insert_with(|| bytes.clone());
        assert_eq!(known, bytes, "the same bytes each time");
        if !firsts.contains(&id) {
            firsts.push(id);
        }
    }
    assert_eq!(firsts.len(), sent.len(), "nothing that nobody sent");
    for patient in 0..PATIENTS {
        let of = |ids: &[String]| -> Vec<String> {
            let number = |id: &str| id[3..].parse::<usize>().unwrap();
            ids.iter().filter(|id| number(id) % PATIENTS == patient).cloned().collect()
        };
        assert_eq!(of(&firsts), of(&sent), "patient {patient} in order");
    }
    println!("{} messages, {} sent again", sent.len(), got.len() - sent.len());
}
