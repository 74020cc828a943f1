//! The GP practice's part: asked live, merged beside what is stored, never in its place.

use std::collections::BTreeSet;

use audit::Permit;
use empi::Person;
use gateway::{Gateway, GpRecord, GpRequest, Patience};
use jiff::Timestamp;
use model::Section;
use uuid::Uuid;

use crate::section::{GpPart, SectionView, emptiness};
use crate::{AllergyBanner, Line, Record, allergies};

/// The GP practice's chip in the source strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GpState {
    /// The reader's role sees nothing that a practice holds, so none is asked.
    NotAsked,
    /// A practice is being asked, or will be when the page asks for it.
    Asking,
    /// It answered, or could not; without its lines, which are in the sections.
    Answered(Box<GpRecord>),
}

impl GpState {
    pub(crate) fn before_asking(permit: &Permit) -> Self {
        if wanted(permit).is_empty() { Self::NotAsked } else { Self::Asking }
    }
}

fn wanted(permit: &Permit) -> BTreeSet<Section> {
    gateway::SECTIONS.into_iter().filter(|section| permit.may_see(*section)).collect()
}

/// Asks the person's practice for what this permit covers. Always answers, within the gateway's
/// deadline; `None` where the permit covers nothing that a practice holds.
pub async fn ask(
    gateway: &Gateway,
    permit: &Permit,
    person: &Person,
    organisation_name: String,
    patience: Patience,
    trace: Uuid,
) -> Option<GpRecord> {
    let sections = wanted(permit);
    if sections.is_empty() {
        return None;
    }
    let request = GpRequest {
        demographics: person.demographics.clone(),
        actor: permit.actor().clone(),
        organisation_name,
        sections,
        patience,
        trace,
    };
    Some(gateway.gp_record(&request).await)
}

/// How far back the drawn stored lines reach; `None` where all of them are drawn.
fn horizon(stored: &[Line], stored_total: u64) -> Option<Timestamp> {
    let all = u64::try_from(stored.len()).is_ok_and(|drawn| drawn >= stored_total);
    if all { None } else { stored.iter().filter_map(|line| line.at).min() }
}

/// Newest first, but what a source gave under one heading stays together and in its order: a test
/// group is read as a whole (GP Connect hazard 28).
fn newest_first(lines: Vec<Line>) -> Vec<Line> {
    let mut groups: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let belongs = |last: &Line| {
            last.heading.is_some() && last.heading == line.heading && last.source == line.source
        };
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(belongs) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    groups.sort_by_cached_key(|group| {
        std::cmp::Reverse(group.iter().filter_map(|line| line.at).max())
    });
    groups.into_iter().flatten().collect()
}

/// The record with the practice's answer: its lines beside the stored ones, its states in every section.
#[must_use]
pub fn with_gp(mut record: Record, mut answer: GpRecord) -> Record {
    let name = answer.practice_name.clone().unwrap_or_else(|| "GP practice".to_owned());
    let items = std::mem::take(&mut answer.items);
    let mut fetched: Vec<(Section, Line)> = Vec::with_capacity(items.len());
    for item in items {
        let section = item.section;
        fetched.push((
            section,
            Line::fetched(item, answer.practice.clone(), name.clone(), answer.fetched_at),
        ));
    }
    record.allergies = allergy_banner(&record, &answer, &fetched);
    let not_in_record = record.sources.iter().map(|source| source.not_in_record).sum();
    for (section, view) in &mut record.sections {
        let SectionView::Shown { lines, stored_total, beyond, gp, emptiness: empty } = view else {
            continue;
        };
        if gp.is_none() {
            continue;
        }
        let part = part(&answer, *section);
        let stored_by = record.feeding.get(section).map_or(&[][..], Vec::as_slice);
        let horizon = horizon(lines, *stored_total);
        for (_, line) in fetched.extract_if(.., |(of, _)| of == section) {
            if horizon.is_some_and(|horizon| line.at < Some(horizon)) {
                *beyond += 1;
            } else {
                lines.push(line);
            }
        }
        *lines = newest_first(std::mem::take(lines));
        *empty = emptiness(stored_by, not_in_record, Some(&part));
        *gp = Some(part);
    }
    record.gp = GpState::Answered(Box::new(answer));
    record
}

/// What the practice said of one section.
fn part(answer: &GpRecord, section: Section) -> GpPart {
    let state = answer.sections.get(&section).cloned().unwrap_or_else(|| {
        gateway::SectionState::NotRetrievable {
            why: "The GP practice was not asked for this.".to_owned(),
        }
    });
    GpPart::Answered { state, at: answer.fetched_at }
}

/// The banner with the practice's allergies, whichever page of them is drawn.
fn allergy_banner(
    record: &Record,
    answer: &GpRecord,
    fetched: &[(Section, Line)],
) -> AllergyBanner {
    let theirs = fetched.iter().filter(|(section, _)| *section == Section::Allergies);
    let theirs: Vec<Line> = theirs.map(|(_, line)| line.clone()).collect();
    let part = part(answer, Section::Allergies);
    let said = Some((answer.allergies, theirs.as_slice()));
    allergies::banner(record.every_allergy.as_ref(), &part, said)
}
