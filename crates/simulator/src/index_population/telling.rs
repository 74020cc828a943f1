//! What an organisation has written down about somebody, in its way and with its slips.

use jiff::civil::Date;
use model::{NhsNumber, NhsNumberStatus};

use super::calendar::{TODAY, on};
use super::culture::{Culture, FullName, Sex};
use super::dwelling::Dwelling;
use super::organisation::{Habits, Writing};
use super::record::{IndexRecord, Tag};
use super::registration::Registration;
use super::resident::Resident;
use super::slip::{misheard, misread, mistaken_date, mistaken_digits, mistyped};
use crate::dice::Dice;

/// The record of one registration. `household` and `others` are whose number may be taken for theirs.
pub(super) fn tell(
    dice: &mut Dice,
    registration: &Registration<'_>,
    household: &[Resident],
    others: &[NhsNumber],
) -> IndexRecord {
    let Registration { resident, habits, .. } = registration;
    let mut record = IndexRecord::new(habits.code, registration.place, resident.person);
    record.tags = resident.tags;
    record.registered = registration.registered;
    number(dice, registration, household, others, &mut record);
    name(dice, registration, &mut record);
    record.birth_date = (!dice.chance(habits.no_birth_date)).then(|| {
        let wrong = !registration.newborn && dice.chance(habits.birth_slip);
        if wrong { mistaken_date(dice, resident.born, TODAY) } else { resident.born }
    });
    record.sex = sex(dice, resident, habits, registration.updated);
    home(dice, registration, &mut record);
    contacts(dice, registration, &mut record);
    record.death_date = resident.died.filter(|_| dice.chance(habits.death));
    record.sensitive = resident.sensitive;
    record
}

fn number(
    dice: &mut Dice,
    registration: &Registration<'_>,
    household: &[Resident],
    others: &[NhsNumber],
    record: &mut IndexRecord,
) {
    let Registration { resident, habits, newborn, .. } = registration;
    if dice.chance(habits.no_number) || (*newborn && dice.chance(350)) {
        record.tags.add(Tag::NoNhs);
        return;
    }
    record.nhs_number = resident.nhs_number.to_string();
    record.nhs_number_status = match dice.below(1000) {
        _ if *newborn => NhsNumberStatus::Baby,
        thrown if thrown < habits.untraced * 3 / 4 => NhsNumberStatus::NotTraced,
        thrown if thrown < habits.untraced => NhsNumberStatus::TraceRequired,
        _ => NhsNumberStatus::Verified,
    };
    let twin = resident.tags.has(Tag::Twin);
    if dice.chance(habits.wrong_number + if twin { 12 } else { 0 }) {
        wrong_number(dice, resident, household, others, record);
    }
}

/// The number of another person, at home or anywhere; or their own with a slip, which the check digit
/// would have shown.
fn wrong_number(
    dice: &mut Dice,
    resident: &Resident,
    household: &[Resident],
    others: &[NhsNumber],
    record: &mut IndexRecord,
) {
    let at_home: Vec<NhsNumber> = household
        .iter()
        .map(|one| one.nhs_number)
        .filter(|number| *number != resident.nhs_number)
        .collect();
    let someone = match dice.below(100) {
        0..40 if !at_home.is_empty() => Some(*dice.pick(&at_home)),
        0..65 if !others.is_empty() => Some(*dice.pick(others)),
        _ => None,
    };
    record.nhs_number = match someone {
        Some(number) => number.to_string(),
        None => mistaken_digits(dice, &record.nhs_number),
    };
    // A trace confirms it only if the clerk took the other person's details as well.
    let traced = someone.is_some() && dice.chance(350);
    record.nhs_number_status =
        if traced { NhsNumberStatus::Verified } else { NhsNumberStatus::NotTraced };
    if record.nhs_number != resident.nhs_number.to_string() {
        record.tags.add(Tag::WrongNhs);
    }
}

fn name(dice: &mut Dice, registration: &Registration<'_>, record: &mut IndexRecord) {
    let Registration { resident, habits, .. } = registration;
    if registration.newborn {
        record.tags.add(Tag::Baby);
        record.forename = placeholder(dice, resident);
        record.surname = written(habits.writing, &resident.birth_family, true);
        return;
    }
    let heard = dice.chance(habits.hears_name);
    let told_on = if heard { registration.updated } else { registration.registered };
    let Some(name) = resident.name_on(told_on) else { return };
    let mut name = name.clone();
    spoken(dice, resident, habits, &mut name);
    for part in [&mut name.given, &mut name.family] {
        *part = slipped(dice, habits, part);
    }
    if dice.chance(resident.culture.swapped_names() * habits.mistyped / 15) {
        std::mem::swap(&mut name.given, &mut name.family);
    }
    record.forename = written(habits.writing, &name.given, false);
    record.middle = written(habits.writing, &middle(dice, habits, &name.middle), false);
    record.surname = written(habits.writing, &name.family, true);
    if dice.chance(1) {
        record.forename.clear();
    }
}

/// What the person says when asked, which depends on who asks and on how their family names itself.
fn spoken(dice: &mut Dice, resident: &Resident, habits: &Habits, name: &mut FullName) {
    if let Some(known_as) = &resident.known_as {
        // Who is never called by the first name does not give it either.
        let used = if resident.culture == Culture::Muslim { 4 } else { 1 };
        if dice.chance(habits.known_as * 3 * used) {
            name.middle.retain(|middle| middle != known_as);
            if dice.chance(300) {
                name.middle.insert(0, name.given.clone());
            }
            name.given.clone_from(known_as);
        }
    }
    match resident.culture {
        // Singh or Kaur is the surname to one clerk and a middle name to another.
        Culture::Sikh if dice.chance(habits.known_as * 2) => {
            if let Some(religious) = name.middle.pop() {
                let family = std::mem::replace(&mut name.family, religious);
                if dice.chance(500) {
                    name.middle.push(family);
                }
            }
        }
        Culture::Chinese if name.given.contains('-') && dice.chance(450) => {
            name.given = match dice.below(3) {
                0 => name.given.replace('-', " "),
                1 => name.given.replace('-', ""),
                _ => name.given.split('-').next().unwrap_or_default().to_owned(),
            };
        }
        _ => {}
    }
    if name.family.contains(['-', ' ', '\'']) && dice.chance(habits.known_as * 2) {
        name.family = joined(dice, &name.family);
    }
}

/// A surname of two words: one of them, both in the other order, or with another joint.
fn joined(dice: &mut Dice, family: &str) -> String {
    let Some((first, second)) = family.split_once(['-', ' ', '\'']) else { return family.into() };
    match dice.below(100) {
        _ if family.contains('\'') || first.len() <= 3 => format!("{first}{second}"),
        0..30 => second.to_owned(),
        30..50 => first.to_owned(),
        50..60 => format!("{second}-{first}"),
        60..85 => format!("{first} {second}"),
        _ => format!("{first}{second}"),
    }
}

fn slipped(dice: &mut Dice, habits: &Habits, text: &str) -> String {
    let mut text = text.to_owned();
    if dice.chance(habits.misheard) {
        text = misheard(dice, &text);
    }
    if dice.chance(habits.mistyped) {
        text = mistyped(dice, &text);
    }
    if dice.chance(habits.misread) {
        text = misread(dice, &text);
    }
    text
}

fn middle(dice: &mut Dice, habits: &Habits, names: &[String]) -> String {
    let thrown = dice.below(1000);
    let words: Vec<String> = if thrown < habits.middle_full {
        names.iter().map(|name| slipped(dice, habits, name)).collect()
    } else if thrown < habits.middle_full + habits.middle_initial {
        names.iter().filter_map(|name| name.chars().next()).map(String::from).collect()
    } else {
        Vec::new()
    };
    words.join(" ")
}

fn placeholder(dice: &mut Dice, resident: &Resident) -> String {
    let girl = resident.sex == Sex::Female;
    if let Some(order) = resident.birth_order
        && dice.chance(850)
    {
        return match dice.below(3) {
            0 => format!("Twin {order}"),
            1 => format!("Baby {order}"),
            _ => format!("{} {order}", if girl { "Baby Girl" } else { "Baby Boy" }),
        };
    }
    let word = match dice.below(4) {
        0 => "Baby",
        1 => "Infant",
        2 => "Newborn",
        _ if girl => "Baby Girl",
        _ => "Baby Boy",
    };
    word.into()
}

/// A name as the organisation writes it.
fn written(writing: Writing, name: &str, surname: bool) -> String {
    match writing {
        Writing::AsGiven => name.to_owned(),
        Writing::Capitals => plain(name).to_uppercase(),
        Writing::CapitalSurname if surname => plain(name).to_uppercase(),
        Writing::Plain | Writing::CapitalSurname => plain(name),
    }
}

/// A name without its accents.
pub(super) fn plain(name: &str) -> String {
    const ACCENTED: [(char, &str); 16] = [
        ('a', "ąăâáãàä"),
        ('c', "ćçč"),
        ('d', "ďđ"),
        ('e', "ęéèêėëě"),
        ('g', "ğ"),
        ('i', "íìîï"),
        ('l', "łľ"),
        ('n', "ńñň"),
        ('o', "óòôõöő"),
        ('r', "ř"),
        ('s', "śšşș"),
        ('t', "ťţț"),
        ('u', "úùûüűůū"),
        ('w', "ŵ"),
        ('y', "ýŷ"),
        ('z', "źżž"),
    ];
    if name.is_ascii() {
        return name.to_owned();
    }
    name.chars()
        .map(|letter| {
            let lower = letter.to_lowercase().next().unwrap_or(letter);
            let found = ACCENTED.iter().find(|(_, accented)| accented.contains(lower));
            match found {
                Some((without, _)) if letter.is_uppercase() => without.to_ascii_uppercase(),
                Some((without, _)) => *without,
                None => letter,
            }
        })
        .collect()
}

fn sex(dice: &mut Dice, resident: &Resident, habits: &Habits, day: Date) -> &'static str {
    if dice.chance(habits.no_sex) {
        return if dice.chance(400) { "U" } else { "" };
    }
    let sex = resident.sex_on(day);
    let sex = if dice.chance(habits.wrong_sex) { sex.other() } else { sex };
    match sex {
        _ if dice.below(2500) == 0 => "I",
        Sex::Female => "F",
        Sex::Male => "M",
    }
}

fn home(dice: &mut Dice, registration: &Registration<'_>, record: &mut IndexRecord) {
    let Registration { resident, habits, .. } = registration;
    let heard = dice.chance(habits.hears_move);
    let told_on = if heard { registration.updated } else { registration.registered };
    let current = resident.home_on(told_on);
    let other = resident.other_home.as_ref().filter(|_| registration.place > 0 && dice.chance(220));
    let Some(home) = other.or(current) else { return };
    if dice.chance(habits.practice) {
        record.practice.clone_from(&home.practice);
    }
    if dice.chance(habits.landline) {
        record.telephone = home.landline.clone().unwrap_or_else(|| no_telephone(dice).into());
    }
    // Nobody is told where a sensitive person lives.
    if resident.sensitive && dice.chance(700) {
        record.telephone.clear();
        return;
    }
    if dice.chance(4) {
        // No fixed abode.
        record.address = "NFA".into();
        record.postcode = "ZZ99 3VZ".into();
        return;
    }
    record.town = home.town.into();
    if !dice.chance(habits.no_address) {
        record.address = address(dice, habits, home);
    }
    if !dice.chance(habits.no_postcode) {
        let wrong = dice.chance(habits.address_slip / 2);
        let postcode = home.postcode.clone();
        let postcode = if wrong { mistaken_digits(dice, &postcode) } else { postcode };
        record.postcode =
            if habits.closes_postcodes { postcode.replace(' ', "") } else { postcode };
    }
}

/// What stands where there is no landline: mostly nothing.
fn no_telephone(dice: &mut Dice) -> &'static str {
    match dice.below(1000) {
        0..12 => "EX DIRECTORY",
        12..22 => "00000000000",
        22..30 => "NO PHONE",
        30..36 => "01202000000",
        36..40 => "UNKNOWN",
        _ => "",
    }
}

fn address(dice: &mut Dice, habits: &Habits, home: &Dwelling) -> String {
    let mut street = home.street.clone();
    if dice.chance(habits.address_slip * 5) {
        street = abbreviated(&street);
    }
    if dice.chance(habits.address_slip) {
        street = mistyped(dice, &street);
    }
    let mut number = home.number.clone().unwrap_or_default();
    if dice.chance(habits.address_slip / 4) {
        number = mistaken_digits(dice, &number);
    }
    let door = if number.is_empty() { street } else { format!("{number} {street}") };
    match &home.unit {
        Some(unit) if unit.starts_with("Flat ") => match dice.below(1000) {
            thrown if thrown < habits.address_slip * 6 => {
                format!("{}/{door}", unit.trim_start_matches("Flat "))
            }
            thrown if thrown < habits.address_slip * 8 => door,
            _ => format!("{unit}, {door}"),
        },
        Some(unit) => format!("{unit}, {door}"),
        None => door,
    }
}

fn abbreviated(street: &str) -> String {
    const SHORT: [(&str, &str); 10] = [
        (" Road", " Rd"),
        (" Street", " St"),
        (" Avenue", " Ave"),
        (" Close", " Cl"),
        (" Lane", " Ln"),
        (" Drive", " Dr"),
        (" Crescent", " Cres"),
        (" Gardens", " Gdns"),
        (" Terrace", " Terr"),
        (" Court", " Ct"),
    ];
    SHORT
        .iter()
        .find_map(|(long, short)| Some(format!("{}{short}", street.strip_suffix(long)?)))
        .unwrap_or_else(|| street.to_owned())
}

fn contacts(dice: &mut Dice, registration: &Registration<'_>, record: &mut IndexRecord) {
    let Registration { resident, habits, .. } = registration;
    if let Some(mobile) = on(&resident.mobiles, registration.updated)
        && dice.chance(habits.mobile)
    {
        let wrong = dice.chance(habits.address_slip / 3);
        let (network, rest) = mobile.split_at_checked(3).unwrap_or((mobile, ""));
        let rest = if wrong { mistaken_digits(dice, rest) } else { rest.to_owned() };
        record.mobile = format!("{network}{rest}");
    }
    if let Some(email) = &resident.email
        && dice.chance(habits.email)
    {
        record.email.clone_from(email);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_organisation_writes_names_in_its_own_way() {
        for (writing, surname, expected) in [
            (Writing::AsGiven, true, "Wiśniewska"),
            (Writing::Plain, true, "Wisniewska"),
            (Writing::Capitals, false, "WISNIEWSKA"),
            (Writing::CapitalSurname, true, "WISNIEWSKA"),
            (Writing::CapitalSurname, false, "Wisniewska"),
        ] {
            assert_eq!(written(writing, "Wiśniewska", surname), expected);
        }
        assert_eq!(plain("Ștefan Žukauskas Llŷr O'Brien"), "Stefan Zukauskas Llyr O'Brien");
    }

    #[test]
    fn surnames_of_two_words_are_told_in_every_other_way() {
        let mut dice = Dice::new(1, "joined", 0);
        let told: Vec<String> = (0..100).map(|_| joined(&mut dice, "Hardy-Poole")).collect();
        for expected in ["Hardy", "Poole", "Poole-Hardy", "Hardy Poole", "HardyPoole"] {
            assert!(told.iter().any(|one| one == expected), "{expected}");
        }
        assert_eq!(joined(&mut dice, "O'Brien"), "OBrien");
        assert_eq!(joined(&mut dice, "ap Rhys"), "apRhys");
    }
}
