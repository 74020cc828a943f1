//! Leaves a failing practice alone: nobody waits for a system that has just failed five times.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Counts failures in a row. Closed until there are too many; then one call is let through now
/// and then, and the first success closes it again.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    next_probe: Option<Timestamp>,
}

impl Breaker {
    /// Whether a call may be made now. While open, saying yes also books the next probe, so that
    /// a probe given up by its reader cannot hold up others.
    pub(crate) fn allows(&mut self, now: Timestamp, probe_every: Duration) -> bool {
        match self.next_probe {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                self.next_probe = Some(later(now, probe_every));
                true
            }
        }
    }

    /// The practice answered.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The practice failed.
    pub(crate) fn failed(&mut self, now: Timestamp, failures_to_open: u32, probe_every: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= failures_to_open {
            self.next_probe = Some(later(now, probe_every));
        }
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(10);

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn five_failures_open_it_and_one_call_each_ten_seconds_probes() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.failed(second(0), 5, EVERY);
            assert!(breaker.allows(second(0), EVERY));
        }
        breaker.failed(second(0), 5, EVERY);
        assert!(!breaker.allows(second(9), EVERY));
        assert!(breaker.allows(second(10), EVERY), "the probe");
        assert!(!breaker.allows(second(11), EVERY), "one probe only");
        breaker.failed(second(12), 5, EVERY);
        assert!(!breaker.allows(second(21), EVERY));
        assert!(breaker.allows(second(22), EVERY));
        breaker.succeeded();
        assert!(breaker.allows(second(22), EVERY) && breaker.allows(second(22), EVERY));
    }

    #[test]
    fn a_success_forgets_earlier_failures() {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            (0..4).for_each(|_| breaker.failed(second(0), 5, EVERY));
            breaker.succeeded();
        }
        assert!(breaker.allows(second(0), EVERY));
    }
}
