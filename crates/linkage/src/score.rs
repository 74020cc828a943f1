//! How good are these clusters, if one knows who everybody is? Precision and recall of pairs, and of
//! records (B-cubed: Bagga and Baldwin, Entity-based cross-document coreferencing, 1998).
//!
//! Records are numbered from 0. `people` and `clusters` give each record's person and cluster, by
//! any numbers: equal is together.

use std::collections::HashMap;
use std::hash::Hash;

/// Of what was put together, how much belongs together; of what belongs together, how much was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Right of those put together; 1 where nothing was.
    pub precision: f64,
    /// Put together of those that belong together; 1 where nothing does.
    pub recall: f64,
}

impl Rates {
    /// The harmonic mean of both.
    pub fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// What clusters are worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Each two records of one cluster.
    pub pairs: Rates,
    /// Each record, by whom its cluster holds.
    pub bcubed: Rates,
    /// Pairs of two people in one cluster.
    pub false_pairs: f64,
    /// Clusters with records of more than one person.
    pub mixed_clusters: u32,
    /// People with records in more than one cluster.
    pub split_people: u32,
}

/// Scores clusters against the truth.
pub fn score(people: &[u32], clusters: &[u32]) -> Score {
    let counts = Counts::of(people, clusters);
    let pairs = |sizes: &HashMap<u32, u32>| sizes.values().map(|size| pairs_of(*size)).sum::<f64>();
    let right: f64 = counts.shared.values().map(|size| pairs_of(*size)).sum();
    let put_together = pairs(&counts.clusters);
    Score {
        pairs: Rates {
            precision: share(right, put_together),
            recall: share(right, pairs(&counts.people)),
        },
        bcubed: bcubed_of(people, clusters, |_| true),
        false_pairs: put_together - right,
        mixed_clusters: more_than_once(counts.shared.keys().map(|(_, cluster)| *cluster)),
        split_people: more_than_once(counts.shared.keys().map(|(person, _)| *person)),
    }
}

/// B-cubed of some of the records, such as those of twins.
pub fn bcubed_of(people: &[u32], clusters: &[u32], chosen: impl Fn(usize) -> bool) -> Rates {
    let counts = Counts::of(people, clusters);
    let (mut precision, mut recall, mut records) = (0.0, 0.0, 0.0);
    let pairs = people.iter().copied().zip(clusters.iter().copied()).enumerate();
    for (_, (person, cluster)) in pairs.filter(|(number, _)| chosen(*number)) {
        let count = |found: Option<&u32>| f64::from(found.copied().unwrap_or(1));
        let shared = count(counts.shared.get(&(person, cluster)));
        precision += shared / count(counts.clusters.get(&cluster));
        recall += shared / count(counts.people.get(&person));
        records += 1.0;
    }
    Rates { precision: share(precision, records), recall: share(recall, records) }
}

/// Pairs with a weight, as a ranking: how much can be had at what precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranking {
    /// The rates at the weight where F1 is highest.
    pub best: Rates,
    /// That weight.
    pub best_weight: f64,
    /// The highest recall at this precision or better; 0 where it is never reached.
    pub recall_at_precision: f64,
}

/// Ranks weighted pairs, each with whether it is one person. `true_pairs` is how many there are in
/// truth, whether given or not: see [`true_pairs`].
pub fn rank(pairs: &mut [(f64, bool)], true_pairs: f64, precision: f64) -> Ranking {
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let nothing = Rates { precision: 1.0, recall: 0.0 };
    let mut ranking =
        Ranking { best: nothing, best_weight: f64::INFINITY, recall_at_precision: 0.0 };
    let (mut right, mut given) = (0.0, 0.0);
    let mut pairs = pairs.iter().peekable();
    while let Some((weight, same)) = pairs.next() {
        given += 1.0;
        right += f64::from(u8::from(*same));
        // Pairs of one weight stand or fall together.
        if pairs.peek().is_some_and(|next| next.0.total_cmp(weight).is_eq()) {
            continue;
        }
        let rates = Rates { precision: share(right, given), recall: share(right, true_pairs) };
        if rates.f1() > ranking.best.f1() {
            ranking.best = rates;
            ranking.best_weight = *weight;
        }
        if rates.precision >= precision {
            ranking.recall_at_precision = ranking.recall_at_precision.max(rates.recall);
        }
    }
    ranking
}

/// How many pairs of records are of one person.
pub fn true_pairs(people: &[u32]) -> f64 {
    tally(people.iter().copied()).values().map(|size| pairs_of(*size)).sum()
}

/// Records of each person, of each cluster, and of each person in each cluster.
struct Counts {
    people: HashMap<u32, u32>,
    clusters: HashMap<u32, u32>,
    shared: HashMap<(u32, u32), u32>,
}

impl Counts {
    fn of(people: &[u32], clusters: &[u32]) -> Self {
        let both = people.iter().copied().zip(clusters.iter().copied());
        Self {
            people: tally(people.iter().copied()),
            clusters: tally(clusters.iter().copied()),
            shared: tally(both),
        }
    }
}

fn tally<T: Eq + Hash>(things: impl Iterator<Item = T>) -> HashMap<T, u32> {
    let mut counts = HashMap::new();
    for thing in things {
        *counts.entry(thing).or_insert(0) += 1;
    }
    counts
}

fn pairs_of(size: u32) -> f64 {
    f64::from(size) * f64::from(size.saturating_sub(1)) / 2.0
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 1.0 }
}

fn more_than_once(keys: impl Iterator<Item = u32>) -> u32 {
    let counts = tally(keys);
    u32::try_from(counts.values().filter(|count| **count > 1).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn clusters_that_are_the_people_score_one() {
        let score = score(&[1, 1, 2, 3, 3, 3], &[7, 7, 0, 9, 9, 9]);
        assert!(near(score.pairs.f1(), 1.0) && near(score.bcubed.f1(), 1.0));
        assert_eq!((score.mixed_clusters, score.split_people), (0, 0));
    }

    #[test]
    fn a_cluster_of_two_people_costs_precision_and_a_split_person_recall() {
        // Three records of person 1 and two of person 2; the third of 1 is with those of 2.
        let (people, clusters) = ([1, 1, 1, 2, 2], [0, 0, 5, 5, 5]);
        let found = score(&people, &clusters);
        // Together: 1 + 3 pairs, of which 1 + 1 are right; in truth there are 3 + 1.
        assert!(near(found.pairs.precision, 0.5) && near(found.pairs.recall, 0.5));
        assert!(near(found.false_pairs, 2.0));
        // Precision of the records: 1, 1, 1/3, 2/3, 2/3. Recall: 2/3, 2/3, 1/3, 1, 1.
        let (precision, recall) = (11.0 / 3.0 / 5.0, 11.0 / 3.0 / 5.0);
        assert!(near(found.bcubed.precision, precision) && near(found.bcubed.recall, recall));
        assert_eq!((found.mixed_clusters, found.split_people), (1, 1));
        let chosen = bcubed_of(&people, &clusters, |record| record == 2);
        assert!(near(chosen.precision, 1.0 / 3.0) && near(chosen.recall, 1.0 / 3.0));
    }

    #[test]
    fn records_alone_are_never_wrong() {
        let score = score(&[1, 1, 2], &[0, 1, 2]);
        assert!(near(score.pairs.precision, 1.0) && near(score.pairs.recall, 0.0));
    }

    #[test]
    fn a_ranking_says_how_much_can_be_had_at_what_precision() {
        let mut pairs = [(9.0, true), (1.0, false), (8.0, true), (5.0, false), (5.0, true)];
        let ranking = rank(&mut pairs, 4.0, 0.9);
        assert!(near(ranking.recall_at_precision, 0.5));
        // At 5: three right of four given, of four in truth.
        assert!(near(ranking.best_weight, 5.0) && near(ranking.best.precision, 0.75));
        assert!(near(ranking.best.recall, 0.75));
        assert!(near(rank(&mut [], 0.0, 0.9).best.recall, 0.0));
        assert!(near(true_pairs(&[1, 1, 1, 2, 2, 3]), 4.0));
    }
}
