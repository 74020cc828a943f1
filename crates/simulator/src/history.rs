//! What a source told until now, in order of time. Messages are written one by one, as they are
//! asked for, so that a county's history needs no room.

use std::sync::Arc;

use jiff::Timestamp;

use crate::bundle;
use crate::care_package;
use crate::county::County;
use crate::message::{Telling, write};
use crate::organisation::Hospital;
use crate::person::PersonIndex;
use crate::source::{Outgoing, Payload, Source};
use crate::story::{Event, Story, Told, tell};

/// A source's history. Skipping is cheap: a history that was interrupted goes on with
/// `history.skip(acknowledged)`.
pub struct History {
    county: Arc<County>,
    source: Source,
    lines: Vec<Line>,
    next: usize,
    /// The story told last; messages of one person often follow each other.
    told: Option<(PersonIndex, Story)>,
}

/// Where to find what happened: an event of a person's story.
struct Line {
    at: Timestamp,
    person: u32,
    event: u32,
}

impl County {
    /// Everything that `source` told until [`County::now`], oldest first.
    pub fn history(self: &Arc<Self>, source: Source) -> History {
        let lines = match source {
            Source::Hospital(hospital) => hospital_lines(self, hospital),
            Source::MentalHealth => bundle::people(self).into_iter().map(line_of).collect(),
            Source::Council => (0..2).map(|table| line_of((self.now, table))).collect(),
        };
        History { county: Arc::clone(self), source, lines, next: 0, told: None }
    }
}

fn hospital_lines(county: &County, hospital: Hospital) -> Vec<Line> {
    let mut lines = Vec::new();
    for person in 0..county.people.len() {
        let story = tell(county, person);
        for (event, place) in story.events.iter().zip(0..) {
            let of = county.registrations.get(event.entry).map(|entry| entry.hospital);
            if of == Some(hospital) {
                lines.push(Line { at: event.at, person: narrow(person), event: place });
            }
        }
    }
    lines.sort_by_key(|line| (line.at, line.person, line.event));
    lines
}

fn line_of((at, person): (Timestamp, usize)) -> Line {
    Line { at, person: narrow(person), event: 0 }
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn widen(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

impl Iterator for History {
    type Item = Outgoing;

    fn next(&mut self) -> Option<Outgoing> {
        let line = self.lines.get(self.next)?;
        self.next += 1;
        let (at, person, event) = (line.at, widen(line.person), widen(line.event));
        let control_id = format!("{}H{:07}", self.source.ods(), self.next);
        let county = Arc::clone(&self.county);
        let payload = match self.source {
            Source::Hospital(_) => {
                let story = self.story(person);
                let event = story.events.get(event)?;
                Payload::Hl7(written(&county, story, event, &control_id)?)
            }
            Source::MentalHealth => Payload::Bundle(bundle::write(&county, person, at)?),
            Source::Council => care_package::history(&county, person),
        };
        Some(Outgoing { source: self.source, at, control_id, payload })
    }

    fn nth(&mut self, count: usize) -> Option<Outgoing> {
        self.next = self.next.saturating_add(count);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.lines.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for History {}

impl History {
    fn story(&mut self, person: PersonIndex) -> &Story {
        if self.told.as_ref().is_none_or(|(last, _)| *last != person) {
            self.told = None;
        }
        let county = &self.county;
        &self.told.get_or_insert_with(|| (person, tell(county, person))).1
    }
}

/// The message about an event of a story.
pub(crate) fn written(
    county: &County,
    story: &Story,
    event: &Event,
    control_id: &str,
) -> Option<Vec<u8>> {
    let telling = match event.told {
        Told::Moved { spell, movement } => Telling::Movement(story.spells.get(spell)?, movement),
        Told::Measured { spell, panels, number, status } => Telling::Report {
            spell: spell.and_then(|spell| story.spells.get(spell)),
            panels,
            number,
            status,
        },
        Told::Written { spell, number } => Telling::Letter(story.spells.get(spell)?, number),
        Told::Scheduled { appointment, booking } => {
            Telling::Booking(story.appointments.get(appointment)?, booking)
        }
        told => Telling::Identity(told),
    };
    write(county, event.entry, telling, event.at, control_id)
}
