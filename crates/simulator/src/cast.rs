//! The leads: a dozen people whose circumstances are written, so that a demonstration has somebody
//! to show. They are settled first and are the same in every county.

use jiff::civil::Date;
use model::Gender;

use crate::household::{Newcomer, Settlement};
use crate::illness::{allergy, days_before, illness};
use crate::person::{Diagnosed, Part, PersonIndex};
use crate::place::{self, Home};

const BRITISH: (&str, char) = ("british", 'A');

/// Settles every lead.
pub(crate) fn settle(settlement: &mut Settlement) {
    add_inpatient(settlement);
    add_twins(settlement);
    add_duplicate(settlement);
    add_patients_of_odd_practices(settlement);
    add_namesakes(settlement);
}

/// Thomasina Hardy, 83, in Poole with a broken hip, known to every source of the county.
fn add_inpatient(settlement: &mut Settlement) {
    let today = settlement.today;
    let home = add_home_in(settlement, "Poole");
    let lead = Lead { given: "Thomasina", middle: Some("Jean"), family: "Hardy" };
    let mother = add_lead(settlement, lead, years_before(today, 83), Gender::Female, home);
    let other = add_home_in(settlement, "Wimborne");
    let lead = Lead { given: "Susan", middle: Some("Anne"), family: "Loder" };
    let daughter = add_lead(settlement, lead, years_before(today, 57), Gender::Female, other);
    let former = add_home_in(settlement, "Weymouth");
    let Some(person) = settlement.people.get_mut(mother) else { return };
    person.part = Some(Part::Inpatient);
    person.nickname = Some("Tamsin");
    person.married = true;
    person.former_family = Some(("Bridle", years_before(today, 60)));
    person.former_home = Some((former, days_before(today, 500)));
    person.kin = Some((daughter, "DAU"));
    person.illnesses = ["hypertension", "diabetes", "ckd", "osteoarthritis"]
        .into_iter()
        .zip([4100, 3300, 1200, 2600])
        .filter_map(|(key, days)| {
            Some(Diagnosed { illness: illness(key)?, since: days_before(today, days) })
        })
        .collect();
    person.allergies = ["Penicillin", "Latex"].into_iter().filter_map(allergy).collect();
    if let Some(daughter) = settlement.people.get_mut(daughter) {
        daughter.married = true;
    }
}

/// Isla and Ivy Pitman, nine years old: one day, one home, names that begin alike.
fn add_twins(settlement: &mut Settlement) {
    let home = add_home_in(settlement, "Bournemouth");
    let today = settlement.today;
    let lead = Lead { given: "Rebecca", middle: None, family: "Pitman" };
    let mother = add_lead(settlement, lead, years_before(today, 36), Gender::Female, home);
    let born = years_before(today, 9);
    for (order, given) in [(1, "Isla"), (2, "Ivy")] {
        let lead = Lead { given, middle: None, family: "Pitman" };
        let twin = add_lead(settlement, lead, born, Gender::Female, home);
        if let Some(person) = settlement.people.get_mut(twin) {
            person.part = Some(Part::Twin);
            person.birth_order = Some(order);
            person.kin = Some((mother, "MTH"));
        }
    }
}

/// Robert Dyke, whom Poole registered a second time without his NHS number.
fn add_duplicate(settlement: &mut Settlement) {
    let home = add_home_in(settlement, "Poole");
    let born = years_before(settlement.today, 68);
    let lead = Lead { given: "Robert", middle: Some("Alan"), family: "Dyke" };
    let person = add_lead(settlement, lead, born, Gender::Male, home);
    if let Some(person) = settlement.people.get_mut(person) {
        person.part = Some(Part::Duplicate);
        person.illnesses = illness("copd")
            .map(|illness| Diagnosed { illness, since: days_before(settlement.today, 1500) })
            .into_iter()
            .collect();
    }
}

/// Mihai Popescu of Bridport, whose practice is silent, and Joyce Samways, whose practice is slow.
fn add_patients_of_odd_practices(settlement: &mut Settlement) {
    let today = settlement.today;
    let home = add_home_in(settlement, "Bridport");
    let lead = Lead { given: "Mihai", middle: None, family: "Popescu" };
    let silent = add_lead(settlement, lead, years_before(today, 58), Gender::Male, home);
    let home = add_home_in(settlement, "Poole");
    let lead = Lead { given: "Joyce", middle: Some("Mary"), family: "Samways" };
    let slow = add_lead(settlement, lead, years_before(today, 79), Gender::Female, home);
    for (person, part, practice, key) in [
        (silent, Part::SilentPractice, "J81010", "heart_failure"),
        (slow, Part::SlowPractice, "J81002", "atrial_fibrillation"),
    ] {
        if let Some(person) = settlement.people.get_mut(person) {
            person.part = Some(part);
            person.practice = practice;
            person.illnesses = illness(key)
                .map(|illness| Diagnosed { illness, since: days_before(today, 900) })
                .into_iter()
                .collect();
        }
    }
}

/// John Guppy and his son John at one address.
fn add_namesakes(settlement: &mut Settlement) {
    let home = add_home_in(settlement, "Dorchester");
    let today = settlement.today;
    for years in [74, 45] {
        let lead = Lead { given: "John", middle: None, family: "Guppy" };
        let person = add_lead(settlement, lead, years_before(today, years), Gender::Male, home);
        if let Some(person) = settlement.people.get_mut(person) {
            person.part = Some(Part::Namesake);
        }
    }
}

/// The name of a lead.
struct Lead {
    given: &'static str,
    middle: Option<&'static str>,
    family: &'static str,
}

fn add_lead(
    settlement: &mut Settlement,
    lead: Lead,
    born: Date,
    gender: Gender,
    home: usize,
) -> PersonIndex {
    let family = lead.family;
    let index = settlement.add(Newcomer { born, gender, family, community: BRITISH, home });
    if let Some(person) = settlement.people.get_mut(index) {
        person.given = lead.given;
        person.middle = lead.middle;
        person.nickname = None;
        person.illnesses.clear();
        person.allergies.clear();
    }
    index
}

fn add_home_in(settlement: &mut Settlement, town: &str) -> usize {
    let town = place::town_named(town, &mut settlement.dice);
    let home = Home::somewhere(&mut settlement.dice, town);
    settlement.homes.push(home);
    settlement.homes.len() - 1
}

/// A birthday some weeks before that many years ago.
fn years_before(today: Date, years: i64) -> Date {
    days_before(today, years * 365 + years / 4 + 31 + years * 7 % 300)
}
