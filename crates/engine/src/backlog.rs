//! How many messages wait: above the high-water mark, sources stop reading.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Shared by sources, which wait while it is full, and the processor, which waits while it is empty.
#[derive(Debug)]
pub(crate) struct Backlog {
    counted: Mutex<Counted>,
    arrived: Condvar,
    full: watch::Sender<bool>,
    high_water: i64,
}

#[derive(Debug)]
struct Counted {
    waiting: i64,
    woken: bool,
}

impl Backlog {
    pub(crate) fn new(waiting: i64, high_water: i64) -> Self {
        let full = watch::Sender::new(waiting >= high_water);
        // Woken at the start: what a previous run left must be looked at.
        let counted = Mutex::new(Counted { waiting, woken: true });
        Self { counted, arrived: Condvar::new(), full, high_water }
    }

    /// Counts `more` (or, negative, fewer) waiting messages. The processor may be done with a message
    /// before its source has counted it, so the sum may be below zero for a moment.
    pub(crate) fn add(&self, more: i64) {
        let mut counted = self.lock();
        counted.waiting = counted.waiting.saturating_add(more);
        let waiting = counted.waiting;
        drop(counted);
        // Reading begins again at nine tenths, so that it does not stutter at the mark.
        let low_water = self.high_water - self.high_water / 10;
        self.full.send_if_modified(|full| {
            let now = if *full { waiting > low_water } else { waiting >= self.high_water };
            std::mem::replace(full, now) != now
        });
    }

    /// How many wait, as far as this process has counted.
    pub(crate) fn waiting(&self) -> i64 {
        self.lock().waiting.max(0)
    }

    /// Lets the processor look.
    pub(crate) fn wake(&self) {
        self.lock().woken = true;
        self.arrived.notify_all();
    }

    /// Blocks until somebody wakes it or `at_most` has passed.
    pub(crate) fn wait_for_work(&self, at_most: Duration) {
        let counted = self.lock();
        let waited = self.arrived.wait_timeout_while(counted, at_most, |counted| !counted.woken);
        waited.unwrap_or_else(PoisonError::into_inner).0.woken = false;
    }

    pub(crate) fn has_room(&self) -> bool {
        !*self.full.borrow()
    }

    /// Returns when there is room below the high-water mark.
    pub(crate) async fn room(&self) {
        // An error would mean that the sender, which we hold, is gone.
        let _ = self.full.subscribe().wait_for(|full| !full).await;
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_done_before_it_is_counted_leaves_nothing_behind() {
        let backlog = Backlog::new(0, 10);
        backlog.add(-1);
        assert_eq!(backlog.waiting(), 0);
        backlog.add(1);
        assert_eq!(backlog.waiting(), 0);
    }
}
