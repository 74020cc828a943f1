//! `chesil bench`: how fast is it on this machine? One JSON line for each figure.

mod latencies;
mod adt;
mod sender;
mod page;
mod engine;
mod oru;
mod mpi;
mod parse;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::Serialize;

/// `chesil bench PART`
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// A demonstration county: how long its history takes to load, the memory it needs, and how
    /// long a record page takes at 50 requests a second
    Page(page::Page),
    /// Messages parsed and mapped; then one hospital's MLLP channel: messages accepted a second, how long
    /// an acknowledgement and the way into the record take, and messages processed a second
    #[command(alias = "intake")]
    Engine(engine::Engine),
    /// One core, no network, no disk: HL7 v2 messages parsed, and ADT messages mapped to FHIR, for
    /// each second of processor time
    Parse(parse::Parse),
    /// The patient index: how well and how fast it links simulated records, in memory and on disk
    Mpi(mpi::Mpi),
}

pub(super) fn run(bench: Bench) -> Result<()> {
    match bench.part {
        Part::Page(page) => page::run(&page),
        Part::Engine(engine) => engine::run(&engine),
        Part::Parse(parse) => parse::run(&parse),
        Part::Mpi(mpi) => mpi::run(&mpi),
    }
}

/// Which way a figure should go.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Better {
    Higher,
    Lower,
}

/// One measured number, with what we want it to be.
#[derive(Debug, Serialize)]
struct Figure {
    #[serde(rename = "figure")]
    name: &'static str,
    value: f64,
    unit: &'static str,
    goal: Option<f64>,
    better: Better,
}

impl Figure {
    fn higher(name: &'static str, value: f64, unit: &'static str, goal: Option<f64>) -> Self {
        Self { name, value: rounded(value), unit, goal, better: Better::Higher }
    }

    fn lower(name: &'static str, value: f64, unit: &'static str, goal: Option<f64>) -> Self {
        Self { name, value: rounded(value), unit, goal, better: Better::Lower }
    }

    /// A share of one, with all its nines.
    fn share(name: &'static str, value: f64, goal: Option<f64>) -> Self {
        Self {
            name,
            value: (value * 1e6).round() / 1e6,
            unit: "of 1",
            goal,
            better: Better::Higher,
        }
    }

    /// Prints it at once: a later part may fail.
    fn print(&self) -> Result<()> {
        let mut out = std::io::stdout();
        writeln!(out, "{}", serde_json::to_string(self)?)?;
        Ok(out.flush()?)
    }
}

/// Small numbers with two decimals, large ones without.
fn rounded(value: f64) -> f64 {
    if value < 1000.0 { (value * 100.0).round() / 100.0 } else { value.round() }
}

/// So many things in so long, as a number a second.
fn rate(count: u64, took: Duration) -> Result<f64> {
    let count = u32::try_from(count).context("too many to count")?;
    Ok(f64::from(count) / took.as_secs_f64())
}

/// How long this thread has run on a processor.
fn cpu_time() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .context("processor time is read from /proc, which Linux has")?;
    let nanoseconds = text.split_whitespace().next().context("an empty schedstat")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// Memory of this process as Linux counts it: `VmRSS:` now, `VmHWM:` the most it ever was.
fn memory_mb(counter: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .context("memory is read from /proc, which Linux has")?;
    let line = status.lines().find_map(|line| line.strip_prefix(counter)).context("no counter")?;
    let kilobytes: u32 = line.split_whitespace().next().context("an empty counter")?.parse()?;
    Ok(f64::from(kilobytes) * 1024.0 / 1_000_000.0)
}
