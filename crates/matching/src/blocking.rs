//! What is worth comparing: two records are candidates if they share one of these keys.
//!
//! A key is a short text for an index. One slip (a typing error, a move, a marriage, a changed
//! order of names or of day and month) leaves at least one key the same.

use model::NhsNumber;

use crate::birth_date::known;
use crate::{Profile, nickname, phonetic};

/// Names the way in which keys are made. Another way needs another name: a store then makes the
/// keys of all its records anew.
pub const VERSION: &str = "2026.1";

/// A blocking key: 64 bits that stay the same in every build, so that a store can keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    hash: i64,
    is_number: bool,
}

impl Key {
    fn of(text: &str) -> Self {
        Self { hash: stable_hash(text.as_bytes()), is_number: text.starts_with("n:") }
    }

    /// As the store holds it.
    pub fn hash(self) -> i64 {
        self.hash
    }

    /// It stands for an NHS number: followed however many records claim it.
    pub fn is_number(self) -> bool {
        self.is_number
    }
}

/// FNV-1a with a final mix (Fowler, Noll, Vo; the mix is MurmurHash3's).
fn stable_hash(bytes: &[u8]) -> i64 {
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ (hash >> 33)).cast_signed()
}

/// The key under which an NHS number is indexed.
pub fn number_key(number: &NhsNumber) -> Key {
    Key::of(&format!("n:{number}"))
}

/// The keys of a record, without repetition, always in the same order.
pub fn keys(profile: &Profile) -> Vec<Key> {
    let mut keys: Vec<Key> = texts(profile).iter().map(|text| Key::of(text)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn texts(profile: &Profile) -> Vec<String> {
    let mut keys = Vec::new();
    let demographics = profile.demographics();
    keys.extend(demographics.nhs_number.as_ref().map(|number| format!("n:{number}")));
    let families: Vec<String> =
        profile.families.iter().take(3).map(|n| n.replace(' ', "")).collect();
    let forenames = forename_forms(profile);
    if let Some(date) = known(demographics.birth_date) {
        let (low, high) = (date.month().min(date.day()), date.month().max(date.day()));
        let year = date.year();
        let sounds = families.iter().chain(&forenames).map(|name| phonetic::code(name));
        // Surname or forename with the birth date: names may have changed places.
        keys.extend(sounds.map(|sound| format!("d:{sound}:{year}{low:02}{high:02}")));
        keys.extend(profile.postcodes.iter().map(|p| format!("p:{p}:{year}{low:02}{high:02}")));
        for (family, forename) in pairs(&families, &forenames) {
            keys.push(format!("y:{family}:{forename}:{year}"));
            keys.push(format!("m:{family}:{forename}:{low:02}{high:02}"));
        }
        for (postcode, family) in pairs(&profile.postcodes, &families) {
            keys.push(format!("h:{postcode}:{}:{year}", phonetic::code(family)));
        }
    }
    keys.extend(profile.mobiles.iter().map(|number| format!("t:{number}")));
    keys.extend(profile.emails.iter().map(|email| format!("e:{email}")));
    for (place, forename) in
        pairs(&profile.postcodes, &forenames).chain(pairs(&profile.landlines, &forenames))
    {
        keys.push(format!("l:{place}:{}", phonetic::code(forename)));
    }
    // The only key that reaches a record without a birth date; of common names it is too full to use.
    keys.extend(
        pairs(&families, &forenames).map(|(family, forename)| format!("f:{family}:{forename}")),
    );
    keys
}

/// The forenames in their full forms: Bill is indexed as William.
fn forename_forms(profile: &Profile) -> Vec<String> {
    let mut forms: Vec<String> = profile
        .forenames
        .iter()
        .chain(profile.middles.first())
        .filter(|name| name.len() > 1)
        .flat_map(|name| nickname::full_forms(name))
        .collect();
    forms.dedup();
    forms.truncate(5);
    forms
}

fn pairs<'a>(a: &'a [String], b: &'a [String]) -> impl Iterator<Item = (&'a String, &'a String)> {
    a.iter().flat_map(move |one| b.iter().map(move |other| (one, other)))
}
