//! Days of the population's life. Its today is a fixed day: the same seed gives the same bytes.

use jiff::Span;
use jiff::civil::{Date, date};

use crate::dice::Dice;

/// The day on which the organisations hand over their indexes.
pub(super) const TODAY: Date = date(2026, 6, 30);

/// Something that is so from a day on.
#[derive(Debug, Clone)]
pub(super) struct Since<T> {
    pub(super) from: Date,
    pub(super) what: T,
}

/// What was so on a day; the earliest where the day lies before all.
pub(super) fn on<T>(history: &[Since<T>], day: Date) -> Option<&T> {
    history.iter().rev().find(|one| one.from <= day).or(history.first()).map(|one| &one.what)
}

/// So many days after `day`; before it where `days` is negative.
pub(super) fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days.clamp(-90_000, 90_000)))
}

/// Days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// Whole years of age, give or take a day.
pub(super) fn age_on(born: Date, day: Date) -> i64 {
    days_between(born, day) * 4 / 1461
}

/// Any day of the span; its first where it is empty.
pub(super) fn some_day(dice: &mut Dice, from: Date, to: Date) -> Date {
    days_after(from, dice.between(0, days_between(from, to).max(0)))
}

/// The day somebody aged so many years today was born.
pub(super) fn born_aged(dice: &mut Dice, years: i64) -> Date {
    days_after(TODAY, -(years * 1461 / 4) - dice.between(0, 364))
}
