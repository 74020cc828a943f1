//! kill -9 under load, again and again: nothing acknowledged is lost, no effect is doubled.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;

use crate::sender::Sender;
use crate::served::{Served, configuration, database, number, wait_until_processed};

/// Connections that send at once.
const CONNECTIONS: usize = 3;

/// Acknowledgements each connection waits for before the power goes; the next message is then under way.
const BEFORE_KILL: usize = 25;

/// Rounds in every test run; `CHESIL_CRASH_ROUNDS=20` runs more.
const ROUNDS: usize = 5;

fn admission(control_id: &str, patient: usize) -> Vec<u8> {
    format!(
        "MSH|^~\\&|PAS|RD3|ROUTE|DCR|20260115103000||ADT^A01^ADT_A01|{control_id}|P|2.4\r\
         EVN|A01|20260115103000\r\
         PID|1||R{patient}^^^RD3^MR||SURNAME{patient}^GIVEN||19{:02}0101|F\r\
         PV1|1|I|WARD5^BAY2^BED3^RD3||||||||||||||||V{control_id}|||||||||||||||||||||||||20260115100000\r",
        30 + patient % 60
    )
    .into_bytes()
}

/// Sends on one connection until [`BEFORE_KILL`] messages are acknowledged; returns their ids, and
/// leaves one more under way.
fn send_until_killed(poole: SocketAddr, round: usize, connection: usize) -> Vec<String> {
    let mut sender = Sender::connect(poole);
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let id = format!("R{round}C{connection}N{number}");
        if sender.send(&admission(&id, number % 7)).is_err() || acknowledged.len() == BEFORE_KILL {
            break;
        }
        match sender.answer() {
            Some((code, of)) if code == "AA" && of == id => acknowledged.push(id),
            Some(other) => panic!("{id} was answered {other:?}"),
            None => break,
        }
    }
    acknowledged
}

fn one_round(folder: &Path, round: usize) -> Vec<String> {
    let served = Served::start(folder);
    let acknowledged = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let poole = served.poole;
                scope.spawn(move || send_until_killed(poole, round, connection))
            })
            .collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    served.kill();
    acknowledged
}

#[test]
fn nothing_acknowledged_is_lost_and_no_effect_is_doubled() {
    let rounds = std::env::var("CHESIL_CRASH_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(ROUNDS);
    let folder = configuration();
    let acknowledged: BTreeSet<String> =
        (0..rounds).flat_map(|round| one_round(folder.path(), round)).collect();
    assert_eq!(acknowledged.len(), rounds * CONNECTIONS * BEFORE_KILL);

    let served = Served::start(folder.path());
    let db = database(folder.path());
    wait_until_processed(&db);
    let stored: Vec<String> = db
        .read(|tx| {
            tx.query("select control_id from message where state = 'processed'", &[], |row| {
                row.get(0)
            })
        })
        .map_err(|error: db::Error| error)
        .unwrap();
    let distinct: BTreeSet<String> = stored.iter().cloned().collect();
    assert_eq!(stored.len(), distinct.len(), "each message is in the log once");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "acknowledged and missing: {lost:?}");

    let count = |sql| usize::try_from(number(&db, sql)).unwrap();
    assert_eq!(
        count("select count(*) from resource where resource_type = 'Encounter'"),
        distinct.len()
    );
    assert_eq!(
        count("select count(*) from resource_version where resource_type = 'Encounter'"),
        distinct.len(),
        "one admission, one version"
    );
    assert_eq!(count("select count(*) from spell_event"), distinct.len());
    println!(
        "{rounds} kills: {} acknowledged, {} processed, 0 lost, 0 doubled",
        acknowledged.len(),
        distinct.len()
    );
    drop(db);
    served.stop();
}
