//! The record ids of a file: millions of short texts, close together, each of them once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Record ids by record number, counted from 0.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    text: String,
    /// Where each id ends in `text`.
    ends: Vec<usize>,
}

/// Ids in the making: knows which it has.
#[derive(Debug, Default)]
pub(crate) struct NewIds {
    ids: Ids,
    /// Hash of an id to its number; where two ids have one hash, the later has the next free one.
    numbers: HashMap<u64, u32>,
}

impl Ids {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id of a record.
    pub fn get(&self, number: u32) -> Option<&str> {
        let number = usize::try_from(number).ok()?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(number)?)
    }
}

impl NewIds {
    /// Adds an id and gives its number; `None` if it is there already, or no number is left.
    pub(crate) fn add(&mut self, id: &str) -> Option<u32> {
        let number = u32::try_from(self.ids.len()).ok()?;
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let mut hash = hasher.finish();
        while let Some(found) = self.numbers.get(&hash) {
            if self.ids.get(*found) == Some(id) {
                return None;
            }
            hash = hash.wrapping_add(1);
        }
        self.numbers.insert(hash, number);
        self.ids.text.push_str(id);
        self.ids.ends.push(self.ids.text.len());
        Some(number)
    }

    /// The ids, without what is needed only to add to them.
    pub(crate) fn finish(self) -> Ids {
        self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_numbered_once() {
        let mut ids = NewIds::default();
        let added: Vec<Option<u32>> =
            ["a", "bc", "a", "", "c", "bc"].into_iter().map(|id| ids.add(id)).collect();
        assert_eq!(added, [Some(0), Some(1), None, Some(2), Some(3), None]);
        let ids = ids.finish();
        let back: Vec<Option<&str>> = (0..5).map(|number| ids.get(number)).collect();
        assert_eq!(back, [Some("a"), Some("bc"), Some(""), Some("c"), None]);
    }
}
