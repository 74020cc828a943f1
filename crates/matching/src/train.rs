//! How the chances of a model are refined from records: m from pairs that an NHS number says are one
//! person's, u from pairs that it says are two people's.
//!
//! Expectation maximisation alone takes a household for a person: it finds that surname, address
//! and telephone agree together, and calls that a match. So the pairs that a number decides are held
//! fast (anchors), and only those in between are weighed by what the model thinks of them.
//!
//! 1. pairs of records that share a blocking key, as a batch finds them;
//! 2. one verified number is one person, two are two; any other pair counts with its odds;
//! 3. m of each level is how often the pairs of one person agree so; a level that hardly occurs keeps
//!    what the model had, in proportion to how little was seen;
//! 4. again from 2, until nothing moves, at most ten times.

use crate::batch::{at, candidates};
use crate::compare::{self, Tally};
use crate::extra::ExtraLevel;
use crate::level::Level;
use crate::model::Counts;
use crate::{Model, ModelError, Profile};

/// As many pairs as what the model had is worth, for each field.
const PRIOR_PAIRS: f64 = 200.0;
const MOST_ROUNDS: usize = 10;
/// Each record is compared with so many others that stand far from it.
const UNLIKE_STEPS: usize = 4;

/// What training came to.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The refined model.
    pub model: Model,
    /// Pairs that a number says are one person's.
    pub same: usize,
    /// Pairs that two numbers say are two people's.
    pub different: usize,
    /// Pairs weighed by the model itself.
    pub weighed: usize,
    /// Rounds until nothing moved.
    pub rounds: usize,
}

/// A weight that training changed, in bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The section of the model's file: `surname`, or the name of a further column.
    pub section: String,
    /// The key in it: `close`.
    pub key: &'static str,
    /// log2(m/u) before.
    pub before: f64,
    /// log2(m/u) now.
    pub after: f64,
}

/// Refines a model on these records; `version` names the new one.
///
/// # Errors
/// [`ModelError::Nonsense`] where the records hold no pair that an identifier decides and the model
/// finds none that it is sure of.
pub fn train(
    model: &Model,
    records: &[Profile],
    version: &str,
    threads: usize,
) -> Result<Trained, ModelError> {
    let pairs: Vec<(u32, u32)> =
        candidates(records, model.most_sharing, threads.max(1)).into_iter().flatten().collect();
    let counts = Counts::of(records);
    let mut trained =
        Trained { model: model.clone(), same: 0, different: 0, weighed: 0, rounds: 0 };
    for round in 1..=MOST_ROUNDS {
        let weighing = trained.model.with_counts(&counts);
        let seen = observe(&weighing, records, &pairs, &mut trained);
        if seen.matches < 1.0 {
            let words = "nothing can be learnt: no two records are one person's".to_owned();
            return Err(ModelError::Nonsense(words));
        }
        let next = model.refined(&seen, version)?;
        let moved = trained.model.distance(&next);
        trained.model = next;
        trained.rounds = round;
        if moved < 0.02 {
            break;
        }
    }
    Ok(trained)
}

/// How often each level was seen among pairs of one person.
pub(crate) struct Seen {
    pub(crate) matches: f64,
    pub(crate) levels: Vec<f64>,
    pub(crate) extras: Vec<[f64; 3]>,
    /// Of further columns, how often two records taken at random agree.
    pub(crate) unlike: Vec<[f64; 3]>,
}

fn observe(
    model: &Model,
    records: &[Profile],
    pairs: &[(u32, u32)],
    trained: &mut Trained,
) -> Seen {
    let mut seen = Seen {
        matches: 0.0,
        levels: vec![0.0; Level::ALL.len()],
        extras: vec![[0.0; 3]; model.extras.len()],
        unlike: unlike(model, records),
    };
    (trained.same, trained.different, trained.weighed) = (0, 0, 0);
    for (a, b) in pairs {
        let (Some(a), Some(b)) = (records.get(at(*a)), records.get(at(*b))) else { continue };
        let mut heard = Heard::default();
        compare::weigh(model, a, b, &mut heard);
        let chance = match anchored(a, b) {
            Some(true) => {
                trained.same += 1;
                1.0
            }
            Some(false) => {
                trained.different += 1;
                0.0
            }
            None => {
                trained.weighed += 1;
                1.0 / (1.0 + (-heard.total).exp2())
            }
        };
        seen.matches += chance;
        for level in heard.levels {
            if let Some(count) = seen.levels.get_mut(level.place()) {
                *count += chance;
            }
        }
        for (place, level) in heard.extras {
            if let Some(count) = seen.extras.get_mut(place).and_then(|c| c.get_mut(level.place())) {
                *count += chance;
            }
        }
    }
    seen
}

/// Of each further column, how often records far apart agree: almost all of them are two people's.
fn unlike(model: &Model, records: &[Profile]) -> Vec<[f64; 3]> {
    let mut seen = vec![[0.0; 3]; model.extras.len()];
    for step in 1..=UNLIKE_STEPS {
        let others =
            records.iter().cycle().skip(step.saturating_mul(records.len() / (UNLIKE_STEPS + 1)));
        for (a, b) in records.iter().zip(others) {
            for (place, level, _) in crate::extra::compare(model, a, b) {
                if let Some(count) = seen.get_mut(place).and_then(|c| c.get_mut(level.place())) {
                    *count += 1.0;
                }
            }
        }
    }
    seen
}

/// Whether verified numbers say that two records are one person's.
fn anchored(a: &Profile, b: &Profile) -> Option<bool> {
    let (one, other) = (a.verified_number()?, b.verified_number()?);
    Some(one == other)
}

#[derive(Default)]
struct Heard {
    total: f64,
    levels: Vec<Level>,
    extras: Vec<(usize, ExtraLevel)>,
}

impl Tally for Heard {
    fn say(&mut self, level: Level, weight: f64) {
        self.total += weight;
        self.levels.push(level);
    }

    fn say_extra(&mut self, place: usize, level: ExtraLevel, weight: f64) {
        self.total += weight;
        self.extras.push((place, level));
    }
}

impl Model {
    /// The model with m as it was seen. u is left to the population, which no set of records is, but
    /// for further columns, of which only these records know.
    fn refined(&self, seen: &Seen, version: &str) -> Result<Self, ModelError> {
        let learns = |level: &Level| {
            let learnt =
                ["surname", "forename", "middle_name", "birth_date", "gender", "identifier"];
            learnt.contains(&level.section()) && !level.is_conditional()
        };
        let mut file = self.file.clone();
        version.clone_into(&mut file.version);
        for level in Level::ALL.iter().filter(|level| learns(level)) {
            let of_field = Level::ALL
                .iter()
                .filter(|other| other.section() == level.section() && learns(other));
            let all: f64 = of_field.filter_map(|other| seen.levels.get(other.place())).sum();
            let count = seen.levels.get(level.place()).copied().unwrap_or_default();
            file.learn(level.section(), level.key(), |m| {
                (count + PRIOR_PAIRS * m) / (all + PRIOR_PAIRS)
            });
        }
        for (extra, counts) in self.extras.iter().zip(&seen.extras) {
            let all: f64 = counts.iter().sum();
            file.learn_extra(&extra.name, |place, m| {
                let count = counts.get(place).copied().unwrap_or_default();
                (count + PRIOR_PAIRS * m) / (all + PRIOR_PAIRS)
            });
        }
        for (extra, counts) in self.extras.iter().zip(&seen.unlike) {
            let all: f64 = counts.iter().sum();
            if all > 0.0 {
                // Half a pair more: what was never seen may yet be.
                file.learn_unlike(&extra.name, |place| {
                    (counts.get(place).copied().unwrap_or_default() + 0.5) / (all + 1.5)
                });
            }
        }
        file.into_model()
    }

    /// Every weight that differs from another model of the same columns, the largest change first.
    pub fn moved_from(&self, before: &Self) -> Vec<Moved> {
        let levels = Level::ALL.iter().map(|level| Moved {
            section: level.section().to_owned(),
            key: level.key(),
            before: before.weight(*level),
            after: self.weight(*level),
        });
        let both = before.extras.iter().zip(&self.extras);
        let extras = both.filter(|(one, other)| one.name == other.name).flat_map(|(one, other)| {
            let levels = [
                ("same", one.same, other.same),
                ("close", one.close, other.close),
                ("different", one.different, other.different),
            ];
            levels.map(|(key, before, after)| Moved {
                section: other.name.clone(),
                key,
                before: before.weight(),
                after: after.weight(),
            })
        });
        let far = |moved: &Moved| (moved.after - moved.before).abs();
        let mut moved: Vec<Moved> =
            levels.chain(extras).filter(|moved| far(moved) >= 0.005).collect();
        moved.sort_by(|a, b| far(b).total_cmp(&far(a)));
        moved
    }

    /// The most that any level's weight differs, in bits.
    fn distance(&self, other: &Self) -> f64 {
        let of_levels = self.levels.iter().zip(&other.levels);
        of_levels.map(|(one, other)| (one.m / other.m).log2().abs()).fold(0.0, f64::max)
    }
}
