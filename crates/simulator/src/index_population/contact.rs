//! How people are reached: mobiles that change, e-mail addresses that keep a maiden name.

use super::calendar::{Since, TODAY, days_after, some_day};
use super::resident::Resident;
use crate::dice::Dice;

/// Odd and no multiple of five: stepping by it visits each of the hundred million numbers once.
const STEP: u64 = 38_196_601;
const NUMBERS: u64 = 100_000_000;

/// Gives somebody a mobile and an e-mail address, if people of that age have one.
pub(super) fn give(dice: &mut Dice, resident: &mut Resident) {
    let age = resident.age();
    let (mobile, email) = match age {
        0..11 => (60, 0),
        11..16 => (850, 250),
        16..70 => (970, 860),
        70..80 => (800, 520),
        _ => (480, 190),
    };
    if dice.chance(mobile) {
        let first = number(u64::from(resident.person) * 3);
        resident.mobiles.push(Since { from: resident.born, what: first });
        for change in 1..=2 {
            if dice.chance(260) {
                let from = some_day(dice, days_after(TODAY, -4000).max(resident.born), TODAY);
                let what = number(u64::from(resident.person) * 3 + change);
                resident.mobiles.push(Since { from, what });
            }
        }
        resident.mobiles.sort_by_key(|mobile| mobile.from);
    }
    if dice.chance(email) {
        resident.email = address(dice, resident);
    }
}

/// Numbers that begin with 071 have not been given to any network.
fn number(place: u64) -> String {
    format!("071{:08}", place * STEP % NUMBERS)
}

fn address(dice: &mut Dice, resident: &Resident) -> Option<String> {
    const HOSTS: [&str; 5] =
        ["post.example", "letters.example", "inbox.example", "mail.example", "seaside.example"];
    let name = &resident.names.first()?.what;
    let given = resident.known_as.as_deref().filter(|_| dice.chance(500)).unwrap_or(&name.given);
    let (given, family) = (letters(given), letters(&name.family));
    let initial = given.get(..1).unwrap_or("x");
    let (year, any) = (resident.born.year(), dice.below(1000));
    let user = match dice.below(5) {
        0 => format!("{given}.{family}{any}"),
        1 => format!("{initial}{family}{}", year % 100),
        2 => format!("{given}{year}"),
        3 => format!("{family}.{given}{}", any % 100),
        _ => format!("{given}_{initial}{any}"),
    };
    Some(format!("{user}@{}", dice.pick(&HOSTS)))
}

fn letters(name: &str) -> String {
    super::telling::plain(name)
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}
