//! The whole test run: formatting, lints, every Rust test on both databases, the browser's journeys.

use std::process::Command;

use anyhow::Result;

use crate::packages::{install_debian, install_npm, run};

fn run_cargo(arguments: &[&str], postgres: &str) -> Result<()> {
    println!("\n== cargo {}", arguments.join(" "));
    run(Command::new("cargo")
        .args(arguments)
        .env("CHESIL_TEST_POSTGRES", postgres)
        .current_dir(crate::root()))
}

/// Installs, starts and runs everything; the first failure ends it.
pub(crate) fn everything() -> Result<()> {
    install_debian()?;
    let journeys = crate::root().join("journeys");
    install_npm(&journeys)?;
    let server = crate::postgres::Server::start()?;
    let postgres = server.url();

    run_cargo(&["fmt", "--all", "--check"], &postgres)?;
    run_cargo(
        &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
        &postgres,
    )?;
    run_cargo(&["build", "--package", "chesil"], &postgres)?;
    run_cargo(&["test", "--workspace", "--no-fail-fast"], &postgres)?;

    println!("\n== journeys in Chromium");
    run(Command::new("npm").args(["test", "--silent"]).current_dir(&journeys))?;
    println!("\nall tests passed");
    Ok(())
}
