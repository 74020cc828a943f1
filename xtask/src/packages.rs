//! Installs what the tests need and the machine lacks: Debian's packages and npm's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

const DEBIAN: [(&str, &str); 2] =
    [("chromium", "/usr/bin/chromium"), ("postgresql", "/usr/lib/postgresql")];

/// Installs PostgreSQL and Chromium through apt-get where they are missing.
pub(crate) fn install_debian() -> Result<()> {
    let missing: Vec<&str> = DEBIAN
        .iter()
        .filter(|(_, path)| !Path::new(path).exists())
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {} (apt-get)", missing.join(", "));
    if !am_root()? {
        bail!("run this once, then again: sudo apt-get install -y {}", missing.join(" "));
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Installs the browser tests' packages exactly as their lock file says.
pub(crate) fn install_npm(folder: &Path) -> Result<()> {
    println!("installing the browser tests' packages (npm ci)");
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder))
    .context("npm is needed for the browser tests: install Node.js 20 or newer with npm")
}

/// Whether this process may install packages and must not run a database server itself.
pub(crate) fn am_root() -> Result<bool> {
    let answer = Command::new("id").arg("-u").output()?;
    Ok(answer.stdout.trim_ascii() == b"0")
}

/// Runs a command to its end; its failure is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| shown.clone())?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}
