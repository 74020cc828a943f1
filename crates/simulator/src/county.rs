//! The county: who lives there and which patient index knows them. Built once from a seed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cast;
use crate::household::Settlement;
use crate::organisation::{Organisation, PRACTICES, Practice, organisations};
use crate::person::{Person, PersonIndex};
use crate::place::Home;
use crate::registration::{Registration, register};
use crate::user::{DemoUser, users};

/// A synthetic county. The same seed, number of people and day always give the same county.
pub struct County {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    pub(crate) zone: TimeZone,
    pub(crate) homes: Vec<Home>,
    pub(crate) people: Vec<Person>,
    /// Ordered by person.
    pub(crate) registrations: Vec<Registration>,
}

impl County {
    /// Settles `people` people (a few more, since households stay whole) as of `now`. History ends
    /// at `now`, life goes on from there: a demonstration that continues must give the same `now`.
    pub fn new(seed: u64, people: usize, now: Timestamp) -> Self {
        let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        let today = now.to_zoned(zone.clone()).date();
        let mut settlement = Settlement::new(seed, today);
        cast::settle(&mut settlement);
        while settlement.people.len() < people {
            settlement.add_household();
        }
        settlement.let_time_pass();
        let registrations = register(seed, &mut settlement);
        let Settlement { homes, people, .. } = settlement;
        Self { seed, now, today, zone, homes, people, registrations }
    }

    /// How many people live in the county.
    pub fn population(&self) -> usize {
        self.people.len()
    }

    /// The moment at which history ends and life goes on.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Hospitals, trust, council, ambulance service and practices.
    pub fn organisations(&self) -> Vec<Organisation> {
        organisations()
    }

    /// The GP practices and how their systems answer.
    pub fn practices(&self) -> &'static [Practice] {
        &PRACTICES
    }

    /// Who can sign in to the demonstration.
    pub fn users(&self) -> Vec<DemoUser> {
        users()
    }

    /// The entries of all patient indexes for a person, hospital by hospital.
    pub(crate) fn entries_of(&self, person: PersonIndex) -> &[Registration] {
        let start = self.registrations.partition_point(|entry| entry.person < person);
        let end = self.registrations.partition_point(|entry| entry.person <= person);
        self.registrations.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::person::Part;

    fn county(people: usize) -> County {
        County::new(11, people, "2026-03-03T11:30:00Z".parse().unwrap())
    }

    #[test]
    fn no_two_people_share_an_nhs_number_and_no_two_entries_a_patient_number() {
        let county = county(4_000);
        let numbers: BTreeSet<_> = county.people.iter().map(|person| person.nhs_number).collect();
        assert_eq!(numbers.len(), county.people.len());
        assert!(numbers.iter().all(|number| number.to_string().starts_with("999")));
        let entries: BTreeSet<_> = county
            .registrations
            .iter()
            .map(|entry| (entry.hospital, entry.patient_number()))
            .collect();
        assert_eq!(entries.len(), county.registrations.len());
    }

    #[test]
    fn twins_share_a_birth_date_a_home_and_a_surname_but_not_a_forename() {
        let county = county(4_000);
        let mut pairs = 0;
        for neighbours in county.people.windows(2) {
            let [first, second] = neighbours else { unreachable!() };
            assert_eq!(first.birth_order == Some(1), second.birth_order == Some(2));
            if first.birth_order != Some(1) {
                continue;
            }
            pairs += 1;
            assert_eq!(
                (first.birth_date, first.home, first.family),
                (second.birth_date, second.home, second.family)
            );
            assert_ne!(first.given, second.given);
        }
        assert!(pairs > 5, "{pairs}");
    }

    #[test]
    fn the_county_has_old_and_young_namesakes_movers_and_second_entries() {
        let county = county(4_000);
        let count = |fits: &dyn Fn(&Person) -> bool| {
            county.people.iter().filter(|person| fits(person)).count() * 1000 / county.people.len()
        };
        for (name, found, expected) in [
            ("65 and over", count(&|it| it.age_on(county.today) >= 65), 240..420),
            ("under 18", count(&|it| it.age_on(county.today) < 18), 120..280),
            ("over 105", count(&|it| it.age_on(county.today) > 105), 0..1),
            ("moved", count(&|it| it.former_home.is_some()), 110..200),
            ("dead", count(&|it| it.died.is_some()), 5..60),
            ("diabetic", count(&|it| it.has("diabetes", county.today)), 50..120),
        ] {
            assert!(expected.contains(&found), "{name}: {found} in a thousand");
        }
        let second = county.registrations.iter().filter(|entry| entry.is_second).count();
        assert!((20..120).contains(&second), "{second}");
        let namesakes = county.people.iter().filter(|it| it.part == Some(Part::Namesake));
        let [elder, younger] = namesakes.collect::<Vec<_>>()[..] else { panic!("two namesakes") };
        assert_eq!(
            (elder.given, elder.family, elder.home),
            (younger.given, younger.family, younger.home)
        );
    }
}
