//! FHIR dates and times, as exact as they were said.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::Precision;
use crate::element::text;

/// A moment and how exact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) precision: Precision,
}

/// Reads `2016`, `2016-05`, `2016-05-10` or a time with its offset (FHIR STU3 dateTime). A day
/// starts at midnight in London.
pub(crate) fn parse(said: &str) -> Option<Moment> {
    let (date, precision) = match said.len() {
        4 => (format!("{said}-01-01"), Precision::Year),
        7 => (format!("{said}-01"), Precision::Month),
        10 => (said.to_owned(), Precision::Day),
        // Systems that keep only days send them as midnight: no more was said.
        _ if said.contains("T00:00:00") => (said.get(..10)?.to_owned(), Precision::Day),
        _ => return Some(Moment { at: said.parse().ok()?, precision: Precision::Instant }),
    };
    let at = date.parse::<Date>().ok()?.to_zoned(london()).ok()?.timestamp();
    Some(Moment { at, precision })
}

/// The first of these elements that holds a moment.
pub(crate) fn first(resource: &Value, pointers: &[&str]) -> Option<Moment> {
    pointers.iter().find_map(|pointer| text(resource, pointer).and_then(parse))
}

/// `11-Sep-2016`, `Sep-2016` or `2016` (NHS CUI D+Ta-0002).
pub(crate) fn spoken(moment: Moment) -> String {
    let form = match moment.precision {
        Precision::Year => "%Y",
        Precision::Month => "%b-%Y",
        Precision::Day | Precision::Instant => "%d-%b-%Y",
    };
    moment.at.to_zoned(london()).strftime(form).to_string()
}

/// The day in London, `days` before `at`.
pub(crate) fn days_before(at: Timestamp, days: i32) -> Date {
    let today = at.to_zoned(london()).date();
    today.checked_sub(days.days()).unwrap_or(today)
}

fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_no_more_exactly_than_it_was_said() {
        for (said, spoken_as) in [
            ("2016", Some("2016")),
            ("2016-07", Some("Jul-2016")),
            ("2016-07-10", Some("10-Jul-2016")),
            ("2016-07-10T00:00:00+00:00", Some("10-Jul-2016")),
            ("2016-07-10T23:30:00+00:00", Some("11-Jul-2016")),
            ("2016-07-10T09:30:00.123+01:00", Some("10-Jul-2016")),
            ("2016-13-10", None),
            ("yesterday!", None),
            ("", None),
        ] {
            assert_eq!(parse(said).map(spoken).as_deref(), spoken_as, "{said}");
        }
    }
}
