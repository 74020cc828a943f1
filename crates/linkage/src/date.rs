//! A date as people write it, in one of five shapes.

use jiff::civil::Date;

/// How a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateShape {
    /// `1950-12-31`, with or without a time.
    Iso,
    /// `31/12/1950`; also with dots, hyphens or spaces.
    Numbers,
    /// `31-Dec-1950`.
    MonthName,
    /// `19501231`.
    Compact,
    /// `31.12.50`: the century is a guess.
    ShortYear,
}

impl DateShape {
    /// Every shape.
    pub const ALL: [Self; 5] =
        [Self::Iso, Self::Numbers, Self::MonthName, Self::Compact, Self::ShortYear];

    /// The shape in words.
    pub fn sentence(self, order: DateOrder) -> &'static str {
        match (self, order) {
            (Self::Iso, _) => "yyyy-mm-dd",
            (Self::Numbers, DateOrder::DayFirst) => "dd/mm/yyyy",
            (Self::Numbers, DateOrder::MonthFirst) => "mm/dd/yyyy",
            (Self::MonthName, _) => "dd-Mon-yyyy",
            (Self::Compact, _) => "yyyymmdd",
            (Self::ShortYear, DateOrder::DayFirst) => "d.m.yy",
            (Self::ShortYear, DateOrder::MonthFirst) => "m.d.yy",
        }
    }
}

/// What stands first in `03/04/1950`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// The day: 3 April.
    #[default]
    DayFirst,
    /// The month: 4 March.
    MonthFirst,
}

/// A date that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) date: Date,
    pub(crate) shape: DateShape,
    /// Day and month could have changed places: `03/04/1950`.
    pub(crate) either_order: bool,
    /// Only the order that the file does not use makes it a date: `12/31/1950`.
    pub(crate) other_order: bool,
}

/// Reads a date, or nothing. `today` decides the century of a short year: the latest one in which
/// the date is not in the future, so on 22 November 2026 `1.2.26` is in 2026 and `1.2.27` in 1927.
pub(crate) fn read(text: &str, order: DateOrder, today: Date) -> Option<Written> {
    let text = without_time(text.trim());
    let mut parts = text.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(digits), None, None, None) => compact(digits),
        (Some(first), Some(second), Some(third), None) => {
            three_parts([first, second, third], order, today)
        }
        _ => None,
    }
}

/// Databases write `1950-12-31 00:00:00` and `1950-12-31T00:00:00Z`.
fn without_time(text: &str) -> &str {
    let is_time =
        |rest: &str| rest.contains(':') && rest.starts_with(|letter: char| letter.is_ascii_digit());
    match text.split_once(['T', ' ']) {
        Some((date, rest)) if is_time(rest.trim_start()) => date,
        _ => text.rsplit_once(' ').map_or(
            text,
            |(date, rest)| {
                if is_time(rest) { date.trim_end() } else { text }
            },
        ),
    }
}

fn compact(digits: &str) -> Option<Written> {
    if digits.len() != 8 {
        return None;
    }
    let number = number(digits)?;
    plain(DateShape::Compact, number / 10_000, number / 100 % 100, number % 100)
}

fn three_parts(parts: [&str; 3], order: DateOrder, today: Date) -> Option<Written> {
    let [first, second, third] = parts;
    if first.len() == 4 {
        return plain(DateShape::Iso, number(first)?, month(second)?, number(third)?);
    }
    let named = second.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let (year, short) = match third.len() {
        4 => (number(third)?, false),
        2 => (number(third)?, true),
        _ => return None,
    };
    let date = |month: u32, day: u32| {
        if short { in_the_past(year, month, day, today) } else { civil(year, month, day) }
    };
    let shape = match (named, short) {
        (_, true) => DateShape::ShortYear,
        (true, false) => DateShape::MonthName,
        (false, false) => DateShape::Numbers,
    };
    if named {
        let date = date(month(second)?, number(first)?)?;
        return Some(Written { date, shape, either_order: false, other_order: false });
    }
    let (first, second) = (number(first)?, number(second)?);
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        DateOrder::MonthFirst => (second, first),
    };
    let either_order = day != month && day <= 12 && month <= 12;
    if let Some(date) = date(month, day) {
        return Some(Written { date, shape, either_order, other_order: false });
    }
    let date = date(day, month)?;
    Some(Written { date, shape, either_order: false, other_order: true })
}

fn plain(shape: DateShape, year: u32, month: u32, day: u32) -> Option<Written> {
    let date = civil(year, month, day)?;
    Some(Written { date, shape, either_order: false, other_order: false })
}

/// A short year in the latest century that leaves the date in the past.
fn in_the_past(year: u32, month: u32, day: u32, today: Date) -> Option<Date> {
    let century = u32::try_from(today.year()).ok()? / 100 * 100;
    // The 29th of February may exist in one century only.
    let centuries = [century, century.checked_sub(100)?];
    centuries
        .into_iter()
        .filter_map(|century| civil(century + year, month, day))
        .find(|date| *date <= today)
}

fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn number(digits: &str) -> Option<u32> {
    let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| fits)
}

/// `12`, `Dec`, `december`.
fn month(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if let Some(number) = number(text) {
        return Some(number);
    }
    let text = text.to_ascii_lowercase();
    let is_month = |name: &str| text.len() >= 3 && name.starts_with(text.as_str());
    let place = NAMES.iter().position(|name| is_month(name))?;
    u32::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn five_shapes_are_read_and_named() {
        use DateShape::{Compact, Iso, MonthName, Numbers, ShortYear};
        for (text, expected) in [
            ("1950-12-31", Some((Iso, date(1950, 12, 31)))),
            ("1950-12-31T00:00:00Z", Some((Iso, date(1950, 12, 31)))),
            ("1950-12-31 00:00:00.000", Some((Iso, date(1950, 12, 31)))),
            ("31/12/1950", Some((Numbers, date(1950, 12, 31)))),
            ("31/12/1950 0:00", Some((Numbers, date(1950, 12, 31)))),
            ("1.2.1950", Some((Numbers, date(1950, 2, 1)))),
            ("31 12 1950", Some((Numbers, date(1950, 12, 31)))),
            ("31-Dec-1950", Some((MonthName, date(1950, 12, 31)))),
            ("1 sept 1950", Some((MonthName, date(1950, 9, 1)))),
            ("1 September 1950", Some((MonthName, date(1950, 9, 1)))),
            ("19501231", Some((Compact, date(1950, 12, 31)))),
            ("1.2.50", Some((ShortYear, date(1950, 2, 1)))),
            ("31-DEC-50", Some((ShortYear, date(1950, 12, 31)))),
            ("22/11/26", Some((ShortYear, date(2026, 11, 22)))),
            ("23/11/26", Some((ShortYear, date(1926, 11, 23)))),
            ("29.2.00", Some((ShortYear, date(2000, 2, 29)))),
            ("31/02/1950", None),
            ("1950", None),
            ("12/1950", None),
            ("18628", None),
            ("31-De-1950", None),
            ("31-Decent-1950", None),
            ("1950-13-01", None),
            ("00/00/0000", None),
            ("not known", None),
            ("", None),
        ] {
            let read = read(text, DateOrder::DayFirst, date(2026, 11, 22));
            assert_eq!(read.map(|read| (read.shape, read.date)), expected, "{text}");
        }
    }

    #[test]
    fn a_date_that_fits_only_the_other_order_is_read_so_and_marked() {
        for (text, order, expected) in [
            ("12/31/1950", DateOrder::DayFirst, (date(1950, 12, 31), false, true)),
            ("31/12/1950", DateOrder::MonthFirst, (date(1950, 12, 31), false, true)),
            ("03/04/1950", DateOrder::DayFirst, (date(1950, 4, 3), true, false)),
            ("03/04/1950", DateOrder::MonthFirst, (date(1950, 3, 4), true, false)),
            ("04/04/1950", DateOrder::DayFirst, (date(1950, 4, 4), false, false)),
            ("13/04/1950", DateOrder::DayFirst, (date(1950, 4, 13), false, false)),
        ] {
            let read = read(text, order, date(2026, 11, 22)).unwrap();
            assert_eq!((read.date, read.either_order, read.other_order), expected, "{text}");
        }
    }
}
