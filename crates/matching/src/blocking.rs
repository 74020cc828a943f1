//! What is worth comparing: two records are candidates if they share one of these keys.
//!
//! One slip (a typing error, a move, a marriage, a changed order of names or of day and month)
//! leaves at least one key the same.

use jiff::civil::Date;
use model::NhsNumber;

use crate::hash::{stable_hash, stable_hash_of};
use crate::profile::Name;
use crate::{Profile, nickname, phonetic};

/// Names the way in which keys are made. Another way needs another name: a store then makes the
/// keys of all its records anew.
pub const VERSION: &str = "2026.6";

/// A blocking key: 64 bits that stay the same in every build, so that a store can keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    hash: u64,
    is_number: bool,
    part: Part,
}

/// What a key is for: most records are found by what they are filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Both,
    /// The record is filed under it, and does not look for others by it.
    Filed,
    /// The record looks for others by it, and is not filed under it.
    Sought,
}

impl Key {
    /// A key of this kind; the kind is part of the hash.
    fn of(kind: u8, parts: &[u64]) -> Self {
        let mut all = [u64::from(kind), 0, 0, 0];
        all.iter_mut().skip(1).zip(parts).for_each(|(place, part)| *place = *part);
        Self { hash: stable_hash_of(&all), is_number: kind == b'n', part: Part::Both }
    }

    /// A record is filed under this key.
    pub fn is_filed(self) -> bool {
        self.part != Part::Sought
    }

    /// A record looks for others by this key.
    pub fn is_sought(self) -> bool {
        self.part != Part::Filed
    }

    /// As the store holds it.
    pub fn hash(self) -> i64 {
        self.hash.cast_signed()
    }

    /// It stands for an NHS number: followed however many records claim it.
    pub fn is_number(self) -> bool {
        self.is_number
    }
}

/// The key under which an NHS number is indexed.
pub fn number_key(number: &NhsNumber) -> Key {
    Key::of(b'n', &[stable_hash(number.to_string().as_bytes())])
}

/// The keys of a record, without repetition, always in the same order.
pub fn keys(profile: &Profile) -> Vec<Key> {
    let mut keys = Vec::with_capacity(24);
    keys.extend(profile.number.as_ref().map(number_key));
    let identifiers = profile.identifiers.iter();
    keys.extend(
        identifiers.map(|(kind, text)| Key::of(b'i', &[*kind, stable_hash(text.as_bytes())])),
    );
    let families = profile.families.get(..profile.families.len().min(3)).unwrap_or_default();
    let forenames = forename_forms(profile);
    if let Some(date) = profile.birth_date {
        dated(profile, families, &forenames, date, &mut keys);
    }
    keys.extend(profile.mobiles.iter().map(|number| Key::of(b't', &[*number])));
    keys.extend(profile.emails.iter().map(|email| Key::of(b'e', &[*email])));
    for forename in &forenames {
        let places =
            profile.homes.iter().map(|home| home.postcode).chain(profile.landlines.iter().copied());
        keys.extend(places.map(|place| Key::of(b'l', &[place, forename.sound])));
        keys.extend(families.iter().flat_map(|family| whole_name(profile, family, forename)));
    }
    further(profile, families, &forenames, &mut keys);
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The only keys that reach a record without a birth date. Two records with one are never found by
/// name alone: of common names that would be hundreds, and they have better keys.
fn whole_name(profile: &Profile, family: &Name, forename: &Form) -> [Key; 2] {
    let dated = Key::of(b'f', &[family.id, forename.id]);
    let undated = Key::of(b'u', &[family.id, forename.id]);
    match profile.birth_date {
        Some(_) => [Key { part: Part::Filed, ..dated }, Key { part: Part::Sought, ..undated }],
        None => [Key { part: Part::Sought, ..dated }, undated],
    }
}

/// Further columns, where a file has any: two of them, or one with a name.
fn further(profile: &Profile, families: &[Name], forenames: &[Form], keys: &mut Vec<Key>) {
    let sounds =
        families.iter().map(|name| name.sound).chain(forenames.iter().map(|form| form.sound));
    for (place, (column, value)) in profile.extras.iter().enumerate() {
        let one = stable_hash_of(&[*column, value.id]);
        keys.extend(sounds.clone().map(|sound| Key::of(b'x', &[one, sound])));
        let others = profile.extras.iter().skip(place + 1);
        keys.extend(
            others
                .map(|(column, value)| Key::of(b'z', &[one, stable_hash_of(&[*column, value.id])])),
        );
    }
}

fn dated(
    profile: &Profile,
    families: &[Name],
    forenames: &[Form],
    date: Date,
    keys: &mut Vec<Key>,
) {
    let (low, high) = (date.month().min(date.day()), date.month().max(date.day()));
    let day = number(low) * 100 + number(high);
    let (year, whole) = (number(date.year()), number(date.year()) * 10_000 + day);
    // Surname or forename with the birth date: names may have changed places.
    let sounds =
        families.iter().map(|name| name.sound).chain(forenames.iter().map(|form| form.sound));
    keys.extend(sounds.map(|sound| Key::of(b'd', &[sound, whole])));
    for home in &profile.homes {
        keys.push(Key::of(b'p', &[home.postcode, whole]));
        keys.extend(
            families.iter().map(|family| Key::of(b'h', &[home.postcode, family.sound, year])),
        );
    }
    for family in families {
        for forename in forenames {
            keys.push(Key::of(b'y', &[family.id, forename.id, year]));
            keys.push(Key::of(b'm', &[family.id, forename.id, day]));
        }
    }
}

fn number(part: impl Into<i64>) -> u64 {
    part.into().unsigned_abs()
}

/// A forename in a full form: Bill is indexed as William.
#[derive(PartialEq)]
struct Form {
    id: u64,
    sound: u64,
}

fn forename_forms(profile: &Profile) -> Vec<Form> {
    let mut forms = Vec::with_capacity(4);
    let names = profile.forenames.iter().chain(profile.middles.first());
    for name in names.filter(|name| !name.is_initial()) {
        for full in nickname::full_forms(&name.text) {
            let form = if *full == *name.text {
                Form { id: name.id, sound: name.sound }
            } else {
                let sound = stable_hash(phonetic::code(full).as_bytes());
                Form { id: stable_hash(full.as_bytes()), sound }
            };
            if !forms.contains(&form) && forms.len() < 5 {
                forms.push(form);
            }
        }
    }
    forms
}
