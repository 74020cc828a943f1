//! NHS numbers for people who do not exist: from the 999 range, which is never issued.

use model::NhsNumber;

/// How many stems the range 999 000 000 to 999 999 999 has.
const STEMS: u32 = 1_000_000;
/// Odd and not a multiple of five, so that stepping by it visits every stem once.
const STEP: u32 = 611_953;
/// The first stems belong to examples in documentation and tests.
const RESERVED: u32 = 1_000;

/// Gives each number once, in an order that does not follow the households.
#[derive(Debug)]
pub(crate) struct NumberBook {
    stem: u32,
}

impl NumberBook {
    /// A book that starts at a place of the seed's.
    pub(crate) fn new(seed: u64) -> Self {
        Self { stem: u32::try_from(seed % u64::from(STEMS)).unwrap_or(0) }
    }

    /// The next number. One stem in eleven has no check digit; those are skipped.
    pub(crate) fn next(&mut self) -> NhsNumber {
        loop {
            self.stem = (self.stem + STEP) % STEMS;
            if self.stem >= RESERVED
                && let Some(number) = NhsNumber::from_stem(999_000_000 + self.stem)
            {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_is_of_the_999_range_and_given_once() {
        let mut book = NumberBook::new(42);
        let numbers: Vec<_> = (0..100_000).map(|_| book.next()).collect();
        assert!(numbers.iter().all(|number| number.to_string().starts_with("999")));
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    }
}
