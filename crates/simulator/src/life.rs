//! What happens from now on: an endless stream of next events, told one by one.
//!
//! What happens next depends on the seed and on how much has happened, never on the clock, so a
//! demonstration that is started again goes on where it stopped.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::bundle;
use crate::care_package;
use crate::county::County;
use crate::dice::Dice;
use crate::illness::{admissions_yearly_per_mille, days_before, likely_complaint, likely_reason};
use crate::message::{Telling, write};
use crate::outpatient::{Appointment, Booking, general_clinics};
use crate::person::{Part, PersonIndex};
use crate::source::{Outgoing, Payload, Source};
use crate::spell::{Cause, Spell, any_bed, any_consultant};
use crate::story::{Movement, tell};

/// Where life begins or goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LifeStart {
    /// Part of every control id, at most eight letters and digits. Two starts on one data folder may
    /// share it, if `played` is kept; else each needs its own.
    pub stamp: String,
    /// How many events were played before: [`Life::played`] after the last one that arrived.
    pub played: u64,
}

/// The county's life from [`County::now`] on.
pub struct Life {
    county: Arc<County>,
    dice: Dice,
    stamp: String,
    played: u64,
    /// Who is in a hospital now.
    inside: Vec<Spell>,
    /// How many are usually inside.
    usual: usize,
    /// Spells that ended and whose letters are still to be written.
    letters: Vec<Spell>,
}

/// What happens, before it is written down.
enum Happening {
    Moved(Spell, Movement),
    Measured { spell: Spell, panels: &'static [&'static str], number: u64 },
    Written(Spell, u64),
    Booked(Appointment),
    CouncilNews,
    TrustNews,
}

impl County {
    /// Life from [`County::now`] on, or from where `start` says it stopped.
    pub fn life(self: &Arc<Self>, start: LifeStart) -> Life {
        let inside: Vec<Spell> = (0..self.people.len())
            .flat_map(|person| tell(self, person).spells)
            .filter(|spell| spell.ended.is_none() && spell.started <= self.now)
            .collect();
        let usual = inside.len().clamp(12, 400);
        let mut life = Life {
            county: Arc::clone(self),
            dice: Dice::new(self.seed, "life", 0),
            stamp: start.stamp,
            played: 0,
            inside,
            usual,
            letters: Vec::new(),
        };
        while life.played < start.played {
            let about_then = SignedDuration::from_secs(
                i64::try_from(life.played).unwrap_or(0).saturating_mul(6),
            );
            life.happen(self.now + about_then);
        }
        life
    }
}

impl Life {
    /// How many events have happened.
    pub fn played(&self) -> u64 {
        self.played
    }

    /// How many people are in a hospital now.
    pub fn in_hospital(&self) -> usize {
        self.inside.len()
    }

    /// The next event, happening at `now`.
    pub fn next(&mut self, now: Timestamp) -> Outgoing {
        loop {
            let happening = self.happen(now);
            if let Some(outgoing) = self.tell(happening, now) {
                return outgoing;
            }
        }
    }

    /// Lets one thing happen; only this throws dice.
    fn happen(&mut self, now: Timestamp) -> Happening {
        self.played += 1;
        let many = self.inside.len() > self.usual + self.usual / 4;
        let few = self.inside.len() < self.usual - self.usual / 4;
        for _ in 0..50 {
            let found = match self.dice.below(100) {
                0..22 if !many => self.admit(now),
                22..40 if !few => self.discharge(now),
                40..50 => self.transfer(now),
                50..58 => self.somebody().map(|spell| Happening::Moved(spell, Movement::Update)),
                58..76 => self.measure(),
                76..84 => self.letter(),
                84..92 => self.book(now),
                92..96 => Some(Happening::CouncilNews),
                96..100 => Some(Happening::TrustNews),
                _ => None,
            };
            if let Some(happening) = found {
                return happening;
            }
        }
        Happening::TrustNews
    }

    /// Somebody comes: one in three to the emergency department only, until they are discharged.
    fn admit(&mut self, now: Timestamp) -> Option<Happening> {
        let (person, entry) = self.newcomer()?;
        let county = Arc::clone(&self.county);
        let (person, hospital) =
            (county.people.get(person)?, county.registrations.get(entry)?.hospital);
        let dice = &mut self.dice;
        let reason = likely_reason(dice, person, county.today);
        let (cause, movement) = match reason {
            Some(reason) if dice.chance(650) => (Cause::Admission(reason), Movement::Admit),
            _ => {
                let complaint = likely_complaint(dice, person.age_on(county.today))?;
                (Cause::Attendance(complaint), Movement::Attend)
            }
        };
        let (kind, expected) = match cause {
            Cause::Attendance(_) => ("emergency", None),
            Cause::Admission(reason) => {
                let length = dice.between(reason.min_days, reason.max_days);
                let ward = if reason.is_elective() { reason.ward } else { "assessment" };
                let today = now.to_zoned(county.zone.clone()).date();
                (ward, Some(days_before(today, -length)))
            }
        };
        let spell = Spell {
            entry,
            number: 900_000_000 + self.played,
            cause,
            consultant: any_consultant(dice),
            started: now,
            beds: vec![any_bed(dice, hospital, kind, now)],
            expected,
            ended: None,
        };
        self.inside.push(spell.clone());
        Some(Happening::Moved(spell, movement))
    }

    fn discharge(&mut self, now: Timestamp) -> Option<Happening> {
        let place = self.dice.place(self.inside.len());
        if self.is_lead(place)? {
            return None;
        }
        let mut spell = self.inside.swap_remove(place);
        spell.ended = Some(now);
        self.letters.push(spell.clone());
        Some(Happening::Moved(spell, Movement::Discharge))
    }

    fn transfer(&mut self, now: Timestamp) -> Option<Happening> {
        let place = self.dice.place(self.inside.len());
        if self.is_lead(place)? {
            return None;
        }
        let spell = self.inside.get_mut(place)?;
        let Cause::Admission(reason) = spell.cause else { return None };
        let hospital = self.county.registrations.get(spell.entry)?.hospital;
        let bed = any_bed(&mut self.dice, hospital, reason.ward, now);
        if spell.beds.iter().any(|before| before.ward.code == bed.ward.code) {
            return None;
        }
        spell.beds.push(bed);
        Some(Happening::Moved(spell.clone(), Movement::Transfer))
    }

    fn measure(&mut self) -> Option<Happening> {
        let spell = self.somebody()?;
        let sets: [&[&str]; 3] = [&["FBC", "UE", "CRP"], &["UE"], &["FBC", "CRP"]];
        let panels = *self.dice.pick(&sets);
        Some(Happening::Measured { spell, panels, number: 800_000_000 + self.played })
    }

    fn letter(&mut self) -> Option<Happening> {
        let spell = self.letters.pop()?;
        Some(Happening::Written(spell, 800_000_000 + self.played))
    }

    fn book(&mut self, now: Timestamp) -> Option<Happening> {
        let (_, entry) = self.newcomer()?;
        let clinic = *self.dice.pick(&general_clinics());
        let consultant = any_consultant(&mut self.dice);
        let in_days = self.dice.between(7, 60);
        let hour = i8::try_from(self.dice.between(9, 16)).unwrap_or(9);
        let today = now.to_zoned(self.county.zone.clone()).date();
        let starts = days_before(today, -in_days)
            .at(hour, 20, 0, 0)
            .to_zoned(self.county.zone.clone())
            .ok()?
            .timestamp();
        let number = 700_000_000 + self.played;
        Some(Happening::Booked(Appointment {
            entry,
            number,
            clinic,
            consultant,
            starts,
            minutes: 20,
        }))
    }

    /// Somebody alive and not inside, likelier the likelier they fall ill, with the index entry of
    /// a hospital that knows them.
    fn newcomer(&mut self) -> Option<(PersonIndex, usize)> {
        let county = Arc::clone(&self.county);
        let mut place = 0;
        for _ in 0..40 {
            place = self.dice.place(county.registrations.len());
            let entry = county.registrations.get(place)?;
            let person = county.people.get(entry.person)?;
            let often = admissions_yearly_per_mille(person, county.today) * 4 + 20;
            let here = person.lives_on(county.today)
                && person.part.is_none()
                && entry.merged_on.is_none()
                && !self.is_inside(entry.person);
            if here && self.dice.chance(often.min(1000)) {
                return Some((entry.person, place));
            }
        }
        let entry = county.registrations.get(place)?;
        let person = county.people.get(entry.person)?;
        let here = person.lives_on(county.today)
            && person.part.is_none()
            && entry.merged_on.is_none()
            && !self.is_inside(entry.person);
        here.then_some((entry.person, place))
    }

    fn somebody(&mut self) -> Option<Spell> {
        let place = self.dice.place(self.inside.len());
        self.inside.get(place).cloned()
    }

    fn is_inside(&self, person: PersonIndex) -> bool {
        self.inside.iter().any(|spell| {
            self.county.registrations.get(spell.entry).map(|entry| entry.person) == Some(person)
        })
    }

    /// The leads stay where the demonstration says that they are.
    fn is_lead(&self, place: usize) -> Option<bool> {
        let entry = self.county.registrations.get(self.inside.get(place)?.entry)?;
        let part = self.county.people.get(entry.person)?.part;
        Some(matches!(part, Some(Part::Inpatient | Part::SlowPractice)))
    }

    /// Writes down what happened.
    fn tell(&mut self, happening: Happening, now: Timestamp) -> Option<Outgoing> {
        let id = |ods: &str| format!("{ods}{}{}", self.stamp, self.played);
        let (entry, telling) = match &happening {
            Happening::Moved(spell, movement) => (spell.entry, Telling::Movement(spell, *movement)),
            Happening::Measured { spell, panels, number } => (
                spell.entry,
                Telling::Report { spell: Some(spell), panels, number: *number, status: 'F' },
            ),
            Happening::Written(spell, number) => (spell.entry, Telling::Letter(spell, *number)),
            Happening::Booked(slot) => (slot.entry, Telling::Booking(slot, Booking::Booked)),
            Happening::CouncilNews => {
                let control_id = id("809");
                let mut dice = Dice::new(self.county.seed, "council news", self.played);
                let payload = care_package::news(&self.county, &mut dice, now, &control_id);
                return Some(Outgoing { source: Source::Council, at: now, control_id, payload });
            }
            Happening::TrustNews => {
                let control_id = id("RDY");
                let mut dice = Dice::new(self.county.seed, "trust news", self.played);
                let bytes = bundle::news(&self.county, &mut dice, now, self.played)?;
                let payload = Payload::Bundle(bytes);
                return Some(Outgoing {
                    source: Source::MentalHealth,
                    at: now,
                    control_id,
                    payload,
                });
            }
        };
        let hospital = self.county.registrations.get(entry)?.hospital;
        let control_id = id(hospital.ods());
        let bytes = write(&self.county, entry, telling, now, &control_id)?;
        let payload = Payload::Hl7(bytes);
        Some(Outgoing { source: Source::Hospital(hospital), at: now, control_id, payload })
    }
}
