//! Reading and mapping alone: one thread, no network, no disk, measured in processor time.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use mapping::Feed;
use model::{Clock, OdsCode, SystemClock};

use super::adt::Adt;
use super::{Figure, cpu_time, rate};

/// `chesil bench parse`
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Seconds of processor time for each figure
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

impl Default for Parse {
    fn default() -> Self {
        Self { seconds: 3 }
    }
}

/// Messages between two looks at the clock.
const ROUND: usize = 1000;

pub(super) fn run(parse: &Parse) -> Result<()> {
    let during = Duration::from_secs(parse.seconds.max(1));
    let now = SystemClock.now();
    let adt = Adt::new(now)?;
    let messages: Vec<Vec<u8>> = (0..adt.len()).map(|number| adt.message(number)).collect();

    let paths: Vec<hl7v2::Path> = ["MSH-10", "PID-3.1", "PID-5.1"]
        .into_iter()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("a path")?;
    let parsed = per_cpu_second(&messages, during, |bytes| {
        let message = hl7v2::parse(bytes)?;
        for path in &paths {
            std::hint::black_box(message.get_path(path).context("a field is missing")?);
        }
        Ok(())
    })?;
    let name = "parse, and read MSH-10, PID-3.1 and PID-5.1";
    Figure::higher(name, parsed, "messages/CPU-second", Some(300_000.0)).print()?;

    let feed = Feed::new(OdsCode::parse("RD3")?, "RD3");
    let parsed: Vec<_> =
        messages.iter().map(|bytes| hl7v2::parse(bytes)).collect::<Result<_, _>>()?;
    let mapped = per_cpu_second(&parsed, during, |message| {
        std::hint::black_box(mapping::hl7_v2(message, &feed, now)?);
        Ok(())
    })?;
    let name = "map a parsed ADT to FHIR";
    Figure::higher(name, mapped, "messages/CPU-second", Some(30_000.0)).print()
}

/// Does `work` with one after the other, over and over, for `during` of processor time.
fn per_cpu_second<T>(
    things: &[T],
    during: Duration,
    work: impl Fn(&T) -> Result<()>,
) -> Result<f64> {
    let began = cpu_time()?;
    let mut endless = things.iter().cycle();
    let mut done = 0;
    loop {
        for thing in endless.by_ref().take(ROUND) {
            work(thing)?;
            done += 1;
        }
        let took = cpu_time()?.saturating_sub(began);
        if took >= during {
            return rate(done, took);
        }
    }
}
