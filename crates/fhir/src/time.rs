//! Dates and times as messages write them, to instants and to FHIR's spelling.
//!
//! A time without a zone is Europe/London local time, as every UK feed means it. How much was said
//! (a year, a month, a day, a moment) is kept: nothing is made more precise than it came.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// A point in time, as precise as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `1976`.
    Year(i16),
    /// `1976-01`: the first day of that month.
    Month(Date),
    /// `1976-01-21`.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

/// Where UK feeds keep their clocks.
pub fn london() -> TimeZone {
    static LONDON: LazyLock<TimeZone> = LazyLock::new(|| {
        TimeZone::get("Europe/London")
            .or_else(|_| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0"))
            .unwrap_or(TimeZone::UTC)
    });
    LONDON.clone()
}

impl When {
    /// Reads HL7's `20250505232328.1234+0100`, FHIR's `2025-05-05T23:23:28Z`, and what feeds make
    /// of them: `2025-05-05 23:23:28`, `19760121+`. `None` if no date can be made out.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, zone) = split_zone(text.trim())?;
        match digits.len() {
            4 => Date::new(number(&digits, 0, 4)?, 1, 1).ok().map(|date| Self::Year(date.year())),
            6 => day(&format!("{digits}01")).map(Self::Month),
            8 => day(&digits).map(Self::Day),
            10.. => moment(&digits, zone).map(Self::Moment),
            _ => None,
        }
    }

    /// Reads the day as it is written, whatever time and offset follow it: someone born on
    /// `19850101000000+0300` was born on the first of January, here as well.
    pub fn parse_day(text: &str) -> Option<Self> {
        let text = text.trim();
        let length = if text.get(4..5) == Some("-") { 10 } else { 8 };
        Self::parse(text.get(..length).unwrap_or(text))
    }

    /// Reads a council's date: `2025-05-05`, `05/05/2025`, either followed by a time.
    pub fn parse_british(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = text.split_once(' ').unwrap_or((text, ""));
        let parts: Vec<&str> = date.split('/').collect();
        let [day, month, year] = parts.as_slice() else { return Self::parse(text) };
        if year.len() != 4 {
            return None;
        }
        Self::parse(&format!("{year}-{month:0>2}-{day:0>2} {time}"))
    }

    /// The first instant it can mean.
    pub fn timestamp(self) -> Timestamp {
        match self {
            Self::Year(year) => start_of(Date::new(year, 1, 1).unwrap_or(Date::MIN)),
            Self::Month(date) | Self::Day(date) => start_of(date),
            Self::Moment(at) => at,
        }
    }

    /// The day, if it is known to the day.
    pub fn date(self) -> Option<Date> {
        match self {
            Self::Year(_) | Self::Month(_) => None,
            Self::Day(date) => Some(date),
            Self::Moment(at) => Some(at.to_zoned(london()).date()),
        }
    }

    /// FHIR `date`: `1976`, `1976-01` or `1976-01-21`.
    pub fn fhir_date(self) -> String {
        match self {
            Self::Moment(at) => at.to_zoned(london()).date().to_string(),
            other => other.fhir_date_time(),
        }
    }

    /// FHIR `dateTime`, a moment with London's offset: `2025-05-05T23:23:28+01:00`.
    pub fn fhir_date_time(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Month(date) => format!("{:04}-{:02}", date.year(), date.month()),
            Self::Day(date) => date.to_string(),
            Self::Moment(at) => instant(at),
        }
    }
}

/// FHIR `instant` (also good as a `dateTime`) with London's offset.
pub fn instant(at: Timestamp) -> String {
    let zoned = at.to_zoned(london());
    let fraction = if zoned.subsec_nanosecond() == 0 { "" } else { "%.f" };
    zoned.strftime(&format!("%Y-%m-%dT%H:%M:%S{fraction}%:z")).to_string()
}

/// The digits of the date and time (with any fraction after a point), and the offset if one is said.
fn split_zone(text: &str) -> Option<(String, Option<Offset>)> {
    // The first ten characters of an ISO date hold its hyphens; a sign after them is an offset.
    let date_end = if text.get(4..5) == Some("-") { text.len().min(10) } else { text.len().min(4) };
    let (date, rest) = text.split_at_checked(date_end)?;
    let zone_at = rest.find(['+', '-', 'Z']);
    let (time, zone) = zone_at.map_or((rest, ""), |at| rest.split_at(at));
    let mut digits = String::with_capacity(text.len());
    for one in date.chars().chain(time.chars()) {
        match one {
            '0'..='9' | '.' => digits.push(one),
            '-' | ':' | ' ' | 'T' => {}
            _ => return None,
        }
    }
    Some((digits.trim_end_matches('.').to_owned(), offset(zone).ok()?))
}

/// What stands where an offset should be is none.
struct NotAnOffset;

/// `+0100`, `+01:00`, `+01`, `Z`; a bare sign (`19760121+`) says nothing.
fn offset(zone: &str) -> Result<Option<Offset>, NotAnOffset> {
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    match (zone, digits.len()) {
        ("Z", _) => Ok(Some(Offset::UTC)),
        ("" | "+" | "-", _) => Ok(None),
        (_, 2 | 4) => {
            let hours: i32 = number(&digits, 0, 2).ok_or(NotAnOffset)?;
            let minutes: i32 = number(&digits, 2, 4).unwrap_or(0);
            let seconds = sign * (hours * 3600 + minutes * 60);
            Offset::from_seconds(seconds).map(Some).map_err(|_| NotAnOffset)
        }
        _ => Err(NotAnOffset),
    }
}

fn day(digits: &str) -> Option<Date> {
    Date::new(number(digits, 0, 4)?, number(digits, 4, 6)?, number(digits, 6, 8)?).ok()
}

/// `YYYYMMDDHH[MM[SS[.ffff]]]`. Midnight at a day's end may be written 24:00 (ISO 8601).
fn moment(digits: &str, zone: Option<Offset>) -> Option<Timestamp> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !matches!(whole.len(), 10 | 12 | 14) {
        return None;
    }
    let part = |from: usize| number::<i8>(whole, from, from + 2);
    let (hour, minute, second) = (part(8)?, part(10).unwrap_or(0), part(12).unwrap_or(0));
    let nanosecond = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let date = day(whole)?;
    let local = if (hour, minute, second) == (24, 0, 0) {
        date.checked_add(1.day()).ok()?.to_datetime(Time::midnight())
    } else {
        DateTime::from_parts(date, Time::new(hour, minute, second.min(59), nanosecond).ok()?)
    };
    let zone = zone.map_or_else(london, TimeZone::fixed);
    local.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

fn start_of(date: Date) -> Timestamp {
    date.to_zoned(london()).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

fn number<T: std::str::FromStr>(digits: &str, from: usize, to: usize) -> Option<T> {
    digits.get(from..to)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let read = When::parse(text).map(When::fhir_date_time);
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn times_are_read_in_every_spelling_feeds_use() {
        check("1976", Some("1976"));
        check("197601", Some("1976-01"));
        check("1976-01", Some("1976-01"));
        check("19760121", Some("1976-01-21"));
        check("19760121+", Some("1976-01-21"));
        check("1976-01-21", Some("1976-01-21"));
        check("2025050523", Some("2025-05-05T23:00:00+01:00"));
        check("202505052323", Some("2025-05-05T23:23:00+01:00"));
        check("20250505232328", Some("2025-05-05T23:23:28+01:00"));
        check("20250505232328.25", Some("2025-05-05T23:23:28.25+01:00"));
        check("2025-05-05 23:23:28", Some("2025-05-05T23:23:28+01:00"));
        check("2025-05-05T22:23:28Z", Some("2025-05-05T23:23:28+01:00"));
        check("20250121100427+0000", Some("2025-01-21T10:04:27+00:00"));
        check("20250121100427-0500", Some("2025-01-21T15:04:27+00:00"));
        check("20250121100427+05:30", Some("2025-01-21T04:34:27+00:00"));
        check("202501212400", Some("2025-01-22T00:00:00+00:00"));
    }

    #[test]
    fn what_is_no_time_is_no_time() {
        for text in [
            "",
            "0",
            "00000000",
            "19761301",
            "19760230",
            "yesterday",
            "197",
            "2025050",
            "20250505250000",
            "2025-05-05T23:23:28Q",
            "+",
            "é976",
            "20250505232328+99",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_birthday_is_the_day_that_was_written() {
        for (text, expected) in [
            ("19850101000000+0300", Some("1985-01-01")),
            ("1985-01-01T23:30:00-05:00", Some("1985-01-01")),
            ("198501012599", Some("1985-01-01")),
            ("19760121+", Some("1976-01-21")),
            ("197601", Some("1976-01")),
            ("unknown", None),
        ] {
            assert_eq!(When::parse_day(text).map(When::fhir_date).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_in_october_is_read_as_the_first() {
        check("20251026013000", Some("2025-10-26T01:30:00+01:00"));
        check("20251026013000+0000", Some("2025-10-26T01:30:00+00:00"));
    }

    #[test]
    fn councils_write_day_month_year() {
        for (text, expected) in [
            ("05/06/2025", Some("2025-06-05")),
            ("5/6/2025", Some("2025-06-05")),
            ("2025-06-05", Some("2025-06-05")),
            ("05/06/2025 14:30", Some("2025-06-05T14:30:00+01:00")),
            ("2025-06-05T14:30:00Z", Some("2025-06-05T15:30:00+01:00")),
            ("05/06/25", None),
            ("31/02/2025", None),
        ] {
            let read = When::parse_british(text).map(When::fhir_date_time);
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = When::parse(&text);
            let _ = When::parse_british(&text);
        }

        #[test]
        fn what_is_written_reads_back(seconds in 0i64..4_000_000_000) {
            let at = Timestamp::from_second(seconds).unwrap();
            prop_assert_eq!(When::parse(&instant(at)), Some(When::Moment(at)));
        }
    }
}
