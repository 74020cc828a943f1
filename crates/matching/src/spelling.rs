//! Names that are alike: one name with a slip in it, or two spellings of one sound.

use rapidfuzz::distance::{jaro_winkler, osa};

use crate::profile::Name;

/// One name with a slip in it, or two spellings of one sound.
pub(crate) fn alike(a: &Name, b: &Name) -> bool {
    if a.numbered && b.numbered && !digits(a).eq(digits(b)) {
        return false;
    }
    let shorter = a.text.len().min(b.text.len());
    let spelling = spelling(a, b);
    let needed = if a.sounds > 1 { 0.70 } else { 0.76 };
    spelling >= 0.93
        || (a.sound == b.sound && spelling >= needed)
        || (shorter >= 3 && spelling > 0.6 && osa::distance(a.text.bytes(), b.text.bytes()) == 1)
        || (shorter >= 3 && as_read(&a.text).eq(as_read(&b.text)))
}

/// `TEST1` and `TEST2` are two names, not one with a slip in it.
fn digits(name: &Name) -> impl Iterator<Item = u8> {
    name.text.bytes().filter(u8::is_ascii_digit)
}

/// The letters as a hurried eye or a scanner reads them: `rn` and `nn` as m, `cl` as d, `vv` as w.
fn as_read(text: &str) -> impl Iterator<Item = u8> {
    let mut letters = text.bytes().peekable();
    std::iter::from_fn(move || {
        let letter = letters.next()?;
        let one = match (letter, letters.peek()) {
            (b'R' | b'N', Some(b'N')) => b'M',
            (b'C', Some(b'L')) => b'D',
            (b'V', Some(b'V')) => b'W',
            _ => return Some(letter),
        };
        letters.next();
        Some(one)
    })
}

/// 1 for the same letters in the same order, 0 for nothing in common (Jaro and Winkler).
pub(crate) fn spelling(a: &Name, b: &Name) -> f64 {
    jaro_winkler::similarity(a.text.bytes(), b.text.bytes())
}
