//! The council's adult social care: who has a care package, who was visited, as CSV.

use std::fmt::Write as _;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use model::Gender;

use crate::county::County;
use crate::dice::Dice;
use crate::illness::days_before;
use crate::person::{Part, Person, PersonIndex};
use crate::source::Payload;
use crate::table::{lines, number};

const PACKAGES: &str = "nhs_number,person_id,family,given,birth_date,gender,postcode,package_id,\
service,provider,start_date,end_date,status,hours_per_week,updated_at\n";
const CONTACTS: &str = "nhs_number,person_id,family,given,birth_date,gender,postcode,contact_id,\
contact_date,contact_type,team,worker,outcome,updated_at\n";

static CARERS: LazyLock<Vec<[&str; 4]>> =
    LazyLock::new(|| lines(include_str!("../tables/carers.csv")).collect());

const CONTACT_TYPES: [&str; 4] = ["Home visit", "Telephone call", "Office visit", "Video call"];
const TEAMS: [&str; 4] =
    ["Adult Access Team", "Hospital Discharge Team", "Locality Team East", "Locality Team West"];
const WORKERS: [&str; 5] =
    ["Marcus Bell", "Nadia Farouk", "Elin Hughes", "George Tuck", "Rosa Marchetti"];
const OUTCOMES: [&str; 6] = [
    "Review booked in six weeks",
    "Package to continue unchanged",
    "Carer's assessment offered",
    "No further action",
    "Equipment ordered",
    "Referred to occupational therapy",
];

/// The file of a table with everything until now: 0 is care packages, 1 is contacts.
pub(crate) fn history(county: &County, table: usize) -> Payload {
    let is_packages = table == 0;
    let mut text = String::from(if is_packages { PACKAGES } else { CONTACTS });
    for index in clients(county) {
        if is_packages {
            add_packages(&mut text, county, index);
        } else {
            add_contacts(&mut text, county, index);
        }
    }
    let table = if is_packages { "care_packages" } else { "contacts" };
    let bytes = text.into_bytes();
    Payload::Csv { table, name: format!("{table}_{}.csv", county.today.strftime("%Y%m%d")), bytes }
}

/// A file with one new contact, or one package whose hours have changed; part of life.
pub(crate) fn news(county: &County, dice: &mut Dice, now: Timestamp, id: &str) -> Payload {
    let clients: Vec<PersonIndex> = clients(county).collect();
    let index = clients.get(dice.place(clients.len())).copied().unwrap_or(0);
    let stamp = now.to_zoned(county.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let day = now.to_zoned(county.zone.clone()).date();
    let Some(person) = county.people.get(index) else {
        return Payload::Csv { table: "contacts", name: id.to_owned(), bytes: Vec::new() };
    };
    let (table, mut text) = if dice.chance(300) {
        ("care_packages", String::from(PACKAGES))
    } else {
        ("contacts", String::from(CONTACTS))
    };
    who(&mut text, county, person, index);
    let written = if table == "care_packages" {
        let package = Package::of(county, index, 0);
        let hours = (package.hours + dice.between(-2, 3)).max(1);
        writeln!(
            text,
            ",{},{},{},{},,Active,{hours},{stamp}",
            package.id, package.service, package.provider, package.start
        )
    } else {
        let contact = Contact::any(dice);
        writeln!(
            text,
            ",C{id},{day},{},{},{},{},{stamp}",
            contact.kind, contact.team, contact.worker, contact.outcome
        )
    };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    Payload::Csv { table, name: format!("{table}_{id}.csv"), bytes: text.into_bytes() }
}

/// Whom social care knows: the old above all, those with dementia, everybody in a care home.
pub(crate) fn clients(county: &County) -> impl Iterator<Item = PersonIndex> {
    (0..county.people.len()).filter(|index| {
        county.people.get(*index).is_some_and(|person| is_client(county, person, *index))
    })
}

fn is_client(county: &County, person: &Person, index: PersonIndex) -> bool {
    let age = person.age_on(county.today);
    let per_mille = match person.part {
        Some(Part::Inpatient | Part::SlowPractice) => return true,
        Some(_) => return false,
        None if person.has("dementia", county.today) || person.in_care_home => 620,
        None if age >= 85 => 330,
        None if age >= 75 => 120,
        None if age >= 18 => 18,
        None => 0,
    };
    Dice::new(county.seed, "client", place(index)).chance(per_mille)
}

/// One or two packages; the older one has ended.
fn add_packages(text: &mut String, county: &County, index: PersonIndex) {
    let Some(person) = county.people.get(index) else { return };
    let mut dice = Dice::new(county.seed, "packages", place(index));
    for number in 0..=u64::from(dice.below(2)) {
        let package = Package::of(county, index, number);
        let died = person.died.map(|died| died.to_string());
        let end = if number == 0 { died } else { Some(package.start_after(300)) };
        let status = if end.is_some() { "Ended" } else { "Active" };
        who(text, county, person, index);
        let _ = writeln!(
            text,
            ",{},{},{},{},{},{status},{},{} 08:00:00",
            package.id,
            package.service,
            package.provider,
            package.start,
            end.unwrap_or_default(),
            package.hours,
            package.start
        );
    }
}

fn add_contacts(text: &mut String, county: &County, index: PersonIndex) {
    let Some(person) = county.people.get(index) else { return };
    let mut dice = Dice::new(county.seed, "contacts", place(index));
    for number in 0..=dice.below(4) {
        let day = days_before(county.today, dice.between(2, 700));
        let contact = Contact::any(&mut dice);
        if !person.lives_on(day) {
            continue;
        }
        who(text, county, person, index);
        let _ = writeln!(
            text,
            ",C{index}{number},{day},{},{},{},{},{day} 17:00:00",
            contact.kind, contact.team, contact.worker, contact.outcome
        );
    }
}

/// The columns that say who; 28 in 100 without an NHS number, a few with the familiar forename.
fn who(text: &mut String, county: &County, person: &Person, index: PersonIndex) {
    let mut dice = Dice::new(county.seed, "council", place(index));
    let is_lead = person.part.is_some();
    let nhs_number =
        if !is_lead && dice.chance(280) { String::new() } else { person.nhs_number.to_string() };
    let given = match person.nickname {
        Some(nickname) if !is_lead && dice.chance(120) => nickname,
        _ => person.given,
    };
    let gender = if person.gender == Gender::Male { "M" } else { "F" };
    let home = if !is_lead && dice.chance(80) {
        person.former_home.map_or(person.home, |(home, _)| home)
    } else {
        person.home
    };
    let postcode = county.homes.get(home).map(crate::place::Home::postcode).unwrap_or_default();
    let _ = write!(
        text,
        "{nhs_number},P{:06},{},{given},{},{gender},{postcode}",
        index * 3 + 40_001,
        person.family,
        person.birth_date
    );
}

/// A package of care.
struct Package {
    id: String,
    service: &'static str,
    provider: &'static str,
    start: Date,
    hours: i64,
}

impl Package {
    fn of(county: &County, index: PersonIndex, number_of: u64) -> Self {
        let mut dice = Dice::new(county.seed, "package", place(index) * 8 + number_of);
        let [service, provider, low, high] = *dice.pick(&CARERS);
        let start =
            days_before(county.today, dice.between(15, 500) + i64::from(number_of > 0) * 400);
        let hours = dice.between(number(low), number(high));
        Self { id: format!("CP{index:05}{number_of}"), service, provider, start, hours }
    }

    fn start_after(&self, days: i64) -> String {
        days_before(self.start, -days).to_string()
    }
}

/// A contact of a worker with a client.
struct Contact {
    kind: &'static str,
    team: &'static str,
    worker: &'static str,
    outcome: &'static str,
}

impl Contact {
    fn any(dice: &mut Dice) -> Self {
        Self {
            kind: *dice.pick(&CONTACT_TYPES),
            team: *dice.pick(&TEAMS),
            worker: *dice.pick(&WORKERS),
            outcome: *dice.pick(&OUTCOMES),
        }
    }
}

fn place(index: PersonIndex) -> u64 {
    u64::try_from(index).unwrap_or(0)
}
