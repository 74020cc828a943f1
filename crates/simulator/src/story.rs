//! One person's two years in hospitals: what happened, and when each thing was told.
//!
//! Told by dice of the person's own, so a story can be told again whenever a message is written.

mod identity;
mod stays;
mod attendances;
mod blood_tests;
mod clinics;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::county::County;
use crate::dice::Dice;
use crate::outpatient::{Appointment, Booking};
use crate::person::{Person, PersonIndex};
use crate::registration::Registration;
use crate::spell::Spell;

/// How far history reaches back.
const DAYS: i64 = 730;

/// What happened to one person.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) spells: Vec<Spell>,
    pub(crate) appointments: Vec<Appointment>,
    /// Ordered as told, not yet by time.
    pub(crate) events: Vec<Event>,
}

/// Something a hospital tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    /// Place of the patient index entry in [`County`].
    pub(crate) entry: usize,
    pub(crate) told: Told,
}

/// What is told. Spells and appointments are places in the story's lists.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// A28: a new entry of the index.
    Registered,
    /// A31: a wedding or a move.
    Changed,
    /// A31 with the day of death.
    Died,
    /// A40: this entry was merged into the other.
    Merged { into: usize },
    /// An ADT message about a spell.
    Moved { spell: usize, movement: Movement },
    /// ORU R01.
    Measured { spell: Option<usize>, panels: &'static [&'static str], number: u64, status: char },
    /// MDM T02 about a spell.
    Written { spell: usize, number: u64 },
    /// SIU S12 to S15.
    Scheduled { appointment: usize, booking: Booking },
}

/// Movements of a spell, by their ADT event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Movement {
    /// A05.
    PreAdmit,
    /// A04.
    Attend,
    /// A01.
    Admit,
    /// A02.
    Transfer,
    /// A08.
    Update,
    /// A03.
    Discharge,
    /// A12.
    CancelTransfer,
    /// A13.
    CancelDischarge,
}

/// Tells the story of a person.
pub(crate) fn tell(county: &County, index: PersonIndex) -> Story {
    let Some(person) = county.people.get(index) else { return Story::default() };
    let number = u64::try_from(index).unwrap_or(0);
    let mut teller = Teller {
        county,
        person,
        dice: Dice::new(county.seed, "story", number),
        next_number: number * 100 + 10_000_000,
        story: Story::default(),
    };
    teller.tell_identity(index);
    teller.tell_part(index);
    teller.tell_stays(index);
    teller.tell_present_stay(index);
    teller.tell_attendances(index);
    teller.tell_blood_tests(index);
    teller.tell_clinics(index);
    let mut story = teller.story;
    // Nothing is told before it happened, nor by an index that does not know the person yet.
    story.events.retain(|event| event.at <= county.now);
    story
}

struct Teller<'a> {
    county: &'a County,
    person: &'a Person,
    dice: Dice,
    next_number: u64,
    story: Story,
}

impl Teller<'_> {
    /// A visit, order, letter or booking number; a story has room for a hundred.
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn push_moved(&mut self, at: Timestamp, entry: usize, spell: usize, movement: Movement) {
        self.push(at, entry, Told::Moved { spell, movement });
    }

    fn push(&mut self, at: Timestamp, entry: usize, told: Told) {
        self.story.events.push(Event { at, entry, told });
    }

    /// A moment on a day between two hours.
    fn at(&mut self, day: Date, from: i64, to: i64) -> Timestamp {
        let hour = i8::try_from(self.dice.between(from, to)).unwrap_or(12);
        let minute = i8::try_from(self.dice.between(0, 59)).unwrap_or(0);
        let second = i8::try_from(self.dice.between(0, 59)).unwrap_or(0);
        day.at(hour, minute, second, 0)
            .to_zoned(self.county.zone.clone())
            .map_or(self.county.now, |zoned| zoned.timestamp())
    }

    /// Alive that day, and not in the first days of history or of life.
    fn is_about(&self, day: Date) -> bool {
        self.person.lives_on(day) && day <= self.county.today
    }

    /// An index entry to use that day: mostly the nearest hospital's; a second entry while it lasts.
    fn some_entry(&mut self, index: PersonIndex, day: Date) -> Option<usize> {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let nearest = self.county.homes.get(self.person.home).map(|home| home.town.hospital);
        let entries = self.county.entries_of(index);
        let places: Vec<(usize, u32)> = entries
            .iter()
            .zip(offset..)
            .filter(|(entry, _)| entry.since < day && entry.merged_on.is_none_or(|gone| day < gone))
            .map(|(entry, place)| (place, if Some(entry.hospital) == nearest { 7 } else { 2 }))
            .collect();
        self.dice.weigh(&places, |place| place.1).map(|place| place.0)
    }

    fn place_where(
        &self,
        index: PersonIndex,
        fits: impl Fn(&Registration) -> bool,
    ) -> Option<usize> {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let entries = self.county.entries_of(index);
        entries.iter().zip(offset..).find(|(entry, _)| fits(entry)).map(|(_, place)| place)
    }
}

/// That many hours.
pub(crate) fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// That many minutes.
pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
