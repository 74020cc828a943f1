//! How stewardship is doing: how long questions wait, how much is decided, how often two readers agree,
//! and how often the engine's links are right, with the interval that the sample allows.

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use matching::ReviewKind;

use crate::sample::{Judgement, SampleSource};
use crate::{Error, Result};

/// From this many readings on an interval is shown.
const ENOUGH_READINGS: u32 = 100;
/// From this many pairs of readings on agreement is shown.
const ENOUGH_PAIRS: u32 = 20;
/// 97.5 % of a normal distribution lie below this many standard deviations.
const Z: f64 = 1.959_963_984_540_054;

/// How stewardship is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// What waits, by kind, the most dangerous first; kinds of which nothing waits included.
    pub waiting: Vec<Waiting>,
    /// What was decided.
    pub decisions: Decisions,
    /// How often two readers of the same pair agree.
    pub agreement: Agreement,
    /// How often the engine's links are right: by weight, then by rule.
    pub precision: Vec<Precision>,
    /// Sampled pairs that nobody has read yet.
    pub samples_waiting: i64,
}

/// Questions of one kind that wait for a steward or for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The kind.
    pub kind: ReviewKind,
    /// How many.
    pub count: usize,
    /// How long half of them have waited at least; `None` where nothing waits.
    pub median: Option<SignedDuration>,
    /// How long the oldest has waited.
    pub oldest: Option<SignedDuration>,
}

/// Decisions of late; those taken back are not counted as decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decisions {
    /// In the last 7 days.
    pub last_7_days: i64,
    /// In the last 30 days.
    pub last_30_days: i64,
    /// Taken back in the last 30 days.
    pub taken_back_30_days: i64,
}

/// How often two readers, neither of whom knew the other's answer, say the same of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Pairs that two have read, and about which both could tell.
    pub pairs: u32,
    /// Of these, how many they agree about.
    pub agreed: u32,
    /// Cohen's kappa: agreement beyond chance, 1 at most. `None` where there are too few pairs, or
    /// where everybody always says the same.
    pub kappa: Option<f64>,
}

/// How often links of one sort are right, by the readings of sampled ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// The sort of link.
    pub basis: SampleSource,
    /// Sampled links that every reader calls one person.
    pub right: u32,
    /// Sampled links that a reader calls two people.
    pub wrong: u32,
    /// Sampled links about which no reader could tell; not counted either way.
    pub cannot_tell: u32,
    /// What that says of all of them.
    pub estimate: Estimate,
}

/// A share, where there is enough to tell it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Estimate {
    /// Too few readings to say anything.
    NotEnough {
        /// How many there are.
        have: u32,
        /// How many it takes.
        wanted: u32,
    },
    /// The share, and its 95 % interval by Wilson (1927).
    Share {
        /// The share that is right.
        share: f64,
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// Of how many.
        of: u32,
    },
}

impl Estimate {
    fn of(right: u32, wrong: u32) -> Self {
        let have = right + wrong;
        if have < ENOUGH_READINGS {
            return Self::NotEnough { have, wanted: ENOUGH_READINGS };
        }
        let (low, high) = wilson(right, have);
        Self::Share { share: f64::from(right) / f64::from(have), low, high, of: have }
    }

    /// `99.0 % (94.6–99.8 %, 100 read)`, or that there is not enough.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotEnough { have, wanted } => format!("not enough samples: {have} of {wanted}"),
            Self::Share { share, low, high, of } => {
                let percent = |share: &f64| 100.0 * share;
                let (share, low, high) = (percent(share), percent(low), percent(high));
                format!("{share:.1} % ({low:.1}–{high:.1} %, {of} read)")
            }
        }
    }
}

impl Agreement {
    /// `kappa 0.81, 45 of 50 pairs`, or that there is not enough.
    pub fn sentence(&self) -> String {
        let Self { pairs, agreed, kappa } = self;
        match kappa {
            _ if *pairs < ENOUGH_PAIRS => {
                format!("not enough pairs read by two: {pairs} of {ENOUGH_PAIRS}")
            }
            Some(kappa) => format!("kappa {kappa:.2}, {agreed} of {pairs} pairs"),
            None => format!("{agreed} of {pairs} pairs"),
        }
    }
}

/// Wilson's score interval (Probable inference, the law of succession, and statistical inference,
/// JASA 1927): honest near 0 and 1, where links are.
fn wilson(right: u32, of: u32) -> (f64, f64) {
    let n = f64::from(of);
    let share = f64::from(right) / n;
    let squared = Z * Z;
    let centre = share + squared / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    let scale = 1.0 + squared / n;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

/// How stewardship is doing now.
pub fn measures(tx: &mut Tx, now: Timestamp) -> Result<Measures> {
    let readings = readings(tx)?;
    let sources = [SampleSource::LinkByWeight, SampleSource::LinkByRule];
    let unread = tx.query_one(
        "select count(*) from link_sample
         where not exists (select 1 from sample_reading where sample = link_sample.seq)",
        &[],
        |row| row.get(0),
    )?;
    Ok(Measures {
        waiting: waiting(tx, now)?,
        decisions: decisions(tx, now)?,
        agreement: agreement(&readings),
        precision: sources.map(|basis| precision(basis, &readings)).into(),
        samples_waiting: unread.unwrap_or(0),
    })
}

fn waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<Waiting>> {
    let rows: Vec<(String, Timestamp)> = tx.query(
        "select kind, filed_at from review where state in ('open', 'awaiting_second', 'referred')
         order by filed_at",
        &[],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let of_kind = |kind: ReviewKind| {
        let ages: Vec<SignedDuration> = rows
            .iter()
            .filter(|(code, _)| code == kind.code())
            .map(|(_, filed)| now.duration_since(*filed))
            .collect();
        let (count, oldest) = (ages.len(), ages.first().copied());
        // The oldest comes first; of an even number, the younger of the two in the middle.
        Waiting { kind, count, median: ages.get(count / 2).copied(), oldest }
    };
    Ok(ReviewKind::ALL.into_iter().map(of_kind).collect())
}

fn decisions(tx: &mut Tx, now: Timestamp) -> Result<Decisions> {
    let ago = |days: i64| {
        now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
    };
    let mut standing = |since: Timestamp| {
        let sql = "select count(*) from review_answer
                   join review on review.decision = review_answer.seq
                   where review_answer.at > ?1 and review_answer.at <= ?2";
        tx.query_one(sql, params![since, now], |row| row.get(0)).map(Option::unwrap_or_default)
    };
    let (last_7_days, last_30_days) = (standing(ago(7))?, standing(ago(30))?);
    let taken_back = tx.query_one(
        "select count(*) from review_answer where kind = 'undone' and at > ?1 and at <= ?2",
        params![ago(30), now],
        |row| row.get(0),
    )?;
    Ok(Decisions { last_7_days, last_30_days, taken_back_30_days: taken_back.unwrap_or(0) })
}

/// Everything that was said of one sample, the earliest first. A sampled decision was the first say.
struct Readings {
    source: String,
    said: Vec<Judgement>,
}

fn readings(tx: &mut Tx) -> Result<Vec<Readings>> {
    let rows: Vec<(i64, String, String)> = tx.query(
        "select link_sample.seq, source, said, at as said_at from link_sample
         join sample_reading on sample_reading.sample = link_sample.seq
         union all
         select link_sample.seq, source, case when review_answer.kind = 'same' then 'same' else 'not_the_same' end,
             review_answer.at as said_at
         from link_sample
         join review_answer on review_answer.seq = link_sample.origin and source = 'decision'
         order by 1, 4",
        &[],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut readings: Vec<(i64, Readings)> = Vec::new();
    for (sample, source, said) in rows {
        let said = Judgement::parse(&said).ok_or(Error::Unknown("judgement of a sample"))?;
        match readings.last_mut().filter(|(last, _)| *last == sample) {
            Some((_, reading)) => reading.said.push(said),
            None => readings.push((sample, Readings { source, said: vec![said] })),
        }
    }
    Ok(readings.into_iter().map(|(_, reading)| reading).collect())
}

fn agreement(readings: &[Readings]) -> Agreement {
    let same = |said: &Judgement| *said == Judgement::SamePerson;
    let (mut both, mut neither, mut first_only, mut second_only) = (0, 0, 0, 0);
    for reading in readings {
        let [first, second, ..] = reading.said.as_slice() else { continue };
        if [first, second].contains(&&Judgement::CannotTell) {
            continue;
        }
        let cell = match (same(first), same(second)) {
            (true, true) => &mut both,
            (false, false) => &mut neither,
            (true, false) => &mut first_only,
            (false, true) => &mut second_only,
        };
        *cell += 1;
    }
    let pairs = both + neither + first_only + second_only;
    let agreed = both + neither;
    let n = f64::from(pairs);
    let by_chance = (f64::from(both + first_only) * f64::from(both + second_only)
        + f64::from(neither + second_only) * f64::from(neither + first_only))
        / (n * n);
    let told = pairs >= ENOUGH_PAIRS && by_chance < 1.0;
    let kappa = told.then(|| (f64::from(agreed) / n - by_chance) / (1.0 - by_chance));
    Agreement { pairs, agreed, kappa }
}

/// One "not the same" makes a link wrong, whatever another reader says.
fn precision(basis: SampleSource, readings: &[Readings]) -> Precision {
    let (mut right, mut wrong, mut cannot_tell) = (0, 0, 0);
    for reading in readings.iter().filter(|reading| reading.source == basis.code()) {
        if reading.said.contains(&Judgement::NotTheSame) {
            wrong += 1;
        } else if reading.said.contains(&Judgement::SamePerson) {
            right += 1;
        } else {
            cannot_tell += 1;
        }
    }
    Precision { basis, right, wrong, cannot_tell, estimate: Estimate::of(right, wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_textbook() {
        // Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611.
        let near = |a: f64, b: f64| assert!((a - b).abs() < 0.000_05, "{a} is not {b}");
        let (low, high) = wilson(81, 263);
        near(low, 0.2553);
        near(high, 0.3662);
        let (low, high) = wilson(0, 20);
        near(low, 0.0);
        near(high, 0.1611);
    }

    #[test]
    fn kappa_is_cohens() {
        // 20 both yes, 15 both no, 5 and 10 apart: 0.7 observed, 0.5 by chance.
        let said = |first, second, times| {
            std::iter::repeat_with(move || Readings {
                source: "weight".into(),
                said: vec![first, second],
            })
            .take(times)
        };
        let (yes, no) = (Judgement::SamePerson, Judgement::NotTheSame);
        let all: Vec<Readings> = said(yes, yes, 20)
            .chain(said(yes, no, 5))
            .chain(said(no, yes, 10))
            .chain(said(no, no, 15))
            .chain(said(yes, Judgement::CannotTell, 3))
            .collect();
        let found = agreement(&all);
        assert_eq!((found.pairs, found.agreed), (50, 35));
        assert!((found.kappa.unwrap() - 0.4).abs() < 1e-9);
        assert_eq!(found.sentence(), "kappa 0.40, 35 of 50 pairs");
    }

    #[test]
    fn too_few_samples_are_called_that() {
        assert_eq!(Estimate::of(12, 1).sentence(), "not enough samples: 13 of 100");
        assert_eq!(Estimate::of(99, 1).sentence(), "99.0 % (94.6–99.8 %, 100 read)");
        assert_eq!(agreement(&[]).sentence(), "not enough pairs read by two: 0 of 20");
    }
}
