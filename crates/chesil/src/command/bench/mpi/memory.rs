//! The index in memory: a batch from nothing to clusters, and records added one by one.
//!
//! 1. a batch of all records: how long from demographics to clusters on two threads, the most memory
//!    the process ever had, and how good the clusters are;
//! 2. a smaller batch without NHS numbers, ranked by weight;
//! 3. the same records added one by one, in processor time of one thread, and whether an add costs
//!    more in a large index than in a small one.

use std::time::{Duration, Instant};

use anyhow::Result;
use linkage::score::{self, Score};
use matching::{Batch, Index, Linked, Model, Profile};
use model::{Demographics, NhsNumberStatus};
use simulator::IndexRecord;
use simulator::index_population::Tag;

use super::Mpi;
use crate::command::bench::{Figure, cpu_time, memory_mb, rate, rounded};

/// What the goals were set for: two processor cores.
const THREADS: usize = 2;
/// Records of the batch without NHS numbers.
const WITHOUT_NUMBERS: u32 = 200_000;
/// Records whose adding is timed together.
const ROUND: usize = 10_000;

pub(super) fn run(mpi: &Mpi) -> Result<()> {
    batch(mpi)?;
    without_numbers(mpi)?;
    one_by_one(mpi)
}

fn batch(mpi: &Mpi) -> Result<()> {
    let linked = link(mpi, mpi.records, IndexRecord::demographics);
    let took = linked.took.as_secs_f64();
    Figure::lower("batch from records to clusters", took, "s", Some(60.0)).print()?;
    let most = memory_mb("VmHWM:")?;
    Figure::lower("most memory while the batch ran", most, "MB", Some(1500.0)).print()?;

    let Score { pairs, bcubed, false_pairs, mixed_clusters, .. } =
        score::score(&linked.people, &linked.result.clusters);
    let twins = score::bcubed_of(&linked.people, &linked.result.clusters, |record| {
        linked.twins.get(record).copied().unwrap_or(false)
    });
    let share = |name, value, goal| Figure::share(name, value, Some(goal)).print();
    share("clusters: precision of pairs", pairs.precision, 0.9999)?;
    share("clusters: recall of pairs", pairs.recall, 0.995)?;
    share("clusters: B-cubed precision of twins", twins.precision, 0.9995)?;
    Figure::share("clusters: B-cubed F1", bcubed.f1(), None).print()?;
    Figure::lower("clusters: false pairs", false_pairs, "pairs", None).print()?;
    let mixed = f64::from(mixed_clusters);
    Figure::lower("clusters: with more than one person", mixed, "clusters", None).print()
}

fn without_numbers(mpi: &Mpi) -> Result<()> {
    let linked = link(mpi, mpi.records.min(WITHOUT_NUMBERS), |record| Demographics {
        nhs_number: None,
        nhs_number_status: NhsNumberStatus::NotStated,
        ..record.demographics()
    });
    let person = |record: u32| linked.people.get(usize::try_from(record).ok()?);
    let mut pairs: Vec<(f64, bool)> = linked
        .result
        .pairs
        .iter()
        .map(|pair| (f64::from(pair.weight), person(pair.a) == person(pair.b)))
        .collect();
    let ranking = score::rank(&mut pairs, score::true_pairs(&linked.people), 0.999);
    let name = "without NHS numbers: recall at precision 0.999";
    Figure::share(name, ranking.recall_at_precision, Some(0.965)).print()
}

/// A batch, and the truth about it.
struct Measured {
    result: Linked,
    /// Preparing and linking; making the people is not in it.
    took: Duration,
    people: Vec<u32>,
    twins: Vec<bool>,
}

fn link(mpi: &Mpi, count: u32, say: impl Fn(&IndexRecord) -> Demographics) -> Measured {
    let mut batch = Batch::new(Model::standard());
    let (mut people, mut twins) = (Vec::new(), Vec::new());
    let mut took = Duration::ZERO;
    for record in mpi.population(count) {
        let began = Instant::now();
        batch.add(Profile::said_by(&say(&record), record.organisation));
        took += began.elapsed();
        people.push(record.person);
        twins.push(record.tags.has(Tag::Twin));
    }
    let began = Instant::now();
    let result = batch.link(THREADS, &|_| {});
    took += began.elapsed();
    Measured { result, took, people, twins }
}

fn one_by_one(mpi: &Mpi) -> Result<()> {
    let mut population = mpi.population(mpi.records);
    let mut index = Index::new(Model::standard());
    let (mut added, mut total) = (0, Duration::ZERO);
    let mut rounds = Vec::new();
    loop {
        let records: Vec<IndexRecord> = population.by_ref().take(ROUND).collect();
        let Ok(count @ 1..) = u32::try_from(records.len()) else { break };
        let (began, mut compared) = (cpu_time()?, 0);
        for record in &records {
            let profile = Profile::said_by(&record.demographics(), record.organisation);
            compared += index.add(profile).compared;
        }
        let took = cpu_time()?.saturating_sub(began);
        let us = took.as_secs_f64() * 1e6 / f64::from(count);
        let compared = f64::from(u32::try_from(compared)?) / f64::from(count);
        rounds.push(Round { before: added, us, compared });
        total += took;
        added += count;
    }
    let per_second = rate(u64::from(added), total)?;
    Figure::higher("adds in memory", per_second, "adds/CPU-s", Some(50_000.0)).print()?;
    growth(&rounds)
}

/// Records added one after the other.
struct Round {
    /// Records that were there already.
    before: u32,
    /// Microseconds of one processor for each add.
    us: f64,
    /// Records that each was compared with.
    compared: f64,
}

/// What an add costs in a small index and in a large one. From the first to the last it may grow as
/// their logarithms do.
fn growth(rounds: &[Round]) -> Result<()> {
    let at = |size| rounds.iter().find(|round| round.before >= size);
    let sizes = [
        ("an add to 10,000 records", "compared with, at 10,000", at(10_000)),
        ("an add to 100,000 records", "compared with, at 100,000", at(100_000)),
        ("an add to nearly all records", "compared with, at nearly all", rounds.last()),
    ];
    for (cost, compared, round) in sizes {
        let Some(round) = round else { continue };
        Figure::lower(cost, round.us, "us of CPU", None).print()?;
        Figure::lower(compared, round.compared, "records", None).print()?;
    }
    let (Some(small), Some(large)) = (at(10_000), rounds.last()) else { return Ok(()) };
    if large.before == small.before {
        return Ok(());
    }
    let log = |round: &Round| f64::from(round.before).ln();
    let allowed = log(large) / log(small);
    let name = "growth of the cost of an add";
    Figure::lower(name, large.us / small.us, "times", Some(rounded(allowed))).print()
}
