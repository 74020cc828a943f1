//! From a permit to the record page: opens the record, asks the practice, and draws the page.

use access::Action;
use audit::Permit;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gateway::Patience;
use maud::{Markup, html};
use model::Section;
use record::Record;
use serde::Deserialize;
use uuid::Builder;

use crate::layout::{Reader, paging};
use crate::page::PersonPath;
use crate::page::record::{BANNER, Gp, Part, gp_arrived, show, show_section, slug};
use crate::page::record_view::{about, gp, sections, traced};
use crate::permit::permit;
use crate::view::section::{Content, SectionView};
use crate::{Error, PortalState};

/// Stored lines on one page of a section.
const SECTION_PAGE: u32 = 1000;

/// What may stand behind the address of a person's page.
#[derive(Deserialize, Default)]
pub(crate) struct Wish {
    /// `wait`: without JavaScript, the page itself waits for the practice.
    #[serde(default)]
    gp: String,
    /// The one section that a live part is for; `banner`: none, only what stands above.
    #[serde(default)]
    only: String,
    /// Pages of a section already read.
    #[serde(default)]
    page: u32,
}

/// `GET /people/{person}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<PersonPath>,
    Query(wish): Query<Wish>,
) -> Result<Markup, Error> {
    let permit =
        permit(&state, &reader, Action::ViewRecord, Some(path.id()?), "record page").await?;
    let mut record = open(&state, &permit, None).await?;
    if wish.gp == "wait" {
        record = ask(&state, &permit, &reader, record, Patience::Longer).await;
    }
    let about = about(&record, &permit, state.now());
    Ok(show(&about, &gp(&record), &sections(&record, about.person), permit.why(), &reader))
}

/// A person and a section in an address.
#[derive(Deserialize)]
pub(crate) struct SectionPath {
    person: String,
    section: String,
}

/// `GET /people/{person}/{section}`: all stored lines of one section, page by page.
pub(crate) async fn get_section(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<SectionPath>,
    Query(wish): Query<Wish>,
) -> Result<Markup, Error> {
    let person = path.person.parse().map_err(|_| Error::NotFound)?;
    let section = Section::parse(&path.section.replace('-', "_")).ok_or(Error::NotFound)?;
    let about_entry = format!("section {}", section.code());
    let permit = permit(&state, &reader, Action::ViewRecord, Some(person), about_entry).await?;
    let mut record = open(&state, &permit, Some((section, wish.page))).await?;
    if wish.gp == "wait" {
        record = ask(&state, &permit, &reader, record, Patience::Longer).await;
    }
    let about = about(&record, &permit, state.now());
    let view = traced(&record, section, about.person).ok_or(Error::NotFound)?;
    let path = format!("/people/{}/{}?", about.person, slug(section));
    let more = besides_live(&view) > (u64::from(wish.page) + 1) * u64::from(SECTION_PAGE);
    let paging = paging(&path, wish.page, more);
    let part = if wish.page == 0 { Part::Section(section) } else { Part::Banner(section) };
    Ok(show_section(&about, &gp(&record), part, &view, paging, &reader))
}

/// `GET /people/{person}/gp`: asks the practice and answers with everything that waited for it. A
/// failure is a sentence in its place, for the page around it stays.
pub(crate) async fn get_gp(
    State(state): State<PortalState>,
    reader: Result<Reader, Error>,
    Path(path): Path<PersonPath>,
    Query(wish): Query<Wish>,
) -> Response {
    match gp_part(&state, reader, &path, &wish).await {
        Ok(markup) => markup.into_response(),
        Err(error) => {
            tracing::warn!(error = %error, "the GP part of a page could not be made: {error}");
            let sentence = match error {
                Error::NotSignedIn { .. } => {
                    "You have been signed out. Reload the page to sign in again."
                }
                Error::Refused(_) => "You may no longer see this record. Reload the page.",
                _ => {
                    "The GP practice could not be asked. What it holds is not known here; reload the page to try again."
                }
            };
            let notice = html! { div #gp.cs-gp role="status" { p.cs-notice.cs-notice--danger { (sentence) } } };
            (StatusCode::OK, notice).into_response()
        }
    }
}

async fn gp_part(
    state: &PortalState,
    reader: Result<Reader, Error>,
    path: &PersonPath,
    wish: &Wish,
) -> Result<Markup, Error> {
    let reader = reader?;
    let about_entry = "GP record, read live";
    let permit = permit(state, &reader, Action::ViewRecord, Some(path.id()?), about_entry).await?;
    let only = Section::parse(&wish.only);
    let record = open(state, &permit, only.map(|section| (section, 0))).await?;
    let record = ask(state, &permit, &reader, record, Patience::Usual).await;
    let about = about(&record, &permit, state.now());
    let Gp::Answered(answer) = gp(&record) else { return Ok(html! { div #gp.cs-gp {} }) };
    let views: Vec<SectionView> = sections(&record, about.person)
        .into_iter()
        .filter(|view| gateway::SECTIONS.contains(&view.section) && wish.only != BANNER)
        .filter(|view| only.is_none_or(|section| section == view.section))
        .collect();
    let chip = about.sources.iter().find(|source| source.key == "gp");
    Ok(gp_arrived(&about, &answer, chip, &views))
}

/// Opens the stored part; with a section, all its lines in the place of the newest few.
async fn open(
    state: &PortalState,
    permit: &Permit,
    section: Option<(Section, u32)>,
) -> Result<Record, Error> {
    let (permit, sources, now) = (permit.clone(), state.sources.clone(), state.now());
    state
        .read(move |tx| {
            let mut record = record::open(tx, &permit, &sources, now)?;
            if let Some((section, page)) = section {
                let page =
                    record::Page { offset: page.saturating_mul(SECTION_PAGE), limit: SECTION_PAGE };
                let view = record::open_section(tx, &permit, &sources, section, page)?;
                record.sections.insert(section, view);
            }
            Ok(record)
        })
        .await
}

async fn ask(
    state: &PortalState,
    permit: &Permit,
    reader: &Reader,
    record: Record,
    patience: Patience,
) -> Record {
    let mut random = [0; 16];
    for (byte, fresh) in random.iter_mut().zip((state.random)()) {
        *byte = fresh;
    }
    let trace = Builder::from_random_bytes(random).into_uuid();
    let name = reader.organisation_name.clone();
    match record::ask(&state.gateway, permit, &record.person, name, patience, trace).await {
        Some(answer) => record::with_gp(record, answer),
        None => record,
    }
}

fn besides_live(view: &SectionView) -> u64 {
    match &view.content {
        Content::Shown { besides_live, .. } => *besides_live,
        Content::NotShown(_) => 0,
    }
}
