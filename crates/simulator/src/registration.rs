//! What a hospital's patient index believes about a person: its own number for them, and its errors.
//!
//! The rates follow what matching must live with: 4 in 100 without an NHS number, 3 in 1,000 with a
//! wrong one, old addresses, maiden names, familiar forms, slips of the keyboard, second entries.

use jiff::civil::Date;
use model::{NhsNumber, NhsNumberStatus};

use crate::dice::Dice;
use crate::household::Settlement;
use crate::illness::days_before;
use crate::organisation::Hospital;
use crate::person::{Part, Person, PersonIndex};
use crate::place::Home;

/// One entry of a hospital's patient index.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) person: PersonIndex,
    pub(crate) hospital: Hospital,
    /// The number behind the hospital's patient number; unique in the county.
    pub(crate) serial: u32,
    pub(crate) since: Date,
    pub(crate) nhs_number: Option<NhsNumber>,
    pub(crate) status: NhsNumberStatus,
    pub(crate) slip: Slip,
    pub(crate) birth_date: Date,
    /// A second entry of one person in one index.
    pub(crate) is_second: bool,
    /// The day on which the hospital noticed and merged the second entry into the first.
    pub(crate) merged_on: Option<Date>,
    /// The day on which the hospital has this person die, who lives.
    pub(crate) wrongly_died: Option<Date>,
}

/// How the words of an entry differ from the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Not at all.
    None,
    /// Two letters of the surname swapped or one doubled.
    Family,
    /// One letter of the forename left out.
    Given,
    /// The familiar form instead of the forename.
    Nickname,
    /// Initial only.
    Initial,
    /// Never told about the wedding.
    FormerFamily,
    /// Never told about the move.
    FormerHome,
    /// Two characters of the postcode swapped.
    Postcode,
    /// Forename and surname in each other's place.
    NamesSwapped,
    /// Entered at birth, before there was a forename.
    Unnamed,
}

/// Every entry of all three indexes, ordered by person.
pub(crate) fn register(seed: u64, settlement: &mut Settlement) -> Vec<Registration> {
    let mut entries: Vec<Registration> = Vec::new();
    for index in 0..settlement.people.len() {
        let mut dice = Dice::new(seed, "registration", u64::try_from(index).unwrap_or(0));
        for hospital in Hospital::ALL {
            let Some(person) = settlement.people.get(index) else { continue };
            let Some(nearest) = settlement.homes.get(person.home).map(|home| home.town.hospital)
            else {
                continue;
            };
            if !is_known(&mut dice, person, hospital, nearest) {
                continue;
            }
            let wrong = dice.chance(3).then(|| settlement.unissued_number());
            let Some(person) = settlement.people.get(index) else { continue };
            let mut entry = entry(&mut dice, person, index, hospital, settlement.today, wrong);
            entry.serial = serial(entries.len());
            play_part(person, &mut entry);
            let second = is_entered_twice(&mut dice, person, hospital)
                .then(|| second_entry(&mut dice, person, &entry, settlement.today));
            entries.push(entry);
            if let Some(mut second) = second {
                second.serial = serial(entries.len());
                entries.push(second);
            }
        }
    }
    add_two_numbers(&mut entries, settlement);
    add_newborn(&mut entries, settlement);
    add_mistaken_death(&mut entries, settlement);
    entries
}

/// Joyce Samways was given a second NHS number when another hospital could not find her first: both
/// are verified, and it takes two stewards to say that she is one person.
fn add_two_numbers(entries: &mut Vec<Registration>, settlement: &mut Settlement) {
    let is_lead = |person: &Person| person.part == Some(Part::SlowPractice);
    let Some(index) = settlement.people.iter().position(is_lead) else { return };
    let Some(first) = entries.iter().find(|entry| entry.person == index).cloned() else { return };
    let other = Hospital::ALL.into_iter().find(|hospital| *hospital != first.hospital);
    let second = Registration {
        hospital: other.unwrap_or(first.hospital),
        since: days_before(settlement.today, 210),
        nhs_number: Some(settlement.unissued_number()),
        status: NhsNumberStatus::Verified,
        is_second: true,
        ..first
    };
    add(entries, second);
}

/// The youngest child of the county was entered at birth, and again with a name.
fn add_newborn(entries: &mut Vec<Registration>, settlement: &Settlement) {
    let is_known = |index: PersonIndex| entries.iter().any(|entry| entry.person == index);
    let people = settlement.people.iter().enumerate();
    let children = people.filter(|(index, person)| {
        person.part.is_none() && person.birth_order.is_none() && is_known(*index)
    });
    let Some((index, child)) = children.max_by_key(|(_, person)| person.birth_date) else { return };
    let Some(named) = entries.iter().find(|entry| entry.person == index).cloned() else { return };
    let unnamed = Registration {
        since: child.birth_date,
        nhs_number: None,
        status: NhsNumberStatus::TraceRequired,
        slip: Slip::Unnamed,
        birth_date: child.birth_date,
        is_second: true,
        ..named
    };
    add(entries, unnamed);
}

/// John Guppy the elder was marked as dead in one hospital by mistake, and has been in another one since.
fn add_mistaken_death(entries: &mut Vec<Registration>, settlement: &Settlement) {
    let is_lead = |person: &Person| person.part == Some(Part::Namesake);
    let Some(index) = settlement.people.iter().position(is_lead) else { return };
    let Some(first) = entries.iter_mut().find(|entry| entry.person == index) else { return };
    first.wrongly_died = Some(days_before(settlement.today, 47));
    let poole = Registration {
        hospital: Hospital::Poole,
        since: days_before(settlement.today, 400),
        wrongly_died: None,
        ..first.clone()
    };
    add(entries, poole);
}

/// Adds an entry behind the others of its person, under a number of its own.
fn add(entries: &mut Vec<Registration>, entry: Registration) {
    let serial = serial(entries.len());
    let place = entries.partition_point(|other| other.person <= entry.person);
    entries.insert(place, Registration { serial, ..entry });
}

/// Most people are known to the nearest hospital, some to another, the old to more than one.
fn is_known(dice: &mut Dice, person: &Person, hospital: Hospital, nearest: Hospital) -> bool {
    let by_chance = dice.chance(match (hospital == nearest, person.birth_date.year()) {
        (true, ..1960) => 970,
        (true, ..2008) => 800,
        (true, _) => 720,
        (false, ..1960) => 170,
        (false, _) => 90,
    });
    match person.part {
        Some(Part::Inpatient) => true,
        Some(_) => hospital == nearest,
        None => by_chance,
    }
}

fn entry(
    dice: &mut Dice,
    person: &Person,
    index: PersonIndex,
    hospital: Hospital,
    today: Date,
    wrong_number: Option<NhsNumber>,
) -> Registration {
    let since = days_before(today, dice.between(735, 5000)).max(person.birth_date);
    let missing = dice.chance(40);
    let traced = dice.chance(940);
    let (nhs_number, status) = match (missing, wrong_number) {
        (true, _) => (None, NhsNumberStatus::TraceRequired),
        (_, Some(number)) => (Some(number), NhsNumberStatus::NotTraced),
        _ if traced => (Some(person.nhs_number), NhsNumberStatus::Verified),
        _ => (Some(person.nhs_number), NhsNumberStatus::NotTraced),
    };
    let slip = slip(dice, person);
    let birth_date = birth_date_as_heard(dice, person.birth_date, 16);
    Registration {
        person: index,
        hospital,
        serial: 0,
        since,
        nhs_number,
        status,
        slip,
        birth_date,
        is_second: false,
        merged_on: None,
        wrongly_died: None,
    }
}

fn slip(dice: &mut Dice, person: &Person) -> Slip {
    match dice.below(1000) {
        0..25 => Slip::Family,
        25..40 => Slip::Given,
        40..85 if person.nickname.is_some() => Slip::Nickname,
        85..93 => Slip::Initial,
        93..300 if person.former_family.is_some() => Slip::FormerFamily,
        300..500 if person.former_home.is_some() => Slip::FormerHome,
        500..520 => Slip::Postcode,
        520..524 => Slip::NamesSwapped,
        _ => Slip::None,
    }
}

/// The birth date as the desk heard it: day and month swapped, or one year off, now and then.
fn birth_date_as_heard(dice: &mut Dice, truth: Date, per_mille: u32) -> Date {
    if !dice.chance(per_mille) {
        return truth;
    }
    let swapped = Date::new(truth.year(), truth.day(), truth.month()).ok();
    match swapped {
        Some(swapped) if swapped != truth && dice.chance(500) => swapped,
        _ => days_before(truth, 365),
    }
}

fn is_entered_twice(dice: &mut Dice, person: &Person, hospital: Hospital) -> bool {
    let by_chance = dice.chance(15);
    match person.part {
        Some(Part::Duplicate) => hospital == Hospital::Poole,
        Some(_) => false,
        None => by_chance,
    }
}

/// The same person entered again in a hurry: no NHS number, other errors; half are found and merged.
fn second_entry(
    dice: &mut Dice,
    person: &Person,
    first: &Registration,
    today: Date,
) -> Registration {
    let since = days_before(today, dice.between(20, 700)).max(person.birth_date);
    let merged = dice.chance(500).then(|| days_before(today, dice.between(1, 18)));
    let is_lead = person.part.is_some();
    let slips = [Slip::Family, Slip::Nickname, Slip::Given, Slip::FormerHome, Slip::None];
    Registration {
        since,
        nhs_number: None,
        status: NhsNumberStatus::TraceRequired,
        slip: if is_lead { Slip::Family } else { *dice.pick(&slips) },
        birth_date: if is_lead {
            days_before(person.birth_date, 365)
        } else {
            birth_date_as_heard(dice, person.birth_date, 250)
        },
        is_second: true,
        merged_on: merged.filter(|day| !is_lead && *day > since),
        ..first.clone()
    }
}

/// Leads are known exactly, but for what their part asks.
fn play_part(person: &Person, entry: &mut Registration) {
    let Some(part) = person.part else { return };
    entry.slip = Slip::None;
    entry.birth_date = person.birth_date;
    entry.nhs_number = Some(person.nhs_number);
    entry.status = NhsNumberStatus::Verified;
    match part {
        // The second twin was entered with an initial and without a number.
        Part::Twin if person.birth_order == Some(2) => {
            entry.slip = Slip::Initial;
            entry.nhs_number = None;
            entry.status = NhsNumberStatus::TraceRequired;
        }
        Part::Inpatient if entry.hospital == Hospital::DorsetCounty => {
            entry.slip = Slip::FormerHome;
        }
        Part::Inpatient if entry.hospital == Hospital::Bournemouth => {
            entry.slip = Slip::Nickname;
        }
        _ => {}
    }
}

/// Patient numbers leave gaps, as real ones do.
fn serial(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(0) * 7 + 1_203_001
}

/// The name, birth date and home of an entry on a day.
#[derive(Debug, Clone)]
pub(crate) struct Believed {
    pub(crate) family: String,
    pub(crate) given: String,
    pub(crate) middle: Option<&'static str>,
    pub(crate) former_family: Option<&'static str>,
    pub(crate) home: Home,
    pub(crate) postcode: String,
}

impl Registration {
    /// The hospital's own patient number in its own style.
    pub(crate) fn patient_number(&self) -> String {
        let serial = self.serial;
        match self.hospital {
            Hospital::DorsetCounty => format!("{serial:08}"),
            Hospital::Poole => format!("R{serial}"),
            Hospital::Bournemouth => format!("B{:05}/{:02}", serial / 100, serial % 100),
        }
    }

    /// What this entry says on a day.
    pub(crate) fn believed(&self, person: &Person, homes: &[Home], day: Date) -> Option<Believed> {
        let family = match self.slip {
            Slip::FormerFamily => person.former_family.map_or(person.family, |(name, _)| name),
            _ => person.family_on(day),
        };
        let home = match (self.slip, person.former_home) {
            (Slip::FormerHome, Some((former, _))) => former,
            _ => person.home_on(day),
        };
        let home = homes.get(home)?.clone();
        let mut postcode = home.postcode();
        if self.slip == Slip::Postcode {
            postcode = swap_last_letters(&postcode);
        }
        let given = match self.slip {
            Slip::Nickname => person.nickname.unwrap_or(person.given).to_owned(),
            Slip::Initial => person.given.chars().take(1).collect(),
            Slip::Given => without_third_letter(person.given),
            Slip::Unnamed => "Baby".to_owned(),
            _ => person.given.to_owned(),
        };
        let family = if self.slip == Slip::Family { misheard(family) } else { family.to_owned() };
        let (family, given) =
            if self.slip == Slip::NamesSwapped { (given, family) } else { (family, given) };
        Some(Believed {
            family,
            given,
            middle: person
                .middle
                .filter(|_| self.serial.is_multiple_of(2) && self.slip != Slip::Unnamed),
            former_family: person
                .former_family
                .filter(|(_, wedding)| *wedding <= day && self.slip != Slip::FormerFamily)
                .map(|(name, _)| name),
            home,
            postcode,
        })
    }
}

/// `Dyke` becomes `Dkye`: the second and third letters swap places.
fn misheard(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() > 3 {
        letters.swap(1, 2);
    } else {
        letters.push('e');
    }
    letters.into_iter().collect()
}

fn without_third_letter(name: &str) -> String {
    name.chars().enumerate().filter(|(place, _)| *place != 2).map(|(_, letter)| letter).collect()
}

fn swap_last_letters(postcode: &str) -> String {
    let mut letters: Vec<char> = postcode.chars().collect();
    let end = letters.len();
    if end > 2 {
        letters.swap(end - 1, end - 2);
    }
    letters.into_iter().collect()
}
