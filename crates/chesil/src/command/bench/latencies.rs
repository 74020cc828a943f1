//! How long each of many things took, kept whole and sorted when asked.

use std::time::Duration;

/// Every measured time.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time within which `percent` of all things were done, in milliseconds (nearest rank).
    pub(super) fn percentile_ms(&mut self, percent: usize) -> Option<f64> {
        self.0.sort_unstable();
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.checked_sub(1)?).map(|took| took.as_secs_f64() * 1000.0)
    }
}

impl Extend<Duration> for Latencies {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, times: T) {
        self.0.extend(times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_measured_times() {
        let mut times = Latencies::default();
        assert_eq!(times.percentile_ms(99), None);
        times.extend((1..=200).rev().map(Duration::from_millis));
        assert_eq!(times.percentile_ms(50), Some(100.0));
        assert_eq!(times.percentile_ms(99), Some(198.0));
        assert_eq!(times.percentile_ms(100), Some(200.0));
    }
}
