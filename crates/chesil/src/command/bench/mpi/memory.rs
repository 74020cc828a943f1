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
use simulator::index_population::Tag;
use simulator::{IndexPopulation, IndexRecord};

use super::Mpi;
use crate::command::bench::{Figure, cpu_time, memory_mb, rate, rounded};

/// What the goals were set for: two processor cores.
const THREADS: usize = 2;
/// Records of the batch without NHS numbers.
const WITHOUT_NUMBERS: u32 = 200_000;
/// Records that are made and then added together; only the adding is timed.
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
    let all = adding(mpi.population(mpi.records), 0)?;
    let per_second = rate(u64::from(all.count), all.took)?;
    Figure::higher("adds in memory", per_second, "adds/CPU-s", Some(50_000.0)).print()?;
    growth(mpi)
}

/// Records added one after the other.
#[derive(Default)]
struct Adding {
    count: u32,
    /// Of one processor.
    took: Duration,
    /// Records that they were compared with.
    compared: usize,
}

impl Adding {
    fn us(&self) -> f64 {
        self.took.as_secs_f64() * 1e6 / f64::from(self.count.max(1))
    }
}

/// Adds everybody; what it took from record number `from` on.
fn adding(population: impl Iterator<Item = IndexRecord>, from: usize) -> Result<Adding> {
    let (mut population, mut index) = (population, Index::new(Model::standard()));
    for record in population.by_ref().take(from) {
        index.add(Profile::said_by(&record.demographics(), record.organisation));
    }
    let mut adding = Adding::default();
    loop {
        let records: Vec<IndexRecord> = population.by_ref().take(ROUND).collect();
        let Ok(count @ 1..) = u32::try_from(records.len()) else { return Ok(adding) };
        let began = cpu_time()?;
        for record in &records {
            let profile = Profile::said_by(&record.demographics(), record.organisation);
            adding.compared += index.add(profile).compared;
        }
        adding.took += cpu_time()?.saturating_sub(began);
        adding.count += count;
    }
}

/// What an add costs in a small index and in a large one: the last tenth of the records of so many
/// people. It may grow as the logarithms of the sizes do. (Adds at the beginning of a large
/// population would be too cheap to compare with: hardly anybody has a second record yet.)
fn growth(mpi: &Mpi) -> Result<()> {
    let sizes = [
        (10_000, "an add to 10,000 records", "compared with, at 10,000"),
        (100_000, "an add to 100,000 records", "compared with, at 100,000"),
        (1_000_000, "an add to 1,000,000 records", "compared with, at 1,000,000"),
    ];
    let mut costs = Vec::new();
    for (size, cost, compared_with) in sizes.into_iter().filter(|(size, ..)| *size <= mpi.records) {
        // A thousand adds are too few to time: as many small indexes as make some ten thousand.
        let mut last = Adding::default();
        for seed in 0..u64::from((100_000 / size).max(1)) {
            let population = IndexPopulation::new(mpi.seed + seed, size);
            let part = adding(population, usize::try_from(size - size / 10)?)?;
            last.count += part.count;
            last.took += part.took;
            last.compared += part.compared;
        }
        let compared = f64::from(u32::try_from(last.compared)?) / f64::from(last.count.max(1));
        Figure::lower(cost, last.us(), "us of CPU", None).print()?;
        Figure::lower(compared_with, compared, "records", None).print()?;
        costs.push((f64::from(size), last.us()));
    }
    let [(small, cheap), .., (large, dear)] = costs.as_slice() else { return Ok(()) };
    let allowed = large.ln() / small.ln();
    let name = "growth of the cost of an add";
    Figure::lower(name, dear / cheap, "times", Some(rounded(allowed))).print()
}
