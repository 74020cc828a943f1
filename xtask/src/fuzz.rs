//! `cargo xtask fuzz [SECONDS] [TARGET]`: looks for bytes that break the parser, MLLP or the mapping.

use std::process::Command;

use anyhow::{Context, Result, bail};

const TARGETS: [&str; 3] = ["parser", "mllp", "mapping"];

/// How long each target runs if nothing is said, in seconds.
const SECONDS: &str = "600";

/// Runs each target, beginning with the messages of the mapping's corpus. Needs the nightly compiler;
/// installs cargo-fuzz.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let seconds = arguments.first().map_or(SECONDS, String::as_str);
    seconds.parse::<u32>().context("say for how many seconds each target runs: 600")?;
    let only = arguments.get(1).map(String::as_str);
    if let Some(target) = only.filter(|one| !TARGETS.contains(one)) {
        bail!("there is no target {target}; there are {}", TARGETS.join(", "));
    }
    if !succeeds(Command::new("cargo").args(["fuzz", "--version"]))? {
        let install = ["install", "cargo-fuzz", "--locked"];
        if !succeeds(Command::new("cargo").args(install))? {
            bail!("cargo-fuzz cannot be installed");
        }
    }
    let root = crate::root();
    let seeds = root.join("crates/mapping/tests/corpus");
    for target in TARGETS.into_iter().filter(|one| only.is_none_or(|only| only == *one)) {
        let found = root.join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&found).with_context(|| format!("making {}", found.display()))?;
        let mut command = Command::new("cargo");
        command.args(["+nightly", "fuzz", "run", target, "--fuzz-dir", "fuzz"]);
        command.arg(&found).arg(&seeds).arg("--");
        command.arg(format!("-max_total_time={seconds}"));
        command.args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=1024"]);
        if !succeeds(command.current_dir(&root))? {
            bail!("{target} broke; the bytes are in fuzz/artifacts/{target}");
        }
    }
    Ok(())
}

fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    Ok(status.success())
}
