//! Opens a record: everything that is stored about one person, as one reader may see it.

use std::collections::{BTreeMap, BTreeSet};

use audit::Permit;
use db::Tx;
use empi::Person;
use jiff::Timestamp;
use model::{LocalPatientId, NhsNumber, PersonId, Section};
use repository::Page;

use crate::allergies::Allergies;
use crate::section::{GpPart, emptiness};
use crate::source::{self, SourceKind};
use crate::{
    AllergyBanner, Emptiness, Error, GpState, InHospital, Line, SectionView, Source, SourceState,
    allergies,
};

/// One person's record, as one reader may see it at one moment.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whose.
    pub person: Person,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The audit entry that was written first.
    pub entry: i64,
    /// The source strip, without the GP practice.
    pub sources: Vec<SourceState>,
    /// The GP practice's chip.
    pub gp: GpState,
    /// "In hospital now?"; `None` where the reader's role does not see stays.
    pub in_hospital: Option<InHospital>,
    /// The banner's allergy line.
    pub allergies: AllergyBanner,
    /// The sections in the order of [`Section::ALL`].
    pub sections: BTreeMap<Section, SectionView>,
    /// Every stored allergy; `None` where the reader's role does not see allergies.
    pub(crate) every_allergy: Option<Allergies>,
    /// Who would have said something in a section.
    pub(crate) feeding: BTreeMap<Section, Vec<String>>,
}

/// Lines of each section on the record page; a section's own page shows all. What may hurt when it
/// is missed is never cut short there either.
fn summary(section: Section) -> Page {
    let limit = match section {
        Section::Allergies => u32::MAX,
        Section::Problems | Section::Medicines => 500,
        Section::Results => 24,
        _ => 12,
    };
    Page { offset: 0, limit }
}

/// Opens the record that `permit` is for: each section's newest lines.
pub fn open(
    tx: &mut Tx,
    permit: &Permit,
    sources: &[Source],
    now: Timestamp,
) -> Result<Record, Error> {
    let reader = Reader::new(tx, permit, sources)?;
    let mut sections = BTreeMap::new();
    for section in Section::ALL {
        sections.insert(section, reader.section(tx, section, summary(section))?);
    }
    let in_hospital = if permit.may_see(Section::Encounters) {
        let stays = repository::current_stays(tx, &reader.patients)?;
        Some(InHospital::answer(stays, &reader.states, now))
    } else {
        None
    };
    let every_allergy = reader.allergies(sections.get(&Section::Allergies));
    let allergies = allergies::banner(every_allergy.as_ref(), &GpPart::Asking, None);
    let feeding = Section::ALL.map(|section| (section, reader.feeding(section)));
    Ok(Record {
        gp: GpState::before_asking(permit),
        person: reader.person,
        opened_at: now,
        entry: permit.entry(),
        sources: reader.states,
        in_hospital,
        allergies,
        sections,
        every_allergy,
        feeding: feeding.into(),
    })
}

/// One page of one section, with all its stored lines in reach.
pub fn open_section(
    tx: &mut Tx,
    permit: &Permit,
    sources: &[Source],
    section: Section,
    page: Page,
) -> Result<SectionView, Error> {
    Reader::new(tx, permit, sources)?.section(tx, section, page)
}

/// The person a permit is for, through any redirect.
pub(crate) fn person_of(tx: &mut Tx, permit: &Permit) -> Result<Person, Error> {
    let asked: PersonId = permit.person().ok_or(Error::NoSuchPerson)?;
    let now = empi::resolve(tx, asked)?.ok_or(Error::NoSuchPerson)?;
    empi::person(tx, now)?.ok_or(Error::NoSuchPerson)
}

/// What every section needs to be read.
struct Reader<'a> {
    permit: &'a Permit,
    person: Person,
    patients: Vec<LocalPatientId>,
    states: Vec<SourceState>,
}

impl<'a> Reader<'a> {
    fn new(tx: &mut Tx, permit: &'a Permit, sources: &[Source]) -> Result<Self, Error> {
        let person = person_of(tx, permit)?;
        let patients = person.local_patients.iter().map(|patient| patient.id).collect();
        let states = states(tx, &person, sources)?;
        Ok(Self { permit, person, patients, states })
    }

    fn section(&self, tx: &mut Tx, section: Section, page: Page) -> Result<SectionView, Error> {
        if !self.permit.may_see(section) {
            let said = self.permit.not_shown().get(&section).cloned();
            let why = said.unwrap_or_else(|| "This permit does not cover this section.".to_owned());
            return Ok(SectionView::NotShown { why });
        }
        let rows = repository::rows(tx, &self.patients, section, page)?;
        let stored_total = repository::count(tx, &self.patients, section)?;
        let lines = rows.into_iter().map(|row| {
            let name = self.name(&row.organisation);
            Line::stored(row, name)
        });
        let lines: Vec<Line> = lines.collect();
        // The practice's lines come whole with the first page; later ones hold stored lines only.
        let is_first = page.offset == 0;
        let gp = (is_first && gateway::SECTIONS.contains(&section)).then_some(GpPart::Asking);
        let emptiness = if !is_first && lines.is_empty() {
            Emptiness::Unknown { why: "No more lines stand on this page.".to_owned() }
        } else {
            emptiness(&self.feeding(section), self.not_in_record(), gp.as_ref())
        };
        Ok(SectionView::Shown { lines, stored_total, beyond: 0, gp, emptiness })
    }

    /// What the banner is made of: the allergies section as [`open`] reads it, which is whole.
    fn allergies(&self, section: Option<&SectionView>) -> Option<Allergies> {
        let Some(SectionView::Shown { lines, .. }) = section else { return None };
        Some(Allergies {
            lines: lines.clone(),
            stored_by: self.feeding(Section::Allergies),
            not_in_record: self.not_in_record(),
        })
    }

    fn name(&self, organisation: &model::OdsCode) -> String {
        let source = self.states.iter().find(|state| state.organisation == *organisation);
        source.map_or_else(|| organisation.to_string(), |source| source.name.clone())
    }

    /// The names of those who would have said something in this section, because they know the person.
    fn feeding(&self, section: Section) -> Vec<String> {
        let feeds = |kind: SourceKind| match section {
            Section::SocialCare => kind == SourceKind::Council,
            Section::Consultations | Section::Immunisations => false,
            _ => kind != SourceKind::Council,
        };
        let known = self.states.iter().filter(|state| state.knows_person && feeds(state.kind));
        known.map(|state| state.name.clone()).collect()
    }

    fn not_in_record(&self) -> u64 {
        self.states.iter().map(|state| state.not_in_record).sum()
    }
}

fn states(tx: &mut Tx, person: &Person, sources: &[Source]) -> Result<Vec<SourceState>, Error> {
    let channels = sources.iter().flat_map(|source| source.channels.iter().map(String::as_str));
    let heard = source::last_heard(sources, &engine::last_received(tx, channels)?);
    let by_number = unprocessed_by_number(tx, person)?;
    let mut states = Vec::new();
    for source in sources {
        let with_number = source.channels.iter().filter_map(|channel| by_number.get(channel)).sum();
        let own = person
            .local_patients
            .iter()
            .filter(|patient| patient.organisation == source.organisation);
        let mut known: u64 = 0;
        let mut knows_person = false;
        for patient in own {
            knows_person = true;
            for channel in &source.channels {
                known += engine::unprocessed_about(tx, channel, &patient.identity.value)?;
            }
        }
        states.push(SourceState {
            organisation: source.organisation.clone(),
            name: source.name.clone(),
            kind: source.kind,
            knows_person,
            last_heard_at: heard.get(&source.organisation).copied(),
            not_in_record: known.max(with_number),
        });
    }
    Ok(states)
}

/// Messages with one of the person's NHS numbers that are not in the record yet, by channel. They
/// find what a source's own number cannot: the first message of a source that does not know the
/// person yet.
fn unprocessed_by_number(tx: &mut Tx, person: &Person) -> Result<BTreeMap<String, u64>, Error> {
    let records = person.local_patients.iter().map(|patient| &patient.demographics);
    let numbers: BTreeSet<NhsNumber> =
        records.chain([&person.demographics]).filter_map(|who| who.nhs_number).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for number in numbers {
        for (channel, count) in engine::unprocessed_with_number(tx, number)? {
            *counts.entry(channel).or_default() += count;
        }
    }
    Ok(counts)
}
