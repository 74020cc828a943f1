//! When what failed is tried again.

use std::time::Duration;

use jiff::SignedDuration;

/// Twice as long after each failure, between two bounds, and then perhaps no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// After the first failure.
    pub first: Duration,
    /// At most.
    pub longest: Duration,
    /// A message that has failed so often is parked. `None`: it is tried for ever. A destination that
    /// does not answer at all parks nothing.
    pub give_up_after: Option<i64>,
}

impl Default for Retry {
    /// A second, five minutes, for ever.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_mins(5), give_up_after: None }
    }
}

impl Retry {
    /// The wait after so many failures, from three quarters of it to all of it: which, follows from
    /// `spread`, so that many that failed together do not come back together.
    pub(crate) fn delay(&self, failures: i64, spread: i64) -> SignedDuration {
        let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 20)).unwrap_or(20);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        // A bit mixer (splitmix64's last step): neighbours land far apart.
        let mixed = (spread ^ failures.rotate_left(32)).cast_unsigned();
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from(mixed >> 40 & 0xff).unwrap_or_default();
        let wait = whole.saturating_sub(whole / 4 * part / 255);
        SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_is_spread_over_its_last_quarter() {
        let retry = Retry::default();
        for (failures, whole) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (1_000, 300)] {
            let waits: Vec<f64> =
                (0..100).map(|id| retry.delay(failures, id).as_secs_f64()).collect();
            let (whole, least) = (f64::from(whole), f64::from(whole) * 0.75);
            assert!(waits.iter().all(|wait| (least..=whole).contains(wait)), "{waits:?}");
            let below = waits.iter().filter(|wait| **wait < whole * 0.875).count();
            assert!((30..=70).contains(&below), "{below} of 100 in the earlier half");
        }
    }
}
