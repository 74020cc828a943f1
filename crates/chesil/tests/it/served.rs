//! A `chesil serve` of its own, in a temporary folder, on free ports.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use db::{Db, Location};
use tempfile::TempDir;

/// How long a debug build on a busy machine may take to start, or to empty its queue.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const CHESIL: &str = "title = \"Test record\"
listen = \"127.0.0.1:0\"

[[organisation]]
ods = \"RD3\"
name = \"Poole Hospital\"
kind = \"hospital\"
";

pub(crate) const POOLE: &str = "organisation = \"RD3\"
authority = \"RD3\"

[mllp]
listen = \"127.0.0.1:0\"
";

/// A configuration folder with one hospital.
pub(crate) fn configuration() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("channels")).unwrap();
    fs::write(folder.path().join("chesil.toml"), CHESIL).unwrap();
    fs::write(folder.path().join("channels/poole.toml"), POOLE).unwrap();
    folder
}

/// Runs `chesil` with these arguments to its end: exit status, what it said.
pub(crate) fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_chesil")).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A running `chesil serve`; killed when dropped.
pub(crate) struct Served {
    child: Child,
    lines: Receiver<String>,
    pub(crate) poole: SocketAddr,
}

impl Served {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
            .args(["serve", "--config"])
            .arg(folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The test may be over; the pipe is still emptied so that the process never blocks.
                let _ = sender.send(line);
            }
        });
        let mut served = Self { child, lines, poole: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let line = served.wait_for("mllp://");
        served.poole = line.rsplit("mllp://").next().unwrap().trim().parse().unwrap();
        served
    }

    /// The next line of the log that holds `text`.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push(line),
                Err(error) => {
                    panic!("chesil never said {text} ({error}); it said:\n{}", seen.join("\n"))
                }
            }
        }
    }

    /// `-TERM`, `-HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// SIGTERM, and waits for the orderly end.
    pub(crate) fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already ended, if the test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The database of a stopped or running server.
pub(crate) fn database(folder: &Path) -> Db {
    Db::open(&Location::Sqlite(folder.join("data/chesil.db"))).unwrap()
}

/// One number from the database.
pub(crate) fn number(db: &Db, sql: &'static str) -> i64 {
    db.read(|tx| tx.query_one(sql, &[], |row| row.get(0)))
        .map_err(|error: db::Error| error)
        .unwrap()
        .unwrap()
}

/// Waits until nothing waits in the log.
pub(crate) fn wait_until_processed(db: &Db) {
    let began = std::time::Instant::now();
    while db.read(engine::about_to_be_tried).unwrap() > 0 {
        assert!(began.elapsed() < PATIENCE, "the queue does not empty");
        std::thread::yield_now();
    }
}
