//! How dates, times and ages are written on staff screens (NHS CUI date display, time display).
//!
//! Times are stored in UTC and shown in the county's own time, Europe/London.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, Zoned};
use model::PersonName;

static LONDON: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC));

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How much of a moment a source really said; a page shows no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Precision {
    /// Only a year.
    Year,
    /// A year and a month.
    Month,
    /// A day.
    #[default]
    Day,
    /// A day and a time.
    Instant,
}

/// `02-Jun-1940` (NHS CUI D+Ta-0006 to 0010, 0018).
pub(crate) fn date(date: Date) -> String {
    format!("{:02}-{}-{:04}", date.day(), month(date), date.year())
}

/// The date of `at` where we are: `02-Jun-2026`.
pub(crate) fn day(at: Timestamp) -> String {
    date(local(at).date())
}

/// `02-Jun-2026 10:42`.
pub(crate) fn date_time(at: Timestamp) -> String {
    format!("{} {}", day(at), time(at))
}

/// `10:42`, on the 24-hour clock.
pub(crate) fn time(at: Timestamp) -> String {
    let local = local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `02-Jun-2026 10:42:07`, for trails of events.
pub(crate) fn exact(at: Timestamp) -> String {
    format!("{}:{:02}", date_time(at), local(at).second())
}

/// `10:42` on the day itself, `02-Jun-2026 10:42` otherwise.
pub(crate) fn time_or_date(at: Timestamp, now: Timestamp) -> String {
    if local(at).date() == local(now).date() { time(at) } else { date_time(at) }
}

/// As much of `at` as the source said.
pub(crate) fn moment(at: Timestamp, precision: Precision) -> String {
    let date = local(at).date();
    match precision {
        Precision::Year => format!("{:04}", date.year()),
        Precision::Month => format!("{}-{:04}", month(date), date.year()),
        Precision::Day => self::date(date),
        Precision::Instant => date_time(at),
    }
}

/// The value of a `datetime` attribute.
pub(crate) fn machine(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How long ago, in one unit and no false precision: `4 min ago`, `3 days ago`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    match seconds {
        ..60 => "just now".to_owned(),
        60..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} hours ago", seconds / 3_600),
        172_800..7_776_000 => format!("{} days ago", seconds / 86_400),
        7_776_000..63_072_000 => format!("{} months ago", seconds / 2_629_800),
        _ => format!("{} years ago", seconds / 31_557_600),
    }
}

/// Age as staff read it: days to four weeks, then weeks, months, years and months, years from 18
/// (the units of NHS CUI D+Tb-0033: `9d`, `7w 3d`, `14m 2d`, `4y 7m`, `86y`).
pub(crate) fn age(birth: Date, on: Date) -> Option<String> {
    if on < birth {
        return None;
    }
    let (days, _) = whole(birth, on, Unit::Day)?;
    let (months, odd_days) = whole(birth, on, Unit::Month)?;
    let years = months / 12;
    Some(match (days, years) {
        (..28, _) => format!("{days}d"),
        (_, 0) => two(days / 7, "w", days % 7, "d"),
        (_, 1) => two(months, "m", odd_days, "d"),
        (_, ..18) => two(years, "y", months % 12, "m"),
        _ => format!("{years}y"),
    })
}

/// The date where we are at `at`.
pub(crate) fn today(at: Timestamp) -> Date {
    local(at).date()
}

/// Reads the ways people type a date of birth: `2/6/1940`, `02-Jun-1940`, `2 June 1940`,
/// `1940-06-02`, `02061940`. Two-digit years are taken to lie in the past hundred years.
pub(crate) fn parse_date(text: &str, today: Date) -> Option<Date> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (day, rest) = text.split_at(2);
        let (month, year) = rest.split_at(2);
        return civil(day, month, year, today);
    }
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => civil(day, month, year, today),
        [day, month, year] => civil(day, month, year, today),
        _ => None,
    }
}

fn civil(day: &str, month: &str, year: &str, today: Date) -> Option<Date> {
    let day = day.trim_end_matches(|c: char| c.is_alphabetic()).parse().ok()?;
    let month = month.parse().ok().or_else(|| named_month(month))?;
    let short = year.len() == 2;
    let mut full: i16 = year.parse().ok()?;
    if short {
        full += today.year() - today.year() % 100;
        full -= if full > today.year() { 100 } else { 0 };
    }
    (full > 1850).then(|| Date::new(full, month, day).ok()).flatten()
}

fn named_month(text: &str) -> Option<i8> {
    let text = text.get(..3)?.to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| month.to_ascii_lowercase() == text)?;
    i8::try_from(index + 1).ok()
}

/// A moment as browsers' date-and-time fields send it, in our own time: `2026-11-23T09:30`.
pub(crate) fn parse_local(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
    Some(civil.to_zoned(LONDON.clone()).ok()?.timestamp())
}

/// Where we are.
pub(crate) fn zone() -> &'static TimeZone {
    &LONDON
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(LONDON.clone())
}

fn month(date: Date) -> &'static str {
    let index = usize::try_from(date.month() - 1).unwrap_or_default();
    MONTHS.get(index).copied().unwrap_or_default()
}

/// Whole units from `birth` to `on`, and the days over.
fn whole(birth: Date, on: Date, unit: Unit) -> Option<(i32, i32)> {
    let span = birth.until((unit, on)).ok()?;
    match unit {
        Unit::Month => Some((span.get_months(), span.get_days())),
        _ => Some((span.get_days(), 0)),
    }
}

fn two(large: i32, large_unit: &str, small: i32, small_unit: &str) -> String {
    // Zero-valued units are left out (NHS CUI time display §2.3).
    if small == 0 {
        format!("{large}{large_unit}")
    } else {
        format!("{large}{large_unit} {small}{small_unit}")
    }
}

/// `HARDY, Thomasina (Mrs)`, without the characters that turn the direction of writing: a name must
/// not rearrange what stands beside it.
pub(crate) fn name(name: &PersonName) -> String {
    let turns = |c: char| matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.formal().replace(turns, "")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as civil_date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_cannot_turn_the_direction_of_writing() {
        let written = PersonName {
            family: "Har\u{202e}dy\u{2069}".into(),
            given: vec!["\u{200f}Thomasina".into()],
            prefix: None,
        };
        assert_eq!(name(&written), "HARDY, Thomasina");
    }

    #[test]
    fn dates_have_two_digits_a_named_month_and_four_digits() {
        assert_eq!(date(civil_date(1940, 6, 2)), "02-Jun-1940");
        assert_eq!(date(civil_date(2026, 5, 31)), "31-May-2026");
    }

    #[test]
    fn times_are_shown_as_the_wall_clock_shows_them() {
        for (utc, shown) in [
            ("2026-07-01T09:42:00Z", "01-Jul-2026 10:42"),
            ("2026-11-22T10:42:00Z", "22-Nov-2026 10:42"),
            ("2026-07-01T23:30:00Z", "02-Jul-2026 00:30"),
        ] {
            assert_eq!(date_time(at(utc)), shown);
        }
    }

    #[test]
    fn a_date_is_never_shown_more_exactly_than_it_was_said() {
        let when = at("1998-03-01T00:00:00Z");
        for (precision, shown) in [
            (Precision::Year, "1998"),
            (Precision::Month, "Mar-1998"),
            (Precision::Day, "01-Mar-1998"),
            (Precision::Instant, "01-Mar-1998 00:00"),
        ] {
            assert_eq!(moment(when, precision), shown);
        }
    }

    #[test]
    fn ages_use_the_units_staff_use() {
        let on = civil_date(2026, 11, 22);
        for (birth, shown) in [
            (civil_date(2026, 11, 13), "9d"),
            (civil_date(2026, 10, 1), "7w 3d"),
            (civil_date(2025, 9, 22), "14m"),
            (civil_date(2022, 4, 20), "4y 7m"),
            (civil_date(2008, 11, 22), "18y"),
            (civil_date(1940, 6, 2), "86y"),
        ] {
            assert_eq!(age(birth, on).as_deref(), Some(shown), "{birth}");
        }
        assert_eq!(age(civil_date(2027, 1, 1), on), None);
    }

    #[test]
    fn ago_says_one_unit() {
        let now = at("2026-11-22T10:42:00Z");
        for (then, shown) in [
            ("2026-11-22T10:41:30Z", "just now"),
            ("2026-11-22T10:38:00Z", "4 min ago"),
            ("2026-11-22T07:42:00Z", "3 hours ago"),
            ("2026-11-19T10:42:00Z", "3 days ago"),
            ("2026-04-18T10:42:00Z", "7 months ago"),
            ("2015-09-02T10:42:00Z", "11 years ago"),
        ] {
            assert_eq!(ago(at(then), now), shown);
        }
    }

    #[test]
    fn a_date_of_birth_is_read_however_it_is_typed() {
        let today = civil_date(2026, 11, 22);
        for text in [
            "2/6/1940",
            "02-Jun-1940",
            "2 June 1940",
            "1940-06-02",
            "02061940",
            "2.6.40",
            "2nd june 1940",
        ] {
            assert_eq!(parse_date(text, today), Some(civil_date(1940, 6, 2)), "{text}");
        }
        for text in ["", "31/2/1940", "June 1940", "soon", "1/13/1940"] {
            assert_eq!(parse_date(text, today), None, "{text}");
        }
    }
}
