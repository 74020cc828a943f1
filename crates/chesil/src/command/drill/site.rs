//! A server with one hospital's channel, as a process of its own that can be killed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

/// The longest that a start, or emptying the backlog, may take without any progress.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often we ask how much is waiting.
const LOOK_EVERY: Duration = Duration::from_millis(20);

const CHESIL: &str = "title = \"Drill\"
listen = \"127.0.0.1:0\"

[[organisation]]
ods = \"RD3\"
name = \"Drill Hospital\"
kind = \"hospital\"
";

const CHANNEL: &str = "organisation = \"RD3\"
authority = \"RD3\"

[mllp]
listen = \"127.0.0.1:0\"
";

/// The configuration and the data of one server.
pub(super) struct Site {
    folder: PathBuf,
}

impl Site {
    /// Writes the configuration into a folder that is empty or not there.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let site = Self { folder: folder.to_path_buf() };
        ensure!(!site.data().exists(), "{} holds data; choose another folder", folder.display());
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        fs::create_dir_all(folder.join("channels"))
            .with_context(|| format!("cannot write {}", folder.display()))?;
        write("chesil.toml", CHESIL)?;
        write("channels/hospital.toml", CHANNEL)?;
        Ok(site)
    }

    /// Where the server keeps what it has been told.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The database of a server that is not running.
    pub(super) fn database(&self) -> PathBuf {
        self.data().join("chesil.db")
    }

    /// Starts the server with these variables in its environment.
    pub(super) fn start(&self, environment: &[(String, String)]) -> Result<Server> {
        let program = std::env::current_exe().context("the program cannot find itself")?;
        let mut child = Command::new(program)
            .args(["serve", "--config"])
            .arg(&self.folder)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("RUST_LOG", "info")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let output = child.stderr.take().context("the server has no log")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody may be listening any more; the pipe is emptied so that the server never blocks.
                drop(sender.send(line));
            }
        });
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Server { child, lines, hospital: any, web: any };
        // It says so in this order.
        server.web = server.address_after("http://")?;
        server.hospital = server.address_after("mllp://")?;
        Ok(server)
    }
}

/// A running server; killed when dropped.
pub(super) struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Where the hospital sends to.
    pub(super) hospital: SocketAddr,
    web: SocketAddr,
}

impl Server {
    fn address_after(&self, scheme: &str) -> Result<SocketAddr> {
        let mut said = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                bail!("the server did not start; it said:\n{}", said.join("\n"));
            };
            if let Some((_, address)) = line.split_once(scheme) {
                let address = address.trim().trim_end_matches('/');
                return address.parse().with_context(|| format!("not an address: {address}"));
            }
            said.push(line);
        }
    }

    /// SIGKILL: the process ends between two instructions.
    pub(super) fn kill(mut self) -> Result<()> {
        self.child.kill().context("the server could not be killed")?;
        self.child.wait().context("the server did not end")?;
        Ok(())
    }

    /// Waits until nothing waits to be processed.
    pub(super) fn wait_until_processed(&self) -> Result<()> {
        let (mut least, mut progress) = (u64::MAX, Instant::now());
        loop {
            let waiting = self.waiting()?;
            if waiting == 0 {
                return Ok(());
            }
            if waiting < least {
                (least, progress) = (waiting, Instant::now());
            }
            ensure!(progress.elapsed() < PATIENCE, "{waiting} messages are not processed");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn waiting(&self) -> Result<u64> {
        let mut stream = TcpStream::connect(self.web)?;
        stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let health: Value = serde_json::from_str(body).context("/health is not JSON")?;
        let waiting = health.get("waiting_messages").and_then(Value::as_u64);
        waiting.ok_or_else(|| anyhow!("/health does not say how many messages wait"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
