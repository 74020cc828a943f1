//! How two birth dates agree.

use jiff::civil::Date;

use crate::weights::{self, Level};

/// How two birth dates agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BirthDateLevel {
    /// The same day.
    Same,
    /// Day and month changed places.
    Swapped,
    /// One digit apart, or two neighbouring digits changed places.
    OneDigit,
    /// Two of day, month and year agree.
    TwoParts,
    /// Anything else.
    Different,
}

impl BirthDateLevel {
    /// Near enough to be one date with a slip in it.
    pub fn agrees(self) -> bool {
        matches!(self, Self::Same | Self::Swapped | Self::OneDigit)
    }

    pub(crate) fn weight(self, date: Option<Date>) -> Level {
        let first_january = date.is_some_and(|date| date.month() == 1 && date.day() == 1);
        match self {
            Self::Same if first_january => weights::BIRTH_SAME_FIRST_JANUARY,
            Self::Same => weights::BIRTH_SAME,
            Self::Swapped => weights::BIRTH_SWAPPED,
            Self::OneDigit => weights::BIRTH_ONE_DIGIT,
            Self::TwoParts => weights::BIRTH_TWO_PARTS,
            Self::Different => weights::BIRTH_DIFFERENT,
        }
    }
}

/// `None` where one is missing or a stand-in for "unknown".
pub(crate) fn compare(a: Option<Date>, b: Option<Date>) -> Option<BirthDateLevel> {
    let (a, b) = (known(a)?, known(b)?);
    if a == b {
        return Some(BirthDateLevel::Same);
    }
    let parts = [a.year() == b.year(), a.month() == b.month(), a.day() == b.day()];
    let agreeing = parts.iter().filter(|same| **same).count();
    Some(if a.year() == b.year() && a.month() == b.day() && a.day() == b.month() {
        BirthDateLevel::Swapped
    } else if one_slip(a, b) {
        BirthDateLevel::OneDigit
    } else if agreeing == 2 {
        BirthDateLevel::TwoParts
    } else {
        BirthDateLevel::Different
    })
}

/// A date that means something: systems store 1 January 1900 and the like for "unknown".
pub(crate) fn known(date: Option<Date>) -> Option<Date> {
    date.filter(|date| {
        !(date.year() <= 1901 && date.month() == 1 && date.day() == 1) && date.year() > 1850
    })
}

/// Years between two dates, 0 where one is missing.
pub(crate) fn years_apart(a: Option<Date>, b: Option<Date>) -> u16 {
    match (a, b) {
        (Some(a), Some(b)) => a.year().abs_diff(b.year()),
        _ => 0,
    }
}

fn one_slip(a: Date, b: Date) -> bool {
    let digits = |date: Date| format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let (a, b) = (digits(a), digits(b));
    let differing: Vec<usize> =
        (0..8).filter(|at| a.as_bytes().get(*at) != b.as_bytes().get(*at)).collect();
    match differing.as_slice() {
        [_] => true,
        [first, second] => {
            second - first == 1
                && a.as_bytes().get(*first) == b.as_bytes().get(*second)
                && a.as_bytes().get(*second) == b.as_bytes().get(*first)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_people() {
        for (a, b, expected) in [
            ("1950-03-12", "1950-03-12", Some(BirthDateLevel::Same)),
            ("1950-03-12", "1950-12-03", Some(BirthDateLevel::Swapped)),
            ("1950-03-12", "1950-03-13", Some(BirthDateLevel::OneDigit)),
            ("1950-03-12", "1905-03-12", Some(BirthDateLevel::OneDigit)),
            ("1950-03-12", "1950-03-27", Some(BirthDateLevel::TwoParts)),
            ("1950-03-12", "1978-07-27", Some(BirthDateLevel::Different)),
            ("1900-01-01", "1900-01-01", None),
        ] {
            let date = |text: &str| text.parse().ok();
            assert_eq!(compare(date(a), date(b)), expected, "{a} {b}");
            assert_eq!(compare(date(b), date(a)), expected, "{b} {a}");
        }
    }
}
