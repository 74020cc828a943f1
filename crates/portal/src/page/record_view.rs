//! What `record` says, as what the page draws. Words and order are the page's; nothing is decided here.

use audit::Permit;
use empi::Person;
use jiff::{SignedDuration, Timestamp};
use model::{OdsCode, PersonId, Role, Section};
use record::{AllergyBanner, Emptiness, GpPart, GpState, Record, SourceState};

use crate::format;
use crate::layout::Reader;
use crate::page::names::Names;
use crate::page::record::{About, Gp, GpAnswer, slug};
use crate::view::banner::{Allergies, Banner, Life};
use crate::view::in_hospital::{Hospital, InHospital, Stay, Waiting};
use crate::view::line::Line;
use crate::view::section::{Content, Empty, SectionView};
use crate::view::source::{Source, State as SourceDoes};

/// A feed that has said nothing for so long is called quiet.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// What stands above a page about a person that shows nothing clinical.
pub(crate) fn identity_about(
    person: &Person,
    names: &Names,
    reader: &Reader,
    now: Timestamp,
) -> About {
    let mut banner = banner(person, person.id);
    banner.allergies = Allergies::NotHere;
    About {
        person: person.id,
        banner,
        sources: Vec::new(),
        questions: questions(person, |code| names.of(code).to_owned()),
        in_hospital: None,
        asks_who_looked: asks_who_looked(reader.actor.role),
        now,
    }
}

/// The two organisations of every question about the person's own links.
fn questions(person: &Person, name: impl Fn(&OdsCode) -> String) -> Vec<(String, String)> {
    person.questions.iter().map(|question| (name(&question.a), name(&question.b))).collect()
}

fn source_name(sources: &[SourceState], code: &OdsCode) -> String {
    let source = sources.iter().find(|source| source.organisation == *code);
    source.map_or_else(|| code.to_string(), |source| source.name.clone())
}

/// Only a link depends on this; the policies decide about the page.
fn asks_who_looked(role: Role) -> bool {
    role == Role::PrivacyOfficer
}

/// What stands above the record.
pub(crate) fn about(record: &Record, permit: &Permit, now: Timestamp) -> About {
    let person = permit.person().unwrap_or(record.person.id);
    let mut banner = banner(&record.person, person);
    banner.allergies = allergies(&record.allergies, &record.gp);
    if let GpState::Answered(answer) = &record.gp {
        banner.practice = answer.practice_name.clone().or(banner.practice);
    }
    let mut sources: Vec<Source> = gp_source(&record.gp).into_iter().collect();
    sources.extend(record.sources.iter().map(|source| stored_source(source, now)));
    let in_hospital = Some(record.in_hospital.as_ref().map_or(InHospital::NotForRole, in_hospital));
    About {
        person,
        banner,
        sources,
        questions: questions(&record.person, |code| source_name(&record.sources, code)),
        in_hospital,
        asks_who_looked: asks_who_looked(permit.actor().role),
        now,
    }
}

fn banner(person: &Person, id: PersonId) -> Banner {
    let who = &person.demographics;
    let address = who.addresses.first().map(|address| {
        let parts = address.lines.iter().chain(&address.city).chain(&address.postcode);
        parts.map(String::as_str).collect::<Vec<_>>().join(", ")
    });
    Banner {
        name: who.name().map(format::name).unwrap_or_default(),
        birth_date: who.birth_date,
        gender: who.gender,
        nhs_number: who.nhs_number.map(|number| number.spaced()),
        nhs_number_status: who.nhs_number_status,
        life: if who.deceased { Life::Died(who.death_date) } else { Life::Living },
        address: address.filter(|address| !address.is_empty()),
        telephones: who.telephones.iter().map(|telephone| telephone.number.clone()).collect(),
        practice: who.gp_practice.as_ref().map(ToString::to_string),
        sensitive: who.sensitive,
        allergies: Allergies::Unavailable,
        allergies_href: format!("/people/{id}/allergies"),
    }
}

fn allergies(state: &AllergyBanner, gp: &GpState) -> Allergies {
    match state {
        AllergyBanner::Known { names, incomplete: false } => Allergies::Known(names.clone()),
        AllergyBanner::Known { names, .. } if matches!(gp, GpState::Asking) => {
            Allergies::KnownAsking(names.clone())
        }
        AllergyBanner::Known { names, .. } => Allergies::KnownIncomplete(names.clone()),
        AllergyBanner::NoneKnown => Allergies::NoneKnown,
        AllergyBanner::NotRecorded => Allergies::NotRecorded,
        AllergyBanner::Asking => Allergies::Asking,
        AllergyBanner::Unavailable => Allergies::Unavailable,
        AllergyBanner::NotShown => Allergies::NotForRole,
    }
}

fn gp_source(gp: &GpState) -> Option<Source> {
    let (name, state) = match gp {
        GpState::NotAsked => return None,
        GpState::Asking => ("GP practice".to_owned(), SourceDoes::Asking),
        GpState::Answered(answer) => {
            let name = answer.practice_name.clone().unwrap_or_else(|| "GP practice".to_owned());
            let answered = answer.state == gateway::RecordState::Answered;
            let failed = || SourceDoes::Failed(answer.state.sentence().to_owned());
            (name, if answered { SourceDoes::Answered(answer.fetched_at) } else { failed() })
        }
    };
    Some(Source { key: "gp".into(), name, state, note: None })
}

fn stored_source(source: &SourceState, now: Timestamp) -> Source {
    let state = match source.last_heard_at {
        None => SourceDoes::Silent,
        Some(at) if now.duration_since(at) > QUIET_AFTER => SourceDoes::Late(at),
        Some(at) => SourceDoes::Heard(at),
    };
    let note = match source.not_in_record {
        0 if source.knows_person => None,
        0 => Some("no record of this person".to_owned()),
        1 => Some("1 message about this person is not in the record yet".to_owned()),
        count => Some(format!("{count} messages about this person are not in the record yet")),
    };
    Source {
        key: source.organisation.as_str().to_ascii_lowercase(),
        name: source.name.clone(),
        state,
        note,
    }
}

fn in_hospital(answer: &record::InHospital) -> InHospital {
    let heard = |organisation: &OdsCode| {
        let hospital =
            answer.hospitals.iter().find(|hospital| hospital.organisation == *organisation);
        hospital.and_then(|hospital| hospital.last_heard_at)
    };
    let waiting = answer.hospitals.iter().filter(|hospital| hospital.not_in_record > 0);
    let waiting: Vec<Waiting> = waiting
        .map(|hospital| Waiting { hospital: hospital.name.clone(), count: hospital.not_in_record })
        .collect();
    if answer.stays.is_empty() {
        let hospital = |source: &SourceState| Hospital {
            name: source.name.clone(),
            heard: source.last_heard_at,
        };
        return InHospital::NotInpatient {
            hospitals: answer.hospitals.iter().map(hospital).collect(),
            waiting,
        };
    }
    let stay = |inpatient: &record::Inpatient| {
        let stay = &inpatient.stay;
        Stay {
            hospital: inpatient.hospital.clone(),
            emergency: inpatient.is_emergency,
            ward: stay.place.clone(),
            since: stay.admitted_at,
            expected_discharge: stay.expected_discharge_at,
            detail: stay.consultant.clone(),
            heard: heard(&stay.organisation),
        }
    };
    InHospital::Inpatient { stays: answer.stays.iter().map(stay).collect(), waiting }
}

/// The practice's answer as a whole.
pub(crate) fn gp(record: &Record) -> Gp {
    match &record.gp {
        GpState::NotAsked => Gp::NotAsked,
        GpState::Asking => Gp::Asking,
        GpState::Answered(answer) => Gp::Answered(GpAnswer {
            practice: answer.practice_name.clone().unwrap_or_else(|| "GP practice".to_owned()),
            sentence: answer.state.sentence().to_owned(),
            answered: answer.state == gateway::RecordState::Answered,
            at: answer.fetched_at,
            took_ms: answer.took_ms,
            warnings: answer.warnings.clone(),
            mismatch: answer.demographics_mismatch.clone(),
        }),
    }
}

/// The sections in the order of the page.
pub(crate) fn sections(record: &Record, person: PersonId) -> Vec<SectionView> {
    let view = |(section, view): (&Section, &record::SectionView)| SectionView {
        section: *section,
        href: format!("/people/{person}/{}", slug(*section)),
        content: content(view, person),
    };
    record.sections.iter().map(view).collect()
}

/// One section as its own page shows it: each stored line leads to the messages that said it.
pub(crate) fn traced(record: &Record, section: Section, person: PersonId) -> Option<SectionView> {
    let mut view = sections(record, person).into_iter().find(|view| view.section == section)?;
    if let (Content::Shown { lines, .. }, Some(record::SectionView::Shown { lines: said, .. })) =
        (&mut view.content, record.sections.get(&section))
    {
        for (line, said) in lines.iter_mut().zip(said) {
            if let record::Origin::Stored { resource_type, id, .. } = &said.origin {
                line.origin = Some(format!("/people/{person}/lines/{resource_type}/{id}"));
            }
        }
    }
    Some(view)
}

fn content(view: &record::SectionView, person: PersonId) -> Content {
    let (lines, stored_total, beyond, gp, emptiness) = match view {
        record::SectionView::NotShown { why } => return Content::NotShown(why.clone()),
        record::SectionView::Shown { lines, stored_total, beyond, gp, emptiness } => {
            (lines, stored_total, beyond, gp, emptiness)
        }
    };
    let incomplete = match (gp, emptiness) {
        (Some(GpPart::Answered { state, .. }), _) if !state.is_complete() => {
            Some(state.sentence().to_owned())
        }
        (_, Emptiness::Unknown { why }) if !lines.is_empty() => Some(why.clone()),
        _ => None,
    };
    Content::Shown {
        lines: lines.iter().map(|said| line(said, person)).collect(),
        besides_live: stored_total.saturating_add(*beyond),
        asking: matches!(gp, Some(GpPart::Asking)),
        incomplete,
        empty: match emptiness {
            Emptiness::NoneRecorded { by } => Empty::NoneRecorded { by: by.clone() },
            Emptiness::Asking => Empty::Asking,
            Emptiness::Unknown { why } => Empty::Unknown(why.clone()),
        },
    }
}

fn line(said: &record::Line, person: PersonId) -> Line {
    let precision = match said.at_precision {
        record::Precision::Year => format::Precision::Year,
        record::Precision::Month => format::Precision::Month,
        record::Precision::Day => format::Precision::Day,
        record::Precision::Instant => format::Precision::Instant,
    };
    let document = said.document();
    let value = match (&said.value, &said.unit) {
        (Some(value), Some(unit)) => Some(format!("{value} {unit}")),
        (Some(value), None) if document.is_none() => Some(value.clone()),
        _ => None,
    };
    Line {
        at: said.at,
        precision,
        end: said.until,
        text: said.text.clone(),
        value,
        range: said.reference_range.clone(),
        flag: said.flag.clone(),
        status: said.status.clone(),
        detail: said.detail.clone(),
        source: said.source.name().to_owned(),
        live: said.source.is_gp(),
        author: said.author.clone(),
        href: document.map(|id| format!("/people/{person}/documents/{id}")),
        origin: None,
        heading: said.heading.clone(),
    }
}
