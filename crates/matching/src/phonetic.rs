//! How a name sounds: the first four sounds of Philips' Double Metaphone.

use rphonetic::{DoubleMetaphone, Encoder};

/// The code of an upper-case name; a name that has none (another script) stands for itself.
pub(crate) fn code(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_uppercase).collect();
    let code = DoubleMetaphone::default().encode(&letters);
    if code.is_empty() { name.to_owned() } else { code }
}
