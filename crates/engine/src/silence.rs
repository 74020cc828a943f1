//! Is a channel's silence odd? Judged by what usually comes at these hours, on working days and at
//! weekends: a laboratory is quiet at night, a council's file comes once a day.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// What should have come by now for silence to be odd. Were messages independent, 10 would fail to come
/// by chance once in 20,000 times.
const ODD: f64 = 10.0;
/// Days of which an hour must be known before it is judged.
const FEWEST_DAYS: usize = 4;
/// Hours looked back: silence of a week is odd enough.
const LONGEST_HOURS: i64 = 168;
/// What is learned from.
const DAYS: i64 = 28;

/// What usually comes in a time of silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// How many messages.
    pub messages: f64,
}

impl Usual {
    /// So much should have come that silence is odd.
    pub fn is_alarming(self) -> bool {
        self.messages >= ODD
    }
}

/// What usually comes between `since` and `now`, learned of `hours` (counts by hour since 1970 UTC): for
/// each hour of the silence the median of the same hour on days of its kind. `None` while too few days
/// are known.
pub fn usual_since(
    hours: &BTreeMap<i64, i64>,
    since: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Usual> {
    let first = *hours.keys().next()?;
    let (begin, end) = (since.as_second(), now.as_second());
    let (from, to) = ((begin / 3600).max(end / 3600 - LONGEST_HOURS), end / 3600);
    let mut messages = 0.0;
    for hour in from..=to {
        let quiet = (end.min((hour + 1) * 3600) - begin.max(hour * 3600)).max(0);
        let quiet = f64::from(i32::try_from(quiet).unwrap_or(0)) / 3600.0;
        messages += quiet * median(hours, first, hour, begin / 3600, zone)?;
    }
    Some(Usual { messages })
}

/// The median of an hour on the days of its kind that are whole and before the silence.
fn median(
    hours: &BTreeMap<i64, i64>,
    first: i64,
    hour: i64,
    before: i64,
    zone: &TimeZone,
) -> Option<f64> {
    let at = Timestamp::from_second(hour * 3600).ok()?.to_zoned(zone.clone());
    let is_weekend = |day: Weekday| matches!(day, Weekday::Saturday | Weekday::Sunday);
    let kind = is_weekend(at.weekday());
    let mut counts: Vec<i64> = (1..=DAYS)
        .filter_map(|days| at.checked_sub(days.days()).ok())
        .filter(|day| is_weekend(day.weekday()) == kind)
        .map(|day| day.timestamp().as_second() / 3600)
        .filter(|one| (first..before).contains(one))
        .map(|one| hours.get(&one).copied().unwrap_or(0))
        .collect();
    if counts.len() < FEWEST_DAYS {
        return None;
    }
    counts.sort_unstable();
    let middle = counts.get(counts.len() / 2).copied()?;
    Some(f64::from(i32::try_from(middle).unwrap_or(i32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four weeks of 30 messages an hour by day, none at night, and 6 by day at weekends.
    fn weeks() -> BTreeMap<i64, i64> {
        let first: Timestamp = "2026-10-26T00:00:00Z".parse().unwrap();
        let count = |number: i64| {
            let hour = number % 24;
            let weekend = number / 24 % 7 >= 5;
            let by_day = (8..20).contains(&hour);
            let count = if !by_day {
                0
            } else if weekend {
                6
            } else {
                30
            };
            (first.as_second() / 3600 + number, count)
        };
        (0..28 * 24).map(count).filter(|(_, count)| *count > 0).collect()
    }

    fn usual(since: &str, now: &str) -> Option<f64> {
        let usual =
            usual_since(&weeks(), since.parse().unwrap(), now.parse().unwrap(), &TimeZone::UTC);
        usual.map(|usual| (usual.messages * 10.0).round() / 10.0)
    }

    #[test]
    fn silence_is_judged_by_the_hour_and_the_kind_of_day() {
        // Monday 23 November 2026 follows the four weeks.
        assert_eq!(usual("2026-11-23T10:10:00Z", "2026-11-23T10:20:00Z"), Some(5.0));
        assert_eq!(usual("2026-11-23T10:10:00Z", "2026-11-23T10:40:00Z"), Some(15.0));
        assert_eq!(usual("2026-11-23T20:30:00Z", "2026-11-24T07:59:00Z"), Some(0.0), "at night");
        assert_eq!(usual("2026-11-21T10:00:00Z", "2026-11-21T11:30:00Z"), Some(9.0), "Saturday");
        assert!(Usual { messages: 15.0 }.is_alarming() && !Usual { messages: 9.0 }.is_alarming());
    }

    #[test]
    fn a_new_channel_is_not_judged_before_it_is_known() {
        let two_days: BTreeMap<i64, i64> = weeks().into_iter().take(24).collect();
        let (since, now) = ("2026-10-28T10:00:00Z", "2026-10-28T12:00:00Z");
        let usual =
            usual_since(&two_days, since.parse().unwrap(), now.parse().unwrap(), &TimeZone::UTC);
        assert_eq!(usual, None);
        let now = "2026-10-28T12:00:00Z".parse().unwrap();
        assert_eq!(usual_since(&BTreeMap::new(), now, now, &TimeZone::UTC), None);
    }
}
