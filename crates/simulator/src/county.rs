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
