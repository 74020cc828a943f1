//! What a patient index tells of a person: registrations, weddings, moves, deaths and merges.

use super::{Teller, Told};
use crate::person::PersonIndex;

impl Teller<'_> {
    /// Registrations, weddings, moves, deaths and merges of second entries.
    pub(super) fn tell_identity(&mut self, index: PersonIndex) {
        let offset = self.county.registrations.partition_point(|entry| entry.person < index);
        let mut first = offset;
        for (entry, place) in self.county.entries_of(index).iter().zip(offset..) {
            let registered = self.at(entry.since, 8, 17);
            self.push(registered, place, Told::Registered);
            if !entry.is_second {
                first = place;
            } else if let Some(day) = entry.merged_on {
                let at = self.at(day, 9, 16);
                self.push(at, first, Told::Merged { into: first });
                self.mark_merge(place, first);
                continue;
            }
            let changes = [self.person.former_family, None].into_iter().flatten().map(|it| it.1);
            let moves = self.person.former_home.map(|(_, day)| day);
            for day in
                changes.chain(moves).filter(|day| *day > entry.since && *day < self.county.today)
            {
                let at = self.at(day, 9, 17);
                self.push(at, place, Told::Changed);
            }
            let died = entry.wrongly_died.or(self.person.died);
            if let Some(died) = died.filter(|died| *died > entry.since) {
                let at = self.at(died, 18, 23);
                self.push(at, place, Told::Died);
            }
        }
    }

    /// The merge is told by the second entry, into the first.
    fn mark_merge(&mut self, second: usize, first: usize) {
        if let Some(event) = self.story.events.last_mut() {
            event.entry = second;
            event.told = Told::Merged { into: first };
        }
    }
}
