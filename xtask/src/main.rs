//! Chores. `cargo xtask test` installs what the tests need and runs all of them.

mod fuzz;
mod layers;
mod packages;
mod postgres;
mod test_run;
mod tidy;

use anyhow::{Result, bail};

const HELP: &str =
    "cargo xtask test       install what the tests need (Debian packages, npm) and run all of them
cargo xtask tidy       check layers, file sizes and headers
cargo xtask fuzz       look for bytes that break the parser, MLLP or the mapping: 600 seconds each
cargo xtask postgres   start a PostgreSQL for tests and keep it until Ctrl-C";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("test") => test_run::everything(),
        Some("tidy") => tidy::check(),
        Some("fuzz") => fuzz::run(arguments.get(1..).unwrap_or_default()),
        Some("postgres") => {
            packages::install_debian()?;
            let server = postgres::Server::start()?;
            println!("export CHESIL_TEST_POSTGRES={}", server.url());
            loop {
                std::thread::park();
            }
        }
        Some("--help" | "help") => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("say one of:\n{HELP}"),
    }
}

/// The workspace's root folder.
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(std::path::Path::new("."))
        .to_path_buf()
}
