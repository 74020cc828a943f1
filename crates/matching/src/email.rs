//! Names in e-mail addresses: many an address keeps the surname its owner had before a marriage.

use crate::hash::stable_hash;
use crate::profile::Name;

/// Shorter words are syllables rather than surnames.
const SHORTEST: usize = 3;

/// What may be a surname before the `@`, as [`Name::id`]: each word of letters, with and without a
/// forename or an initial at its beginning or a forename at its end.
pub(crate) fn surnames(address: &str, forenames: &[Name]) -> Vec<u64> {
    let user = address.split('@').next().unwrap_or_default().to_ascii_uppercase();
    let mut found = Vec::new();
    for word in user.split(|letter: char| !letter.is_ascii_alphabetic()) {
        found.push(word);
        for forename in forenames {
            let first = forename.text.get(..1).unwrap_or_default();
            found.extend(word.strip_prefix(&*forename.text));
            found.extend(word.strip_suffix(&*forename.text));
            found.extend(word.strip_prefix(first));
        }
    }
    found.retain(|word| word.len() >= SHORTEST);
    let mut ids: Vec<u64> = found.into_iter().map(|word| stable_hash(word.as_bytes())).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_surname_is_read_from_an_address() {
        let forenames = [Name::new("CLAIRE".into())];
        for (address, surname) in [
            ("claire.franklin1974@post.example", "FRANKLIN"),
            ("clairefranklin5@post.example", "FRANKLIN"),
            ("cfranklin@post.example", "FRANKLIN"),
            ("franklin_claire@post.example", "FRANKLIN"),
            ("franklinclaire@post.example", "FRANKLIN"),
        ] {
            let read = surnames(address, &forenames);
            assert!(read.contains(&Name::new(surname.into()).id), "{address}");
        }
        assert!(surnames("c.j12@post.example", &forenames).is_empty());
        assert!(surnames("", &forenames).is_empty());
    }
}
