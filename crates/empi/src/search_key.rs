//! The index of what a system may search by: names, dates of birth, postcodes, telephones, e-mails.
//!
//! A sensitive record (PDS S-flag) has no keys of place or contact: it is never found by them.

use std::collections::BTreeSet;

use db::{Tx, Value, params};
use jiff::civil::Date;
use model::Demographics;

use crate::Result;

/// A value longer than this is searched by its beginning.
const LONGEST: usize = 40;

/// Which value of a record a key holds; the letter stands first in the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BirthDate,
    Telephone,
    Email,
    Postcode,
    Family,
    Given,
}

impl Kind {
    fn letter(self) -> char {
        match self {
            Self::BirthDate => 'b',
            Self::Telephone => 't',
            Self::Email => 'e',
            Self::Postcode => 'p',
            Self::Family => 'f',
            Self::Given => 'g',
        }
    }

    pub(crate) fn key(self, value: &str) -> String {
        let value: String = value.chars().take(LONGEST).collect();
        format!("{}{value}", self.letter())
    }
}

/// Text as it is compared in a search: small plain letters and digits, nothing else (FHIR R4
/// §3.1.1.4.8: case and accents do not count, nor do punctuation and blanks).
pub fn fold(text: &str) -> String {
    let plain = any_ascii::any_ascii(text);
    let kept = plain.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The digits of a telephone number, `+44` and `0044` as the national `0`.
pub fn telephone_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = text.trim_start().starts_with('+') || digits.starts_with("00");
    match digits.trim_start_matches('0').strip_prefix("44") {
        Some(rest) if international => format!("0{}", rest.trim_start_matches('0')),
        _ => digits,
    }
}

pub(crate) fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

pub(crate) fn add(tx: &mut Tx, seq: i64, demographics: &Demographics) -> Result<()> {
    insert(tx, &keys(demographics).into_iter().collect::<Vec<_>>(), seq)
}

/// Writes only what has changed.
pub(crate) fn replace(tx: &mut Tx, seq: i64, old: &Demographics, new: &Demographics) -> Result<()> {
    let (old, new) = (keys(old), keys(new));
    for key in old.difference(&new) {
        tx.execute("delete from search_key where key = ?1 and patient = ?2", params![key, seq])?;
    }
    insert(tx, &new.difference(&old).cloned().collect::<Vec<_>>(), seq)
}

fn insert(tx: &mut Tx, keys: &[String], seq: i64) -> Result<()> {
    let values = |key: &String| vec![Value::from(key), Value::Int(seq)];
    tx.insert_each(
        "insert into search_key (key, patient) values (?1, ?2) on conflict (key, patient) do nothing",
        &keys.iter().map(values).collect::<Vec<_>>(),
    )?;
    Ok(())
}

fn keys(said: &Demographics) -> BTreeSet<String> {
    let names = || said.names.iter();
    let mut values: Vec<(Kind, String)> = Vec::new();
    values.extend(names().map(|name| (Kind::Family, fold(&name.family))));
    values.extend(names().flat_map(|name| &name.given).map(|given| (Kind::Given, fold(given))));
    values.extend(said.birth_date.map(|date| (Kind::BirthDate, day(date))));
    if !said.sensitive {
        let codes = said.addresses.iter().filter_map(|address| address.postcode.as_ref());
        values.extend(codes.map(|code| (Kind::Postcode, fold(code))));
        let telephones = said.telephones.iter();
        values.extend(telephones.map(|one| (Kind::Telephone, telephone_digits(&one.number))));
        values.extend(said.emails.iter().map(|one| (Kind::Email, fold(one))));
    }
    let given = values.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(kind, value)| kind.key(&value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("O'Brien-Smith", "obriensmith"),
            ("Zoë", "zoe"),
            ("  de la Cruz ", "delacruz"),
            ("Łukasz", "lukasz"),
            ("BH1 3TR", "bh13tr"),
            ("--", ""),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn telephones_are_compared_as_national_numbers() {
        for (text, expected) in [
            ("+44 (0)7700 900123", "07700900123"),
            ("0044 7700 900123", "07700900123"),
            ("01305 496007", "01305496007"),
        ] {
            assert_eq!(telephone_digits(text), expected, "{text}");
        }
    }
}
