//! How long to wait before trying again.

use jiff::SignedDuration;

/// One second after the first failure, twice as long after each further one, five minutes at most.
pub(crate) fn delay(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(16);
    SignedDuration::from_secs((1i64 << doublings).min(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_a_second_to_five_minutes() {
        let seconds: Vec<i64> =
            [1, 2, 3, 8, 9, 10, 1_000].iter().map(|attempts| delay(*attempts).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 128, 256, 300, 300]);
    }
}
