//! How two birth dates agree.

use jiff::civil::Date;

use crate::level::Level;

/// How two birth dates agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BirthDateLevel {
    /// The same day.
    Same,
    /// Day and month changed places.
    Swapped,
    /// One digit apart, or two neighbouring digits changed places.
    OneDigit,
    /// The same year, and one of the two is 1 January: often a stand-in for day and month.
    SameYear,
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

    pub(crate) fn level(self, date: Option<Date>) -> Level {
        let first_january = date.is_some_and(is_first_january);
        match self {
            Self::Same if first_january => Level::BirthFirstJanuary,
            Self::Same => Level::BirthSame,
            Self::Swapped => Level::BirthSwapped,
            Self::OneDigit => Level::BirthOneDigit,
            Self::SameYear => Level::BirthSameYear,
            Self::TwoParts => Level::BirthTwoParts,
            Self::Different => Level::BirthDifferent,
        }
    }
}

/// `None` where one is missing.
pub(crate) fn compare(a: Option<Date>, b: Option<Date>) -> Option<BirthDateLevel> {
    let (a, b) = (a?, b?);
    if a == b {
        return Some(BirthDateLevel::Same);
    }
    let parts = [a.year() == b.year(), a.month() == b.month(), a.day() == b.day()];
    let agreeing = parts.iter().filter(|same| **same).count();
    Some(if a.year() == b.year() && a.month() == b.day() && a.day() == b.month() {
        BirthDateLevel::Swapped
    } else if one_slip(a, b) {
        BirthDateLevel::OneDigit
    } else if a.year() == b.year() && (is_first_january(a) || is_first_january(b)) {
        BirthDateLevel::SameYear
    } else if agreeing == 2 {
        BirthDateLevel::TwoParts
    } else {
        BirthDateLevel::Different
    })
}

pub(crate) fn is_first_january(date: Date) -> bool {
    date.month() == 1 && date.day() == 1
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

/// One digit differs, or two neighbouring digits changed places.
fn one_slip(a: Date, b: Date) -> bool {
    let (a, b) = (digits(a), digits(b));
    let mut differing = a.iter().zip(&b).enumerate().filter(|(_, (x, y))| x != y);
    let (Some((first, (a1, b1))), second) = (differing.next(), differing.next()) else {
        return false;
    };
    match second {
        None => true,
        Some((place, (a2, b2))) => {
            differing.next().is_none() && place == first + 1 && a1 == b2 && b1 == a2
        }
    }
}

/// The eight digits of `YYYYMMDD`.
fn digits(date: Date) -> [u8; 8] {
    let (mut rest, mut digits) = (i32::from(date.year()) * 10_000, [0; 8]);
    rest += i32::from(date.month()) * 100 + i32::from(date.day());
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
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
            ("1950-03-12", "1950-01-01", Some(BirthDateLevel::SameYear)),
            ("1950-03-12", "1978-07-27", Some(BirthDateLevel::Different)),
            ("1900-01-01", "1900-01-01", None),
        ] {
            let date = |text: &str| known(text.parse().ok());
            assert_eq!(compare(date(a), date(b)), expected, "{a} {b}");
            assert_eq!(compare(date(b), date(a)), expected, "{b} {a}");
        }
    }
}
