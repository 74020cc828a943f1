//! Chance as a value: a seed, a purpose and a number always throw the same dice.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of chance. Streams for different purposes are independent, so that changing how
/// letters are written never changes who lives where.
#[derive(Debug, Clone)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of `seed` for the `number`th thing of a `purpose`.
    pub(crate) fn new(seed: u64, purpose: &str, number: u64) -> Self {
        // FNV-1a: only to keep purposes apart.
        let purpose = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut key = [0; 32];
        let words = [seed, purpose, number];
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        key.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `count` - 1.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        let scaled = (u64::from(self.0.next_u32()) * u64::from(count)) >> 32;
        u32::try_from(scaled).unwrap_or(0)
    }

    /// A number from `low` to `high`, both possible.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = u32::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
        low.saturating_add(i64::from(self.below(count)))
    }

    /// True in `per_mille` of a thousand throws.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of `items`, each equally likely.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        #[expect(clippy::indexing_slicing, reason = "tables of this crate have at least one line")]
        &items[self.place(items.len())]
    }

    /// One of `items`, likelier where `weight` is larger; `None` where nothing has weight.
    pub(crate) fn weigh<'a, T>(
        &mut self,
        items: &'a [T],
        weight: impl Fn(&T) -> u32,
    ) -> Option<&'a T> {
        let total = items.iter().map(&weight).sum();
        let mut left = self.below(total);
        items.iter().find(|item| {
            let weight = weight(item);
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        })
    }

    /// Around 0, mostly within 1000, seldom beyond 2000: thousandths of a standard deviation.
    pub(crate) fn bell(&mut self) -> i64 {
        (0..6).map(|_| self.between(-1000, 1000)).sum::<i64>() * 7 / 10
    }

    /// A place in a list of `len`.
    pub(crate) fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u32::try_from(len).unwrap_or(u32::MAX))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_throw_the_same_numbers_and_others_do_not() {
        let throw = |seed, purpose: &str, number| {
            let mut dice = Dice::new(seed, purpose, number);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(1, "home", 7), throw(1, "home", 7));
        for other in [throw(2, "home", 7), throw(1, "name", 7), throw(1, "home", 8)] {
            assert_ne!(throw(1, "home", 7), other);
        }
    }

    #[test]
    fn weights_are_kept_to_and_nothing_has_no_weight() {
        let mut dice = Dice::new(1, "weights", 0);
        let items = [("never", 0), ("often", 9), ("seldom", 1)];
        let often = (0..1000).filter(|_| dice.weigh(&items, |item| item.1).unwrap().0 == "often");
        assert!((850..950).contains(&often.count()));
        assert!(dice.weigh(&items, |_| 0).is_none());
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
    }
}
