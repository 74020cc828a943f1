//! A PostgreSQL server for tests: a new cluster in a temporary folder, on a free port, ended with us.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages::{am_root, run};

pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Makes and starts the cluster.
    pub(crate) fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = std::env::temp_dir().join(format!("chesil-postgres-{port}"));
        fs::create_dir_all(&folder)?;
        if am_root()? {
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let server = Self { programs: programs()?, folder, port };
        let data = server.folder.join("data");
        run(server.command("initdb")?.arg("--pgdata").arg(&data).args([
            "--username=chesil",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]))?;
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200",
            server.folder.display()
        );
        run(server
            .command("pg_ctl")?
            .arg("start")
            .arg("--wait")
            .arg("--pgdata")
            .arg(&data)
            .arg("--options")
            .arg(options)
            .arg("--log")
            .arg(server.folder.join("log")))?;
        Ok(server)
    }

    /// The address for `CHESIL_TEST_POSTGRES`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://chesil@127.0.0.1:{}/postgres", self.port)
    }

    /// PostgreSQL refuses to run as root; Debian's package brings the user postgres.
    fn command(&self, program: &str) -> Result<Command> {
        let path = self.programs.join(program);
        let mut command = if am_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder).stdout(std::process::Stdio::null());
        Ok(command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self.command("pg_ctl").and_then(|mut command| {
            run(command
                .arg("stop")
                .args(["--mode", "immediate", "--pgdata"])
                .arg(self.folder.join("data")))
        });
        if let Err(error) = stopped {
            eprintln!("the test database did not stop: {error:#}");
        }
        // What stays behind is a temporary folder.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The folder of Debian's newest PostgreSQL.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir(Path::new("/usr/lib/postgresql"))
        .context("PostgreSQL is not installed")?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|path| path.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().context("PostgreSQL's server programs are not installed")
}
