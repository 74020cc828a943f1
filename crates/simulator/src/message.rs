//! Writes what a hospital tells in HL7 v2, in that hospital's own dialect.

mod segment;
mod dialect;
mod patient;
mod adt;
mod oru;
mod mdm;
mod siu;

use jiff::Timestamp;

use crate::county::County;
use crate::outpatient::{Appointment, Booking};
use crate::person::Person;
use crate::registration::{Believed, Registration};
use crate::spell::Spell;
use crate::story::{Movement, Told};

/// Everything a message needs to know about its patient and its sender.
pub(crate) struct About<'a> {
    pub(crate) county: &'a County,
    pub(crate) entry: &'a Registration,
    pub(crate) person: &'a Person,
    pub(crate) believed: Believed,
    /// When what is told happened, and when the message leaves.
    pub(crate) at: Timestamp,
    pub(crate) sent: Timestamp,
    pub(crate) control_id: &'a str,
}

/// Something to tell, with the spell or appointment it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Telling<'a> {
    /// A28, A31, A40.
    Identity(Told),
    /// A movement of a spell.
    Movement(&'a Spell, Movement),
    /// Blood tests.
    Report { spell: Option<&'a Spell>, panels: &'static [&'static str], number: u64, status: char },
    /// A letter about a spell.
    Letter(&'a Spell, u64),
    /// A booking.
    Booking(&'a Appointment, Booking),
}

/// The bytes of a message; `None` where the county does not know the index entry.
pub(crate) fn write(
    county: &County,
    entry: usize,
    telling: Telling<'_>,
    at: Timestamp,
    control_id: &str,
) -> Option<Vec<u8>> {
    let entry = county.registrations.get(entry)?;
    let person = county.people.get(entry.person)?;
    let day = at.to_zoned(county.zone.clone()).date();
    let believed = entry.believed(person, &county.homes, day)?;
    let about = About { county, entry, person, believed, at, sent: at, control_id };
    let message = match telling {
        Telling::Identity(told) => adt::identity(&about, told),
        Telling::Movement(spell, movement) => adt::movement(&about, spell, movement),
        Telling::Report { spell, panels, number, status } => {
            oru::report(&about, spell, panels, number, status)
        }
        Telling::Letter(spell, number) => mdm::letter(&about, spell, number),
        Telling::Booking(appointment, booking) => siu::booking(&about, appointment, booking),
    };
    Some(dialect::bytes(entry.hospital, message))
}
