//! Mistakes: of the hand on a keyboard, of the ear, of a scanner, with figures and with dates.

use jiff::civil::Date;

use super::frequency::other_spelling;
use crate::dice::Dice;

/// Rows of a British keyboard; keys next to each other are hit for each other.
const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Letters that sound alike, with what is written instead.
const SOUNDS: [(&str, &str); 34] = [
    ("ph", "f"),
    ("f", "ph"),
    ("ck", "k"),
    ("ie", "ei"),
    ("ei", "ie"),
    ("ee", "ea"),
    ("ea", "ee"),
    ("y", "ie"),
    ("ie", "y"),
    ("ou", "u"),
    ("ll", "l"),
    ("tt", "t"),
    ("nn", "n"),
    ("ss", "s"),
    ("l", "ll"),
    ("t", "tt"),
    ("n", "nn"),
    ("s", "z"),
    ("z", "s"),
    ("c", "k"),
    ("k", "c"),
    ("gh", ""),
    ("th", "t"),
    ("sch", "sh"),
    ("ai", "ay"),
    ("ay", "ai"),
    ("son", "sen"),
    ("sen", "son"),
    ("er", "ar"),
    ("or", "er"),
    ("v", "f"),
    ("d", "t"),
    ("m", "n"),
    ("b", "p"),
];

/// What a scanner takes for something else.
const SHAPES: [(&str, &str); 22] = [
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("vv", "w"),
    ("w", "vv"),
    ("l", "i"),
    ("i", "l"),
    ("e", "c"),
    ("c", "e"),
    ("o", "a"),
    ("a", "o"),
    ("h", "b"),
    ("b", "h"),
    ("u", "v"),
    ("v", "u"),
    ("n", "r"),
    ("t", "f"),
    ("f", "t"),
    ("g", "q"),
    ("li", "h"),
    ("nn", "m"),
];

/// A slip of the hand: a neighbouring key instead or as well, a letter twice, one left out, two
/// that change places. The first letter is seldom wrong.
pub(super) fn mistyped(dice: &mut Dice, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 2 {
        return text.to_owned();
    }
    let first = usize::from(!dice.chance(90));
    let place = first + dice.place(letters.len() - first);
    let letter = letters.get(place).copied().unwrap_or('e');
    match dice.below(100) {
        0..30 => {
            if let (Some(slot), Some(near)) = (letters.get_mut(place), neighbour(dice, letter)) {
                *slot = near;
            }
        }
        30..45 => {
            if let Some(near) = neighbour(dice, letter) {
                letters.insert(place, near);
            }
        }
        45..55 => letters.insert(place, letter.to_ascii_lowercase()),
        55..78 => {
            letters.remove(place);
        }
        _ if place + 1 < letters.len() => letters.swap(place, place + 1),
        _ => {
            letters.pop();
        }
    }
    letters.into_iter().collect()
}

/// A key beside that of the letter, in the letter's case.
fn neighbour(dice: &mut Dice, letter: char) -> Option<char> {
    let lower = letter.to_ascii_lowercase();
    let (row, column) = ROWS
        .iter()
        .enumerate()
        .find_map(|(row, keys)| keys.find(lower).map(|column| (row, column)))?;
    let same_row = [(row, column.wrapping_sub(1)), (row, column + 1)];
    // The row below lies half a key to the right.
    let above = row.wrapping_sub(1);
    let others = [(above, column), (above, column + 1), (row + 1, column.wrapping_sub(1))];
    let around = same_row.into_iter().chain(same_row).chain(others);
    let keys: Vec<char> = around
        .filter_map(|(row, column)| ROWS.get(row)?.chars().nth(column))
        .filter(|key| key.is_ascii_digit() == letter.is_ascii_digit())
        .collect();
    let key = if keys.is_empty() { return None } else { *dice.pick(&keys) };
    Some(if letter.is_uppercase() { key.to_ascii_uppercase() } else { key })
}

/// A slip of the ear: another name that sounds the same, or a sound written another way.
pub(super) fn misheard(dice: &mut Dice, text: &str) -> String {
    match other_spelling(dice, text) {
        Some(other) if dice.chance(800) => other.to_owned(),
        _ => exchanged(dice, text, &SOUNDS),
    }
}

/// A scanner's slip.
pub(super) fn misread(dice: &mut Dice, text: &str) -> String {
    exchanged(dice, text, &SHAPES)
}

/// One of the exchanges that fit, once; as it was where none fits. The first letter stays.
fn exchanged(dice: &mut Dice, text: &str, pairs: &[(&str, &str)]) -> String {
    let start = text.char_indices().nth(1).map_or(text.len(), |(place, _)| place);
    let (head, tail) = text.split_at(start);
    let fitting: Vec<&(&str, &str)> =
        pairs.iter().filter(|(from, _)| tail.contains(from)).collect();
    if fitting.is_empty() {
        return text.to_owned();
    }
    let (from, to) = dice.pick(&fitting);
    format!("{head}{}", tail.replacen(from, to, 1))
}

/// A number with a slip: two figures change places, or one is its neighbour, or looks like it.
pub(super) fn mistaken_digits(dice: &mut Dice, text: &str) -> String {
    const LOOK_ALIKE: [(char, char); 8] = [
        ('1', '7'),
        ('7', '1'),
        ('3', '8'),
        ('8', '3'),
        ('5', '6'),
        ('6', '5'),
        ('0', '6'),
        ('4', '9'),
    ];
    let mut digits: Vec<char> = text.chars().collect();
    let places: Vec<usize> =
        (1..digits.len()).filter(|at| digits.get(*at).is_some_and(char::is_ascii_digit)).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let place = *dice.pick(&places);
    let digit = digits.get(place).copied().unwrap_or('0');
    let before = digits.get(place - 1).copied().unwrap_or('0');
    let look_alike = LOOK_ALIKE.iter().find(|pair| pair.0 == digit).map(|pair| pair.1);
    match dice.below(100) {
        0..40 if before != digit && before.is_ascii_digit() => digits.swap(place - 1, place),
        0..65 => {
            if let (Some(slot), Some(other)) = (digits.get_mut(place), look_alike) {
                *slot = other;
            }
        }
        _ => {
            if let (Some(slot), Some(other)) = (digits.get_mut(place), neighbour(dice, digit)) {
                *slot = other;
            }
        }
    }
    digits.into_iter().collect()
}

/// A wrong birth date: day and month swapped, figures swapped or mistyped, a year or ten off, the
/// first of the month or of the year for one that nobody knew.
pub(super) fn mistaken_date(dice: &mut Dice, date: Date, latest: Date) -> Date {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let other = match dice.below(100) {
        0..24 if day <= 12 && day != month => Date::new(year, day, month),
        0..44 => Date::new(year, month, swapped(day)),
        44..60 => Date::new(year, month, near_day(dice, day)),
        60..74 => Date::new(year + if dice.chance(500) { 1 } else { -1 }, month, day),
        74..82 => Date::new(year + if dice.chance(500) { 10 } else { -10 }, month, day),
        82..88 => Date::new(swapped_years(year), month, day),
        88..93 => Date::new(year, if month == 12 { 11 } else { month + 1 }, day),
        93..97 => Date::new(year, month, 1),
        97..99 => Date::new(year, 1, 1),
        _ => Date::new(1900, 1, 1),
    };
    other.ok().filter(|other| *other <= latest).unwrap_or(date)
}

/// 13 → 31, where that is a day; 21 → 12.
fn swapped(day: i8) -> i8 {
    let other = day % 10 * 10 + day / 10;
    if (1..=31).contains(&other) && other != day { other } else { (day % 28) + 1 }
}

/// One of its figures a key beside.
fn near_day(dice: &mut Dice, day: i8) -> i8 {
    let step = *dice.pick(&[-10, -1, 1, 10]);
    let other = day + step;
    if (1..=31).contains(&other) { other } else { day - step.signum() }
}

/// 1956 → 1965.
fn swapped_years(year: i16) -> i16 {
    let (century, rest) = (year / 100, year % 100);
    century * 100 + rest % 10 * 10 + rest / 10
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_slip_of_the_hand_changes_at_most_two_letters() {
        let mut dice = Dice::new(1, "slips", 0);
        let mut changed = 0;
        for _ in 0..1000 {
            let text = mistyped(&mut dice, "Hardyman");
            assert!((7..=9).contains(&text.len()), "{text}");
            changed += u32::from(text != "Hardyman");
        }
        assert!(changed > 900, "{changed}");
    }

    #[test]
    fn slips_of_the_ear_and_of_a_scanner_keep_the_first_letter_or_the_sound() {
        let mut dice = Dice::new(1, "slips", 0);
        let heard: Vec<String> = (0..50).map(|_| misheard(&mut dice, "Stephen")).collect();
        assert!(heard.contains(&"Steven".to_owned()), "{heard:?}");
        let read: Vec<String> = (0..50).map(|_| misread(&mut dice, "Barnard")).collect();
        assert!(read.contains(&"Bamard".to_owned()), "{read:?}");
    }

    #[test]
    fn a_mistaken_date_is_a_date_and_not_in_the_future() {
        let mut dice = Dice::new(1, "slips", 0);
        let (born, latest) = (date(1956, 3, 9), date(2026, 6, 30));
        let dates: Vec<Date> = (0..500).map(|_| mistaken_date(&mut dice, born, latest)).collect();
        for expected in [date(1956, 9, 3), date(1965, 3, 9), date(1956, 3, 1), date(1900, 1, 1)] {
            assert!(dates.contains(&expected), "{expected}");
        }
        assert!(dates.iter().all(|date| *date <= latest));
        assert_eq!(mistaken_digits(&mut dice, "no figures"), "no figures");
    }
}
