//! A destination that does not answer is asked with one message at a time, less and less often.

use jiff::Timestamp;

use super::Retry;

/// So many failures running, of whatever messages, mean that it is not the messages.
const FAILURES: i64 = 5;

/// Whether a destination answers.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    failures: i64,
    /// Open until then; after it, one message tries.
    until: Option<Timestamp>,
    since: Option<Timestamp>,
}

impl Circuit {
    /// It answered: the message itself was taken or refused. Returns whether it had not before.
    pub(super) fn answered(&mut self) -> bool {
        let was_open = self.until.is_some();
        *self = Self::default();
        was_open
    }

    /// It did not take a message, for a reason that may pass.
    pub(super) fn failed(&mut self, now: Timestamp, retry: &Retry) {
        self.failures += 1;
        self.since.get_or_insert(now);
        if self.failures >= FAILURES {
            let wait = retry.delay(self.failures - FAILURES + 1, 0);
            self.until = Some(now.saturating_add(wait).unwrap_or(now));
        }
    }

    /// When it is asked again; `None` where it answers.
    pub(super) fn open_until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Failures running, and since when.
    pub(super) fn failing(&self) -> Option<(i64, Timestamp)> {
        self.since.map(|since| (self.failures, since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_running_open_it_and_one_answer_closes_it() {
        let (mut circuit, retry) = (Circuit::default(), Retry::default());
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        for _ in 0..4 {
            circuit.failed(now, &retry);
        }
        assert_eq!(circuit.open_until(), None);
        circuit.failed(now, &retry);
        let first = circuit.open_until().unwrap();
        assert!(first > now && first <= now.saturating_add(retry.first).unwrap());
        circuit.failed(first, &retry);
        assert!(circuit.open_until().unwrap() > first);
        assert_eq!(circuit.failing(), Some((6, now)));
        assert!(circuit.answered());
        assert_eq!((circuit.open_until(), circuit.failing()), (None, None));
        assert!(!circuit.answered());
    }
}
