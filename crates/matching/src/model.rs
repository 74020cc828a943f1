//! The model: every weight and threshold by which records are compared, in a file that a person
//! can read and argue about.
//!
//! For each field and each way in which it can agree the file gives m, how often two records of ONE
//! person agree in this way, and u, how often records of two DIFFERENT people do. The weight is
//! log2(m/u): 1 doubles the odds, −1 halves them.

mod bounds;
mod file;
mod frequency;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use file::ModelError;
pub(crate) use frequency::{Frequencies, Ready};

use crate::level::Level;
use crate::profile::{Name, Profile};

/// What a file calls the model of this build that it is based on.
const STANDARD_NAME: &str = "uk";
/// The model of this build.
const STANDARD_TEXT: &str = include_str!("../models/uk.toml");

#[expect(clippy::expect_used, reason = "a test reads the file of this build")]
static STANDARD: LazyLock<Model> =
    LazyLock::new(|| Model::parse(STANDARD_TEXT).expect("the model of this build can be read"));

/// As many records as what the model knows of names is worth.
const PRIOR_RECORDS: f64 = 10_000.0;

/// How often each name is borne in some records, by the names' hashes.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    records: u32,
    surnames: HashMap<u64, u32>,
    forenames: HashMap<u64, u32>,
    extras: HashMap<u64, HashMap<u64, u32>>,
}

impl Counts {
    pub(crate) fn of(records: &[Profile]) -> Self {
        let mut counts =
            Self { records: u32::try_from(records.len()).unwrap_or(u32::MAX), ..Self::default() };
        for record in records {
            if let Some(name) = record.families.first() {
                *counts.surnames.entry(name.id).or_default() += 1;
            }
            if let Some(name) = record.forenames.first() {
                *counts.forenames.entry(name.id).or_default() += 1;
            }
            for (extra, value) in &record.extras {
                *counts.extras.entry(*extra).or_default().entry(value.id).or_default() += 1;
            }
        }
        counts
    }
}

/// Weights, thresholds and the name under which decisions made with them are kept.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) file: file::ModelFile,
    pub(crate) link_from: f64,
    pub(crate) review_from: f64,
    pub(crate) object_below: f64,
    /// The mean over all pairs of two people's records, from which a link by weight may join them.
    pub(crate) mean_at_least: f64,
    pub(crate) household_cap: f64,
    pub(crate) household_of_one_cap: f64,
    pub(crate) own_contact_cap: f64,
    /// A key that more records share than this says nothing about a person, and costs too much.
    pub(crate) most_sharing: usize,
    /// Twins, newborns and the dead are asked about, whatever the sum; only data without patients
    /// may do without.
    pub(crate) tells_relatives_apart: bool,
    pub(crate) levels: Vec<Chances>,
    pub(crate) extras: Vec<Extra>,
    pub(crate) sources: Vec<Source>,
    pub(crate) surnames: Frequencies,
    pub(crate) forenames: Frequencies,
}

/// How often records agree in one way: m and u, with the weight they come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chances {
    pub(crate) m: f64,
    pub(crate) u: Unlike,
    /// log2(m/u); of a frequency, what is left when the share's logarithm is taken off.
    weight: f64,
}

/// How often two different people's records agree in one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unlike {
    /// As often as this, whatever the value.
    Fixed(f64),
    /// As often as the value is borne, times this.
    Frequency(f64),
}

/// A further column that a model weighs: an occupation, a place of birth.
#[derive(Debug, Clone)]
pub(crate) struct Extra {
    pub(crate) name: String,
    pub(crate) id: u64,
    pub(crate) same: Chances,
    pub(crate) close: Chances,
    pub(crate) different: Chances,
    pub(crate) frequencies: Frequencies,
}

/// A source that errs more, or less, than the rest.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) id: u64,
    /// Errors, as a multiple of the usual.
    pub(crate) errors: f64,
}

impl Model {
    /// The model of this build: people of the United Kingdom.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// Its name, stored with every link.
    pub fn version(&self) -> &str {
        &self.file.version
    }

    /// From this weight on two records are linked without asking.
    pub fn link_from(&self) -> f64 {
        self.link_from
    }

    /// From this weight on a steward is asked.
    pub fn review_from(&self) -> f64 {
        self.review_from
    }

    /// The same model with other thresholds.
    #[must_use]
    pub fn with_thresholds(&self, link_from: f64, review_from: f64) -> Self {
        let file = self.file.with_thresholds(link_from, review_from);
        Self { file, link_from, review_from, ..self.clone() }
    }

    /// What a level adds where the value does not matter.
    pub(crate) fn weight(&self, level: Level) -> f64 {
        self.chances(level).weight
    }

    /// What agreeing on this surname adds.
    pub(crate) fn surname_weight(&self, level: Level, name: &Name) -> f64 {
        self.chances(level).for_share(self.surnames.log2_share(name.id))
    }

    /// What agreeing on this forename adds.
    pub(crate) fn forename_weight(&self, level: Level, name: &Name) -> f64 {
        self.chances(level).for_share(self.forenames.log2_share(name.id))
    }

    /// A forename that people bear, not a misspelt one.
    pub(crate) fn is_forename(&self, name: &Name) -> bool {
        self.is_listed_forename(name.id)
    }

    /// A surname that people bear.
    pub(crate) fn is_surname(&self, name: &Name) -> bool {
        self.surnames.is_listed(name.id)
    }

    /// As [`Model::is_forename`], by [`Name::id`].
    pub(crate) fn is_listed_forename(&self, id: u64) -> bool {
        self.forenames.is_listed(id)
    }

    /// A forename that at least this share of people bear.
    pub(crate) fn is_common_forename(&self, name: &Name, share: f64) -> bool {
        self.forenames.is_borne_by(name.id, share)
    }

    /// log2 of how many times the usual number of errors the two sources make.
    pub(crate) fn log2_errors(&self, a: u64, b: u64) -> f64 {
        if self.sources.is_empty() {
            return 0.0;
        }
        let errors = |id| self.sources.iter().find(|s| s.id == id).map_or(1.0, |s| s.errors);
        f64::midpoint(errors(a), errors(b)).log2()
    }

    /// The same model with names as common as these records have them: what a file says of itself
    /// stands beside what the model knows of the country.
    pub(crate) fn with_counts(&self, counts: &Counts) -> Self {
        let records = counts.records;
        let mut extras = self.extras.clone();
        for extra in &mut extras {
            if let Some(counted) = counts.extras.get(&extra.id) {
                extra.frequencies = extra.frequencies.counted(counted, records, 0.0);
            }
        }
        Self {
            surnames: self.surnames.counted(&counts.surnames, records, PRIOR_RECORDS),
            forenames: self.forenames.counted(&counts.forenames, records, PRIOR_RECORDS),
            extras,
            ..self.clone()
        }
    }

    fn chances(&self, level: Level) -> Chances {
        self.levels.get(level.place()).copied().unwrap_or(Chances::SILENT)
    }
}

impl Chances {
    /// Says nothing.
    pub(crate) const SILENT: Self = Self { m: 1.0, u: Unlike::Fixed(1.0), weight: 0.0 };

    pub(crate) fn new(m: f64, u: Unlike) -> Self {
        let (Unlike::Fixed(by) | Unlike::Frequency(by)) = u;
        Self { m, u, weight: (m / by).log2() }
    }

    /// log2(m/u), before any share is taken off.
    pub(crate) fn weight(&self) -> f64 {
        self.weight
    }

    /// What agreeing on a value that this share of people bears adds.
    pub(crate) fn for_share(&self, log2_share: f64) -> f64 {
        match self.u {
            Unlike::Fixed(_) => self.weight,
            // No value is borne by more than everybody.
            Unlike::Frequency(_) => (self.weight - log2_share).max(self.m.log2()),
        }
    }
}
